/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The designs of vnetlab test: files, or the one of a lab that runs. */
#include "base/str.h"
#include "cmd/address.h"
#include "cmd/design.h"
#include "cmd/test.h"
#include "cmd/topology.h"
#include "input/open.h"
#include "input/topology.h"
#include "lab/client/client.h"

/* For the report: the errors, as people read them. */
static char *errors_text(const char *file, const struct findings *f)
{
	_cleanup_str_ struct str b = { 0 };

	str_printf(&b, "%s: the design is invalid", file);
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->items[i];
		struct text_place at = { 0 };

		if (x->severity != SEV_ERROR)
			continue;
		str_printf(&b, "\n%s at ", x->rule);
		if (finding_at(f, x, &at) && at.line)
			str_printf(&b, *x->pointer ? "%s:%u:%u (%s)" : "%s:%u:%u", at.file, at.line,
			           at.column, x->pointer);
		else
			str_add(&b, x->source ? x->source : x->pointer);
		str_printf(&b, ": %s", x->message);
	}
	return str_take(&b);
}

/* --- a trainer's checks, a student's design ----------------------------------------------------
 */

bool test_is_absence(const struct finding *x)
{
	return str_starts(x->pointer, "/checks/") &&
	       (streq(x->rule, "TOPO-REF-01") || str_starts(x->rule, "CHECK-NODE-"));
}

/* The check that the finding is about when it names something that is not in the design; NULL: it
 * is about something else.  The caller frees. */
static char *absent_in_check(const struct finding *x)
{
	struct str s = { 0 };

	if (!test_is_absence(x))
		return NULL;
	for (const char *c = x->pointer + strlen("/checks/"); *c && *c != '/'; c++)
		if (*c == '~' && c[1])
			str_addc(&s, *++c == '0' ? '~' : '/');
		else
			str_addc(&s, *c);
	return str_take(&s);
}

static void note_absent(struct test_design *d, const char *name, const struct finding *x)
{
	const json_t *spec = json_object_get(
	    json_object_get(json_object_get(d->design, "topology"), "checks"), name);
	struct report_check *k = NULL;

	for (size_t i = 0; i < d->n_absent && !k; i++)
		if (streq(d->absent[i].name, name))
			k = &d->absent[i];
	if (k) {
		char *more = xasprintf("%s\n%s", k->detail, x->message);

		free(k->detail);
		k->detail = more;
		return;
	}
	VEC_PUSH(d->absent, d->n_absent, d->cap_absent) = (struct report_check){
		.name = xstrdup(name),
		.warning = streq(json_string_value(json_object_get(spec, "level")), "warning"),
		.detail = xstrdup(x->message),
		.hint = x->hint ? xstrdup(x->hint) : NULL,
	};
}

/* Checks that name what the design has not have failed: that is an answer, too.  Takes them out of
 * the design, unless something else is wrong, too. */
static void take_out_absent(struct test_design *d, const struct findings *f)
{
	json_t *checks = json_object_get(json_object_get(d->design, "topology"), "checks");

	for (size_t i = 0; i < f->n; i++) {
		_cleanup_free_ char *name =
		    f->items[i].severity == SEV_ERROR ? absent_in_check(&f->items[i]) : NULL;

		if (f->items[i].severity == SEV_ERROR && !name)
			return;
	}
	for (size_t i = 0; i < f->n; i++) {
		_cleanup_free_ char *name =
		    f->items[i].severity == SEV_ERROR ? absent_in_check(&f->items[i]) : NULL;

		if (name)
			note_absent(d, name, &f->items[i]);
	}
	for (size_t i = 0; i < d->n_absent; i++)
		json_object_del(checks, d->absent[i].name);
}

/* --- a design ----------------------------------------------------------------------------------
 */

/* The checks of --checks instead of the design's own. */
static int take_checks(struct test_design *d, const char *file, struct findings *f, struct err *e)
{
	_cleanup_findings_ struct findings first = { 0 };
	int r = input_add_checks(file, json_object_get(d->design, "topology"), f, e);

	if (r < 0)
		return r;
	struct model *m = design_checked(d->design, &first);

	if (!m)
		take_out_absent(d, &first);
	model_free(m);
	return 0;
}

static void shorten_checks(const struct test_session *s, struct test_design *d)
{
	for (size_t i = 0; d->model && s->within_ms && i < d->model->n_checks; i++)
		if (d->model->checks[i].within_ms > (uint32_t)s->within_ms)
			d->model->checks[i].within_ms = (uint32_t)s->within_ms;
}

static int cannot_read(struct test_design *d, const struct err *e)
{
	d->invalid = xstrdup(e->msg);
	return ui_error(e);
}

static void note_places(struct test_design *d, const struct findings *f)
{
	json_t *budgets = json_object_get(d->model->topology, "whenFails"), *v;
	const char *key;
	size_t n = 0;

	d->budgets_at = xcalloc(json_object_size(budgets) + 1, sizeof(*d->budgets_at));
	json_object_foreach (budgets, key, v) {
		_cleanup_free_ char *ptr = jptr_str(JPTR(JPTR(NULL, "whenFails"), key));

		if (!findings_at(f, ptr, &d->budgets_at[n]))
			d->budgets_at[n] = (struct text_place){ 0 };
		n++;
	}
	d->at = xcalloc(d->model->n_checks + 1, sizeof(*d->at));
	for (size_t i = 0; i < d->model->n_checks; i++)
		if (!findings_at(f, d->model->checks[i].ptr, &d->at[i]))
			d->at[i] = (struct text_place){ 0 };
}

/* Makes the model of what was read.  Findings of reading are in f. */
static int understand(const struct test_session *s, struct test_design *d, struct findings *f)
{
	const char *checks = arg_value(s->a, "checks");
	struct err e = { 0 };

	if (d->design && (!checks || take_checks(d, checks, f, &e) == 0)) {
		d->model = design_checked(d->design, f);
		design_check_images(d->design, f);
	}
	if (e.code)
		return cannot_read(d, &e);
	bool bad = !d->model || f->errors;

	shorten_checks(s, d);
	if (d->model && !checks)
		note_places(d, f);
	if (s->a->argc > 1 && (bad || (f->n && s->a->verbose)))
		ui_reason("%s:", address_name(d->path));
	if (bad || s->a->verbose)
		ui_findings(f);
	else if (!d->running) /* always print what the design may do to this machine */
		ui_findings_of(f, "IMAGE-03");
	if (bad) {
		d->invalid = errors_text(address_name(d->path), f);
		return EX_INVALID_DESIGN;
	}
	return EX_DONE;
}

int test_read_file(const struct test_session *s, struct test_design *d)
{
	struct findings *f = &d->file.f;
	struct err e = { 0 };

	d->file.name = xstrdup(address_name(d->path));

	d->design = design_load(s->a, d->path, f, &e);
	if (!d->design && !f->n)
		return cannot_read(d, &e);
	if (d->design) {
		d->captures =
		    json_incref(json_object_get(json_object_get(d->design, "import"), "captures"));
		json_object_del(d->design, "import"); /* of no use to the driver */
	}
	if (!d->design || d->captures)
		d->file.folder = xstrdup("");
	return understand(s, d, f);
}

/* --- the design of a running lab -----------------------------------------------------------------
 */

/* lab NULL or empty: some lab; the first one's name is in *ret_first then (may be NULL). */
static bool lab_runs(const char *lab, char **ret_first)
{
	char **names = NULL;
	bool found = false, any = !lab || !*lab;
	size_t n = 0;

	if (lab_list(&names, &n, NULL) < 0)
		return false;
	if (ret_first && n)
		*ret_first = xstrdup(names[0]);
	for (size_t i = 0; i < n; i++) {
		found |= any || streq(names[i], lab);
		free(names[i]);
	}
	free(names);
	return found;
}

/* Somebody with a lab that runs, and no file here, may mean the lab. */
static void hint_at_running_lab(const struct cmd_args *a)
{
	_cleanup_free_ char *first = NULL;

	if (!a->argc && !a->topology && lab_runs(NULL, &first))
		ui_reason("The checks of a lab that runs: vnetlab test -n %s", first);
}

static int read_running(const struct test_session *s, struct test_design *d)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct lab_client *c = NULL;
	json_t *answer = NULL;
	struct err e = { 0 };
	int r = lab_connect(s->a->lab, &c, &e);

	if (r == 0)
		r = lab_call(c, json_pack("{s:s}", "op", "design"), NULL, NULL, &answer, NULL, &e);
	lab_disconnect(c);
	d->running = true;
	if (r < 0)
		return cannot_read(d, &e);
	d->design = json_deep_copy(json_object_get(answer, "design"));
	json_decref(answer);
	const char *path = json_string_value(json_object_get(d->design, "path"));

	if (path && *path) {
		free(d->path);
		d->path = xstrdup(path);
	}
	return understand(s, d, &f);
}

/* --- all of them -------------------------------------------------------------------------------
 */

static int read_design(struct test_session *s, const char *arg, bool *ret_usage)
{
	const char *lab = s->a->lab;
	bool running = !arg && !s->a->topology && lab && *lab && lab_runs(lab, NULL);
	char *path = NULL;
	int status = EX_DONE;
	double start = test_now_ms();
	bool found = running || topology_path(s->a, arg, &path, &status) == 0;

	*ret_usage = !found && s->a->argc < 2;
	if (*ret_usage) {
		hint_at_running_lab(s->a);
		return status;
	}
	struct test_design *d = &VEC_PUSH(s->designs, s->n_designs, s->cap_designs);

	*d = (struct test_design){ .path = path ? path : xstrdup(running ? s->a->lab : arg) };
	if (!found)
		d->invalid = xasprintf("%s names no one topology", arg);
	else
		status = running ? read_running(s, d) : test_read_file(s, d);
	d->parse_ms = test_now_ms() - start;
	return status;
}

bool test_read_designs(struct test_session *s, int *ret_worst)
{
	int worst = EX_DONE;
	bool usage = false;

	for (int i = 0; (i < s->a->argc || i == 0) && !usage; i++) {
		int status = read_design(s, s->a->argc ? s->a->argv[i] : NULL, &usage);

		worst = status > worst ? status : worst;
	}
	*ret_worst = worst;
	return !usage;
}

void test_designs_free(struct test_session *s)
{
	for (size_t i = 0; i < s->n_designs; i++) {
		struct test_design *d = &s->designs[i];

		model_free(d->model);
		json_decref(d->design);
		json_decref(d->captures);
		free(d->path);
		free(d->invalid);
		free(d->at);
		free(d->budgets_at);
		checked_file_free(&d->file);
		facts_done(&d->facts);
		for (size_t k = 0; k < d->n_absent; k++) {
			free(d->absent[k].name);
			free(d->absent[k].detail);
			free(d->absent[k].hint);
		}
		free(d->absent);
	}
	free(s->designs);
}
