/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tasks of a lesson, looked at in the lab as the student works on it. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "base/term.h"
#include "checks/check.h"
#include "cmd/learn.h"
#include "cmd/test.h"
#include "lab/client/client.h"
#include "proof/tasks.h"

/* The time between two looks. */
enum { LOOK_EVERY_MS = 1000 };

/* ---- a look ---- */

int learn_look(const struct lesson *l, struct report_run *ret, struct err *e)
{
	_cleanup_free_ char *lab = learn_lab(l);
	json_t *tasks = json_deep_copy(json_object_get(l->topology, "checks"));
	const struct run_options o = { .stop = &test_interrupted };
	struct lab_client *c = NULL;
	int r = lab_connect(lab, &c, e);

	*ret = (struct report_run){ .lab = xstrdup(lab) };
	if (r == 0)
		r = tasks_look(c, lab, tasks, &o, ret, e);
	lab_disconnect(c);
	json_decref(tasks);
	return r;
}

static const struct report_check *task_of(const struct report_run *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (streq(r->checks[i].name, name))
			return &r->checks[i];
	return NULL;
}

json_t *learn_tasks_json(const struct lesson *l, const struct report_run *r)
{
	json_t *list = json_array(), *spec;
	const char *name;

	json_object_foreach (json_object_get(l->topology, "checks"), name, spec) {
		const struct report_check *c = task_of(r, name);

		json_array_append_new(
		    list, json_pack("{s:s, s:b, s:i, s:o}", "name", name, "ok", c && c->ok,
		                    "points", (int)check_points(spec), "detail",
		                    text_json_of(c && c->detail ? c->detail : "")));
	}
	return list;
}

/* ---- looking on ---- */

static void print_task(const struct report_check *c, const char *name)
{
	bool ok = c && c->ok;
	const char *why = c && c->detail ? c->detail : "";

	ui_print("%s %s", ok ? "done" : "open", name);
	if (!ok && *why)
		ui_print(": %.*s", (int)strcspn(why, "\n"), why);
	ui_print("\n");
}

static void print_changes(const struct lesson *l, const struct report_run *was,
                          const struct report_run *now, bool whole)
{
	const char *name;
	json_t *spec;

	if (whole) {
		ui_clear_screen();
		ui_print("%s\n\n", l->title);
	}
	json_object_foreach (json_object_get(l->topology, "checks"), name, spec) {
		const struct report_check *a = task_of(was, name), *b = task_of(now, name);

		if (whole || !a || !b || a->ok != b->ok)
			print_task(b, name);
	}
	if (whole)
		ui_print(
		    "\nChange the design and vnetlab up; Ctrl-C ends looking on, not the lab.\n");
	fflush(stdout);
}

int learn_watch(const struct lesson *l)
{
	bool whole = term_is(STDOUT_FILENO), done = false;
	struct report_run was = { 0 };
	struct err e = { 0 };
	int r = 0;

	test_catch_signals();
	while (!done && !test_interrupted && r == 0) {
		struct report_run now;

		r = learn_look(l, &now, &e);
		if (r == 0) {
			print_changes(l, &was, &now, whole);
			done = report_ok(&now) && now.n;
		}
		report_run_free(&was);
		was = now;
		if (r == 0 && !done && !test_interrupted)
			(void)poll(NULL, 0, LOOK_EVERY_MS);
	}
	report_run_free(&was);
	if (test_interrupted)
		return 128 + test_interrupted;
	return r < 0 ? ui_error(&e) : EX_DONE;
}
