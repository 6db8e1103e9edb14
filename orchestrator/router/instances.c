/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"
#include "router/router_priv.h"

enum { MAX_ROUTES = 200000 /* per instance; Azure itself gives up far earlier */ };

static struct rib_table *selected_by(struct router *r, size_t i)
{
	return &programmer_seen(r->prog)->tables[i / 2][i % 2];
}

/* Programs instance i with the routes of `to`. */
static void program_as(struct router *r, size_t i, const struct rib_table *to)
{
	struct rib_table was = { 0 }, *t = selected_by(r, i);

	rib_copy(&was, t);
	rib_copy(t, to);
	for (size_t k = 0; k < was.n; k++)
		if (!rib_get(t, was.routes[k].prefix))
			programmer_changed(r->prog, i / 2, i % 2, was.routes[k].prefix, clock_ms());
	for (size_t k = 0; k < t->n; k++)
		programmer_changed(r->prog, i / 2, i % 2, t->routes[k].prefix, clock_ms());
	free(was.routes);
	router_dirty(r);
}

/* Instance i selects other routes now: its programming follows, and so does that of a sibling in
 * maintenance. */
static void take_changes(struct router *r, size_t i, const struct watch_changes *c)
{
	size_t sibling = i ^ 1;

	if (!c->n)
		return;
	router_dirty(r);
	if (!r->maintained[i] && r->maintained[sibling])
		rib_merge(selected_by(r, sibling), c->now, c->n);
	for (size_t k = 0; k < c->n; k++) {
		struct prefix p = c->now[k].prefix;
		int64_t in_ms = -1;

		if (!r->maintained[i]) {
			in_ms = programmer_changed(r->prog, i / 2, i % 2, p, clock_ms());
			if (r->maintained[sibling])
				programmer_changed(r->prog, i / 2, sibling % 2, p, clock_ms());
		}
		if (!r->quiet)
			report_route(r, i, &c->now[k], c->had[k], in_ms);
	}
}

bool instances_is_peer(size_t rs, ip4 hop, void *arg)
{
	const struct router *r = arg;
	const struct route_server *s =
	    rs < r->model->n_route_servers ? &r->model->route_servers[rs] : NULL;

	for (size_t i = 0; s && i < s->n_conns; i++)
		if (s->conns[i].peer_ip == hop)
			return true;
	return false;
}

void instance_read(struct router *r, size_t i)
{
	if (!r->watches[i]) /* a gateway's instance that is not there */
		return;
	struct rib_table *t = r->maintained[i] ? &r->aside[i] : selected_by(r, i);
	struct watch_changes c;
	struct err e = { 0 };
	int rc = watch_read(r->watches[i], t, MAX_ROUTES, &c, &e);

	take_changes(r, i, &c);
	watch_changes_free(&c);
	if (rc < 0) {
		err_wrap(&e, "routes of %s/%zu", model_table_name(r->model, i / 2), i % 2);
		router_say_error(r, &e);
	}
	if (watch_is_behind(r->watches[i]))
		router_retry(r);
}

void instances_close(struct watch **w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		watch_close(w[i]);
	free(w);
}

static void hear_instance(struct source *s, uint32_t events)
{
	const struct router_source *src = container_of(s, struct router_source, source);

	(void)events;
	instance_read(src->r, src->i);
	loop_mark(src->r->loop);
}

int instances_open(struct router *r, int *fds, size_t n, struct err *e)
{
	size_t k = 0;
	int rc = 0;

	r->watches = xcalloc(n, sizeof(*r->watches));
	r->tallies = xcalloc(n, sizeof(*r->tallies));
	r->from_watches = xcalloc(n, sizeof(*r->from_watches));
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
			rc = router_listen(r, &r->from_watches[i], watch_fd(r->watches[i]), i,
			                   hear_instance, e);
	}
	return rc;
}

/* --- maintenance, silence, a new design ---------------------------------------------------------
 */

void instances_free_aside(struct rib_table *aside, size_t n)
{
	for (size_t i = 0; aside && i < n; i++)
		free(aside[i].routes);
	free(aside);
}

/* Programs instance i, in maintenance, with what its sibling selects; leaves it as it was while
 * neither is there; with nothing when that lasts (lost). */
static void stand_in_for(struct router *r, size_t i, const bool *lost)
{
	const struct rib_table nothing = { 0 };

	if (!r->maintained[i ^ 1])
		program_as(r, i, selected_by(r, i ^ 1));
	else if (lost[i])
		program_as(r, i, &nothing);
}

void instances_stand_in(struct router *r, const json_t *req)
{
	_cleanup_free_ bool *lost = instances_from_json(r->model, json_object_get(req, "lost"));

	for (size_t i = 0; i < r->n_watches; i++)
		if (r->maintained[i])
			stand_in_for(r, i, lost);
}

void instances_maintained(struct router *r, const json_t *req)
{
	_cleanup_free_ bool *was = r->maintained;

	r->maintained = instances_from_json(r->model, json_object_get(req, "instances"));
	for (size_t i = 0; i < r->n_watches; i++) {
		if (r->maintained[i] && !was[i]) {
			rib_copy(&r->aside[i], selected_by(r, i));
		} else if (!r->maintained[i] && was[i]) {
			program_as(r, i, &r->aside[i]);
			free(r->aside[i].routes);
			r->aside[i] = (struct rib_table){ 0 };
		}
	}
	instances_stand_in(r, req);
	router_dirty(r);
}

void instances_silent(struct router *r, const json_t *names)
{
	_cleanup_free_ bool *list = instances_from_json(r->model, names);

	for (size_t i = r->model->n_route_servers * 2; i < model_n_tables(r->model) * 2; i++)
		programmer_rib(r->prog)->tables[i / 2][i % 2].silent = list[i];
	r->version++;
	router_dirty(r);
}

void instances_carry_over(struct router *r, const struct model *old_model, struct programmer *old,
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
