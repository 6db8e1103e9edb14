/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab learn: lessons, with a lab each. */
#include "cmd/learn.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/str.h"
#include "base/tree.h"
#include "cmd/args.h"
#include "cmd/complete.h"
#include "cmd/labs.h"
#include "report/table.h"

static const char *read_environment(const char *name)
{
	return getenv(name);
}

/* Another command of ours, in this process. */
static int run_own(const char *verb, const char *const *words)
{
	_cleanup_args_ struct args args = { 0 };
	const struct command *c = command_find(verb);
	struct err e = { 0 };

	if (args_parse(c, (char **)words, read_environment, &args, &e) < 0)
		return ui_error(&e);
	return c->run(&args.a);
}

static int bring_lesson_up(const struct lesson *l, const struct lesson_state *s)
{
	_cleanup_free_ char *file = learn_design(l, s), *lab = learn_lab(l);
	const char *const words[] = { file, "-n", lab, NULL };

	return run_own("up", words);
}

/* ---- the student's copy ---- */

/* Makes the copy when there is none. */
static int begin_lesson(const struct cmd_args *a, const struct lesson *l, struct lesson_state *s,
                        struct err *e)
{
	const char *dir = arg_value(a, "dir");
	char here[PATH_MAX];
	struct stat st;

	if (s->folder && stat(s->folder, &st) == 0)
		return 0;
	if (!getcwd(here, sizeof(here)))
		return err_sys(e, errno, "this folder");
	free(s->folder);
	s->folder = !dir          ? xasprintf("%s/%s", here, l->name)
	            : *dir == '/' ? xstrdup(dir)
	                          : xasprintf("%s/%s", here, dir);
	if (stat(s->folder, &st) == 0)
		return err_set(e, EEXIST, "%s exists already; name another folder with --dir",
		               s->folder);
	int r = learn_copy(l->folder, s->folder, e);

	if (r == 0)
		r = lesson_state_write(l->name, s, e);
	if (r < 0)
		tree_remove(s->folder);
	return r;
}

/* ---- what can be done with a lesson ---- */

struct learning {
	const struct cmd_args *a;
	struct lessons all;
	struct lesson *l;
	struct lesson_state s;
};

static void print_paragraphs(const char *text)
{
	ui_print("%s\n", text);
}

static void print_story(const struct learning *x)
{
	_cleanup_free_ char *file = learn_design(x->l, &x->s);

	ui_print("%s\n\n%s\n\n", x->l->title, x->l->story);
	ui_print("The design: %s. Change it, and vnetlab up %s.\n"
	         "Stuck: vnetlab learn %s hint\n\n",
	         file, file, x->l->name);
}

static int do_story(struct learning *x)
{
	ui_print("%s\n\n", x->l->title);
	print_paragraphs(x->l->story);
	return EX_DONE;
}

static int finish_lesson(struct learning *x)
{
	_cleanup_free_ char *lab = learn_lab(x->l);
	struct err e = { 0 };

	x->s.finished = true;
	if (lesson_state_write(x->l->name, &x->s, &e) < 0)
		return ui_error(&e);
	ui_print("\nAll done.\n\n");
	print_paragraphs(x->l->solution);
	ui_print("\nThe lab still runs: vnetlab down %s. Go on with: vnetlab learn next\n", lab);
	return EX_DONE;
}

static int start_lesson(struct learning *x)
{
	_cleanup_free_ char *lab = learn_lab(x->l);
	struct err e = { 0 };

	if (begin_lesson(x->a, x->l, &x->s, &e) < 0)
		return ui_error(&e);
	print_story(x);
	ui_init(true, 0); /* what up warns of would be the answer */
	int status = lab_is_up(lab) ? EX_DONE : bring_lesson_up(x->l, &x->s);

	ui_init(x->a->quiet, x->a->verbose);

	if (status == EX_DONE && !arg_flag(x->a, "no-watch"))
		status = learn_watch(x->l);
	else
		return status;
	return status == EX_DONE ? finish_lesson(x) : status;
}

static int do_check(struct learning *x)
{
	struct report_run r;
	struct err e = { 0 };
	int rc = learn_look(x->l, &r, &e), status = EX_DONE;
	bool done = rc == 0 && report_ok(&r) && r.n;

	if (rc < 0)
		status = ui_error(&e);
	else if (x->a->json)
		ui_json(json_pack("{s:s, s:b, s:o}", "lesson", x->l->name, "done", done, "tasks",
		                  learn_tasks_json(x->l, &r)));
	else
		for (size_t i = 0; i < r.n; i++)
			ui_print("%s %s%s%.*s\n", r.checks[i].ok ? "done" : "open",
			         r.checks[i].name, r.checks[i].ok ? "" : ": ",
			         r.checks[i].ok ? 0 : (int)strcspn(r.checks[i].detail, "\n"),
			         r.checks[i].detail);
	report_run_free(&r);
	if (done && !x->s.finished) {
		x->s.finished = true;
		if (lesson_state_write(x->l->name, &x->s, &e) < 0)
			return ui_error(&e);
	}
	return status != EX_DONE ? status : done ? EX_DONE : EX_NOT_HELD;
}

static int do_hint(struct learning *x)
{
	struct err e = { 0 };

	if (!x->l->n_hints) {
		ui_print("This lesson has no hints. vnetlab learn %s solution tells it all.\n",
		         x->l->name);
		return EX_DONE;
	}
	/* The file of the state may be of a lesson that had more of them. */
	x->s.hints = x->s.hints < x->l->n_hints ? x->s.hints + 1 : (unsigned)x->l->n_hints;
	ui_print("Hint %u of %zu: %s\n", x->s.hints, x->l->n_hints, x->l->hints[x->s.hints - 1]);
	if (x->s.hints == x->l->n_hints)
		ui_print("\nThat was the last one. vnetlab learn %s solution tells it all.\n",
		         x->l->name);
	return lesson_state_write(x->l->name, &x->s, &e) < 0 ? ui_error(&e) : EX_DONE;
}

static int need_begun(const struct learning *x)
{
	if (x->s.folder)
		return EX_DONE;
	ui_reason("%s has not been begun: vnetlab learn %s", x->l->name, x->l->name);
	return EX_FAILED;
}

/* Keeps the student's file beside, under another name. */
static int keep_mine(const char *file, struct err *e)
{
	_cleanup_free_ char *mine = xasprintf("%s.mine", file);

	return rename(file, mine) < 0 && errno != ENOENT ? err_sys(e, errno, "%s", mine) : 0;
}

/* Puts the student's file back: what was to stand there instead could not be written. */
static int give_mine_back(const char *file, const struct err *e)
{
	_cleanup_free_ char *mine = xasprintf("%s.mine", file);

	(void)rename(mine, file);
	return ui_error(e);
}

static int up_again(const struct learning *x)
{
	_cleanup_free_ char *lab = learn_lab(x->l);

	return lab_is_up(lab) ? bring_lesson_up(x->l, &x->s) : EX_DONE;
}

static int do_reset(struct learning *x)
{
	int status = need_begun(x);
	struct err e = { 0 };

	if (status != EX_DONE)
		return status;
	_cleanup_free_ char *file = learn_design(x->l, &x->s);

	x->s.hints = 0;
	x->s.finished = false;
	if (keep_mine(file, &e) < 0)
		return ui_error(&e);
	if (learn_copy(x->l->folder, x->s.folder, &e) < 0 ||
	    lesson_state_write(x->l->name, &x->s, &e) < 0)
		return give_mine_back(file, &e);
	ui_note("%s is as it was in the beginning; what you had is in %s.mine", file, file);
	return up_again(x);
}

static int write_solution(struct learning *x)
{
	int status = need_begun(x);
	struct err e = { 0 };

	if (status != EX_DONE)
		return status;
	_cleanup_free_ char *file = learn_design(x->l, &x->s);
	json_t *solved = json_merged(x->l->topology, x->l->patch);
	_cleanup_free_ char *text = json_dumps(solved, JSON_INDENT(2));

	json_decref(solved);
	if (keep_mine(file, &e) < 0)
		return ui_error(&e);
	if (write_whole(file, text, strlen(text), &e) < 0)
		return give_mine_back(file, &e);
	ui_note("%s has the solution; what you had is in %s.mine", file, file);
	return up_again(x);
}

static int do_solution(struct learning *x)
{
	_cleanup_free_ char *patch = json_dumps(x->l->patch, JSON_INDENT(2));

	print_paragraphs(x->l->solution);
	ui_print("\nWhat becomes of the design (null: it goes):\n\n%s\n", patch);
	return arg_flag(x->a, "write") ? write_solution(x) : EX_DONE;
}

static const struct action {
	const char *word;
	int (*run)(struct learning *x);
} actions[] = { { "start", start_lesson }, { "check", do_check }, { "hint", do_hint },
	        { "reset", do_reset },     { "story", do_story }, { "solution", do_solution } };

/* ---- the list ---- */

static const char *word_of_state(const struct lesson_state *s)
{
	return s->finished ? "done" : s->folder ? "begun" : "";
}

static int list_lessons(const struct cmd_args *a, const struct lessons *ls)
{
	_cleanup_table_ struct table *t = table_new("Lesson", "Title", "Tasks", "State");
	json_t *list = json_array();
	struct err e = { 0 };

	table_right(t, 2);
	for (size_t i = 0; i < ls->n; i++) {
		const struct lesson *l = &ls->v[i];
		size_t tasks = json_object_size(json_object_get(l->topology, "checks"));
		struct lesson_state s;

		if (lesson_state_read(l->name, &s, &e) < 0) {
			json_decref(list);
			return ui_error(&e);
		}
		table_row(t, l->name,
		          l->title ? l->title : "(vnetlab learn --lint says what is wrong)", "",
		          word_of_state(&s));
		table_cell(t, 2, "%zu", tasks);
		json_array_append_new(list, json_pack("{s:o, s:o, s:i, s:s, s:i, s:i}", "name",
		                                      text_json_of(l->name), "title",
		                                      text_json_of(l->title), "tasks", (int)tasks,
		                                      "state", word_of_state(&s), "hintsSeen",
		                                      (int)s.hints, "hints", (int)l->n_hints));
		lesson_state_free(&s);
	}
	if (a->json)
		ui_json(json_pack("{s:O}", "lessons", list));
	else
		table_print(t, stdout);
	json_decref(list);
	return EX_DONE;
}

static int lint_lessons(const struct cmd_args *a, const struct lessons *found)
{
	struct lessons given = { 0 };
	const struct lessons *ls = a->argc ? &given : found;
	json_t *all = json_object(), *complaint;
	size_t n = 0, k;

	for (int i = 0; i < a->argc; i++)
		lessons_add(&given, a->argv[i]);
	for (size_t i = 0; i < ls->n; i++) {
		json_t *list = lesson_lint(&ls->v[i]);

		json_object_set_new(all, ls->v[i].folder, list);
		n += json_array_size(list);
		if (!a->json && !json_array_size(list))
			ui_print("%s: nothing is wrong\n", ls->v[i].name);
		json_array_foreach (list, k, complaint)
			if (!a->json)
				ui_print("%s: %s\n", ls->v[i].name, json_string_value(complaint));
	}
	if (a->json)
		ui_json(json_pack("{s:O}", "lessons", all));
	json_decref(all);
	lessons_free(&given);
	return n ? EX_INVALID_DESIGN : EX_DONE;
}

/* ---- all of it ---- */

static struct lesson *next_lesson(const struct lessons *ls, struct err *e)
{
	for (size_t i = 0; i < ls->n; i++) {
		struct lesson_state s;

		if (lesson_state_read(ls->v[i].name, &s, e) < 0)
			return NULL;
		bool finished = s.finished;

		lesson_state_free(&s);
		if (!finished)
			return &ls->v[i];
	}
	err_set(e, ENOENT, "all %zu lessons are done", ls->n);
	return NULL;
}

static int act(struct learning *x)
{
	const char *word = x->a->argc > 1 ? x->a->argv[1] : "start";
	struct err e = { 0 };

	if (x->l->wrong || !x->l->n_hints || !x->l->solution) {
		ui_reason("%s is no lesson yet: vnetlab learn --lint %s says why", x->l->name,
		          x->l->folder);
		return EX_INVALID_DESIGN;
	}
	if (lesson_state_read(x->l->name, &x->s, &e) < 0)
		return ui_error(&e);
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (streq(actions[i].word, word))
			return actions[i].run(x);
	return ui_usage(
	    x->a, "what to do with the lesson is start, check, hint, reset, story or solution");
}

static void learning_done(struct learning *x)
{
	lessons_free(&x->all);
	lesson_state_free(&x->s);
}

static int cmd_learn(const struct cmd_args *a)
{
	_cleanup_(learning_done) struct learning x = { .a = a };
	struct err e = { 0 };

	lessons_find(&x.all);
	if (arg_flag(a, "lint"))
		return lint_lessons(a, &x.all);
	if (!a->argc)
		return list_lessons(a, &x.all);
	if (a->argc > 2)
		return ui_usage(a, "a lesson, and what to do with it");
	x.l =
	    streq(a->argv[0], "next") ? next_lesson(&x.all, &e) : lesson_named(&x.all, a->argv[0]);
	if (!x.l && e.code)
		return ui_error(&e);
	if (!x.l)
		return ui_usage(a, "there is no lesson %s; vnetlab learn lists them", a->argv[0]);
	return act(&x);
}

static enum arg_kind complete_learn(const char *first, size_t position, struct candidates *ret)
{
	struct lessons ls;

	(void)first;
	for (size_t i = 0; position == 1 && i < ARRAY_LEN(actions); i++)
		candidates_add(ret, actions[i].word, NULL);
	if (position)
		return ARG_WORD;
	lessons_find(&ls);
	for (size_t i = 0; i < ls.n; i++)
		candidates_add(ret, ls.v[i].name, ls.v[i].title);
	candidates_add(ret, "next", NULL);
	lessons_free(&ls);
	return ARG_WORD;
}

static const struct option_def learn_options[] = {
	{ .name = "dir",
	  .arg = "DIR",
	  .help = "where the student's copy is made; default: as the lesson, here" },
	{ .name = "no-watch", .help = "bring the lab up, and do not look on" },
	{ .name = "write", .help = "with solution: write it into the student's copy" },
	{ .name = "lint",
	  .help = "say what is wrong with lessons (folders; default: all that are found)" },
	{ .name = NULL },
};

COMMAND(learn,
        { .name = "learn",
          .group = "Teach",
          .synopsis = "learn [LESSON [check|hint|reset|story|solution]]",
          .summary = "lessons about Azure's routing, with a lab each",
          .help = "Without a word: the lessons, and how far you are. With one (its number, or "
                  "\"next\"): its story is printed, its design copied to a folder here, its lab "
                  "comes up, and the tasks are looked at as you work, until all are done. "
                  "Change the design, vnetlab up it, and see.\n\n"
                  "check looks once (exit status 1: something is open), hint tells the next hint, "
                  "reset gives you the beginning back, solution tells it all, and with --write "
                  "makes it so. What you have done is kept in XDG_STATE_HOME.\n\n"
                  "Lessons of your own: see docs/lessons.md; VNETLAB_LESSONS names their "
                  "folder, vnetlab init --lesson writes one to begin with.\n\n"
                  "  vnetlab learn\n"
                  "  vnetlab learn 3\n"
                  "  vnetlab learn 3 hint",
          .max_args = -1,
          .complete = complete_learn,
          .common_output = true,
          .here = true,
          .opts = learn_options,
          .run = cmd_learn });
