/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/terraform/ref.h"

#include <string.h>

#include "base/str.h"

void tf_ref_free(struct tf_ref *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->steps[i].name);
		json_decref(r->steps[i].index);
	}
	r->n = 0;
}

/* Behind "[": the index in it; returns what follows "]", or NULL. */
static const char *read_index(const char *s, struct tf_step *st)
{
	const char *end = s;
	bool quoted = false;

	for (; *end && (quoted || *end != ']'); end++)
		if (*end == '"' && end[-1] != '\\')
			quoted = !quoted;
	if (!*end)
		return NULL;
	if (*s == '*') {
		st->splat = true;
	} else {
		json_decref(st->index);
		st->index = json_loadb(s, (size_t)(end - s), JSON_DECODE_ANY, NULL);
	}
	return end + 1;
}

bool tf_ref_parse(const char *s, struct tf_ref *ret)
{
	*ret = (struct tf_ref){ 0 };
	while (*s && ret->n < REF_STEPS) {
		struct tf_step *st = &ret->steps[ret->n];
		size_t len = strcspn(s, ".[");

		if (!len)
			break;
		st->name = xstrndup(s, len);
		ret->n++;
		if (st->name[0] == '*' && ret->n > 1) {
			ret->steps[ret->n - 2].splat = true;
			free(st->name);
			st->name = NULL;
			ret->n--;
		}
		for (s += len; *s == '[';)
			if (!(s = read_index(s + 1, &ret->steps[ret->n - 1])))
				goto bad;
		if (!*s)
			return ret->n > 0;
		if (*s++ != '.')
			break;
	}
bad:
	tf_ref_free(ret);
	return false;
}
