/* SPDX-License-Identifier: GPL-2.0-or-later */
/* count and for_each. */
#include <math.h>

#include "input/tfsource/source.h"

char *tfs_index(const json_t *key)
{
	if (!key)
		return xstrdup("");
	char *text = json_dumps(key, JSON_ENCODE_ANY), *index = xasprintf("[%s]", text ? text : "");

	free(text);
	return index;
}

static json_t *instances_by_count(struct source *s, const struct hcl_expr *e, json_t *n,
                                  json_t *(*fn)(struct source *s, json_t *key, json_t *value,
                                                void *ctx),
                                  void *ctx)
{
	json_t *number = hcl_to_number(n), *list;
	double count = number ? json_number_value(number) : 0;
	bool is_number = number;

	json_decref(number);
	if (!is_number)
		return hcl_fail(&s->ev, e->place, "HCL-COUNT-01", NULL,
		                "count is a number, 0 to %d, and this is %s", TFS_INSTANCES,
		                hcl_type_name(n));
	if (count < 0 || count > TFS_INSTANCES || count != floor(count))
		return hcl_fail(&s->ev, e->place, "HCL-COUNT-01", NULL,
		                "count is a whole number, 0 to %d, and this is %.15g",
		                TFS_INSTANCES, count);
	list = json_array();
	for (json_int_t i = 0; i < (json_int_t)count; i++) {
		json_t *key = json_integer(i);

		json_array_append_new(list, fn(s, key, NULL, ctx));
		json_decref(key);
	}
	return list;
}

static json_t *
instances_by_each(struct source *s, const struct hcl_expr *e, json_t *of,
                  json_t *(*fn)(struct source *s, json_t *key, json_t *value, void *ctx), void *ctx)
{
	json_t *map = json_object(), *x;
	size_t n, i;

	if (json_is_array(of)) { /* a set of strings: each is its own key */
		json_array_foreach (of, i, x)
			if (json_is_string(x))
				json_object_set(map, json_string_value(x), x);
	} else if (json_is_object(of)) {
		json_object_update(map, of);
	} else {
		json_decref(map);
		return hcl_fail(&s->ev, e->place, "HCL-EACH-01", NULL,
		                "for_each goes over an object or a set of strings, and this is %s",
		                hcl_type_name(of));
	}
	_cleanup_free_ const char **keys = hcl_sorted_keys(map, &n);
	json_t *out = json_object();

	for (i = 0; i < n && i < TFS_INSTANCES; i++) {
		json_t *key = json_string(keys[i]);

		json_object_set_new(out, keys[i], fn(s, key, json_object_get(map, keys[i]), ctx));
		json_decref(key);
	}
	json_decref(map);
	return out;
}

/* True if the design itself says that e is a list: one written out, a local value that is one, a
 * variable of such a type.  (Values do not tell: a set is a list here, too.) */
static bool is_written_as_list(const struct tfs_module *m, const struct hcl_expr *e, unsigned depth)
{
	if (e->sort == HCL_TUPLE || e->sort == HCL_FOR_LIST)
		return true;
	if (e->sort != HCL_ATTR || e->of->sort != HCL_NAME || depth > 16)
		return false;
	if (streq(e->of->name, "local"))
		for (size_t i = 0; i < m->code->n_locals; i++)
			if (streq(m->code->locals[i]->name, e->name))
				return is_written_as_list(m, m->code->locals[i]->expr, depth + 1);
	if (streq(e->of->name, "var"))
		for (size_t i = 0; i < m->code->n_variables; i++) {
			const struct hcl_block *b = m->code->variables[i];
			const struct hcl_expr *type = hcl_attr_find(b->body, "type");

			if (streq(b->labels[0], e->name))
				return type && type->sort == HCL_CALL &&
				       (streq(type->name, "list") || streq(type->name, "tuple"));
		}
	return false;
}

/* Reports what Terraform refuses before it evaluates anything; true: there was something. */
static bool report_bad_meta(struct source *s, const struct tfs_module *m,
                            const struct hcl_expr *count, const struct hcl_expr *each)
{
	if (count && each)
		hcl_report(s->findings, SEV_ERROR, "HCL-EACH-01", each->place,
		           "take one of them out", "for_each stands beside count");
	else if (each && is_written_as_list(m, each, 0))
		hcl_report(s->findings, SEV_ERROR, "HCL-EACH-01", each->place,
		           "write it within toset(...)",
		           "for_each goes over an object or a set of strings, and this is a list");
	else
		return false;
	return true;
}

json_t *tfs_instances(struct source *s, const struct hcl_block *b, struct tfs_module *m,
                      json_t *(*fn)(struct source *s, json_t *key, json_t *value, void *ctx),
                      void *ctx)
{
	const struct hcl_expr *count = hcl_attr_find(b->body, "count"),
	                      *each = hcl_attr_find(b->body, "for_each"), *e = count ? count : each;

	if (!e)
		return fn(s, NULL, NULL, ctx);
	if (report_bad_meta(s, m, count, each))
		return count ? json_array() : json_object();
	json_t *of = hcl_open(&s->ev, tfs_eval(s, e, m, NULL)), *v;

	if (hcl_is_unknown(of)) {
		const char *what = hcl_unknown_of(of);

		if (!streq(what, "what failed"))
			hcl_report(
			    s->findings, SEV_WARNING, "TF-UNKNOWN-01", e->place, NULL,
			    "how many of \"%s\" there are depends on %s, which only the cloud "
			    "knows: none is made",
			    b->labels[b->n_labels - 1], what);
		v = count ? json_array() : json_object();
	} else {
		v = count ? instances_by_count(s, e, of, fn, ctx)
		          : instances_by_each(s, e, of, fn, ctx);
	}
	json_decref(of);
	return v;
}
