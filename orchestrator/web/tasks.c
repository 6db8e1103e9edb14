/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of labs, up to their first action, looked at by a process of its own: one lab after
 * the other, so that a class of labs never is busy with that all at once. */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "lab/client/client.h"
#include "proof/tasks.h"
#include "web/priv.h"

enum {
	DUE_MS = 1000, /* after something happened */
	AGAIN_MS =
	    30000, /* as long as one does not hold: what a student does in a node is no event */
	TOO_LONG_MS = 60000
};

struct web_looks {
	struct web *web;
	struct web_lab *lab; /* that is looked at; NULL: none is */
	struct child child;
	int answer; /* a file in memory that it writes to; -1: none */
	struct timer next, late;
};

/* ---- in the process that looks ---- */

static json_t *task_json(const struct report_check *c)
{
	return json_pack("{s:o,s:b,s:o}", "name", text_json_of(c->name), "ok", c->ok, "detail",
	                 text_json_of(c->detail ? c->detail : ""));
}

static json_t *run_tasks(const struct web_lab *l, struct err *e)
{
	const struct run_options o = { .whole = true };
	struct report_run run = { 0 };
	struct lab_client *c = NULL;
	json_t *list = json_array();
	int r = lab_connect(l->name, &c, e);

	if (r == 0)
		r = tasks_look(c, l->name, json_deep_copy(l->checks), &o, &run, e);
	for (size_t i = 0; i < run.n; i++)
		if (!run.checks[i].skipped && !run.checks[i].action)
			json_array_append_new(list, task_json(&run.checks[i]));
	return r < 0 ? NULL : list;
}

static _Noreturn void look_and_tell(const struct web_lab *l, int to)
{
	struct err e = { 0 };
	json_t *list = run_tasks(l, &e);
	_cleanup_free_ char *text = list ? json_compact(list) : NULL;

	if (text)
		(void)write_all(to, text, strlen(text));
	_exit(text ? 0 : 1);
}

/* ---- in ours ---- */

static void arm_next(struct web_looks *k)
{
	int64_t due = 0, now = clock_ms();

	for (const struct web_lab *l = k->web->labs; l; l = l->next)
		if (l->look && (!due || l->look < due))
			due = l->look;
	if (due && k->child.pid <= 0)
		loop_timer(k->web->loop, &k->next, due > now ? due - now : 0);
}

static void on_late(struct timer *t)
{
	struct web_looks *k = container_of(t, struct web_looks, late);

	if (k->child.pid > 0)
		kill(k->child.pid, SIGKILL);
}

static bool all_done(const json_t *tasks)
{
	const json_t *t;
	size_t i;

	json_array_foreach (tasks, i, t)
		if (!json_is_true(json_object_get(t, "ok")))
			return false;
	return true;
}

/* NULL: it could not be looked at. */
static json_t *read_answer(int fd)
{
	json_t *tasks = lseek(fd, 0, SEEK_SET) == 0 ? json_loadfd(fd, 0, NULL) : NULL;

	if (json_is_array(tasks))
		return tasks;
	json_decref(tasks);
	return NULL;
}

static void take_tasks(struct web_lab *l, json_t *tasks)
{
	json_decref(l->tasks);
	l->tasks = tasks;
	if (!l->look && !(tasks && all_done(tasks)))
		l->look = clock_ms() + AGAIN_MS;
	web_lab_show(l);
}

static void end_look(struct child *c, int wstatus)
{
	struct web_looks *k = container_of(c, struct web_looks, child);
	struct web_lab *l = k->lab;

	(void)wstatus;
	loop_timer_stop(k->web->loop, &k->late);
	k->lab = NULL;
	if (l && l->checks)
		take_tasks(l, read_answer(k->answer));
	close_p(&k->answer);
	arm_next(k);
}

static void begin_look(struct web_looks *k, struct web_lab *l)
{
	fflush(NULL);
	k->answer = memfd_create("tasks", MFD_CLOEXEC);
	pid_t pid = k->answer < 0 ? -1 : fork();

	l->look = 0;
	if (pid < 0) {
		close_p(&k->answer);
		l->look = clock_ms() + AGAIN_MS;
		return;
	}
	if (pid == 0) {
		loop_after_fork(k->web->loop);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Connections of pages must end when we close them. */
		if (dup2(k->answer, STDERR_FILENO + 1) >= 0)
			close_range(STDERR_FILENO + 2, ~0U, 0);
		look_and_tell(l, STDERR_FILENO + 1);
	}
	k->lab = l;
	k->child.pid = pid;
	loop_child(k->web->loop, &k->child);
	loop_timer(k->web->loop, &k->late, TOO_LONG_MS);
}

static void begin_due(struct timer *t)
{
	struct web_looks *k = container_of(t, struct web_looks, next);
	int64_t now = clock_ms();
	struct web_lab *first = NULL;

	for (struct web_lab *l = k->web->labs; l; l = l->next)
		if (l->look && l->look <= now && (!first || l->look < first->look))
			first = l;
	/* Nobody looks: it waits, and stays due. */
	if (first && k->child.pid <= 0 && k->web->streams)
		begin_look(k, first);
	if (k->web->streams)
		arm_next(k);
}

void looks_due(struct web_looks *k, struct web_lab *l)
{
	if (!k || !json_object_size(l->checks))
		return;
	int64_t due = clock_ms() + DUE_MS;

	if (!l->look || l->look > due)
		l->look = due;
	arm_next(k);
}

void looks_go_on(struct web_looks *k)
{
	if (k)
		arm_next(k);
}

void looks_forget(struct web_looks *k, struct web_lab *l)
{
	l->look = 0;
	if (!k || k->lab != l)
		return;
	k->lab = NULL;
	kill(k->child.pid, SIGKILL);
}

struct web_looks *looks_new(struct web *w)
{
	struct web_looks *k = xcalloc(1, sizeof(*k));

	*k = (struct web_looks){ .web = w, .answer = -1 };
	k->child.fn = end_look;
	k->next.fn = begin_due;
	k->late.fn = on_late;
	return k;
}

struct web_looks *looks_free(struct web_looks *k)
{
	if (!k)
		return NULL;
	loop_timer_stop(k->web->loop, &k->next);
	loop_timer_stop(k->web->loop, &k->late);
	if (k->child.pid > 0) {
		kill(k->child.pid, SIGKILL);
		waitpid(k->child.pid, NULL, 0);
		loop_child_forget(k->web->loop, &k->child);
	}
	close_p(&k->answer);
	free(k);
	return NULL;
}
