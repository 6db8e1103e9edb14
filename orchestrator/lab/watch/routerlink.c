/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/routerlink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/proc/events.h"
#include "lab/proc/launch.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "lab/watch/room.h"
#include "router/proto.h"

enum { RESTART_MS = 200 };

struct looking {
	void (*fn)(void *ctx, const json_t *looked);
	void *ctx;
};

struct router_link {
	struct driver *d;
	struct child child;
	pid_t host_pid;
	struct peer *peer;
	struct source src;
	struct source out; /* what it prints */
	struct logbuf log;
	struct timer restart;
	unsigned deaths;
	json_int_t sent, applied; /* generations */
	bool dirty;               /* routes changed and are not applied yet */
	json_int_t version;       /* of what NICs are programmed with */
	bool fetching;            /* it was asked for that */
	unsigned waiting;         /* "applied" answers to "resync" that are to come */
	json_int_t missing;       /* ports */
	struct looking *looks;    /* in the order of their answers */
	size_t n_looks, cap_looks;
	ino_t *told; /* the namespaces that it reads, as it was told last */
	size_t n_told;
	json_t *rib;                 /* its last answer ... */
	json_int_t rib_version;      /* ... and of when it is */
	char error[256];             /* its last word, until it has applied something */
	json_t *lists[ROUTER_LISTS]; /* what it cannot see itself */
	void (*on_read)(struct driver *d, const json_t *answer); /* to the last router_read() */
	unsigned long heard;                                     /* router_heard() */
};

/* --- what it says --------------------------------------------------------------------------------
 */

static void hang_up_router(struct router_link *rl)
{
	loop_del(rl->d->loop, &rl->src);
	rl->peer = peer_free(rl->peer);
}

static void watch_router(struct router_link *rl)
{
	int more = peer_flush(rl->peer, NULL);

	loop_mod(rl->d->loop, &rl->src, EPOLLIN | (more > 0 ? EPOLLOUT : 0));
}

static int say_to_router(struct router_link *rl, json_t *msg, const int *fds, size_t n,
                         struct err *e)
{
	if (!rl->peer) {
		json_decref(msg); /* it hears everything when it is back */
		return 0;
	}
	int r = peer_send(rl->peer, msg, fds, n, e);

	if (r < 0)
		return err_wrap(e, "the virtual router");
	watch_router(rl);
	return 0;
}

/* Kept here, so that workers have it without asking. */
static void fetch_rib(struct router_link *rl)
{
	if (rl->fetching || (rl->rib && rl->rib_version == rl->version))
		return;
	rl->fetching = true;
	say_to_router(rl, json_pack("{s:s}", "op", "rib"), NULL, 0, NULL);
}

static void on_applied(struct router_link *rl, const json_t *msg)
{
	rl->applied = json_integer_value(json_object_get(msg, "generation"));
	rl->missing = json_integer_value(json_object_get(msg, "missing"));
	if (rl->waiting)
		rl->waiting--;
	rl->dirty = false;
	*rl->error = '\0';
	rl->version = json_integer_value(json_object_get(msg, "version"));
	if (!json_is_true(json_object_get(msg, "more")))
		fetch_rib(rl);
	driver_changed(rl->d, CHANGED_ANSWERS);
}

static void on_rib(struct router_link *rl, json_t *msg)
{
	json_decref(rl->rib);
	rl->rib = json_incref(msg);
	rl->rib_version = json_integer_value(json_object_get(msg, "version"));
	rl->fetching = false;
	fetch_rib(rl); /* should another one have come meanwhile */
	driver_changed(rl->d, CHANGED_ANSWERS);
}

static void on_read(struct router_link *rl, const json_t *msg)
{
	if (rl->on_read)
		rl->on_read(rl->d, msg);
	driver_changed(rl->d, CHANGED_ANSWERS);
}

static char *instance_of(const json_t *msg)
{
	const char *rs = json_string_value(json_object_get(msg, "routeServer"));

	return xasprintf("%s/%lld", rs ? rs : json_string_value(json_object_get(msg, "gateway")),
	                 (long long)json_integer_value(json_object_get(msg, "instance")));
}

static void on_route(struct router_link *rl, const json_t *msg)
{
	_cleanup_free_ char *hops =
	    json_dumps(json_object_get(msg, "nextHops"), JSON_COMPACT | JSON_ENCODE_ANY);
	_cleanup_free_ char *who = instance_of(msg);
	const char *prefix = json_string_value(json_object_get(msg, "prefix"));
	const char *action = json_string_value(json_object_get(msg, "action"));
	json_int_t in_ms = json_integer_value(json_object_get(msg, "inMs"));
	_cleanup_free_ char *later =
	    in_ms > 0 ? xasprintf("; NICs in %.1f s", (double)in_ms / 1000) : xstrdup("");

	rl->dirty = true;
	rl->heard++;
	event_add(rl->d->events, "route", who, "%s %s%s%s%s", action ? action : "",
	          prefix ? prefix : "", hops ? " " : "", hops ? hops : "", later);
}

/* Of so many that an event each says nothing to anybody. */
static void on_routes(struct router_link *rl, const json_t *msg)
{
	static const char *const words[] = { "added", "changed", "deleted" };
	_cleanup_free_ char *who = instance_of(msg);
	_cleanup_str_ struct str s = { 0 };
	json_int_t in_ms = json_integer_value(json_object_get(msg, "inMs"));

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		json_int_t n = json_integer_value(json_object_get(msg, words[i]));

		if (n)
			str_printf(&s, "%s%lld more %s", s.n ? ", " : "", (long long)n, words[i]);
	}
	if (in_ms > 0)
		str_printf(&s, "; NICs in %.1f s", (double)in_ms / 1000);
	rl->dirty = true;
	rl->heard++;
	event_add(rl->d->events, "route", who, "%s", str_get(&s));
}

/* With Azure's timing: the NICs have followed. */
static void on_programmed(struct router_link *rl, const json_t *msg)
{
	json_int_t n = json_integer_value(json_object_get(msg, "routes"));
	_cleanup_free_ char *hops =
	    json_dumps(json_object_get(msg, "nextHops"), JSON_COMPACT | JSON_ENCODE_ANY);
	_cleanup_free_ char *who = instance_of(msg);
	const char *prefix = json_string_value(json_object_get(msg, "prefix"));
	const char *step = json_string_value(json_object_get(msg, "step"));
	json_int_t waited = json_integer_value(json_object_get(msg, "waitedMs"));

	if (n) {
		event_add(rl->d->events, "programmed", who, "NICs: %lld more, %s after %.1f s",
		          (long long)n, step ? step : "", (double)waited / 1000);
		return;
	}
	event_add(rl->d->events, "programmed", who, "NICs: %s %s, %s after %.1f s",
	          prefix ? prefix : "", hops ? hops : "", step ? step : "", (double)waited / 1000);
}

static void take_looked(struct router_link *rl, const json_t *msg)
{
	if (!rl->n_looks)
		return;
	const struct looking l = rl->looks[0];

	memmove(&rl->looks[0], &rl->looks[1], --rl->n_looks * sizeof(rl->looks[0]));
	l.fn(l.ctx, msg);
}

static void on_message(struct router_link *rl, json_t *msg)
{
	const char *event = json_string_value(json_object_get(msg, "event"));

	if (!event && json_object_get(msg, "rib")) {
		on_rib(rl, msg);
	} else if (streq(event, "applied")) {
		on_applied(rl, msg);
	} else if (streq(event, "looked")) {
		take_looked(rl, msg);
	} else if (streq(event, "read")) {
		on_read(rl, msg);
	} else if (streq(event, "routes")) {
		on_routes(rl, msg);
	} else if (streq(event, "route")) {
		on_route(rl, msg);
	} else if (streq(event, "programmed")) {
		on_programmed(rl, msg);
	} else if (streq(event, "error")) {
		const char *m = json_string_value(json_object_get(msg, "message"));

		snprintf(rl->error, sizeof(rl->error), "%s", m ? m : "unknown error");
		event_add(rl->d->events, "router", "fabric", "%s", rl->error);
	}
}

static void on_router_socket(struct source *s, uint32_t events)
{
	struct router_link *rl = container_of(s, struct router_link, src);
	struct err e = { 0 };
	json_t *msg;
	int r = events & (EPOLLIN | EPOLLHUP) ? peer_fill(rl->peer, &e) : 0;

	while (rl->peer && (msg = peer_next(rl->peer, &e))) {
		on_message(rl, msg);
		json_decref(msg);
	}
	if (!rl->peer)
		return;
	if (r < 0)
		hang_up_router(rl);
	else
		watch_router(rl);
}

/* --- its life ------------------------------------------------------------------------------------
 */

static void on_router_output(struct source *s, uint32_t events)
{
	struct router_link *rl = container_of(s, struct router_link, out);
	char buf[4096];
	ssize_t n = read(s->fd, buf, sizeof(buf));
	int fd = s->fd;

	(void)events;
	if (n > 0) {
		logbuf_add(&rl->log, buf, (size_t)n, NULL, NULL);
	} else if (n == 0 || errno != EAGAIN) {
		loop_del(rl->d->loop, s);
		close(fd);
	}
}

static void on_router_exit(struct child *c, int wstatus);

static int start_router(struct router_link *rl, struct err *e)
{
	struct driver *d = rl->d;
	int sv[2], p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0)
		return err_sys(e, errno, "socketpair");
	if (pipe2(p, O_CLOEXEC) < 0) {
		close(sv[0]);
		close(sv[1]);
		return err_sys(e, errno, "pipe");
	}
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	const char *argv[] = { "vnetlab-router", NULL };
	struct launch l = { .argv = argv,
		            .program = d->router_fd,
		            .envp = ARGV(environ), /* ours, as it is part of us */
		            .netns = node_always(&d->lab, NODE_FABRIC)->netns,
		            .fds = { -1, p[1], p[1] },
		            .extra = &sv[1],
		            .n_extra = 1 };
	int r = launch(&l, &rl->child.pid, e);

	close(sv[1]);
	close(p[1]);
	if (r < 0) {
		rl->child.pid = 0;
		close(sv[0]);
		close(p[0]);
		return err_wrap(e, "the virtual router");
	}
	rl->child.fn = on_router_exit;
	loop_child(d->loop, &rl->child);
	rl->host_pid = host_pid_of(d, rl->child.pid);
	rl->peer = peer_new(sv[0]);
	rl->src.fn = on_router_socket;
	rl->out.fn = on_router_output;
	r = loop_add(d->loop, &rl->src, peer_fd_of(rl->peer), EPOLLIN, e);
	if (r == 0)
		r = loop_add(d->loop, &rl->out, p[0], EPOLLIN, e);
	return r;
}

static void on_router_restart(struct timer *t)
{
	struct router_link *rl = container_of(t, struct router_link, restart);
	struct err e = { 0 };
	int r = start_router(rl, &e);

	if (r == 0 && rl->d->lab.model)
		r = router_update(rl->d, &e);
	if (r < 0) {
		event_add(rl->d->events, "router", "fabric", "%s", e.msg);
		loop_timer(rl->d->loop, t, 1000);
		return;
	}
	event_add(rl->d->events, "process", "fabric/vnetlab-router", "running as %d",
	          (int)rl->host_pid);
}

/* What it wrote into the kernel stays and forwards on; only changes wait until it is back. */
static void on_router_exit(struct child *c, int wstatus)
{
	struct router_link *rl = container_of(c, struct router_link, child);
	_cleanup_str_ struct str tail = { 0 };
	char how[96];

	while (rl->out.fd >= 0) {
		int fd = rl->out.fd;

		on_router_output(&rl->out, EPOLLIN);
		if (rl->out.fd == fd && errno == EAGAIN)
			break;
	}
	hang_up_router(rl);
	rl->host_pid = 0;
	rl->waiting = 0;
	rl->fetching = false;
	rl->rib_version = -1; /* its versions begin anew */
	rl->heard++;
	logbuf_tail(&rl->log, 5, "  ", &tail);
	event_add(rl->d->events, "process", "fabric/vnetlab-router", "%s; is restarted%s%s",
	          wait_status_str(wstatus, how), tail.n ? "; last lines:\n" : "", str_get(&tail));
	snprintf(rl->error, sizeof(rl->error), "it %s", how);
	while (rl->n_looks) /* the next one builds the fabric anew */
		take_looked(rl, NULL);
	loop_timer(rl->d->loop, &rl->restart, rl->deaths++ ? RESTART_MS : 0);
}

int router_start(struct driver *d, struct err *e)
{
	if (!d->watch->router) {
		d->watch->router = xcalloc(1, sizeof(*d->watch->router));
		d->watch->router->d = d;
		d->watch->router->src.fd = d->watch->router->out.fd = -1;
		d->watch->router->restart.fn = on_router_restart;
	}
	return d->watch->router->child.pid ? 0 : start_router(d->watch->router, e);
}

int router_kill(struct driver *d, struct err *e)
{
	if (!d->watch->router || !d->watch->router->child.pid)
		return err_set(e, EALREADY, "the virtual router does not run at the moment");
	kill(d->watch->router->child.pid, SIGKILL);
	event_add(d->events, "fault", "fabric", "kill");
	return 0;
}

/* --- what it is told -----------------------------------------------------------------------------
 */

static json_t *stopped_json(const struct driver *d)
{
	json_t *a = json_array();

	for (size_t i = 0; i < d->stopped.n; i++)
		if (d->stopped.v[i])
			json_array_append_new(a, json_string(d->lab.model->vms[i].name));
	return a;
}

/* The namespaces of what speaks for a table: of instances of Route Servers and gateways. */
static size_t namespaces_of_speakers(const struct driver *d, int **ret)
{
	const struct model *m = d->lab.model;
	size_t all = model_n_tables(m) * 2, n = 0;

	*ret = xcalloc(all + 1, sizeof(**ret));
	for (size_t i = 0; i < all; i++) {
		_cleanup_free_ char *name = xasprintf("%s/%zu", model_table_name(m, i / 2), i % 2);

		if (model_speaks(m, i / 2, i % 2))
			(*ret)[n++] = node_find(&d->lab, name)->netns;
	}
	return n;
}

static ino_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static bool others_speak(const struct router_link *rl)
{
	_cleanup_free_ int *fds = NULL;
	size_t n = namespaces_of_speakers(rl->d, &fds);
	bool same = n == rl->n_told;

	for (size_t i = 0; same && i < n; i++)
		same = inode_of(fds[i]) == rl->told[i];
	return !same;
}

void router_list(struct driver *d, enum router_list which, json_t *list)
{
	json_decref(d->watch->router->lists[which]);
	d->watch->router->lists[which] = list;
}

static json_t *kept_list(const struct router_link *rl, enum router_list which)
{
	return rl->lists[which] ? json_incref(rl->lists[which]) : json_array();
}

int router_update(struct driver *d, struct err *e)
{
	struct router_link *rl = d->watch->router;
	_cleanup_free_ int *fds = NULL;
	size_t n = namespaces_of_speakers(d, &fds);

	free(rl->told);
	rl->told = xcalloc(n + 1, sizeof(*rl->told));
	rl->n_told = n;
	for (size_t i = 0; i < n; i++)
		rl->told[i] = inode_of(fds[i]);
	return say_to_router(
	    rl,
	    json_pack("{s:s,s:O,s:o,s:o,s:o,s:o,s:o,s:I}", "op", "model", "design", d->lab.design,
	              "stopped", stopped_json(d), "maintained", kept_list(rl, ROUTER_MAINTAINED),
	              "lost", kept_list(rl, ROUTER_LOST), "down", kept_list(rl, ROUTER_DOWN),
	              "silent", kept_list(rl, ROUTER_SILENT), "generation", ++rl->sent),
	    fds, n, e);
}

int router_stopped(struct driver *d, struct err *e)
{
	/* A gateway's instance that was stopped or started has another namespace. */
	if (others_speak(d->watch->router))
		return router_update(d, e);
	return say_to_router(d->watch->router,
	                     json_pack("{s:s,s:o,s:I}", "op", "stopped", "vms", stopped_json(d),
	                               "generation", ++d->watch->router->sent),
	                     NULL, 0, e);
}

int router_maintained(struct driver *d, struct err *e)
{
	return say_to_router(d->watch->router,
	                     json_pack("{s:s,s:o,s:o,s:I}", "op", "maintained", "instances",
	                               kept_list(d->watch->router, ROUTER_MAINTAINED), "lost",
	                               kept_list(d->watch->router, ROUTER_LOST), "generation",
	                               ++d->watch->router->sent),
	                     NULL, 0, e);
}

int router_silent(struct driver *d, struct err *e)
{
	return say_to_router(d->watch->router,
	                     json_pack("{s:s,s:o,s:I}", "op", "silent", "instances",
	                               kept_list(d->watch->router, ROUTER_SILENT), "generation",
	                               ++d->watch->router->sent),
	                     NULL, 0, e);
}

int router_health(struct driver *d, struct err *e)
{
	return say_to_router(d->watch->router,
	                     json_pack("{s:s,s:o,s:I}", "op", "health", "down",
	                               kept_list(d->watch->router, ROUTER_DOWN), "generation",
	                               ++d->watch->router->sent),
	                     NULL, 0, e);
}

bool router_read(struct driver *d, json_int_t mark, json_t *doubt,
                 void (*fn)(struct driver *d, const json_t *answer))
{
	if (!d->watch->router || !d->watch->router->peer) {
		json_decref(doubt);
		return false;
	}
	d->watch->router->on_read = fn;
	return say_to_router(d->watch->router,
	                     json_pack("{s:s,s:I,s:o}", "op", "read", "mark", mark, "doubt", doubt),
	                     NULL, 0, NULL) == 0;
}

void router_resync(struct driver *d)
{
	if (!d->watch->router->peer)
		return;
	d->watch->router->waiting++;
	say_to_router(d->watch->router, json_pack("{s:s}", "op", "resync"), NULL, 0, NULL);
}

void router_look(struct driver *d, bool mend, void (*fn)(void *ctx, const json_t *looked),
                 void *ctx)
{
	struct router_link *rl = d->watch->router;

	if (!rl || !rl->peer) {
		fn(ctx, NULL);
		return;
	}
	VEC_PUSH(rl->looks, rl->n_looks, rl->cap_looks) = (struct looking){ fn, ctx };
	say_to_router(rl, json_pack("{s:s,s:b}", "op", "look", "mend", mend), NULL, 0, NULL);
}

/* --- what is asked of it
 * -------------------------------------------------------------------------- */

bool router_applied(const struct driver *d)
{
	const struct router_link *rl = d->watch->router;

	return !rl || !rl->peer || (rl->applied == rl->sent && !rl->waiting);
}

bool router_settled(struct driver *d, char **ret_why)
{
	const struct router_link *rl = d->watch->router;
	const char *why = NULL;

	if (!rl || !rl->child.pid)
		why = rl && *rl->error ? rl->error : "it does not run";
	else if (rl->applied != rl->sent || rl->waiting)
		why = *rl->error ? rl->error : "it has not applied the design yet";
	/* With Azure's timing NICs follow half a minute later: nobody waits for that. */
	else if (rl->dirty && !d->lab.model->settings.timing_azure)
		why = "it has not applied the last routes yet";
	else if (rl->rib_version != rl->version)
		why = "it has not said yet what NICs have";
	if (why && ret_why)
		*ret_why = xstrdup(why);
	return !why;
}

pid_t router_pid(const struct driver *d)
{
	return d->watch->router ? d->watch->router->host_pid : 0;
}

unsigned long router_heard(const struct driver *d)
{
	return d->watch->router ? d->watch->router->heard : 0;
}

unsigned router_deaths(const struct driver *d)
{
	return d->watch->router ? d->watch->router->deaths : 0;
}

bool router_runs(const struct driver *d)
{
	return d->watch->router && d->watch->router->child.pid;
}

int lab_rib(struct lab *l, struct rib **ret, struct err *e)
{
	const struct router_link *rl = l->driver->watch->router;

	if (!l->model)
		return err_set(e, EAGAIN, "lab %s is still being built", l->name);
	if (!rl || !rl->rib) {
		*ret = rib_new(model_n_tables(l->model));
		return 0;
	}
	return rib_from_json(l->model, rl->rib, ret, e);
}
