/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab exam: a copy of a design with hidden faults. */
#include "cmd/exam.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/json.h"
#include "base/str.h"
#include "base/tree.h"
#include "cmd/design.h"
#include "cmd/learn.h"
#include "cmd/topology.h"
#include "input/topology.h"
#include "proof/foretell.h"
#include "remote/request.h"

enum { MAX_FAULTS = 10 };

struct exam {
	const struct cmd_args *a;
	json_t *original;
	json_t *design; /* with the faults that were chosen so far */
	json_t *chosen; /* of them, for the trainer */
	bool *held;     /* by check of the design as it was */
	size_t n_checks;
	uint64_t state; /* of the generator */
};

static void exam_done(struct exam *x)
{
	json_decref(x->original);
	json_decref(x->design);
	json_decref(x->chosen);
	free(x->held);
}

/* splitmix64: the same seed gives the same faults everywhere. */
static uint64_t next_random(struct exam *x)
{
	uint64_t z = x->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* ---- which faults ---- */

static bool set_names(const char *set, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = set; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ','))
		if (strcspn(p, ",") == n && !strncmp(p, name, n))
			return true;
	return streq(set, "all");
}

static int check_set(const struct cmd_args *a, const char *set)
{
	_cleanup_str_ struct str names = { 0 };

	for (size_t i = 0; exam_faults[i].name; i++)
		str_printf(&names, "%s%s", i ? ", " : "", exam_faults[i].name);
	for (const char *p = set; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ',')) {
		_cleanup_free_ char *name = xstrndup(p, strcspn(p, ","));
		bool known = streq(name, "all");

		for (size_t i = 0; exam_faults[i].name; i++)
			known |= streq(name, exam_faults[i].name);
		if (!known)
			return ui_usage(a, "there is no fault %s; there are all, %s", name,
			                str_get(&names));
	}
	return EX_DONE;
}

/* Every place for a fault of the set, in an order that the seed decides. */
static void find_changes(struct exam *x, const char *set, struct exam_changes *ret)
{
	for (size_t i = 0; exam_faults[i].name; i++)
		if (set_names(set, exam_faults[i].name))
			exam_faults[i].find(&exam_faults[i], json_object_get(x->design, "topology"),
			                    ret);
	for (size_t i = ret->n; i > 1; i--) {
		size_t k = next_random(x) % i;
		struct exam_change was = ret->v[k];

		ret->v[k] = ret->v[i - 1];
		ret->v[i - 1] = was;
	}
}

/* ---- what a fault does ---- */

/* Whether each check holds by the model; NULL: the design is refused. */
static bool *checks_that(json_t *design, enum foretold v, size_t *ret_n)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct model *m = design_checked(design, &f);

	if (!m || f.errors) {
		model_free(m);
		return NULL;
	}
	bool *r = xcalloc(m->n_checks + 1, sizeof(*r));
	struct foretelling *told = foretell(m);

	for (size_t i = 0; i < m->n_checks; i++)
		r[i] = told[i].v == v;
	*ret_n = m->n_checks;
	foretellings_free(told, m->n_checks);
	model_free(m);
	return r;
}

/* The checks that held, and fail now; NULL: none, or the design is no longer valid. */
static json_t *breaks(const struct exam *x, json_t *design)
{
	size_t n = 0;
	_cleanup_free_ bool *failed = checks_that(design, FORETOLD_FAILS, &n);
	json_t *list = json_array(), *spec;
	const char *name;
	size_t i = 0;

	json_object_foreach (json_object_get(json_object_get(design, "topology"), "checks"), name,
	                     spec) {
		if (failed && n == x->n_checks && i < n && x->held[i] && failed[i])
			json_array_append_new(list, json_string(name));
		i++;
	}
	if (json_array_size(list))
		return list;
	json_decref(list);
	return NULL;
}

static json_t *design_with(const json_t *design, const struct exam_change *c)
{
	json_t *changed = json_deep_copy(design);

	exam_apply(c, json_object_get(changed, "topology"));
	return changed;
}

static bool is_valid_design(json_t *design)
{
	size_t n;
	bool *held = checks_that(design, FORETOLD_HOLDS, &n);

	free(held);
	return held != NULL;
}

/* A fault breaks a check by itself: others must not hide that it does nothing. */
static bool choose(struct exam *x, const struct exam_change *c)
{
	json_t *alone = design_with(x->original, c), *all = design_with(x->design, c);
	json_t *broken = breaks(x, alone);
	bool taken = broken && is_valid_design(all);

	json_decref(alone);
	if (!taken) {
		json_decref(broken);
		json_decref(all);
		return false;
	}
	json_array_append_new(x->chosen, json_pack("{s:s, s:s, s:s, s:s, s:o}", "fault", c->fault,
	                                           "pointer", c->pointer, "member", c->member,
	                                           "what", c->what, "breaks", broken));
	json_decref(x->design);
	x->design = all;
	return true;
}

/* A fault of each place at most, until there are enough. */
static int hide_faults(struct exam *x, long count)
{
	const char *set = arg_value(x->a, "faults") ? arg_value(x->a, "faults") : "all";
	struct exam_changes all = { 0 };
	size_t n = 0;

	x->held = checks_that(x->design, FORETOLD_HOLDS, &n);
	x->n_checks = n;
	if (!x->held) {
		ui_reason("the design is refused as it is: vnetlab check says why");
		return EX_INVALID_DESIGN;
	}
	find_changes(x, set, &all);
	for (size_t i = 0; i < all.n && (long)json_array_size(x->chosen) < count; i++) {
		bool same = false;

		for (size_t k = 0; k < json_array_size(x->chosen); k++)
			same |=
			    streq(all.v[i].pointer, json_string_value(json_object_get(
			                                json_array_get(x->chosen, k), "pointer")));
		if (!same)
			(void)choose(x, &all.v[i]);
	}
	exam_changes_free(&all);
	if ((long)json_array_size(x->chosen) == count)
		return EX_DONE;
	ui_reason(
	    "the design has a place for %zu faults of the set that break a check by the model, "
	    "and %ld were asked for",
	    json_array_size(x->chosen), count);
	return EX_FAILED;
}

/* ---- the copy ---- */

static void make_parents(const char *path)
{
	_cleanup_free_ char *p = xstrdup(path);

	for (char *s = p + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		mkdir(p, 0777);
		*s = '/';
	}
}

static int write_exam(const struct exam *x, const char *dir, const char *file, struct err *e)
{
	const json_t *topology = json_object_get(x->design, "topology");
	_cleanup_free_ char *text = json_dumps(topology, JSON_INDENT(2));
	const char *name;
	json_t *content;
	int r = 0;

	if (mkdir(dir, 0777) < 0)
		return err_sys(e, errno, "%s", dir);
	r = write_whole(file, text, strlen(text), e);
	json_object_foreach (json_object_get(x->design, "files"), name, content) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
		const char *s = json_string_value(content);

		if (r < 0 || !s)
			continue;
		make_parents(path);
		r = write_whole(path, s, strlen(s), e);
	}
	if (r < 0)
		tree_remove(dir);
	return r;
}

static int hand_out(const struct exam *x, const char *lab)
{
	const char *given = arg_value(x->a, "dir");
	_cleanup_free_ char *dir = given ? xstrdup(given) : xasprintf("%s-exam", lab);
	_cleanup_free_ char *file = xasprintf("%s/%s.vnetlab.json", dir, lab);
	_cleanup_free_ char *word = NULL; /* to be pasted */
	struct err e = { 0 };

	if (shell_quote(file, &word, &e) < 0 || write_exam(x, dir, file, &e) < 0)
		return ui_error(&e);
	if (x->a->json)
		ui_json(json_pack("{s:s, s:i}", "file", file, "faults",
		                  (int)json_array_size(x->chosen)));
	else
		ui_print("%s is written. Repair it until all of its checks hold:\n"
		         "  vnetlab test %s\n",
		         file, word);
	return EX_DONE;
}

static int reveal(const struct exam *x)
{
	size_t i, k;
	json_t *c, *check;

	if (x->a->json) {
		ui_json(json_pack("{s:O}", "faults", x->chosen));
		return EX_DONE;
	}
	json_array_foreach (x->chosen, i, c) {
		ui_print("%s: %s (%s/%s)\n", json_string_value(json_object_get(c, "fault")),
		         json_string_value(json_object_get(c, "what")),
		         json_string_value(json_object_get(c, "pointer")),
		         json_string_value(json_object_get(c, "member")));
		json_array_foreach (json_object_get(c, "breaks"), k, check)
			ui_print("    breaks: %s\n", json_string_value(check));
	}
	return EX_DONE;
}

static int cmd_exam(const struct cmd_args *a)
{
	_cleanup_opened_ struct opened o = { 0 };
	_cleanup_(exam_done) struct exam x = { .a = a, .chosen = json_array() };
	long seed = 0, count = 1;

	if (!arg_value(a, "seed"))
		return ui_usage(a, "--seed N: it decides which faults, and reveals them again");
	if (!arg_number(a, "seed", 0, 1000000000, 0, &seed) ||
	    !arg_number(a, "count", 1, MAX_FAULTS, 1, &count))
		return EX_WRONG_USAGE;
	int status = check_set(a, arg_value(a, "faults") ? arg_value(a, "faults") : "all");

	ui_init(true, 0); /* what the design is warned of is for its author */
	if (status == EX_DONE)
		status = design_open(a, a->argc ? a->argv[0] : NULL, &o);
	ui_init(a->quiet, a->verbose);
	if (status != EX_DONE)
		return status;
	x.design = json_deep_copy(o.design);
	json_object_del(x.design, "import");
	x.original = json_deep_copy(x.design);
	x.state = (uint64_t)seed;
	status = hide_faults(&x, count);
	if (status != EX_DONE)
		return status;
	return arg_flag(a, "reveal") ? reveal(&x) : hand_out(&x, o.lab);
}

static char *exam_help(void)
{
	struct str s = { 0 };

	str_add(
	    &s,
	    "Writes a copy of the design, with the files that it names, into a folder (--dir; "
	    "default: NAME-exam), and hides faults in it that break at least one of its checks "
	    "each, by the model. The seed decides which: the same file, set and seed give the same "
	    "faults, and --reveal tells them. So the seed is the trainer's key: keep it, and "
	    "the original file. Work that comes back is judged by vnetlab grade.\n\n"
	    "The faults of --faults, separated by commas (default: all):\n\n");
	for (size_t i = 0; exam_faults[i].name; i++)
		str_printf(&s, "  %-14s%s\n", exam_faults[i].name, exam_faults[i].help);
	str_add(&s, "\n  vnetlab exam hub.vnetlab.json --seed 4711 --count 2 --dir exam\n"
	            "  vnetlab exam hub.vnetlab.json --seed 4711 --count 2 --reveal\n"
	            "  vnetlab grade returned/ --checks hub.vnetlab.json");
	return str_take(&s);
}

static const struct option_def exam_options[] = {
	{ .name = "faults", .arg = "SET", .help = "which sorts of faults, separated by commas" },
	{ .name = "seed", .arg = "N", .help = "decides which faults: the trainer's key" },
	{ .name = "count", .arg = "N", .help = "how many; default: 1" },
	{ .name = "dir", .arg = "DIR", .help = "where the copy is written; it must not exist" },
	{ .name = "reveal", .help = "tell the faults instead" },
	DESIGN_OPTIONS,
	{ .name = NULL },
};

COMMAND(exam, { .name = "exam",
                .group = "Teach",
                .synopsis = "exam [FILE] --seed N [--faults SET] [--reveal]",
                .summary = "hides faults in a copy of a design",
                .make_help = exam_help,
                .max_args = 1,
                .kinds = { ARG_FILE },
                .common_output = true,
                .opts = exam_options,
                .run = cmd_exam });
