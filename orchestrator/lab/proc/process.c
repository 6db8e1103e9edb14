/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "base/tree.h"
#include "kernel/nft_gen.h"
#include "kernel/works.h"
#include "lab/proc/box.h"
#include "lab/proc/driver.h"
#include "lab/proc/events.h"
#include "lab/proc/launch.h"
#include "lab/proc/mounts.h"
#include "lab/proc/rejected.h"

enum {
	READY_DEADLINE_MS = 10000,
	WORKS_MS = 2500,
	READY_POLL_MAX_MS = 20,
	DEATH_LINES = 5,
	BIG_FILE = 100000,
	GROUP_MS = 1000,
};

const char *proc_state_str(enum proc_state s)
{
	static const char *const names[] = { "waiting", "starting", "running", "restarting",
		                             "failed",  "done",     "stopped" };

	return names[s];
}

char *wait_status_str(int wstatus, char buf[96])
{
	if (WIFSIGNALED(wstatus))
		snprintf(buf, 96, "killed by signal %d (%s)", WTERMSIG(wstatus),
		         strsignal(WTERMSIG(wstatus)));
	else
		snprintf(buf, 96, "exited with status %d", WEXITSTATUS(wstatus));
	return buf;
}

pid_t host_pid_of(const struct driver *d, pid_t pid)
{
	_cleanup_close_ int pidfd = pidfd_open(pid, 0);
	char path[64], text[512] = "";

	if (pidfd < 0)
		return 0;
	/* fdinfo shows the pid as the /proc that is asked knows it: the outside's. */
	snprintf(path, sizeof(path), "self/fdinfo/%d", pidfd);
	_cleanup_close_ int fd = openat(d->host_proc_fd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	const char *p = strstr(text, "\nPid:");

	return p ? (int)strtol(p + 5, NULL, 10) : 0;
}

static char *process_subject(const struct process *p)
{
	return xasprintf("%s/%s", p->node->name, p->name);
}

void process_tail(const struct process *p, struct str *b, size_t lines)
{
	logbuf_tail(&p->log, lines, "  ", b);
}

static regex_t *line_regex(const char *text)
{
	regex_t *re = text ? xcalloc(1, sizeof(*re)) : NULL;

	/* It was compiled once, when the image was read. */
	if (re && regcomp(re, text, REG_EXTENDED | REG_NOSUB) != 0) {
		free(re);
		return NULL;
	}
	return re;
}

static void line_regex_free(regex_t *re)
{
	if (re)
		regfree(re);
	free(re);
}

static void became_ready(struct process *p);
static void on_process_exit(struct child *c, int wstatus);
static void on_process_timer(struct timer *t);

struct process *process_new(struct driver *d, struct lab_node *n, const struct image_daemon *id)
{
	struct process *p = xcalloc(1, sizeof(*p));

	p->d = d;
	p->node = n;
	p->name = xstrdup(id->name);
	p->argv = strv_copy(id->argv);
	p->ready = id->ready;
	p->greets = id->greets;
	p->greeting = -1;
	p->ignore_setgroups = id->ignore_setgroups;
	p->lasting = id->lasting;
	p->ready_line = line_regex(id->ready_line);
	p->stray = line_regex(id->stray);
	if (id->ready_path) {
		p->control.path = node_path(id->ready_path);
		p->control.root = n->dir ? xstrdup(n->dir) : NULL;
	}
	p->out.fd = -1;
	p->child.fn = on_process_exit;
	p->timer.fn = on_process_timer;
	return p;
}

static void hang_up(struct process *p)
{
	close_p(&p->greeting);
	p->greeting = -1;
}

static void out_close(struct process *p)
{
	int fd = p->out.fd;

	loop_del(p->d->loop, &p->out);
	close_p(&fd);
}

/* Its whole session, so that helpers of a daemon go with it. */
/* Of a daemon of several processes, as OpenBGPD is, the others die a moment after the first; they
 * may have the sockets.  While one of them lives its peers hear nothing, and nothing at all if its
 * links go first. */
static void wait_for_group(pid_t group)
{
	for (int64_t end = clock_ms() + GROUP_MS; kill(-group, 0) == 0 && clock_ms() < end;)
		poll(NULL, 0, 1);
}

static void kill_now(struct process *p)
{
	pid_t pid = p->child.pid;

	if (!pid)
		return;
	loop_child_forget(p->d->loop, &p->child);
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	/* A killed process goes in no time; its sockets must be free for the next. */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	wait_for_group(pid);
	p->host_pid = 0;
	p->frozen = false;
}

struct process *process_free(struct process *p)
{
	if (!p)
		return NULL;
	loop_timer_stop(p->d->loop, &p->timer);
	kill_now(p);
	out_close(p);
	hang_up(p);
	free(p->name);
	strv_free(p->argv);
	free(p->control.path);
	free(p->control.root);
	line_regex_free(p->ready_line);
	line_regex_free(p->stray);
	logbuf_free(&p->log);
	free(p);
	return NULL;
}

static void on_line(const char *line, size_t n, void *ctx)
{
	struct process *p = ctx;

	p->d->hooks->line(p, line, n);
	if (!p->stray && (!p->ready_line || p->said_ready))
		return;
	_cleanup_free_ char *text = xstrndup(line, n);

	if (p->ready_line && regexec(p->ready_line, text, 0, NULL, 0) == 0)
		p->said_ready = true;
	if (p->stray && regexec(p->stray, text, 0, NULL, 0) == 0) {
		p->said_stray = true;
		node_rejects(p->node, text);
	}
}

/* True when there may be more. */
static bool read_process_output(struct process *p)
{
	char buf[16384];
	ssize_t n = read(p->out.fd, buf, sizeof(buf));

	if (n > 0)
		logbuf_add(&p->log, buf, (size_t)n, on_line, p);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		out_close(p);
	return n == (ssize_t)sizeof(buf);
}

static void on_process_output(struct source *s, uint32_t events)
{
	struct process *p = container_of(s, struct process, out);

	(void)events;
	read_process_output(p);
	if (p->state == PROC_STARTING && p->ready == READY_LINE && p->said_ready)
		became_ready(p);
}

static void became_ready(struct process *p)
{
	_cleanup_free_ char *who = process_subject(p);
	bool done = p->ready == READY_EXIT;

	loop_timer_stop(p->d->loop, &p->timer);
	hang_up(p);
	p->state = done ? PROC_DONE : PROC_RUNNING;
	p->made_in = done ? p->node->boots + 1 : 0;
	if (done) { /* rules that it was to load are the node's own */
		nft_generation(p->node->netns, &p->node->filter, NULL);
		event_add(p->d->events, "process", who, "done");
	} else {
		event_add(p->d->events, "process", who, "running as %d", (int)p->host_pid);
	}
	struct err e;

	if (!done)
		p->d->hooks->ready(p->node);
	if (node_procs_start(p->node, &e) < 0)
		node_start_failed(p->d, p->node, e.msg);
	driver_changed(p->d, CHANGED_NODES);
}

static bool socket_accepts(const struct sock_at *at)
{
	_cleanup_close_ int fd = beneath_connect(at, 0);

	/* EPROTOTYPE: it is there, of another type; EAGAIN: so many wait for it already. */
	return fd >= 0 || errno == EPROTOTYPE || errno == EAGAIN;
}

/* BIRD listens before it reads its configuration, and greets behind that. */
static bool has_greeted(struct process *p)
{
	char some[64];
	ssize_t n;

	if (p->greeting < 0)
		p->greeting = beneath_connect(&p->control, 0);
	if (p->greeting < 0)
		return false;
	n = recv(p->greeting, some, sizeof(some), MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		hang_up(p); /* that one went away */
	return n > 0;
}

static int start_process(struct process *p, struct err *e)
{
	int pipefd[2];

	if (pipe2(pipefd, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	fcntl(pipefd[0], F_SETFL, O_NONBLOCK);
	out_close(p);
	hang_up(p);
	/* A killed process leaves its socket, and not every daemon (gobgpd) takes that away. */
	if (p->control.root && p->control.path)
		tree_remove_socket(p->control.root, p->control.path);
	struct launch l = { .argv = ARGV(p->argv),
		            .envp = DAEMON_ENV,
		            .netns = p->node->netns,
		            .box = p->node->box,
		            .pidns = p->d->pidns,
		            .caps = p->node->caps,
		            .fds = { -1, pipefd[1], pipefd[1] },
		            .nofile = &p->d->nofile,
		            .ignore_setgroups = p->ignore_setgroups };
	int r = launch(&l, &p->child.pid, e);

	close(pipefd[1]);
	if (r < 0) {
		p->child.pid = 0;
		close(pipefd[0]);
		return r;
	}
	loop_child(p->d->loop, &p->child);
	p->out.fn = on_process_output;
	r = loop_add(p->d->loop, &p->out, pipefd[0], EPOLLIN, e);
	if (r < 0) {
		close(pipefd[0]);
		kill_now(p);
		return r;
	}
	p->host_pid = host_pid_of(p->d, p->child.pid);
	p->state = PROC_STARTING;
	p->started = p->worked = clock_ms();
	p->switches = 0;
	p->polls = 0;
	p->said_ready = p->said_stray = false;
	return 0;
}

int node_procs_start(struct lab_node *n, struct err *e)
{
	for (size_t i = 0; i < n->n_procs; i++) {
		struct process *p = n->procs[i];

		if (p->state == PROC_RUNNING || p->state == PROC_DONE)
			continue;
		if (p->state == PROC_STARTING || p->state == PROC_BACKOFF)
			return 0; /* the rest follows when it is ready */
		if (p->state == PROC_FAILED || p->state == PROC_HELD)
			return 0;
		int r = start_process(p, e);

		if (r < 0) {
			p->state = PROC_FAILED;
			return err_wrap(e, "%s", n->name);
		}
		if (p->ready == READY_SOCKET) {
			loop_timer(p->d->loop, &p->timer, 1);
			return 0;
		}
		/* The rest follows when it has ended, or has said so. */
		if (p->ready == READY_EXIT || p->ready == READY_LINE) {
			loop_timer(p->d->loop, &p->timer,
			           p->ready == READY_EXIT ? WORKS_MS : READY_DEADLINE_MS);
			return 0;
		}
		became_ready(p); /* goes on with the next */
		return 0;
	}
	return 0;
}

/* A reason why it may take long. */
static void say_big_files(const struct lab_node *n, struct str *b)
{
	for (size_t i = 0; n->vm && i < n->vm->guest.n_configs; i++)
		if (n->vm->guest.configs[i].size >= BIG_FILE)
			str_printf(b, "; %s is big: %zu kB", n->vm->guest.configs[i].name,
			           n->vm->guest.configs[i].size / 1000);
}

static void say_not_ready(struct process *p)
{
	_cleanup_str_ struct str b = { 0 }, words = { 0 };

	if (p->ready == READY_EXIT)
		str_printf(&b, "%s: %s has done nothing for %d s, and is not done", p->node->name,
		           p->name, READY_DEADLINE_MS / 1000);
	else
		str_printf(&b, "%s: %s is not ready after %d s", p->node->name, p->name,
		           READY_DEADLINE_MS / 1000);
	if (p->control.path)
		str_printf(&b, ": %s does not answer", p->control.path);
	say_big_files(p->node, &b);
	process_tail(p, &words, DEATH_LINES);
	if (words.n)
		str_printf(&b, "; its last words:\n%s", str_get(&words));
	else
		str_add(&b, "; it has said nothing");
	node_start_failed(p->d, p->node, str_get(&b));
	p->started = p->worked = clock_ms();
}

/* One that does its work and ends has all the time that it works for: it may have much to read. */
static void poll_work(struct process *p)
{
	int64_t now = clock_ms();
	char state;

	if (p->frozen || process_works(p->child.pid, &p->switches, &state))
		p->worked = now;
	loop_timer(p->d->loop, &p->timer, WORKS_MS);
	if (now - p->worked >= READY_DEADLINE_MS)
		say_not_ready(p);
}

/* Another version may use other words.  It runs: that is as much as is known of most programs. */
static void give_up_on_line(struct process *p)
{
	_cleanup_free_ char *who = process_subject(p);

	event_add(p->d->events, "process", who,
	          "has not said within %d s that it has read its configuration; it runs",
	          READY_DEADLINE_MS / 1000);
	became_ready(p);
}

static void poll_ready(struct process *p)
{
	unsigned wait = 1 + p->polls++ / 4;
	bool late = !p->frozen && clock_ms() - p->started >= READY_DEADLINE_MS;

	if (p->ready == READY_EXIT) {
		poll_work(p);
		return;
	}
	if (p->ready == READY_LINE) {
		give_up_on_line(p);
		return;
	}
	if (p->ready == READY_SOCKET && !p->frozen && (!p->ready_line || p->said_ready) &&
	    (p->greets ? has_greeted(p) : socket_accepts(&p->control))) {
		became_ready(p);
		return;
	}
	loop_timer(p->d->loop, &p->timer, wait > READY_POLL_MAX_MS ? READY_POLL_MAX_MS : wait);
	if (late)
		say_not_ready(p);
}

static void on_process_timer(struct timer *t)
{
	struct process *p = container_of(t, struct process, timer);
	struct err e;

	if (p->state == PROC_STARTING) {
		poll_ready(p);
	} else if (p->state == PROC_BACKOFF) {
		p->state = PROC_WAITING;
		if (node_procs_start(p->node, &e) < 0)
			node_start_failed(p->d, p->node, e.msg);
	}
}

/* Sets how long to wait before the next restart within the window; false: there were too many. */
static bool restart_delay(struct process *p, int64_t *ret_ms)
{
	int64_t now = clock_ms();
	unsigned recent = 0;

	for (unsigned i = 0; i < RESTART_MAX && i < p->n_deaths; i++)
		if (now - p->deaths[i] < RESTART_WINDOW_MS)
			recent++;
	p->deaths[p->n_deaths++ % RESTART_MAX] = now;
	p->node->deaths++;
	/* At once the first time, then 200, 400, ... ms. */
	*ret_ms = recent ? 100u << recent : 0;
	return recent < RESTART_MAX;
}

/* It died before it was ready.  True: an apply waits for it, and fails. */
static bool note_death_of_starting(struct process *p, const char *tail)
{
	struct lab_node *n = p->node;

	if (!p->d->starting || p->d->start_failed)
		return false;
	_cleanup_free_ char *msg = xasprintf("%s: %s %s before it was ready%s%s", n->name, p->name,
	                                     p->ended, *tail ? ":\n" : "", tail);

	/* The words of a check are better: file and line, and nothing else. */
	free(n->start_error);
	n->start_error = take_ptr(msg);
	if (!n->checks_running)
		node_did_not_start(p->d, n);
	return true;
}

static void on_process_exit(struct child *c, int wstatus)
{
	struct process *p = container_of(c, struct process, child);
	_cleanup_free_ char *who = process_subject(p);
	_cleanup_str_ struct str tail = { 0 };
	bool was_starting = p->state == PROC_STARTING;
	int64_t delay;

	while (p->out.fd >= 0 && read_process_output(p))
		;
	loop_timer_stop(p->d->loop, &p->timer);
	p->host_pid = 0;
	p->frozen = false;
	wait_status_str(wstatus, p->ended);
	if (WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGKILL && box_has_starved(p->node->box))
		strncat(p->ended, ": its node's memory is used up",
		        sizeof(p->ended) - strlen(p->ended) - 1);
	if (p->ready == READY_EXIT && was_starting && (wstatus == 0 || p->said_stray)) {
		became_ready(p);
		return;
	}
	/* Daemons that configured it and ended (vtysh -b) must run again. */
	for (size_t i = 0; i < p->node->n_procs; i++)
		if (p->node->procs[i]->state == PROC_DONE && !p->node->procs[i]->lasting)
			p->node->procs[i]->state = PROC_WAITING;
	process_tail(p, &tail, DEATH_LINES);
	if (was_starting && note_death_of_starting(p, str_get(&tail))) {
		p->state = PROC_FAILED; /* of an apply: it is rolled back */
	} else if (restart_delay(p, &delay)) {
		p->state = PROC_BACKOFF;
		loop_timer(p->d->loop, &p->timer, delay);
	} else {
		p->state = PROC_FAILED;
	}
	event_add(p->d->events, "process", who, "%s%s%s%s", p->ended,
	          p->state == PROC_FAILED ? "; not restarted" : "; is restarted",
	          tail.n ? "; last lines:\n" : "", str_get(&tail));
	driver_changed(p->d, CHANGED_NODES);
}

void node_procs_stop(struct lab_node *n)
{
	for (size_t i = 0; i < n->n_procs; i++) {
		struct process *p = n->procs[i];

		loop_timer_stop(p->d->loop, &p->timer);
		kill_now(p);
		out_close(p);
		p->state = PROC_HELD;
	}
}

void node_procs_kill(struct lab_node *n, bool hold)
{
	if (hold) {
		node_procs_stop(n);
		return;
	}
	for (size_t i = 0; i < n->n_procs; i++) {
		struct process *p = n->procs[i];

		if (!p->child.pid)
			continue;
		kill(-p->child.pid, SIGKILL); /* the rest is on_process_exit()'s */
		kill(p->child.pid, SIGKILL);
	}
}

void node_procs_freeze(struct lab_node *n, bool freeze)
{
	for (size_t i = 0; i < n->n_procs; i++) {
		struct process *p = n->procs[i];

		if (!p->child.pid)
			continue;
		kill(-p->child.pid, freeze ? SIGSTOP : SIGCONT);
		p->frozen = freeze;
	}
}

int node_procs_resume(struct lab_node *n, struct err *e)
{
	for (size_t i = 0; i < n->n_procs; i++)
		if (n->procs[i]->state == PROC_HELD || n->procs[i]->state == PROC_FAILED) {
			bool made = n->procs[i]->lasting && n->procs[i]->made_in == n->boots + 1;

			n->procs[i]->state = made ? PROC_DONE : PROC_WAITING;
			n->procs[i]->n_deaths = 0;
		}
	return node_procs_start(n, e);
}

void node_procs_free(struct lab_node *n)
{
	for (size_t i = 0; i < n->n_procs; i++)
		process_free(n->procs[i]);
	free(n->procs);
	n->procs = NULL;
	n->n_procs = n->cap_procs = 0;
}

const struct process *node_running_bird(const struct lab_node *n)
{
	const struct process *p = n->n_procs ? n->procs[0] : NULL;

	return p && p->state == PROC_RUNNING && !p->frozen ? p : NULL;
}
