/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/op.h"

#include "base/json.h"
#include "base/str.h"
#include "lab/proc/answer.h"

/* The linker's; weak, as a test may be linked without any operation. */
extern const struct lab_op *const __start_vnl_ops[] __attribute__((weak)), *const __stop_vnl_ops[]
    __attribute__((weak));

const struct lab_op *op_find(const char *name)
{
	for (const struct lab_op *const *p = __start_vnl_ops; p < __stop_vnl_ops; p++)
		if (streq((*p)->name, name))
			return *p;
	return NULL;
}

int op_progress(struct request *r, json_t *obj)
{
	return line_write(r->conn, json_pack("{s:o}", "progress", obj));
}

int op_line(struct request *r, json_t *obj)
{
	return line_write(r->conn, json_pack("{s:o}", "line", obj));
}

int op_text(struct request *r, const char *s, size_t n)
{
	return line_write(r->conn, json_pack("{s:o}", "text", text_json(s, n)));
}
