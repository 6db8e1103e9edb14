/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `exec`, `shell`, `capture`: a program in a node's namespaces, on the client's descriptors. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/loop.h"
#include "base/str.h"
#include "kernel/fds.h"
#include "lab/build/node_make.h"
#include "lab/image/image.h"
#include "lab/ops/ops.h"
#include "lab/proc/box.h"
#include "lab/proc/driver.h"
#include "lab/proc/launch.h"
#include "lab/proc/op.h"

enum { HANGUP_MS = 2000, ARGS_MAX = 4096 };

struct guest_exec {
	struct driver *d;
	struct conn *c; /* NULL: the client has gone, it is being ended */
	struct child child;
	struct timer kill;
};

static void on_exec_exit(struct child *ch, int wstatus)
{
	struct guest_exec *x = container_of(ch, struct guest_exec, child);
	struct conn *c = x->c;
	int status = WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);

	loop_timer_stop(x->d->loop, &x->kill);
	free(x);
	if (!c)
		return;
	c->on_close = NULL;
	conn_answer(c, json_pack("{s:i}", "exit", status));
}

static void signal_it(const struct guest_exec *x, int sig)
{
	if (!x->child.pid)
		return;
	/* Its session's leader, and its group: as a terminal would. */
	if (kill(-x->child.pid, sig) < 0)
		kill(x->child.pid, sig);
}

static void on_kill(struct timer *t)
{
	signal_it(container_of(t, struct guest_exec, kill), SIGKILL);
}

static void on_input(struct conn *c, json_t *line)
{
	const json_t *sig = json_object_get(line, "signal");
	json_int_t n = json_integer_value(sig);

	if (!json_is_integer(sig) || n <= 0 || n > 64)
		return;
	signal_it(c->ctx, (int)n);
	conn_send(c, json_pack("{s:I}", "signaled", n));
}

/* As when a terminal is closed; what ignores that is killed. */
static void on_close(struct conn *c)
{
	struct guest_exec *x = c->ctx;

	x->c = NULL;
	signal_it(x, SIGHUP);
	signal_it(x, SIGCONT);
	x->kill.fn = on_kill;
	loop_timer(x->d->loop, &x->kill, HANGUP_MS);
}

static int strings_of_json(const json_t *a, const char *what, char ***ret, struct err *e)
{
	size_t n = json_array_size(a);
	char **v = xcalloc(n + 1, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		v[i] = (char *)json_string_value(json_array_get(a, i));
		if (!v[i]) {
			free(v);
			return err_set(e, EINVAL, "exec: \"%s\" is a list of strings", what);
		}
	}
	*ret = v;
	return 0;
}

/* The device of a node's NIC, for who names the NIC ("VM/nic") and knows no device: in argv it
 * stands as "{device}". */
static void put_device(const struct lab_node *n, const char *name, const char **argv, char buf[16])
{
	const char *slash = n->vm && !strieq(n->name, name) ? strrchr(name, '/') : NULL;
	size_t index = 0;
	bool any = !n->rs && !(n->vm && n->vm->n_nics == 1);

	for (size_t i = 0; slash && i < n->vm->n_nics; i++)
		if (strieq(n->vm->nics[i]->name, slash + 1)) {
			index = i;
			any = false;
		}
	snprintf(buf, 16, any ? "any" : "eth%zu", index);
	for (; *argv; argv++)
		if (streq(*argv, "{device}"))
			*argv = buf;
}

/* A terminal of the node's, whose other end goes to the client over the socket that it sent. */
static int give_terminal(struct driver *d, const struct lab_node *n, int sock, int *ret_slave,
                         struct err *e)
{
	_cleanup_close_ int master = -1, slave = -1;
	int r = box_terminal(d, n->box, &master, &slave, e);

	if (r < 0)
		return r;
	if (fds_send(sock, "", 1, &master, 1) < 0)
		return err_sys(e, errno, "exec: sending the terminal");
	*ret_slave = take_fd(slave);
	return 0;
}

struct exec_request {
	struct lab_node *n;
	char **argv, **env;
	bool capture; /* tcpdump, which also insists on changing to the user that it is already */
	char device[16];
};

static void exec_request_done(struct exec_request *q)
{
	free(q->argv);
	free(q->env);
}

static int read_exec_request(struct lab *l, struct request *r, struct exec_request *q,
                             struct err *e)
{
	const char *name;
	int rc = op_string(r, "node", &name, e);

	if (rc < 0 || (rc = lab_node(l, name, &q->n, e)) < 0 ||
	    (rc = strings_of_json(json_object_get(r->body, "argv"), "argv", &q->argv, e)) < 0 ||
	    (rc = strings_of_json(json_object_get(r->body, "env"), "env", &q->env, e)) < 0)
		return rc;
	if (!q->argv[0])
		return err_set(e, EINVAL, "exec: no command");
	if (r->n_fds != 3)
		return err_set(e, EINVAL, "exec: three descriptors come with it, got %zu",
		               r->n_fds);
	q->capture = json_is_true(json_object_get(r->body, "capture"));
	if (q->capture)
		put_device(q->n, name, (const char **)(void *)q->argv, q->device);
	return 0;
}

/* tty: the node's terminal; -1: on the client's descriptors. */
static int launch_in_node(struct driver *d, const struct exec_request *q, const struct request *r,
                          int tty, pid_t *ret_pid, struct err *e)
{
	const struct lab_node *n = q->n;
	const int *fds = tty >= 0 ? (const int[]){ tty, tty, tty } : r->fds;
	struct launch la = { .argv = ARGV(q->argv),
		             .ignore_setgroups = q->capture,
		             .envp = q->env[0] ? ARGV(q->env) : DAEMON_ENV,
		             .netns = n->netns,
		             .box = n->box,
		             .pidns = d->pidns,
		             .caps = n->caps | CAPS_USUAL,
		             .fds = { fds[0], fds[1], fds[2] },
		             .cwd = json_string_value(json_object_get(r->body, "cwd")),
		             .tty = tty >= 0,
		             .nofile = &d->nofile };

	return launch(&la, ret_pid, e);
}

/* It answers when it ends, and until then takes signals from its client. */
static void watch_exec(struct driver *d, struct conn *c, pid_t pid)
{
	struct guest_exec *x = xcalloc(1, sizeof(*x));

	x->d = d;
	x->c = c;
	x->child.pid = pid;
	x->child.fn = on_exec_exit;
	loop_child(d->loop, &x->child);
	c->ctx = x;
	c->on_input = on_input;
	c->on_close = on_close;
}

static int op_exec(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	_cleanup_(exec_request_done) struct exec_request q = { 0 };
	_cleanup_close_ int tty = -1;
	pid_t pid;
	int rc = read_exec_request(l, r, &q, e);

	if (rc == 0)
		rc = node_box(l->driver, q.n, e);
	if (rc == 0 && json_is_true(json_object_get(r->body, "terminal")))
		rc = give_terminal(l->driver, q.n, r->fds[0], &tty, e);
	if (rc < 0)
		return rc;
	rc = launch_in_node(l->driver, &q, r, tty, &pid, e);
	/* As shells say it: 127 not found, 126 not executable; the client passes it on. */
	if (rc == -ENOENT || rc == -EACCES) {
		*ret = json_pack("{s:i,s:o}", "exit", rc == -ENOENT ? 127 : 126, "message",
		                 text_json_of(e->msg));
		return 0;
	}
	if (rc < 0)
		return rc;
	if (!q.capture) {
		free(q.n->touched);
		q.n->touched = xstrdup(q.argv[0]);
	}
	watch_exec(l->driver, r->client, pid);
	return 1;
}

LAB_OP(exec, { .name = "exec", .kind = OP_INLINE, .run = op_exec });
