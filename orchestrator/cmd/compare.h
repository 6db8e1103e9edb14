/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare: what the lab shows in the place of a saved table (cmd/compare_lab.c). */
#pragma once

#include "cmd/cmd.h"
#include "lab/client/client.h"
#include "proof/compare.h"

struct compare_lab {
	struct lab_client *c;
	json_t *status, *design; /* as the driver says */
};

int compare_lab_open(const char *lab, struct compare_lab *ret, struct err *e);
void compare_lab_close(struct compare_lab *l);

struct compare_names { /* options that say whose table it is; NULL: not given */
	const char *nic, *peering, *gateway, *peer;
};

struct compare_pair {
	struct compare_table want, got; /* saved; the lab's, or a second file's */
	struct comparison result;       /* points into both */
	char *subject;                  /* whose tables they are */
};

/* Compares the saved table with the lab's own.  An option, the file's name or its rows say which
 * object the table is of; its kind may change on the way (a Route Server's list, flattened).  The
 * caller frees ret, also after an error. */
int compare_with_lab(const struct compare_lab *l, const struct compare_names *names,
                     const struct compare_source *file, const json_t *text,
                     const struct compare_options *o, struct compare_pair *ret, struct err *e);
void compare_pair_free(struct compare_pair *p);
#define _cleanup_compare_pair_ _cleanup_(compare_pair_free)
