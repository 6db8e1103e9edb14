/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/str.h"
#include "kernel/limits.h"

/* The time that a job which is told to end has before it is killed: at its limit, and at a signal,
 * when all others end at the same time. */
enum { GRACE_MS = 5000, STOP_GRACE_MS = 20000 };

struct worker {
	size_t job;
	pid_t pid;
	int fd;       /* what it says: a line of JSON each */
	long ends_ms; /* when it is told to end; then, when it is killed; 0: never */
	bool told, too_long;
	struct str in;
	json_t *result;
};

struct pool_state {
	const struct pool *p;
	struct worker *workers;
	size_t n, next;
	bool told; /* of the signal */
	sigset_t before;
};

/* The descriptor of the job that this process is; -1: it is none. */
static int job_fd = -1;

static void write_line(json_t *line)
{
	_cleanup_free_ char *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	if (!text)
		return;
	size_t n = strlen(text);

	text[n] = '\n';
	(void)write_all(job_fd, text, n + 1);
}

void pool_say(const char *kind, const char *text)
{
	if (job_fd >= 0)
		write_line(json_pack("{s:s, s:o}", "kind", kind, "text", text_json_of(text)));
}

static _Noreturn void be_job(struct pool_state *s, size_t job, int fd, pid_t caller)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigprocmask(SIG_SETMASK, &s->before, NULL);
	if (getppid() != caller)
		raise(SIGTERM);
	job_fd = fd;
	write_line(json_pack("{s:o}", "result", s->p->run(s->p->ctx, job)));
	fflush(NULL);
	_exit(0);
}

static int start_job(struct pool_state *s, size_t job, struct err *e)
{
	pid_t caller = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	fflush(NULL); /* what is not yet written would be written twice */
	pid_t pid = fork();

	if (pid == 0) {
		close(fds[0]);
		be_job(s, job, fds[1], caller);
	}
	int why = errno;

	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return err_fork(e, why, "starting a job");
	}
	s->workers[s->n++] =
	    (struct worker){ .job = job,
		             .pid = pid,
		             .fd = fds[0],
		             .ends_ms = s->p->limit_ms ? clock_ms() + s->p->limit_ms : 0 };
	return 0;
}

static void take_job_line(struct pool_state *s, struct worker *w, const char *line)
{
	json_t *j = json_loads(line, 0, NULL), *result = json_object_get(j, "result");

	if (result) {
		json_decref(w->result);
		w->result = json_incref(result);
	} else if (j && s->p->said) {
		s->p->said(s->p->ctx, w->job, json_string_value(json_object_get(j, "kind")),
		           json_string_value(json_object_get(j, "text")));
	}
	json_decref(j);
}

/* False: it will say no more. */
static bool read_job(struct pool_state *s, struct worker *w)
{
	char buf[16384];
	ssize_t n = read(w->fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	str_addn(&w->in, buf, (size_t)n);
	for (char *nl; w->in.n && (nl = memchr(w->in.s, '\n', w->in.n));) {
		size_t len = (size_t)(nl - w->in.s);

		*nl = '\0';
		take_job_line(s, w, w->in.s);
		memmove(w->in.s, nl + 1, w->in.n - len - 1);
		w->in.n -= len + 1;
	}
	return n > 0;
}

static char *describe_exit(int status)
{
	if (WIFSIGNALED(status))
		return xasprintf("its process was killed by signal %d (%s)", WTERMSIG(status),
		                 strsignal(WTERMSIG(status)));
	return xasprintf("its process ended with status %d and no result", WEXITSTATUS(status));
}

static void end_worker(struct pool_state *s, size_t i)
{
	struct worker w = s->workers[i];
	int status = 0;

	close(w.fd);
	while (waitpid(w.pid, &status, 0) < 0 && errno == EINTR)
		;
	_cleanup_free_ char *how = w.too_long ? xstrdup(POOL_TOO_LONG)
	                           : w.result ? NULL
	                                      : describe_exit(status);

	memmove(&s->workers[i], &s->workers[i + 1], (--s->n - i) * sizeof(w));
	s->p->done(s->p->ctx, w.job, w.result, how);
	json_decref(w.result);
	str_free_p(&w.in);
}

static bool is_stopped(const struct pool_state *s)
{
	return s->p->stop && *s->p->stop;
}

static void start_jobs(struct pool_state *s)
{
	while (!is_stopped(s) && s->n < s->p->at_once && s->next < s->p->n) {
		size_t next = s->next++, job = s->p->order ? s->p->order[next] : next;
		struct err e = { 0 };

		if (s->p->wanted && !s->p->wanted(s->p->ctx, job))
			continue;
		if (start_job(s, job, &e) < 0)
			s->p->done(s->p->ctx, job, NULL, e.msg);
	}
}

static void pass_signal_on(struct pool_state *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct worker *w = &s->workers[i];

		kill(w->pid, *s->p->stop);
		if (!w->told)
			w->ends_ms = clock_ms() + (s->p->stop_ms ? s->p->stop_ms : STOP_GRACE_MS);
		w->told = true;
	}
	s->told = true;
}

/* Ends jobs that have used up their time: in order, and those that do not end, at once. */
static void end_overdue(struct pool_state *s)
{
	long now = clock_ms();

	for (size_t i = 0; i < s->n; i++) {
		struct worker *w = &s->workers[i];

		if (!w->ends_ms || now < w->ends_ms)
			continue;
		kill(w->told ? -w->pid : w->pid, w->told ? SIGKILL : SIGTERM);
		w->ends_ms = w->told ? 0 : now + GRACE_MS;
		w->too_long |= !w->told;
		w->told = true;
	}
}

/* When the next job's time is over; NULL: no job's time is bounded. */
static const struct timespec *next_end(const struct pool_state *s, struct timespec *ret)
{
	long first = 0, now = clock_ms();

	for (size_t i = 0; i < s->n; i++)
		if (s->workers[i].ends_ms && (!first || s->workers[i].ends_ms < first))
			first = s->workers[i].ends_ms;
	long wait = first > now ? first - now : 0;

	*ret = (struct timespec){ wait / 1000, wait % 1000 * 1000000 };
	return first ? ret : NULL;
}

/* Signals come while it waits, and only then: none is overlooked. */
static int wait_for_jobs(struct pool_state *s, struct err *e)
{
	_cleanup_free_ struct pollfd *p = xcalloc(s->n, sizeof(*p));
	size_t n = s->n;

	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = s->workers[i].fd, .events = POLLIN };
	struct timespec wait;
	int r = ppoll(p, n, next_end(s, &wait), &s->before);

	if (r < 0)
		return errno == EINTR ? 0 : err_sys(e, errno, "poll");
	for (size_t i = n; i-- > 0;) /* the last first: those before keep their places */
		if (p[i].revents && !read_job(s, &s->workers[i]))
			end_worker(s, i);
	return 0;
}

int pool_run(const struct pool *p, struct err *e)
{
	struct pool_state s = { .p = p, .workers = xcalloc(p->at_once, sizeof(*s.workers)) };
	sigset_t stops;
	int r = 0;

	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGHUP);
	sigprocmask(SIG_BLOCK, &stops, &s.before);
	for (start_jobs(&s); r == 0 && s.n; start_jobs(&s)) {
		r = wait_for_jobs(&s, e);
		end_overdue(&s);
		if (is_stopped(&s) && !s.told)
			pass_signal_on(&s);
	}
	sigprocmask(SIG_SETMASK, &s.before, NULL);
	free(s.workers);
	return r;
}

void pool_silence(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
	close_p(&fd);
}
