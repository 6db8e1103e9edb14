/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PUMP_MAX = 16, TIMERS_MAX = 64 };

struct loop {
	int epfd;
	struct source signals;
	struct timer *timers; /* by due */
	struct child *children;
	void (*round)(void *ctx);
	void *round_ctx;
	bool marked, quiet, quit;
};

/* Reaps all that ended: as process 1, orphans too, which nobody watches. */
static void reap_children(struct loop *l)
{
	int wstatus;
	pid_t pid;

	while ((pid = waitpid(-1, &wstatus, WNOHANG)) > 0) {
		for (struct child **p = &l->children; *p; p = &(*p)->next) {
			struct child *c = *p;

			if (c->pid != pid)
				continue;
			*p = c->next;
			c->next = NULL;
			c->pid = 0;
			c->fn(c, wstatus);
			break;
		}
	}
}

static void handle_loop_signal(struct source *s, uint32_t events)
{
	struct loop *l = container_of(s, struct loop, signals);
	struct signalfd_siginfo si;

	(void)events;
	while (read(s->fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGCHLD)
			reap_children(l);
		else if (si.ssi_signo != SIGHUP)
			l->quit = true;
	}
}

static void signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
}

int loop_new(struct loop **ret, struct err *e)
{
	struct loop *l = xcalloc(1, sizeof(*l));
	sigset_t set;
	int r;

	l->signals.fd = -1;
	l->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epfd < 0) {
		r = err_sys(e, errno, "epoll");
		loop_free(l);
		return r;
	}
	signal_set(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	_cleanup_close_ int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

	if (fd < 0) {
		r = err_sys(e, errno, "signalfd");
		loop_free(l);
		return r;
	}
	l->signals.fn = handle_loop_signal;
	r = loop_add(l, &l->signals, fd, EPOLLIN, e);
	if (r < 0) {
		loop_free(l);
		return r;
	}
	take_fd(fd);
	*ret = l;
	return 0;
}

struct loop *loop_free(struct loop *l)
{
	if (!l)
		return NULL;
	close_p(&l->signals.fd);
	close_p(&l->epfd);
	free(l);
	return NULL;
}

void loop_after_fork(struct loop *l)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_p(&l->signals.fd);
	close_p(&l->epfd);
	l->signals.fd = l->epfd = -1;
}

int loop_add(struct loop *l, struct source *s, int fd, uint32_t events, struct err *e)
{
	struct epoll_event ev = { .events = events, .data.ptr = s };

	if (epoll_ctl(l->epfd, EPOLL_CTL_ADD, fd, &ev) < 0)
		return err_sys(e, errno, "epoll: watching a descriptor");
	s->fd = fd;
	return 0;
}

void loop_mod(struct loop *l, struct source *s, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = s };

	epoll_ctl(l->epfd, EPOLL_CTL_MOD, s->fd, &ev);
}

void loop_del(struct loop *l, struct source *s)
{
	if (s->fd < 0)
		return;
	epoll_ctl(l->epfd, EPOLL_CTL_DEL, s->fd, NULL);
	s->fd = -1;
}

void loop_timer_stop(struct loop *l, struct timer *t)
{
	if (!t->armed)
		return;
	for (struct timer **p = &l->timers; *p; p = &(*p)->next)
		if (*p == t) {
			*p = t->next;
			break;
		}
	t->next = NULL;
	t->armed = false;
}

void loop_timer(struct loop *l, struct timer *t, int64_t in_ms)
{
	struct timer **p = &l->timers;

	loop_timer_stop(l, t);
	t->due = clock_ms() + in_ms;
	p = &l->timers;
	while (*p && (*p)->due <= t->due)
		p = &(*p)->next;
	t->next = *p;
	*p = t;
	t->armed = true;
}

void loop_child(struct loop *l, struct child *c)
{
	c->next = l->children;
	l->children = c;
}

void loop_child_forget(struct loop *l, struct child *c)
{
	for (struct child **p = &l->children; *p; p = &(*p)->next)
		if (*p == c) {
			*p = c->next;
			break;
		}
	c->next = NULL;
	c->pid = 0;
}

void loop_quit(struct loop *l)
{
	l->quit = true;
}

static void run_timers(struct loop *l)
{
	int64_t now = clock_ms();

	/* Bounded: a timer may re-arm itself for "now", and has its turn again in the next round. A
	 * timer may also free itself. */
	for (int i = 0; i < TIMERS_MAX && l->timers && l->timers->due <= now; i++) {
		struct timer *t = l->timers;

		l->timers = t->next;
		t->next = NULL;
		t->armed = false;
		t->fn(t);
	}
}

void loop_pump(struct loop *l)
{
	struct epoll_event ev;

	for (int i = 0; i < PUMP_MAX && epoll_wait(l->epfd, &ev, 1, 0) == 1; i++) {
		struct source *s = ev.data.ptr;

		s->fn(s, ev.events);
	}
	run_timers(l);
}

void loop_on_mark(struct loop *l, void (*fn)(void *ctx), void *ctx)
{
	l->round = fn;
	l->round_ctx = ctx;
}

void loop_mark(struct loop *l)
{
	l->marked = true;
}

bool loop_is_quiet(const struct loop *l)
{
	return l->quiet;
}

static void run_round(struct loop *l)
{
	if (!l->marked || l->quit)
		return;
	l->marked = false;
	if (l->round)
		l->round(l->round_ctx);
}

/* Returns for how many ms there is nothing to do; -1: for ever. */
static int idle_ms(const struct loop *l)
{
	if (l->marked)
		return 0;
	if (!l->timers)
		return -1;
	int64_t left = l->timers->due - clock_ms();

	return left > 0 ? (int)left : 0;
}

int loop_run(struct loop *l, struct err *e)
{
	while (!l->quit) {
		struct epoll_event ev;
		int n = epoll_wait(l->epfd, &ev, 1, idle_ms(l));

		if (n < 0 && errno != EINTR)
			return err_sys(e, errno, "epoll_wait");
		l->quiet = n <= 0;
		if (n == 1) {
			struct source *s = ev.data.ptr;

			s->fn(s, ev.events);
		}
		if (!l->quit)
			run_timers(l);
		run_round(l);
	}
	return 0;
}
