/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "router/watch.h"

#include <errno.h>
#include <string.h>

#include "kernel/nl.h"

struct heard { /* of a prefix */
	struct rib_route now;
	bool nowhere; /* it is there, and leads nowhere: unreachable, a blackhole */
	size_t when;
};

struct watch {
	int ns;
	struct nl *monitor;
	bool behind;             /* the table may lack what was not heard */
	bool full;               /* routes were refused */
	struct rib_table others; /* routes of the kernel's table that lead nowhere */
	struct heard *heard;
	size_t n, cap;
};

int watch_open(int ns_fd, struct watch **ret, struct err *e)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	w->ns = ns_fd;
	w->behind = true;
	int r = nl_monitor_open(ns_fd, &w->monitor, e);

	if (r < 0) {
		watch_close(w);
		return r;
	}
	*ret = w;
	return 0;
}

struct watch *watch_close(struct watch *w)
{
	if (!w)
		return NULL;
	nl_close(w->monitor);
	close_p(&w->ns);
	free(w->others.routes);
	free(w->heard);
	free(w);
	return NULL;
}

int watch_fd(const struct watch *w)
{
	return nl_fd(w->monitor);
}

void watch_doubt(struct watch *w)
{
	w->behind = true;
}

bool watch_is_behind(const struct watch *w)
{
	return w->behind;
}

long watch_count(const struct watch *w, const struct rib_table *table)
{
	return w->behind || w->full ? -1 : (long)(table->n + w->others.n);
}

void watch_changes_free(struct watch_changes *c)
{
	free(c->now);
	free(c->had);
	*c = (struct watch_changes){ 0 };
}

/* --- what is heard ---------------------------------------------------------------------------- */

/* Next hops, ascending and once each; none for a route that leads nowhere: an instance tells NICs
 * addresses, not that something is unreachable. */
static void take_hops(const struct nl_route *r, struct rib_route *ret)
{
	struct rib_table one = { 0 };
	ip4 hops[RIB_MAX_NEXT_HOPS];
	unsigned n = 0;

	for (unsigned i = 0; r->type == RTN_UNICAST && i < r->n_hops && n < RIB_MAX_NEXT_HOPS; i++)
		if (ip4_is_set(r->hops[i].via))
			hops[n++] = r->hops[i].via;
	if (n < 2) { /* as nearly all are */
		*ret = (struct rib_route){ .prefix = r->dst, .n_next_hops = (uint8_t)n };
		ret->next_hops[0] = n ? hops[0] : 0;
		return;
	}
	rib_set(&one, r->dst, hops, n);
	*ret = one.routes[0];
	free(one.routes);
}

static int on_change(const struct nl_route *r, bool deleted, void *arg)
{
	struct watch *w = arg;

	if (r->table != RIB_TABLE || r->protocol != RIB_PROTOCOL)
		return 0;
	struct heard *h = &VEC_PUSH(w->heard, w->n, w->cap);

	h->when = w->n;
	h->now.prefix = r->dst;
	if (!deleted)
		take_hops(r, &h->now);
	h->nowhere = !deleted && !h->now.n_next_hops;
	return 0;
}

static int on_dump(const struct nl_route *r, void *arg)
{
	return on_change(r, false, arg);
}

static int compare_heard(const void *pa, const void *pb)
{
	const struct heard *a = pa, *b = pb;
	int c = prefix_cmp(a->now.prefix, b->now.prefix);

	return c ? c : (a->when > b->when) - (a->when < b->when);
}

/* The last word about each prefix. */
static void sort_heard(struct watch *w)
{
	size_t n = 0;

	if (w->n)
		qsort(w->heard, w->n, sizeof(*w->heard), compare_heard);
	for (size_t i = 0; i < w->n; i++)
		if (i + 1 == w->n || !prefix_eq(w->heard[i].now.prefix, w->heard[i + 1].now.prefix))
			w->heard[n++] = w->heard[i];
	w->n = n;
}

/* --- what it comes to ------------------------------------------------------------------------- */

struct collector {
	struct watch_changes *ret;
	size_t size, max; /* of the table when it has all of ret */
	bool refused;
};

static void note_route_change(struct collector *c, const struct rib_route *old,
                              const struct rib_route *now)
{
	if (old ? rib_same(old, now) : !now->n_next_hops)
		return;
	if (!old && c->size >= c->max) {
		c->refused = true;
		return;
	}
	c->size += !old;
	c->size -= !now->n_next_hops;
	c->ret->now[c->ret->n] = *now;
	c->ret->had[c->ret->n++] = old != NULL;
}

static void set_other(struct watch *w, const struct heard *h)
{
	if (h->nowhere)
		rib_set(&w->others, h->now.prefix, NULL, 0);
	else if (w->others.n)
		rib_del(&w->others, h->now.prefix);
}

/* all: what was not heard is gone. */
static void settle_changes(struct watch *w, struct rib_table *table, size_t max, bool all,
                           struct watch_changes *ret, bool *ret_refused)
{
	struct collector c = { ret, table->n, max, false };
	size_t room = w->n + (all ? table->n : 0) + 1, i = 0;

	sort_heard(w);
	ret->now = xcalloc(room, sizeof(*ret->now));
	ret->had = xcalloc(room, sizeof(*ret->had));
	if (all)
		w->others.n = 0;
	for (size_t k = 0; k < w->n || (all && i < table->n);) {
		const struct heard *h = k < w->n ? &w->heard[k] : NULL;
		const struct rib_route *old;

		if (!h || (all && i < table->n &&
		           prefix_cmp(table->routes[i].prefix, h->now.prefix) < 0)) {
			const struct rib_route gone = { .prefix = table->routes[i].prefix };

			note_route_change(&c, &table->routes[i++], &gone);
			continue;
		}
		old = rib_get(table, h->now.prefix);
		note_route_change(&c, old, &h->now);
		set_other(w, h);
		i += all && old;
		k++;
	}
	w->n = 0;
	if (w->cap > 4096) { /* a burst went by */
		free(w->heard);
		w->heard = NULL;
		w->cap = 0;
	}
	rib_merge(table, ret->now, ret->n);
	*ret_refused = c.refused;
}

/* Collects the changes in w->heard; *all: messages were lost (ENOBUFS), and all routes were read
 * anew. */
static int read_messages(struct watch *w, bool *all, struct err *e)
{
	struct nl *nl = NULL;
	int r = nl_monitor_read(w->monitor, on_change, w, e);

	if (r == -ENOBUFS)
		w->behind = true;
	else if (r < 0)
		return r;
	if (!w->behind)
		return 0;
	w->n = 0;
	r = nl_open(w->ns, &nl, e);
	if (r == 0)
		r = nl_routes(nl, RIB_TABLE, RIB_PROTOCOL, on_dump, w, e);
	nl_close(nl);
	if (r < 0)
		w->n = 0;
	*all = r == 0;
	return r;
}

int watch_read(struct watch *w, struct rib_table *table, size_t max, struct watch_changes *ret,
               struct err *e)
{
	bool all = false, refused = false, was_full = w->full;
	int r = read_messages(w, &all, e);

	*ret = (struct watch_changes){ 0 };
	settle_changes(w, table, max, all, ret, &refused);
	if (r < 0)
		return r;
	if (all) {
		w->behind = false;
		w->full = false;
	}
	w->full |= refused;
	if (w->full && table->n < max) /* there is room again for those that were refused */
		w->behind = true;
	if (!w->full || was_full)
		return 0;
	return err_set(e, EOVERFLOW, "more than %zu routes; further ones are ignored", max);
}
