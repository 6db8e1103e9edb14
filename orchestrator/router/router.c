/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "input/topology.h"
#include "router/router_priv.h"

enum {
	MAX_CHURN_MS = 100, /* routes that never stop coming are applied at least so often */
	RETRY_MS = 200,     /* what could not be read or applied is tried again */
};

void router_dirty(struct router *r)
{
	if (!r->dirty)
		r->dirty_since = clock_ms();
	r->dirty = true;
}

/* The driver being gone is noticed by the loop. */
void router_say(struct router *r, json_t *msg)
{
	peer_send(r->peer, msg, NULL, 0, NULL);
}

void router_retry(struct router *r)
{
	if (r->retry_at < 0)
		r->retry_at = clock_ms() + RETRY_MS;
}

void router_say_error(struct router *r, const struct err *e)
{
	r->errors++;
	router_say(r, json_pack("{s:s,s:o}", "event", "error", "message", text_json_of(e->msg)));
}

int router_listen(struct router *r, int fd, void *what, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = what };

	if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
		return err_sys(e, errno, "epoll");
	return 0;
}

/* --- requests ------------------------------------------------------------------------------- */

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

	report_rest(r);
	instances_close(r->watches, r->n_watches);
	free(r->tallies);
	r->tallies = NULL;
	r->watches = NULL;
	r->n_watches = 0;
	r->model = m;
	r->prog = programmer_new(model_n_tables(m), delays ? &times : NULL);
	programmer_peers(r->prog, instances_is_peer, r);
	r->aside = xcalloc(n + 1, sizeof(*r->aside));
	free(r->maintained);
	r->maintained = instances_from_json(r->model, json_object_get(req, "maintained"));
	free(r->stopped);
	r->stopped = stopped_from_json(m, json_object_get(req, "stopped"));
	down_from_json(m, json_object_get(req, "down"), &r->down);
	instances_silent(r, json_object_get(req, "silent"));
	if (old_model)
		instances_carry_over(r, old_model, old, old_aside);
	instances_free_aside(old_aside, n_old);
	int rc = instances_open(r, fds, n, e);

	r->quiet = first;
	for (size_t i = 0; rc == 0 && i < n; i++)
		instance_read(r, i);
	r->quiet = false;
	_cleanup_free_ bool *lost = instances_from_json(m, json_object_get(req, "lost"));

	for (size_t i = 0; i < r->n_watches; i++)
		if (r->maintained[i])
			instance_stand_in(r, i, lost);
	if (first || !m->settings.timing_azure)
		programmer_catch_up(r->prog);
	else
		programmer_compare(r->prog, clock_ms());
	programmer_free(old);
	model_free(old_model);
	router_dirty(r);
	return rc;
}

/* Answered when what is read now is applied. */
static void op_read(struct router *r, const json_t *req)
{
	_cleanup_free_ bool *doubt = instances_from_json(r->model, json_object_get(req, "doubt"));

	for (size_t i = 0; i < r->n_watches; i++) {
		if (r->watches[i] && doubt[i])
			watch_doubt(r->watches[i]);
		instance_read(r, i);
	}
	r->mark = json_integer_value(json_object_get(req, "mark"));
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

static void apply(struct router *r, bool more);

/* Whether somebody else has changed the fabric; "mend": and put it back. */
static void op_look(struct router *r, bool mend)
{
	struct fabric_drift d = { 0 };
	struct err e = { 0 };

	if (r->dirty) /* what is due is nobody else's doing */
		apply(r, false);
	int rc = r->kernel ? fabric_look(r->kernel, &d, &e) : 0;
	bool any = d.routes || d.rules || d.neighs || d.filter || d.settings;

	if (rc == 0 && any && mend) {
		rc = fabric_mend(r->kernel, &d, &e);
		apply(r, false);
	}
	if (rc < 0)
		router_say_error(r, &e);
	router_say(r, json_pack("{s:s,s:I,s:I,s:I,s:b,s:I}", "event", "looked", "routes",
	                        (json_int_t)d.routes, "rules", (json_int_t)d.rules, "neighbours",
	                        (json_int_t)d.neighs, "filter", d.filter, "settings",
	                        (json_int_t)d.settings));
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
		router_say(r, show(r));
	} else if (!r->model) {
		rc = err_set(e, EPROTO, "%s: there was no model yet", op);
	} else if (strcmp(op, "stopped") == 0) {
		free(r->stopped);
		r->stopped = stopped_from_json(r->model, json_object_get(req, "vms"));
		router_dirty(r);
	} else if (strcmp(op, "maintained") == 0) {
		instances_maintained(r, req);
	} else if (strcmp(op, "silent") == 0) {
		instances_silent(r, json_object_get(req, "instances"));
	} else if (strcmp(op, "health") == 0) {
		down_from_json(r->model, json_object_get(req, "down"), &r->down);
		router_dirty(r);
	} else if (strcmp(op, "resync") == 0) {
		if (r->kernel)
			fabric_kernel_forget(r->kernel);
		router_dirty(r);
	} else if (strcmp(op, "look") == 0) {
		op_look(r, json_is_true(json_object_get(req, "mend")));
	} else if (strcmp(op, "read") == 0) {
		op_read(r, req);
	} else if (strcmp(op, "rib") == 0) {
		router_say(r, rib_to_json(r->model, programmer_rib(r->prog), r->version));
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
			router_say_error(r, &why);
		json_decref(req);
	}
}

/* --- the kernel ----------------------------------------------------------------------------- */

static int apply_now(struct router *r, struct err *e)
{
	const struct runtime rt = { .vm_stopped = r->stopped, .backend_down = r->down };

	if (!r->kernel && fabric_kernel_open(-1, &r->kernel, e) < 0)
		return -e->code;
	if (programmer_run(r->prog, clock_ms(), report_programmed, r))
		r->version++;
	return fabric_apply(r->kernel, fabric_compile(r->model, programmer_rib(r->prog), &rt),
	                    &r->last, e);
}

static void say_applied(struct router *r)
{
	router_say(r, json_pack("{s:s,s:I,s:I,s:I,s:f,s:I,s:b}", "event", "applied", "generation",
	                        r->generation, "changes", (json_int_t)r->last.total, "missing",
	                        (json_int_t)r->last.missing, "ms", r->last_ms, "version",
	                        r->version, "more", r->more));
}

/* more: something else is there to be read. */
static void apply(struct router *r, bool more)
{
	struct err e = { 0 };
	int64_t began = clock_us();

	r->dirty = false;
	if (!r->model)
		return;
	r->failed = apply_now(r, &e) < 0;
	report_rest(r);
	if (r->failed) {
		router_say_error(r, &e);
		router_retry(r);
		return;
	}
	r->last_ms = (double)(clock_us() - began) / 1e3;
	r->applied++;
	r->changes += r->last.total;
	r->more = more;
	say_applied(r);
}

static void links_changed(struct router *r)
{
	if (!nl_link_monitor_read(r->links) || !r->kernel || !r->model ||
	    !fabric_kernel_ports_changed(r->kernel))
		return;
	fabric_kernel_forget(r->kernel);
	router_dirty(r);
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
		rc = router_listen(r, nl_fd(r->links), r->links, e);
	if (rc == 0)
		rc = router_listen(r, peer_fd_of(r->peer), r->peer, e);
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
	instances_close(r->watches, r->n_watches);
	instances_free_aside(r->aside, r->n_watches);
	free(r->tallies);
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
	if (r->dirty || r->more)
		return 0;
	int64_t next = r->prog ? programmer_next(r->prog) : -1, now = clock_ms();

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
			instance_read(r, i);
	return 0;
}

/* What failed: reading an instance, or applying. */
static void try_again(struct router *r)
{
	r->retry_at = -1;
	for (size_t i = 0; i < r->n_watches; i++)
		if (r->watches[i] && watch_is_behind(r->watches[i]))
			instance_read(r, i);
	router_dirty(r);
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
		int64_t now = clock_ms(), next = r->prog ? programmer_next(r->prog) : -1;

		if (next >= 0 && next <= now)
			router_dirty(r);
		if (r->retry_at >= 0 && r->retry_at <= now)
			try_again(r);
		if (r->dirty && (n <= 0 || now - r->dirty_since > MAX_CHURN_MS))
			apply(r, n > 0);
		if (r->more && !r->dirty && n <= 0) { /* what was there changed nothing */
			r->more = false;
			say_applied(r);
		}
		if (r->mark && !r->dirty && !r->failed) {
			report_read(r);
			r->mark = 0;
		}
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
