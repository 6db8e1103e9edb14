/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/captures.h"

#include "base/clock.h"
#include "base/str.h"
#include "cmd/compare.h"

static double now_s(void)
{
	return (double)clock_us() / 1e6;
}

/* "missing 10.0.0.0/8: Azure has ..., the lab has ...", a line each. */
static char *differences(enum compare_kind kind, const struct comparison *c)
{
	struct str s = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		const struct compare_row *r = &c->rows[i];
		_cleanup_str_ struct str want = { 0 }, got = { 0 }, why = { 0 };

		if (r->verdict == COMPARE_EQUAL)
			continue;
		compare_show(kind, r->want, &want);
		compare_show(kind, r->got, &got);
		compare_differences(r, &why);
		str_printf(&s, "%s%s %s", s.n ? "\n" : "", compare_verdict_str(r->verdict), r->key);
		if (r->want)
			str_printf(&s, "; Azure: %s", str_get(&want));
		if (r->got)
			str_printf(&s, "; lab: %s", str_get(&got));
		if (why.n)
			str_printf(&s, " (%s)", str_get(&why));
		if (r->reason)
			str_printf(&s, "; %s", r->reason);
	}
	return str_take(&s);
}

static void read_capture(const struct compare_lab *l, const json_t *capture, const char *filter,
                         struct report_run *run)
{
	const char *file = json_string_value(json_object_get(capture, "file"));
	_cleanup_compare_pair_ struct compare_pair p = { 0 };
	_cleanup_free_ char *name = xasprintf("as Azure showed it: %s", file);
	const struct compare_source source = { .name = file };
	const struct compare_options options = { 0 };
	const struct compare_names names = { 0 };
	double start = now_s();
	struct err e = { 0 };

	if (filter && !str_glob(filter, name))
		return;
	struct report_check *k = report_add(run);
	int r = compare_with_lab(l, &names, &source, json_object_get(capture, "rows"), &options, &p,
	                         &e);

	k->name = take_ptr(name);
	if (r < 0) { /* most likely the lab has no such object */
		k->warning = true;
		k->detail = xstrdup(e.msg);
	} else {
		k->ok = compare_same(&p.result);
		if (!k->ok)
			k->detail = differences(p.want.kind, &p.result);
	}
	k->seconds = now_s() - start;
}

int captures_check(const char *lab, const json_t *captures, const char *filter,
                   struct report_run *run, struct err *e)
{
	struct compare_lab l = { 0 };
	const json_t *v;
	size_t i;
	int r;

	if (!json_array_size(captures))
		return 0;
	r = compare_lab_open(lab, &l, e);
	if (r < 0)
		return r;
	json_array_foreach ((json_t *)captures, i, v)
		read_capture(&l, v, filter, run);
	compare_lab_close(&l);
	return 0;
}
