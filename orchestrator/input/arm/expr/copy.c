/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copy loops.  Microsoft Learn, "Resource iteration", "Property iteration", "Variable iteration",
 * "Output iteration in ARM templates": at most 800 iterations, 0 is none. */
#include <errno.h>
#include <stdio.h>

#include "input/arm/run/run.h"

static int refuse(struct env *e, const char *file, const char *ptr, const char *hint,
                  const char *what)
{
	arm_finding(e->a, SEV_ERROR, "ARM-COPY-01", "InvalidTemplate", file, ptr, hint, "%s", what);
	return -EBADMSG;
}

/* "serial" and "parallel", and how many at a time, say when Azure does what; here it is one moment.
 */
static int check_mode(struct env *e, const struct val *copy, const char *file, const char *ptr)
{
	const struct val *mode = val_get(copy, "mode"), *batch = val_get(copy, "batchSize");

	if (mode && !mode->dynamic &&
	    !(mode->type == V_STR && (strieq(mode->s, "serial") || strieq(mode->s, "parallel"))))
		return refuse(e, file, ptr, NULL,
		              "the mode of a loop is \"parallel\" or \"serial\"");
	if (batch && !batch->dynamic && !(batch->type == V_INT && batch->i >= 1))
		return refuse(e, file, ptr, NULL, "batchSize must be an integer from 1 on");
	return 0;
}

int copy_count(struct env *e, const struct val *copy, const char *file, const char *ptr,
               int64_t *ret)
{
	_cleanup_free_ char *at = xasprintf("%s/count", ptr), *what = NULL;
	const struct val *v = val_get(copy, "count");

	if (!v)
		return refuse(e, file, ptr, "add \"count\": how often", "the loop has no count");
	v = tree_eval_at(e, v, file, at, NULL);
	if (!v || check_mode(e, copy, file, ptr) < 0)
		return -EBADMSG;
	if (v->type != V_INT) {
		_cleanup_str_ struct str s = { 0 };

		val_brief(v, 60, &s);
		what = xasprintf("the count of a loop must be an integer, but it is %s: %s",
		                 val_type_str(v), str_get(&s));
		return refuse(e, file, at,
		              v->type == V_STR ? "int() makes an integer of a string" : NULL, what);
	}
	if (v->i < 0 || v->i > ARM_MAX_COPY) {
		what = xasprintf("a loop of %lld iterations: Azure takes 0 to %d", (long long)v->i,
		                 ARM_MAX_COPY);
		return refuse(e, file, at, NULL, what);
	}
	*ret = v->i;
	return 0;
}

bool copy_is_property(const struct val *v)
{
	if (v->type != V_ARR || !v->n)
		return false;
	for (uint32_t i = 0; i < v->n; i++)
		if (!val_get(v->items[i], "name") || !val_get(v->items[i], "input"))
			return false;
	return true;
}

int copy_property(struct env *e, const struct val *copy, const char *file, const char *ptr,
                  struct val_builder *b)
{
	const char *name = val_get_str(copy, "name");
	const struct val *input = val_get(copy, "input"), *v;
	struct val_builder list = { .a = e->a->arena };
	_cleanup_free_ char *base = xasprintf("%s/input", ptr);
	int64_t n;

	if (!name)
		return refuse(e, file, ptr, NULL, "the name of a loop must be a string");
	if (copy_count(e, copy, file, ptr, &n) < 0)
		return -EBADMSG;
	for (int64_t i = 0; i < n; i++) {
		struct loop loop = { e->loops, name, true, i };
		struct env inner = *e;

		inner.loops = &loop;
		v = tree_eval_at(&inner, input, file, base, NULL);
		if (!v) /* the others will fail alike */
			return -EBADMSG;
		val_push(&list, v);
	}
	v = val_built_arr(&list);
	if (!v)
		return refuse(e, file, ptr, NULL, "what the loop makes is too big");
	val_set(b, name, v);
	return 0;
}

int copy_properties(struct env *e, const struct val *list, const char *file, const char *base,
                    const struct jptr *at, struct val_builder *b)
{
	_cleanup_free_ char *tail = jptr_str(at);
	int r = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		_cleanup_free_ char *ptr = xasprintf("%s%s/%u", base, tail, i);

		if (copy_property(e, list->items[i], file, ptr, b) < 0)
			r = -EBADMSG;
	}
	return r;
}
