#include "router/router.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "azure/hybrid.h"
#include "input/topology.h"
#include "kernel/fabric_apply.h"
#include "kernel/nl.h"
#include "router/programmer.h"
#include "router/proto.h"
#include "router/watch.h"

enum {
	MAX_ROUTES = 200000, /* per instance; Azure itself gives up far earlier */
	MAX_CHURN_MS = 100,  /* routes that never stop coming are applied at least so often */
	RETRY_MS = 200,      /* what could not be read or applied is tried again */
};

struct router {
	int epoll;
	struct peer *peer;
	struct nl *links;
	struct fabric_kernel *kernel; /* NULL: could not be opened yet */
	struct model *model;
	bool *stopped; /* by vm->idx */
	bool *down;    /* backends: struct runtime */
	struct programmer *prog;
	struct watch **watches; /* of instance i % 2 of table i / 2; some NULL */
	size_t n_watches;
	/* By watch: an instance in maintenance programs nothing, its sibling does all of it.  What
	 * it selects meanwhile is kept aside, for when it is back. */
	bool *maintained;
	struct rib_table *aside;
	json_int_t generation;
	bool dirty;          /* something changed that is not in the kernel yet */
	int64_t dirty_since; /* ms */
	int64_t retry_at;    /* ms; -1: nothing went wrong */
	bool quiet;          /* no route events: routes that were there before us */
	struct fabric_changes last;
	double last_ms;
	uint64_t applied, errors, changes; /* changes: of all that was applied together */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void mark_dirty(struct router *r)
{
	if (!r->dirty)
		r->dirty_since = now_ms();
	r->dirty = true;
}

/* The driver being gone is noticed by the loop. */
static void say(struct router *r, json_t *msg)
{
	peer_send(r->peer, msg, NULL, 0, NULL);
}

static void retry(struct router *r)
{
	if (r->retry_at < 0)
		r->retry_at = now_ms() + RETRY_MS;
}

static void say_error(struct router *r, const struct err *e)
{
	r->errors++;
	say(r, json_pack("{s:s,s:s}", "event", "error", "message", e->msg));
}

static int listen_to(struct router *r, int fd, void *what, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = what };

	if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
		return err_sys(e, errno, "epoll");
	return 0;
}

/* --- routes --------------------------------------------------------------------------------- */

static struct rib_table *seen(struct router *r, size_t i)
{
	return &programmer_seen(r->prog)->tables[i / 2][i % 2];
}

/* Instance i is to be programmed with what `to` has. */
static void follow(struct router *r, size_t i, const struct rib_table *to)
{
	struct rib_table was = { 0 }, *t = seen(r, i);

	rib_copy(&was, t);
	rib_copy(t, to);
	for (size_t k = 0; k < was.n; k++)
		if (!rib_get(t, was.routes[k].prefix))
			programmer_changed(r->prog, i / 2, i % 2, was.routes[k].prefix, now_ms());
	for (size_t k = 0; k < t->n; k++)
		programmer_changed(r->prog, i / 2, i % 2, t->routes[k].prefix, now_ms());
	free(was.routes);
	mark_dirty(r);
}

static json_t *hops_json(const struct rib_route *route)
{
	json_t *hops = json_array();

	for (unsigned i = 0; route && i < route->n_next_hops; i++)
		json_array_append_new(hops, json_string(IP4_STR(route->next_hops[i])));
	return hops;
}

static void say_route(struct router *r, size_t i, const struct rib_route *now, bool had,
                      int64_t in_ms)
{
	say(r, json_pack("{s:s,s:s,s:i,s:s,s:o,s:s,s:I}", "event", "route",
	                 model_table_kind(r->model, i / 2), model_table_name(r->model, i / 2),
	                 "instance", (int)(i % 2), "prefix", PREFIX_STR(now->prefix), "nextHops",
	                 hops_json(now), "action",
	                 !now->n_next_hops ? "delete"
	                 : had             ? "change"
	                                   : "add",
	                 "inMs", (json_int_t)in_ms));
}

/* Instance i has selected otherwise. */
static void on_changes(struct router *r, size_t i, const struct watch_changes *c)
{
	size_t sibling = i ^ 1;

	if (!c->n)
		return;
	mark_dirty(r);
	if (!r->maintained[i] && r->maintained[sibling])
		rib_merge(seen(r, sibling), c->now, c->n);
	for (size_t k = 0; k < c->n; k++) {
		struct prefix p = c->now[k].prefix;
		int64_t in_ms = -1;

		if (!r->maintained[i]) {
			in_ms = programmer_changed(r->prog, i / 2, i % 2, p, now_ms());
			if (r->maintained[sibling])
				programmer_changed(r->prog, i / 2, sibling % 2, p, now_ms());
		}
		if (!r->quiet)
			say_route(r, i, &c->now[k], c->had[k], in_ms);
	}
}

static void on_programmed(size_t rs, unsigned instance, struct prefix p,
                          const struct rib_route *route, enum program_step step, int64_t waited,
                          void *arg)
{
	struct router *r = arg;

	say(r, json_pack("{s:s,s:s,s:i,s:s,s:o,s:s,s:I}", "event", "programmed",
	                 model_table_kind(r->model, rs), model_table_name(r->model, rs), "instance",
	                 (int)instance, "prefix", PREFIX_STR(p), "nextHops", hops_json(route),
	                 "step", program_step_str(step), "waitedMs", (json_int_t)waited));
}

static bool is_peer(size_t rs, ip4 hop, void *arg)
{
	const struct router *r = arg;
	const struct route_server *s =
	    rs < r->model->n_route_servers ? &r->model->route_servers[rs] : NULL;

	for (size_t i = 0; s && i < s->n_conns; i++)
		if (s->conns[i].peer_ip == hop)
			return true;
	return false;
}

static void read_instance(struct router *r, size_t i)
{
	if (!r->watches[i]) /* a gateway's instance that is not there */
		return;
	struct rib_table *t = r->maintained[i] ? &r->aside[i] : seen(r, i);
	struct watch_changes c;
	struct err e = { 0 };
	int rc = watch_read(r->watches[i], t, MAX_ROUTES, &c, &e);

	on_changes(r, i, &c);
	watch_changes_free(&c);
	if (rc < 0) {
		err_wrap(&e, "routes of %s/%zu", model_table_name(r->model, i / 2), i % 2);
		say_error(r, &e);
	}
	if (watch_is_behind(r->watches[i]))
		retry(r);
}

static void close_watches(struct watch **w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		watch_close(w[i]);
	free(w);
}

/* Takes the descriptors. */
static int open_watches(struct router *r, int *fds, size_t n, struct err *e)
{
	size_t k = 0;
	int rc = 0;

	r->watches = xcalloc(n, sizeof(*r->watches));
	r->n_watches = n;
	for (size_t i = 0; i < n; i++) {
		if (!model_speaks(r->model, i / 2, i % 2))
			continue;
		if (rc == 0)
			rc = watch_open(take_fd(fds[k]), &r->watches[i], e);
		else
			close_p(&fds[k]);
		k++;
		if (rc == 0)
			rc = listen_to(r, watch_fd(r->watches[i]), r->watches[i], e);
	}
	return rc;
}

/* --- requests ------------------------------------------------------------------------------- */

static void free_aside(struct rib_table *aside, size_t n)
{
	for (size_t i = 0; aside && i < n; i++)
		free(aside[i].routes);
	free(aside);
}

/* What an instance in maintenance is programmed with: what its sibling selects; what it was, while
 * neither is there; nothing, when that lasts. */
static void stand_in(struct router *r, size_t i, const bool *lost)
{
	const struct rib_table nothing = { 0 };

	if (!r->maintained[i ^ 1])
		follow(r, i, seen(r, i ^ 1));
	else if (lost[i])
		follow(r, i, &nothing);
}

static void op_maintained(struct router *r, const json_t *req)
{
	_cleanup_free_ bool *was = r->maintained,
	                    *lost = instances_from_json(r->model, json_object_get(req, "lost"));

	r->maintained = instances_from_json(r->model, json_object_get(req, "instances"));
	for (size_t i = 0; i < r->n_watches; i++) {
		if (r->maintained[i] && !was[i]) {
			rib_copy(&r->aside[i], seen(r, i));
		} else if (!r->maintained[i] && was[i]) {
			follow(r, i, &r->aside[i]);
			free(r->aside[i].routes);
			r->aside[i] = (struct rib_table){ 0 };
		}
	}
	for (size_t i = 0; i < r->n_watches; i++)
		if (r->maintained[i])
			stand_in(r, i, lost);
	mark_dirty(r);
}

/* Which instances of gateways NICs get nothing by. */
static void set_silent(struct router *r, const json_t *names)
{
	_cleanup_free_ bool *list = instances_from_json(r->model, names);

	for (size_t i = r->model->n_route_servers * 2; i < model_n_tables(r->model) * 2; i++)
		programmer_rib(r->prog)->tables[i / 2][i % 2].silent = list[i];
	mark_dirty(r);
}

/* Who was there before keeps what it was seen and programmed with. */
static void carry_over(struct router *r, const struct model *old_model, struct programmer *old,
                       const struct rib_table *old_aside)
{
	for (size_t i = 0; i < model_n_tables(r->model); i++) {
		int was = model_table(old_model, model_table_kind(r->model, i),
		                      model_table_name(r->model, i));

		for (unsigned k = 0; was >= 0 && k < 2; k++) {
			rib_copy(&programmer_seen(r->prog)->tables[i][k],
			         &programmer_seen(old)->tables[was][k]);
			programmer_adopt(r->prog, i, k, &programmer_rib(old)->tables[was][k]);
			rib_copy(&r->aside[i * 2 + k], &old_aside[(size_t)was * 2 + k]);
		}
	}
}

static int op_model(struct router *r, const json_t *req, struct err *e)
{
	struct model *m = model_from_request(req, e);
	bool first = !r->model;

	if (!m)
		return -EINVAL;
	size_t n = model_n_tables(m) * 2, n_fds = 0;
	_cleanup_free_ int *fds = xcalloc(n + 1, sizeof(*fds));

	for (size_t i = 0; i < n; i++)
		n_fds += model_speaks(m, i / 2, i % 2);
	if (n_fds && !peer_take_fds(r->peer, fds, n_fds)) {
		model_free(m);
		return err_set(e, EPROTO,
		               "model: %zu namespaces of Route Server and gateway instances "
		               "were expected with it",
		               n_fds);
	}
	struct model *old_model = r->model;
	struct programmer *old = r->prog;
	struct rib_table *old_aside = r->aside;
	size_t n_old = r->n_watches;
	struct program_times times;
	bool delays = program_times_of(&m->settings, &times);

	close_watches(r->watches, r->n_watches);
	r->watches = NULL;
	r->n_watches = 0;
	r->model = m;
	r->prog = programmer_new(model_n_tables(m), delays ? &times : NULL);
	programmer_peers(r->prog, is_peer, r);
	r->aside = xcalloc(n + 1, sizeof(*r->aside));
	free(r->maintained);
	r->maintained = instances_from_json(r->model, json_object_get(req, "maintained"));
	free(r->stopped);
	r->stopped = stopped_from_json(m, json_object_get(req, "stopped"));
	down_from_json(m, json_object_get(req, "down"), &r->down);
	set_silent(r, json_object_get(req, "silent"));
	if (old_model)
		carry_over(r, old_model, old, old_aside);
	free_aside(old_aside, n_old);
	int rc = open_watches(r, fds, n, e);

	r->quiet = first;
	for (size_t i = 0; rc == 0 && i < n; i++)
		read_instance(r, i);
	r->quiet = false;
	_cleanup_free_ bool *lost = instances_from_json(m, json_object_get(req, "lost"));

	for (size_t i = 0; i < r->n_watches; i++)
		if (r->maintained[i])
			stand_in(r, i, lost);
	if (first || !m->settings.timing_azure)
		programmer_catch_up(r->prog);
	else
		programmer_compare(r->prog, now_ms());
	programmer_free(old);
	model_free(old_model);
	mark_dirty(r);
	return rc;
}

static json_t *show(const struct router *r)
{
	json_t *routes = json_array();
	const struct fabric *f = r->kernel ? fabric_kernel_state(r->kernel) : NULL;

	for (size_t i = 0; r->prog && i < r->n_watches; i++)
		json_array_append_new(
		    routes,
		    json_pack("{s:s,s:i,s:I,s:I}", model_table_kind(r->model, i / 2),
		              model_table_name(r->model, i / 2), "instance", (int)(i % 2), "seen",
		              (json_int_t)programmer_seen(r->prog)->tables[i / 2][i % 2].n,
		              "programmed",
		              (json_int_t)programmer_rib(r->prog)->tables[i / 2][i % 2].n));
	json_t *kernel = f ? json_pack("{s:I,s:I,s:I,s:I}", "routes", (json_int_t)f->n_routes,
	                               "rules", (json_int_t)f->n_rules, "neighbours",
	                               (json_int_t)f->n_neighs, "ports", (json_int_t)f->n_ports)
	                   : json_null();

	return json_pack("{s:{s:i,s:I,s:I,s:I,s:I,s:I,s:f,s:I,s:I,s:o,s:o}}", "show", "pid",
	                 (int)getpid(), "generation", r->generation, "applied",
	                 (json_int_t)r->applied, "errors", (json_int_t)r->errors, "changes",
	                 (json_int_t)r->changes, "lastChanges", (json_int_t)r->last.total, "lastMs",
	                 r->last_ms, "missingPorts", (json_int_t)r->last.missing, "waiting",
	                 (json_int_t)(r->prog ? programmer_waiting(r->prog) : 0), "instances",
	                 routes, "kernel", kernel);
}

static int handle(struct router *r, const json_t *req, struct err *e)
{
	const char *op = json_string_value(json_object_get(req, "op"));
	const json_t *generation = json_object_get(req, "generation");
	int rc = 0;

	if (!op)
		return err_set(e, EPROTO, "a request without \"op\"");
	if (json_is_integer(generation))
		r->generation = json_integer_value(generation);
	if (strcmp(op, "model") == 0) {
		rc = op_model(r, req, e);
	} else if (strcmp(op, "show") == 0) {
		say(r, show(r));
	} else if (!r->model) {
		rc = err_set(e, EPROTO, "%s: there was no model yet", op);
	} else if (strcmp(op, "stopped") == 0) {
		free(r->stopped);
		r->stopped = stopped_from_json(r->model, json_object_get(req, "vms"));
		mark_dirty(r);
	} else if (strcmp(op, "maintained") == 0) {
		op_maintained(r, req);
	} else if (strcmp(op, "silent") == 0) {
		set_silent(r, json_object_get(req, "instances"));
	} else if (strcmp(op, "health") == 0) {
		down_from_json(r->model, json_object_get(req, "down"), &r->down);
		mark_dirty(r);
	} else if (strcmp(op, "resync") == 0) {
		if (r->kernel)
			fabric_kernel_forget(r->kernel);
		mark_dirty(r);
	} else if (strcmp(op, "rib") == 0) {
		say(r, rib_to_json(r->model, programmer_rib(r->prog)));
	} else {
		rc = err_set(e, EPROTO, "unknown request \"%s\"", op);
	}
	return rc;
}

/* 0, or -ECONNRESET when the driver has gone. */
static int read_requests(struct router *r, struct err *e)
{
	int gone = peer_fill(r->peer, e);

	for (;;) {
		struct err why = { 0 };
		json_t *req = peer_next(r->peer, &why);

		if (!req && !why.code)
			return gone;
		if (req)
			handle(r, req, &why);
		if (why.code)
			say_error(r, &why);
		json_decref(req);
	}
}

/* --- the kernel ----------------------------------------------------------------------------- */

static void apply(struct router *r)
{
	const struct runtime rt = { .vm_stopped = r->stopped, .backend_down = r->down };
	struct err e = { 0 };
	struct timespec a, b;

	r->dirty = false;
	if (!r->model)
		return;
	clock_gettime(CLOCK_MONOTONIC, &a);
	if (!r->kernel && fabric_kernel_open(-1, &r->kernel, &e) < 0) {
		say_error(r, &e);
		retry(r);
		return;
	}
	programmer_run(r->prog, now_ms(), on_programmed, r);
	if (fabric_apply(r->kernel, fabric_compile(r->model, programmer_rib(r->prog), &rt),
	                 &r->last, &e) < 0) {
		say_error(r, &e);
		retry(r);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	r->last_ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
	r->applied++;
	r->changes += r->last.total;
	say(r, json_pack("{s:s,s:I,s:I,s:I,s:f}", "event", "applied", "generation", r->generation,
	                 "changes", (json_int_t)r->last.total, "missing",
	                 (json_int_t)r->last.missing, "ms", r->last_ms));
}

static void links_changed(struct router *r)
{
	if (!nl_link_monitor_read(r->links) || !r->kernel || !r->model ||
	    !fabric_kernel_ports_changed(r->kernel))
		return;
	fabric_kernel_forget(r->kernel);
	mark_dirty(r);
}

/* --- the loop ------------------------------------------------------------------------------- */

int router_new(int peer_fd, struct router **ret, struct err *e)
{
	struct router *r = xcalloc(1, sizeof(*r));
	int rc = 0;

	r->retry_at = -1;
	r->peer = peer_new(peer_fd);
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll < 0)
		rc = err_sys(e, errno, "epoll");
	if (rc == 0)
		rc = nl_link_monitor_open(-1, &r->links, e);
	if (rc == 0)
		rc = listen_to(r, nl_fd(r->links), r->links, e);
	if (rc == 0)
		rc = listen_to(r, peer_fd_of(r->peer), r->peer, e);
	if (rc < 0) {
		router_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

struct router *router_free(struct router *r)
{
	if (!r)
		return NULL;
	close_watches(r->watches, r->n_watches);
	free_aside(r->aside, r->n_watches);
	free(r->maintained);
	programmer_free(r->prog);
	model_free(r->model);
	free(r->stopped);
	free(r->down);
	fabric_kernel_close(r->kernel);
	nl_close(r->links);
	peer_free(r->peer);
	close_p(&r->epoll);
	free(r);
	return NULL;
}

/* Until when the loop may wait: not at all while changes are collected (apply when nothing more is
 * there), else until a delayed route is due. */
static int timeout(const struct router *r)
{
	if (r->dirty)
		return 0;
	int64_t next = r->prog ? programmer_next(r->prog) : -1, now = now_ms();

	if (r->retry_at >= 0 && (next < 0 || r->retry_at < next))
		next = r->retry_at;
	if (next < 0)
		return -1;
	return next <= now ? 0 : next - now > 60000 ? 60000 : (int)(next - now);
}

static int dispatch(struct router *r, void *what, struct err *e)
{
	if (what == r->peer)
		return read_requests(r, e);
	if (what == r->links) {
		links_changed(r);
		return 0;
	}
	for (size_t i = 0; i < r->n_watches; i++)
		if (r->watches[i] && what == r->watches[i])
			read_instance(r, i);
	return 0;
}

/* What failed: reading an instance, or applying. */
static void try_again(struct router *r)
{
	r->retry_at = -1;
	for (size_t i = 0; i < r->n_watches; i++)
		if (r->watches[i] && watch_is_behind(r->watches[i]))
			read_instance(r, i);
	mark_dirty(r);
}

static int want_write(struct router *r, bool more, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN | (more ? EPOLLOUT : 0), .data.ptr = r->peer };

	if (epoll_ctl(r->epoll, EPOLL_CTL_MOD, peer_fd_of(r->peer), &ev) < 0)
		return err_sys(e, errno, "epoll");
	return 0;
}

int router_run(struct router *r, struct err *e)
{
	struct epoll_event events[64];
	bool writing = false;

	for (;;) {
		int n = epoll_wait(r->epoll, events, ARRAY_LEN(events), timeout(r));

		if (n < 0 && errno != EINTR)
			return err_sys(e, errno, "epoll");
		/* A request may close the sources of events behind it: dispatch() knows by address,
		 * and one that was reused is read once for nothing. */
		for (int i = 0; i < n; i++) {
			int rc = dispatch(r, events[i].data.ptr, e);

			if (rc < 0)
				return rc == -ECONNRESET ? 0 : rc;
		}
		int64_t now = now_ms(), next = r->prog ? programmer_next(r->prog) : -1;

		if (next >= 0 && next <= now)
			mark_dirty(r);
		if (r->retry_at >= 0 && r->retry_at <= now)
			try_again(r);
		if (r->dirty && (n <= 0 || now - r->dirty_since > MAX_CHURN_MS))
			apply(r);
		int more = peer_flush(r->peer, e);

		if (more < 0)
			return more == -EPIPE || more == -ECONNRESET ? 0 : more;
		if (more != writing) {
			writing = more;
			int rc = want_write(r, writing, e);

			if (rc < 0)
				return rc;
		}
	}
}
