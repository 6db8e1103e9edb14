/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/ops.h"

#include <errno.h>

int op_string(const struct request *r, const char *key, const char **ret, struct err *e)
{
	const char *s = json_string_value(json_object_get(r->body, key));

	if (!s)
		return err_set(e, EINVAL, "the request has no \"%s\"", key);
	*ret = s;
	return 0;
}

json_t *as_path_json(const char *spaced)
{
	_cleanup_free_ char *s = xstrdup(spaced);

	for (char *p = s; *p; p++)
		if (*p == ' ')
			*p = '-';
	return json_string(s);
}
