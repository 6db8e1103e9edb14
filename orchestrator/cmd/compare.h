/* compare: what the lab shows in the place of a saved table (cmd/compare_lab.c). */
#pragma once

#include "cmd/cmd.h"
#include "lab/client.h"
#include "proof/compare.h"

struct compare_lab {
	struct lab_client *c;
	json_t *status, *design; /* as the driver says */
};

int compare_lab_open(const char *lab, struct compare_lab *ret, struct err *e);
void compare_lab_close(struct compare_lab *l);

/* Whose table: from an option, the file's name, or what is inside.  The caller frees *ret_subject.
 * May find that a table is another one than it looked like (a Route Server's list, flattened). */
struct compare_names {
	const char *nic, *peering, *gateway, *peer; /* options; NULL: not given */
};
int compare_subject(const struct compare_lab *l, const struct compare_names *names,
                    const char *file, const json_t *text, struct compare_table *want,
                    char **ret_subject, struct err *e);

/* The addresses of a peering's two instances; they live as long as l. */
void compare_instances(const struct compare_lab *l, const char *peering, const char *ret[2]);

/* "the session is Connect, not Established", when that is why a peering has no routes; the caller
 * frees; NULL: it is up. */
char *compare_session(const struct compare_lab *l, const char *peering, const char *address);

/* The lab's table of that kind. */
int compare_ask(const struct compare_lab *l, const struct compare_names *names,
                enum compare_kind kind, const char *subject, struct compare_table *ret,
                struct err *e);
