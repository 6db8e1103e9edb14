/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/json_text.h"

#include "base/json_places.h"
#include "base/str.h"

json_t *json_text(const char *text, size_t n, size_t flags, bool *ret_twice, json_error_t *je)
{
	json_t *j = json_loadb(text, n, flags | JSON_REJECT_DUPLICATES, je);

	*ret_twice = !j && json_error_code(je) == json_error_duplicate_key;
	return *ret_twice ? json_loadb(text, n, flags, je) : j;
}

struct reporting {
	const char *name;
	struct findings *f;
};

static void report_twice(void *ctx, const struct json_value_place *v)
{
	const struct reporting *r = ctx;
	const char *key = strrchr(v->pointer, '/') + 1;
	_cleanup_free_ char *source = r->name ? xasprintf("%s#%s", r->name, v->pointer) : NULL;
	static const char hint[] = "remove one of them";

	if (source)
		finding_add_source(r->f, SEV_WARNING, "TOPO-JSON-02", NULL, source, hint,
		                   "\"%s\" stands twice in one object; the last one counts", key);
	else
		finding_add(r->f, SEV_WARNING, "TOPO-JSON-02", NULL, v->pointer, hint,
		            "\"%s\" stands twice in one object; the last one counts", key);
}

void json_text_twice(const char *text, size_t n, const char *name, struct findings *f)
{
	struct reporting r = { name, f };

	json_twice(text, n, report_twice, &r);
}
