/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/str.h"

struct aside {
	struct asides *all;
	struct loop *loop;
	struct source src; /* what it writes: its result, and no more */
	struct child child;
	struct str text;
	void (*done)(void *ctx, const json_t *result);
	void *ctx;
	struct aside *next;
};

/* The last thing that the child does. */
static void send_result(int fd, json_t *result)
{
	_cleanup_free_ char *text = json_compact(result);

	write_all(fd, text, strlen(text));
	json_decref(result);
}

static void end_aside(struct aside *a, const json_t *result)
{
	for (struct aside **at = &a->all->first; *at; at = &(*at)->next)
		if (*at == a) {
			*at = a->next;
			break;
		}
	int fd = a->src.fd;

	loop_del(a->loop, &a->src);
	close(fd);
	if (a->child.pid)
		loop_child_forget(a->loop, &a->child);
	a->done(a->ctx, result);
	str_free_p(&a->text);
	free(a);
}

static void on_aside_words(struct source *s, uint32_t events)
{
	struct aside *a = container_of(s, struct aside, src);
	char buf[65536];
	ssize_t n;

	(void)events;
	while ((n = read(s->fd, buf, sizeof(buf))) > 0)
		str_addn(&a->text, buf, (size_t)n);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	json_t *j = json_loadb(str_get(&a->text), a->text.n, JSON_DECODE_ANY, NULL);

	end_aside(a, j);
	json_decref(j);
}

static void on_aside_reaped(struct child *c, int wstatus)
{
	(void)c; /* the end of what it writes says it all */
	(void)wstatus;
}

int aside_start(struct asides *all, struct loop *l, json_t *(*work)(void *ctx),
                void (*done)(void *ctx, const json_t *result), void *ctx, struct err *e)
{
	int p[2], r;

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, errno, "pipe");
	fflush(NULL);
	pid_t pid = fork();

	if (pid < 0) {
		r = err_sys(e, errno, "fork");
		close(p[0]);
		close(p[1]);
		return r;
	}
	if (pid == 0) {
		loop_after_fork(l);
		if (dup2(p[1], 3) != 3)
			_exit(1);
		fcntl(3, F_SETFL, 0);
		close_range(4, ~0u, 0); /* clients' connections are not its own */
		send_result(3, work(ctx));
		_exit(0);
	}
	close(p[1]);
	struct aside *a = xcalloc(1, sizeof(*a));

	*a = (struct aside){ .all = all,
		             .loop = l,
		             .src = { .fd = -1, .fn = on_aside_words },
		             .child = { .pid = pid, .fn = on_aside_reaped },
		             .done = done,
		             .ctx = ctx,
		             .next = all->first };
	r = loop_add(l, &a->src, p[0], EPOLLIN, e);
	if (r < 0) {
		close(p[0]);
		kill(pid, SIGKILL);
		free(a);
		return r;
	}
	loop_child(l, &a->child);
	all->first = a;
	return 0;
}

void asides_end(struct asides *all)
{
	while (all->first) {
		if (all->first->child.pid)
			kill(all->first->child.pid, SIGKILL);
		end_aside(all->first, NULL);
	}
}
