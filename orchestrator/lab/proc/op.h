/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations: what the driver can be asked for over its control socket.
 *
 * They are files lab/ops/op_*.c that register with LAB_OP.  Inline operations run in the driver and
 * must not block.  Worker operations run in a forked child of the driver (inside the lab's pid
 * namespace, with every node's namespaces as open descriptors): they may block, they may not change
 * the lab, and they end when the client goes away. */
#pragma once

#include "lab/proc/lab.h"

struct request {
	json_t *body;
	int fds[3]; /* -1 when none came */
	size_t n_fds;
	int conn; /* worker operations may write {"progress"}, {"line"}, {"text"} lines to it */
	struct conn *client; /* inline operations that answer later: lab/proc/conn.h */
};

enum op_kind { OP_INLINE, OP_WORKER };
struct lab_op {
	const char *name;
	enum op_kind kind;
	/* 0 with *ret_reply (an object; "ok" is added), or -errno with *e; 1 from an inline
	 * operation that has kept r->client and answers later. */
	int (*run)(struct lab *l, struct request *r, json_t **ret_reply, struct err *e);
};
#define LAB_OP(sym, ...) \
	static const struct lab_op sym##_op = __VA_ARGS__; \
	static const struct lab_op *const sym##_op_reg __attribute__((used, section("vnl_ops"))) = \
	    &sym##_op

int op_progress(struct request *r, json_t *obj /* stolen */); /* -EPIPE: the client has gone */
int op_line(struct request *r, json_t *obj /* stolen */);
int op_text(struct request *r, const char *s, size_t n);

/* NULL: there is none of that name. */
const struct lab_op *op_find(const char *name);
