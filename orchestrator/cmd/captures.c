#include "cmd/captures.h"

#include <time.h>

#include "base/str.h"
#include "cmd/compare.h"

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
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

/* The two tables of one capture; a learned or advertised one is read again once its instances are
 * known, whose addresses it may lack. */
static int tables(const struct compare_lab *l, const char *file, const json_t *rows,
                  struct compare_table *want, struct compare_table *got, char **ret_subject,
                  struct err *e)
{
	const struct compare_names names = { 0 };
	struct compare_source source = { .name = file };
	int r = compare_read(&source, rows, want, e);

	if (r >= 0)
		r = compare_subject(l, &names, file, rows, want, ret_subject, e);
	if (r >= 0 && (want->kind == COMPARE_LEARNED || want->kind == COMPARE_ADVERTISED)) {
		source.kind = want->kind;
		compare_instances(l, *ret_subject, source.instances);
		compare_table_free(want);
		*want = (struct compare_table){ 0 };
		r = compare_read(&source, rows, want, e);
	}
	return r < 0 ? r : compare_ask(l, &names, want->kind, *ret_subject, got, e);
}

static void one(const struct compare_lab *l, const json_t *capture, const char *filter,
                struct report_run *run)
{
	const char *file = json_string_value(json_object_get(capture, "file"));
	const json_t *rows = json_object_get(capture, "rows");
	_cleanup_compare_table_ struct compare_table want = { 0 }, got = { 0 };
	_cleanup_comparison_ struct comparison c = { 0 };
	_cleanup_free_ char *subject = NULL, *name = xasprintf("as Azure showed it: %s", file);
	const struct compare_options options = { 0 };
	double start = now_s();
	struct err e = { 0 };

	if (filter && !str_glob(filter, name))
		return;
	struct report_check *k = report_add(run);
	int r = tables(l, file, rows, &want, &got, &subject, &e);

	k->name = take_ptr(name);
	if (r < 0) { /* of something that the lab has not, as likely as not */
		k->warning = true;
		k->detail = xstrdup(e.msg);
	} else {
		compare_tables(&want, &got, &options, &c);
		k->ok = compare_same(&c);
		if (!k->ok)
			k->detail = differences(want.kind, &c);
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
		one(&l, v, filter, run);
	compare_lab_close(&l);
	return 0;
}
