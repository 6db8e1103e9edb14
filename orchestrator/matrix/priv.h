/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts of the matrix only. */
#pragma once

#include "azure/foreseen.h"
#include "azure/stand_in.h"
#include "matrix/matrix.h"
#include "matrix/sweep.h"

enum {
	LEGS_DEEP = 12,      /* choices on one way */
	LEGS_MOST = 64,      /* ways that are walked of one flow, and as many answers of each */
	MATRIX_SPORT = 50000 /* of who asks: where rules name source ports, one that is free */
};

struct legs { /* which of several equal paths each choice of a walk takes */
	struct {
		unsigned at, n;
	} v[LEGS_DEEP];
	size_t n, used;
};

struct run {
	struct matrix *x;
	const struct matrix_world *world;
	struct walk_env env; /* world's, with the matrix between */
	struct sweep sweep;
	uint32_t *class_of_atom;
	uint64_t *key_of_nic; /* by n->idx: NICs with the same one are treated alike */
	struct stand_ins stand_ins;
	struct legs *legs; /* of the walk that runs */
	bool unknown;      /* something that the design does not say decides about it */
	struct run_text *texts;
	struct run_known *known;
};

const struct eff_table *run_table(const struct run *r, const struct nic *n);
const char *run_text(struct run *r, const char *s); /* kept once */
void run_forget(struct run *r);                     /* what is kept for that */

/* marks.c: everything that tells addresses apart. */
void run_mark(struct run *r);
/* classes.c */
void run_make_classes(struct run *r);
const char *run_nic_name(struct run *r, const struct nic *n); /* "web", "NVA_1/eth1Nic" */
const char *run_place(struct run *r, const struct nic *n);    /* "Spoke/w", "dc1"; NULL */
/* ends.c */
void run_make_ends(struct run *r);
/* legs.c */
void run_set_hooks(struct run *r);
bool legs_next(struct legs *l); /* false: all were taken */
/* flow.c: what becomes of the packet; *lo and *hi: the ports around its own that go the same way.
 */
uint32_t run_flow(struct run *r, const struct matrix_end *from, const struct walk_packet *p,
                  uint16_t *lo, uint16_t *hi);
/* filters.c: addresses that the rules of vm's own packet filter tell apart; salt: of tokens. */
void run_mark_filter(struct run *r, const struct node *vm, uint64_t salt);
/* ports.c: narrows *lo, *hi to the ports that rules on the way treat like that of the packet. */
void run_narrow(struct run *r, const struct walk *w, uint16_t port, bool answer, uint16_t *lo,
                uint16_t *hi);
