/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/check.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/build/room.h"
#include "lab/proc/launch.h"
#include "lab/proc/process.h"
#include "lab/proc/rejected.h"

enum { TEXT_MAX = 4096 };

struct check {
	struct driver *d;
	struct lab_node *node; /* NULL: cancelled */
	char *daemon, *noise, *file;
	bool decides;
	struct child child;
	struct source out;
	struct str text;
	struct check *next;
};

static void check_free(struct check *c)
{
	int fd = c->out.fd;

	for (struct check **p = &c->d->build->checks; *p; p = &(*p)->next)
		if (*p == c) {
			*p = c->next;
			break;
		}
	loop_del(c->d->loop, &c->out);
	close_p(&fd);
	str_free_p(&c->text);
	free(c->daemon);
	free(c->noise);
	free(c->file);
	free(c);
}

static bool read_check_output(struct check *c)
{
	char buf[4096];
	ssize_t n = read(c->out.fd, buf, sizeof(buf));

	if (n > 0 && c->text.n < TEXT_MAX)
		str_addn(&c->text, buf, (size_t)n);
	return n > 0;
}

static void on_check_output(struct source *s, uint32_t events)
{
	struct check *c = container_of(s, struct check, out);

	(void)events;
	if (!read_check_output(c)) {
		int fd = s->fd;

		loop_del(c->d->loop, s);
		close(fd);
	}
}

/* The lines that the check has printed, without those that say nothing; the caller frees. */
static char *check_words(const struct check *c)
{
	struct str b = { 0 };
	regex_t re;
	bool filter = c->noise && regcomp(&re, c->noise, REG_EXTENDED | REG_NOSUB) == 0;

	for (const char *at = str_get((struct str *)&c->text); *at; at += *at == '\n') {
		_cleanup_free_ char *line = xstrndup(at, strcspn(at, "\n"));

		at += strlen(line);
		if (*line && (!filter || regexec(&re, line, 0, NULL, 0) != 0))
			str_printf(&b, "%s\n", line);
	}
	if (filter)
		regfree(&re);
	return b.n ? str_take(&b) : xasprintf("the check of %s fails without a word", c->daemon);
}

static void note_objection(struct lab_node *n, const struct check *c, const char *words)
{
	size_t len = strlen(words);

	while (len && strchr(" \r\n", words[len - 1]))
		len--;
	if (!n->objections)
		n->objections = json_array();
	json_array_append_new(n->objections, json_pack("{s:s?,s:s%,s:b}", "pointer", c->file,
	                                               "words", words, len, "decides", c->decides));
}

static void on_check_exit(struct child *ch, int wstatus)
{
	struct check *c = container_of(ch, struct check, child);
	struct lab_node *n = c->node;
	struct driver *d = c->d;

	while (c->out.fd >= 0 && read_check_output(c))
		;
	_cleanup_free_ char *text = check_words(c);

	if (n && wstatus != 0)
		note_objection(n, c, text);
	check_free(c);
	if (!n)
		return;
	n->checks_running--;
	/* The daemon itself will show whether it takes the file all the same. */
	if (wstatus != 0)
		node_rejects(n, text);
	if (!n->checks_running && n->start_error)
		node_did_not_start(d, n);
	driver_changed(d, CHANGED_ANSWERS);
}

static int start_daemon_check(struct driver *d, struct lab_node *n, const struct image_daemon *id,
                              struct err *e)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	struct launch l = { .argv = ARGV(id->check_argv),
		            .envp = DAEMON_ENV,
		            .netns = n->netns,
		            .box = n->box,
		            .pidns = d->pidns,
		            .caps = n->caps,
		            .fds = { -1, p[1], p[1] },
		            .nofile = &d->nofile };
	struct check *c = xcalloc(1, sizeof(*c));

	c->d = d;
	c->node = n;
	c->daemon = xstrdup(id->name);
	c->noise = id->check_noise ? xstrdup(id->check_noise) : NULL;
	c->file = id->check_file ? xstrdup(id->check_file) : NULL;
	c->decides = id->check_decides;
	c->out.fd = -1;
	c->out.fn = on_check_output;
	c->child.fn = on_check_exit;
	int r = launch(&l, &c->child.pid, e);

	close(p[1]);
	if (r == 0)
		r = loop_add(d->loop, &c->out, p[0], EPOLLIN, e);
	if (r < 0) {
		close(p[0]);
		check_free(c);
		return err_wrap(e, "%s: checking the configuration of %s", n->name, id->name);
	}
	loop_child(d->loop, &c->child);
	c->next = d->build->checks;
	d->build->checks = c;
	n->checks_running++;
	return 0;
}

int checks_start(struct driver *d, struct lab_node *n, const struct image_plan *p, bool alone,
                 struct err *e)
{
	checks_cancel(d, n);
	free(n->rejected);
	n->rejected = NULL;
	json_decref(n->objections);
	n->objections = NULL;
	for (size_t i = 0; i < p->n_daemons; i++) {
		const struct image_daemon *id = &p->daemons[i];
		bool asked = id->check_argv && (alone || !id->check_alone);
		int r = asked ? start_daemon_check(d, n, id, e) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

void checks_cancel(struct driver *d, struct lab_node *n)
{
	for (struct check *c = d->build->checks; c; c = c->next)
		if (c->node == n) {
			c->node = NULL; /* freed when it has been reaped */
			if (c->child.pid)
				kill(c->child.pid, SIGKILL);
		}
	n->checks_running = 0;
	free(n->start_error);
	n->start_error = NULL;
}
