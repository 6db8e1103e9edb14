#include "router/programmer.h"

#include <string.h>

#include "base/mem.h"

struct slot { /* a route that waits, or was programmed a short while ago */
	size_t rs;
	unsigned instance;
	struct prefix prefix;
	int64_t due;  /* -1: nothing waits */
	int64_t last; /* programmed then; INT64_MIN: never */
};

struct programmer {
	bool azure;
	struct rib *seen, *rib;
	struct slot *slots; /* azure timing only; unsorted: few routes wait at a time */
	size_t n, cap, waiting;
	bool changed;
};

struct programmer *programmer_new(size_t n_route_servers, bool azure_timing)
{
	struct programmer *p = xcalloc(1, sizeof(*p));

	p->azure = azure_timing;
	p->seen = rib_new(n_route_servers);
	p->rib = rib_new(n_route_servers);
	return p;
}

struct programmer *programmer_free(struct programmer *p)
{
	if (!p)
		return NULL;
	rib_free(p->seen);
	rib_free(p->rib);
	free(p->slots);
	free(p);
	return NULL;
}

struct rib *programmer_seen(struct programmer *p)
{
	return p->seen;
}

const struct rib *programmer_rib(const struct programmer *p)
{
	return p->rib;
}

size_t programmer_waiting(const struct programmer *p)
{
	return p->waiting;
}

static bool same(const struct rib_route *a, const struct rib_route *b)
{
	if (!a || !b)
		return a == b;
	return a->n_next_hops == b->n_next_hops &&
	       memcmp(a->next_hops, b->next_hops, a->n_next_hops * sizeof(a->next_hops[0])) == 0;
}

static bool program(struct programmer *p, size_t rs, unsigned instance, struct prefix prefix)
{
	struct rib_table *to = &p->rib->tables[rs][instance];
	const struct rib_route *want = rib_get(&p->seen->tables[rs][instance], prefix);

	if (same(want, rib_get(to, prefix)))
		return false;
	if (want)
		rib_set(to, prefix, want->next_hops, want->n_next_hops);
	else
		rib_del(to, prefix);
	return true;
}

static struct slot *slot(struct programmer *p, size_t rs, unsigned instance, struct prefix prefix)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->slots[i].rs == rs && p->slots[i].instance == instance &&
		    prefix_eq(p->slots[i].prefix, prefix))
			return &p->slots[i];
	struct slot *s = &VEC_PUSH(p->slots, p->n, p->cap);

	*s = (struct slot){ rs, instance, prefix, -1, INT64_MIN };
	return s;
}

void programmer_changed(struct programmer *p, size_t rs, unsigned instance, struct prefix prefix,
                        int64_t now)
{
	if (!p->azure) {
		p->changed |= program(p, rs, instance, prefix);
		return;
	}
	const struct rib_route *want = rib_get(&p->seen->tables[rs][instance], prefix),
	                       *have = rib_get(&p->rib->tables[rs][instance], prefix);
	struct slot *s = slot(p, rs, instance, prefix);

	if (same(want, have)) { /* it came back before NICs noticed */
		p->waiting -= s->due >= 0;
		s->due = -1;
		return;
	}
	if (s->due >= 0) /* NICs get at that time what is true by then */
		return;
	s->due = now + (!have   ? PROGRAM_INJECT_MS
	                : !want ? PROGRAM_WITHDRAW_MS
	                        : PROGRAM_REPLACE_MS);
	if (s->last != INT64_MIN && s->due < s->last + PROGRAM_DAMPING_MS)
		s->due = s->last + PROGRAM_DAMPING_MS;
	p->waiting++;
}

static void copy(struct rib_table *to, const struct rib_table *from)
{
	to->n = 0;
	for (size_t i = 0; i < from->n; i++)
		rib_set(to, from->routes[i].prefix, from->routes[i].next_hops,
		        from->routes[i].n_next_hops);
}

void programmer_catch_up(struct programmer *p)
{
	for (size_t i = 0; i < p->seen->n_route_servers; i++)
		for (unsigned k = 0; k < 2; k++)
			copy(&p->rib->tables[i][k], &p->seen->tables[i][k]);
	p->n = p->waiting = 0;
	p->changed = true;
}

void programmer_adopt(struct programmer *p, size_t rs, unsigned instance,
                      const struct rib_table *programmed)
{
	copy(&p->rib->tables[rs][instance], programmed);
	p->changed = true;
}

static void compare(struct programmer *p, size_t rs, unsigned instance, int64_t now)
{
	const struct rib_table *seen = &p->seen->tables[rs][instance];
	struct rib_table old = { 0 };

	/* The programmed table changes under us when timing is not emulated. */
	copy(&old, &p->rib->tables[rs][instance]);
	for (size_t i = 0; i < seen->n; i++)
		if (!same(&seen->routes[i], rib_get(&old, seen->routes[i].prefix)))
			programmer_changed(p, rs, instance, seen->routes[i].prefix, now);
	for (size_t i = 0; i < old.n; i++)
		if (!rib_get(seen, old.routes[i].prefix))
			programmer_changed(p, rs, instance, old.routes[i].prefix, now);
	free(old.routes);
}

void programmer_compare(struct programmer *p, int64_t now)
{
	for (size_t i = 0; i < p->seen->n_route_servers; i++)
		for (unsigned k = 0; k < 2; k++)
			compare(p, i, k, now);
}

bool programmer_run(struct programmer *p, int64_t now)
{
	bool changed = p->changed;
	size_t n = 0;

	p->changed = false;
	for (size_t i = 0; i < p->n; i++) {
		struct slot s = p->slots[i];

		if (s.due >= 0 && s.due <= now) {
			changed |= program(p, s.rs, s.instance, s.prefix);
			s.due = -1;
			s.last = now;
			p->waiting--;
		}
		/* Kept as long as it waits, or damps what may come. */
		if (s.due >= 0 || (s.last != INT64_MIN && s.last + PROGRAM_DAMPING_MS > now))
			p->slots[n++] = s;
	}
	p->n = n;
	return changed;
}

int64_t programmer_next(const struct programmer *p)
{
	int64_t next = -1;

	for (size_t i = 0; i < p->n; i++)
		if (p->slots[i].due >= 0 && (next < 0 || p->slots[i].due < next))
			next = p->slots[i].due;
	return next;
}
