/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/ops.h"

#include <errno.h>

#include "base/json.h"
#include "base/str.h"
#include "lab/proc/conn.h"

extern const struct lab_op *const __start_vnl_ops[], *const __stop_vnl_ops[];

const struct lab_op *op_find(const char *name)
{
	for (const struct lab_op *const *p = __start_vnl_ops; p < __stop_vnl_ops; p++)
		if (streq((*p)->name, name))
			return *p;
	return NULL;
}

int op_string(const struct request *r, const char *key, const char **ret, struct err *e)
{
	const char *s = json_string_value(json_object_get(r->body, key));

	if (!s)
		return err_set(e, EINVAL, "the request has no \"%s\"", key);
	*ret = s;
	return 0;
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
