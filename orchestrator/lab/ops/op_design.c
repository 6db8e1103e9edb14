/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The design as applied: for pictures, and for users who lost the file. */
#include "lab/build/exam.h"
#include "lab/proc/lab.h"
#include "lab/proc/op.h"

static int op_design(struct lab *l, struct request *r, json_t **ret_reply, struct err *e)
{
	(void)r, (void)e;
	*ret_reply = json_pack("{s:O?}", "design", exam_given(l));
	return 0;
}

LAB_OP(design, { .name = "design", .kind = OP_INLINE, .run = op_design });
