#include "router/watch.h"

#include <errno.h>
#include <string.h>

#include "kernel/nl.h"

struct watch {
	int ns;
	struct nl *monitor;
};

int watch_open(int ns_fd, struct watch **ret, struct err *e)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	w->ns = ns_fd;
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
	free(w);
	return NULL;
}

int watch_fd(const struct watch *w)
{
	return nl_fd(w->monitor);
}

struct reader {
	struct rib_table *table;
	size_t max;
	bool refused;
	watch_fn *fn;
	void *arg;
};

static bool same(const struct rib_route *r, const ip4 *hops, unsigned n)
{
	struct rib_table t = { 0 };

	rib_set(&t, r->prefix, hops, n); /* in order, without duplicates */
	bool eq = t.routes[0].n_next_hops == r->n_next_hops &&
	          memcmp(t.routes[0].next_hops, r->next_hops,
	                 r->n_next_hops * sizeof(r->next_hops[0])) == 0;

	free(t.routes);
	return eq;
}

static void update(struct reader *rd, struct prefix p, const ip4 *hops, unsigned n)
{
	const struct rib_route *old = rib_get(rd->table, p);
	bool had = old != NULL;

	if (had ? n && same(old, hops, n) : !n)
		return;
	if (!had && rd->table->n >= rd->max) {
		rd->refused = true;
		return;
	}
	if (n)
		rib_set(rd->table, p, hops, n);
	else
		rib_del(rd->table, p);
	rd->fn(p, had, rd->arg);
}

/* Next hops of a route that leads somewhere; 0 for one that does not: an instance tells NICs
 * addresses, not that something is unreachable. */
static unsigned next_hops(const struct nl_route *r, ip4 *ret)
{
	unsigned n = 0;

	if (r->type != RTN_UNICAST)
		return 0;
	for (unsigned i = 0; i < r->n_hops && n < RIB_MAX_NEXT_HOPS; i++)
		if (r->hops[i].via)
			ret[n++] = r->hops[i].via;
	return n;
}

static bool is_ours(const struct nl_route *r)
{
	return r->table == RIB_TABLE && r->protocol == RIB_PROTOCOL;
}

static int on_change(const struct nl_route *r, bool deleted, void *arg)
{
	ip4 hops[RIB_MAX_NEXT_HOPS];

	if (is_ours(r))
		update(arg, r->dst, hops, deleted ? 0 : next_hops(r, hops));
	return 0;
}

static int overflow(const struct reader *rd, struct err *e)
{
	if (!rd->refused)
		return 0;
	return err_set(e, EOVERFLOW, "more than %zu routes; further ones are ignored", rd->max);
}

int watch_read(struct watch *w, struct rib_table *table, size_t max, watch_fn *fn, void *arg,
               struct err *e)
{
	struct reader rd = { table, max, false, fn, arg };
	int r = nl_monitor_read(w->monitor, on_change, &rd, e);

	if (r == -ENOBUFS)
		return watch_dump(w, table, max, fn, arg, e);
	return r < 0 ? r : overflow(&rd, e);
}

static int on_dump(const struct nl_route *r, void *arg)
{
	struct rib_table *fresh = arg;
	ip4 hops[RIB_MAX_NEXT_HOPS];
	unsigned n = next_hops(r, hops);

	if (n && is_ours(r))
		rib_set(fresh, r->dst, hops, n);
	return 0;
}

int watch_dump(struct watch *w, struct rib_table *table, size_t max, watch_fn *fn, void *arg,
               struct err *e)
{
	struct reader rd = { table, max, false, fn, arg };
	struct rib_table fresh = { 0 };
	struct nl *nl = NULL;
	int r = nl_open(w->ns, &nl, e);

	if (r == 0)
		r = nl_routes(nl, RIB_TABLE, RIB_PROTOCOL, on_dump, &fresh, e);
	nl_close(nl);
	for (size_t i = table->n; r == 0 && i > 0; i--) /* backwards: entries go while we look */
		if (!rib_get(&fresh, table->routes[i - 1].prefix))
			update(&rd, table->routes[i - 1].prefix, NULL, 0);
	for (size_t i = 0; r == 0 && i < fresh.n; i++)
		update(&rd, fresh.routes[i].prefix, fresh.routes[i].next_hops,
		       fresh.routes[i].n_next_hops);
	free(fresh.routes);
	return r < 0 ? r : overflow(&rd, e);
}
