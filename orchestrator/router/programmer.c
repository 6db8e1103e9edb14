#include "router/programmer.h"

#include <string.h>

#include "base/mem.h"

struct slot { /* a route that waits, or was programmed a short while ago */
	size_t rs;
	unsigned instance;
	struct prefix prefix;
	enum program_step step;
	int64_t since, due; /* due -1: nothing waits */
	int64_t last;       /* programmed then; INT64_MIN: never */
};

struct programmer {
	bool delays;
	struct program_times times;
	program_peer_fn *is_peer;
	void *peer_arg;
	struct rib *seen, *rib;
	struct slot *slots; /* azure timing only; unsorted: few routes wait at a time */
	size_t n, cap, waiting;
	bool changed;
};

const char *program_step_str(enum program_step s)
{
	static const char *const names[] = { "injection", "withdrawal", "switch", "replacement" };

	return names[s];
}

static int64_t scaled(uint32_t ms, uint32_t percent)
{
	return (int64_t)ms * percent / 100;
}

bool program_times_of(const struct settings *s, struct program_times *ret)
{
	*ret = (struct program_times){
		.delay = { [STEP_INJECT] = scaled(s->injection_ms, s->timing_scale),
		           [STEP_WITHDRAW] = scaled(s->withdrawal_ms, s->timing_scale),
		           [STEP_SWITCH] = scaled(s->switch_ms, s->timing_scale),
		           [STEP_REPLACE] = scaled(s->replacement_ms, s->timing_scale) },
		.damping = scaled(s->damping_ms, s->timing_scale),
	};
	return s->timing_azure;
}

struct programmer *programmer_new(size_t n_route_servers, const struct program_times *t)
{
	struct programmer *p = xcalloc(1, sizeof(*p));

	p->delays = t != NULL;
	if (t)
		p->times = *t;
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

	*s = (struct slot){
		.rs = rs, .instance = instance, .prefix = prefix, .due = -1, .last = INT64_MIN
	};
	return s;
}

void programmer_peers(struct programmer *p, program_peer_fn *fn, void *arg)
{
	p->is_peer = fn;
	p->peer_arg = arg;
}

static bool has_hop(const struct rib_route *r, ip4 hop)
{
	for (unsigned i = 0; i < r->n_next_hops; i++)
		if (r->next_hops[i] == hop)
			return true;
	return false;
}

/* The kernel's table does not say who sent what; next hops tell.  One that is a peer's own address
 * and goes is that peer's route, withdrawn or beaten; one that is not (a load balancer's) has been
 * exchanged for another by a peer that is still there. */
static enum program_step step_of(const struct programmer *p, size_t rs,
                                 const struct rib_route *have, const struct rib_route *want)
{
	bool gone = false, peer_gone = false, come = false;

	if (!have || !want)
		return have ? STEP_WITHDRAW : STEP_INJECT;
	for (unsigned i = 0; i < have->n_next_hops; i++) {
		if (has_hop(want, have->next_hops[i]))
			continue;
		gone = true;
		peer_gone |= !p->is_peer || p->is_peer(rs, have->next_hops[i], p->peer_arg);
	}
	for (unsigned i = 0; i < want->n_next_hops; i++)
		come |= !has_hop(have, want->next_hops[i]);
	if (gone && come)
		return peer_gone ? STEP_SWITCH : STEP_REPLACE;
	return gone ? STEP_WITHDRAW : STEP_INJECT;
}

int64_t programmer_changed(struct programmer *p, size_t rs, unsigned instance, struct prefix prefix,
                           int64_t now)
{
	if (!p->delays) {
		bool changed = program(p, rs, instance, prefix);

		p->changed |= changed;
		return changed ? 0 : -1;
	}
	const struct rib_route *want = rib_get(&p->seen->tables[rs][instance], prefix),
	                       *have = rib_get(&p->rib->tables[rs][instance], prefix);
	struct slot *s = slot(p, rs, instance, prefix);

	if (same(want, have)) { /* it came back before NICs noticed */
		p->waiting -= s->due >= 0;
		s->due = -1;
		return -1;
	}
	if (s->due >= 0) /* NICs get at that time what is true by then */
		return s->due - now;
	s->step = step_of(p, rs, have, want);
	s->since = now;
	s->due = now + p->times.delay[s->step];
	if (s->last != INT64_MIN && s->due < s->last + p->times.damping)
		s->due = s->last + p->times.damping;
	p->waiting++;
	return s->due - now;
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
	for (size_t i = 0; i < p->seen->n_tables; i++)
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
	for (size_t i = 0; i < p->seen->n_tables; i++)
		for (unsigned k = 0; k < 2; k++)
			compare(p, i, k, now);
}

bool programmer_run(struct programmer *p, int64_t now, programmed_fn *fn, void *arg)
{
	bool changed = p->changed;
	size_t n = 0;

	p->changed = false;
	for (size_t i = 0; i < p->n; i++) {
		struct slot s = p->slots[i];

		if (s.due >= 0 && s.due <= now) {
			bool done = program(p, s.rs, s.instance, s.prefix);

			if (done && fn)
				fn(s.rs, s.instance, s.prefix,
				   rib_get(&p->rib->tables[s.rs][s.instance], s.prefix), s.step,
				   now - s.since, arg);
			changed |= done;
			s.due = -1;
			s.last = now;
			p->waiting--;
		}
		/* Kept as long as it waits, or damps what may come. */
		if (s.due >= 0 || (s.last != INT64_MIN && s.last + p->times.damping > now))
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
