/* SPDX-License-Identifier: GPL-2.0-or-later */
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
	uint32_t next;      /* in its bucket: place + 1; 0: the end */
};

struct programmer {
	bool delays;
	struct program_times times;
	program_peer_fn *is_peer;
	void *peer_arg;
	struct rib *seen, *rib;
	struct slot *slots; /* azure timing only */
	size_t n, cap, waiting;
	uint32_t *buckets; /* of slots: place of the first + 1 */
	size_t n_buckets;  /* a power of two */
	int64_t next;      /* when the first is due; -1: none */
	bool next_known;
	bool changed;
};

const char *program_step_str(enum program_step s)
{
	static const char *const names[] = { "injection", "withdrawal", "switch", "replacement" };

	return names[s];
}

static int64_t scale_delay(uint32_t ms, uint32_t percent)
{
	return (int64_t)ms * percent / 100;
}

bool program_times_of(const struct settings *s, struct program_times *ret)
{
	*ret = (struct program_times){
		.delay = { [STEP_INJECT] = scale_delay(s->injection_ms, s->timing_scale),
		           [STEP_WITHDRAW] = scale_delay(s->withdrawal_ms, s->timing_scale),
		           [STEP_SWITCH] = scale_delay(s->switch_ms, s->timing_scale),
		           [STEP_REPLACE] = scale_delay(s->replacement_ms, s->timing_scale) },
		.damping = scale_delay(s->damping_ms, s->timing_scale),
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
	p->next = -1;
	p->next_known = true;
	return p;
}

struct programmer *programmer_free(struct programmer *p)
{
	if (!p)
		return NULL;
	rib_free(p->seen);
	rib_free(p->rib);
	free(p->slots);
	free(p->buckets);
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

/* --- routes that wait, or damp what comes ------------------------------------------------------
 */

static uint32_t *bucket_of(const struct programmer *p, size_t rs, unsigned instance,
                           struct prefix prefix)
{
	uint64_t h = (uint64_t)prefix.addr << 32 | (uint64_t)prefix.len << 24 |
	             (uint64_t)(rs * 2 + instance);

	h *= 0x9E3779B97F4A7C15u; /* Fibonacci hashing: the upper bits are mixed well */
	return &p->buckets[(h >> 32) & (p->n_buckets - 1)];
}

static void link_slot(struct programmer *p, size_t i)
{
	struct slot *s = &p->slots[i];
	uint32_t *b = bucket_of(p, s->rs, s->instance, s->prefix);

	s->next = *b;
	*b = (uint32_t)i + 1;
}

/* Slots have moved, or are too many for the buckets. */
static void link_slots(struct programmer *p)
{
	size_t want = 16;

	while (want < p->n)
		want *= 2;
	free(p->buckets);
	p->buckets = xcalloc(want, sizeof(*p->buckets));
	p->n_buckets = want;
	for (size_t i = 0; i < p->n; i++)
		link_slot(p, i);
}

static struct slot *find_slot(struct programmer *p, size_t rs, unsigned instance,
                              struct prefix prefix)
{
	for (uint32_t i = p->buckets ? *bucket_of(p, rs, instance, prefix) : 0; i;
	     i = p->slots[i - 1].next) {
		struct slot *s = &p->slots[i - 1];

		if (s->rs == rs && s->instance == instance && prefix_eq(s->prefix, prefix))
			return s;
	}
	struct slot *s = &VEC_PUSH(p->slots, p->n, p->cap);

	*s = (struct slot){
		.rs = rs, .instance = instance, .prefix = prefix, .due = -1, .last = INT64_MIN
	};
	if (p->n > p->n_buckets)
		link_slots(p);
	else
		link_slot(p, p->n - 1);
	return s;
}

/* --- changes -----------------------------------------------------------------------------------
 */

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
	const struct rib_route *want = rib_get(&p->seen->tables[rs][instance], prefix),
	                       *have = rib_get(&p->rib->tables[rs][instance], prefix);

	if (!p->delays) { /* all of it is copied by programmer_run() */
		p->changed |= !rib_same(want, have);
		return rib_same(want, have) ? -1 : 0;
	}
	struct slot *s = find_slot(p, rs, instance, prefix);

	if (rib_same(want, have)) { /* it came back before NICs noticed */
		p->waiting -= s->due >= 0;
		p->next_known &= s->due != p->next;
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
	if (p->next < 0 || s->due < p->next)
		p->next = s->due;
	return s->due - now;
}

static void copy_all(struct programmer *p)
{
	for (size_t i = 0; i < p->seen->n_tables; i++)
		for (unsigned k = 0; k < 2; k++)
			rib_copy(&p->rib->tables[i][k], &p->seen->tables[i][k]);
}

void programmer_catch_up(struct programmer *p)
{
	copy_all(p);
	p->n = p->waiting = 0;
	free(p->buckets);
	p->buckets = NULL;
	p->n_buckets = 0;
	p->next = -1;
	p->next_known = true;
	p->changed = true;
}

void programmer_adopt(struct programmer *p, size_t rs, unsigned instance,
                      const struct rib_table *programmed)
{
	rib_copy(&p->rib->tables[rs][instance], programmed);
	p->changed = true;
}

static void compare_instance(struct programmer *p, size_t rs, unsigned instance, int64_t now)
{
	const struct rib_table *seen = &p->seen->tables[rs][instance],
	                       *old = &p->rib->tables[rs][instance];

	for (size_t i = 0; i < seen->n; i++)
		if (!rib_same(&seen->routes[i], rib_get(old, seen->routes[i].prefix)))
			programmer_changed(p, rs, instance, seen->routes[i].prefix, now);
	for (size_t i = 0; i < old->n; i++)
		if (!rib_get(seen, old->routes[i].prefix))
			programmer_changed(p, rs, instance, old->routes[i].prefix, now);
}

void programmer_compare(struct programmer *p, int64_t now)
{
	for (size_t i = 0; i < p->seen->n_tables; i++)
		for (unsigned k = 0; k < 2; k++)
			compare_instance(p, i, k, now);
}

/* Programs the n changes of one instance that are due. */
static bool program_prefix(struct programmer *p, size_t rs, unsigned instance,
                           const struct slot *due, size_t n, int64_t now, programmed_fn *fn,
                           void *arg)
{
	struct rib_table *to = &p->rib->tables[rs][instance];
	_cleanup_free_ struct rib_route *changes = xcalloc(n, sizeof(*changes));
	size_t n_changes = 0;

	for (size_t i = 0; i < n; i++) {
		const struct rib_route *want =
		    rib_get(&p->seen->tables[rs][instance], due[i].prefix);

		if (rib_same(want, rib_get(to, due[i].prefix)))
			continue;
		changes[n_changes++] = want ? *want : (struct rib_route){ .prefix = due[i].prefix };
		if (fn)
			fn(rs, instance, due[i].prefix, want, due[i].step, now - due[i].since, arg);
	}
	rib_merge(to, changes, n_changes);
	return n_changes;
}

static int by_place(const void *pa, const void *pb)
{
	const struct slot *a = pa, *b = pb;

	if (a->rs != b->rs)
		return a->rs < b->rs ? -1 : 1;
	if (a->instance != b->instance)
		return a->instance < b->instance ? -1 : 1;
	return prefix_cmp(a->prefix, b->prefix);
}

/* Takes what is due out of the slots; sorted. */
static struct slot *take_due(struct programmer *p, int64_t now, size_t *ret_n)
{
	struct slot *due = xcalloc(p->n + 1, sizeof(*due));
	size_t n = 0, n_due = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct slot s = p->slots[i];

		if (s.due >= 0 && s.due <= now) {
			due[n_due++] = s;
			s.due = -1;
			s.last = now;
			p->waiting--;
		}
		/* Kept as long as it waits, or damps what may come. */
		if (s.due >= 0 || (s.last != INT64_MIN && s.last + p->times.damping > now))
			p->slots[n++] = s;
	}
	p->n = n;
	link_slots(p);
	p->next_known = false;
	if (n_due)
		qsort(due, n_due, sizeof(*due), by_place);
	*ret_n = n_due;
	return due;
}

bool programmer_run(struct programmer *p, int64_t now, programmed_fn *fn, void *arg)
{
	bool changed = p->changed;
	size_t n = 0;

	p->changed = false;
	if (!p->delays) {
		if (changed)
			copy_all(p);
		return changed;
	}
	_cleanup_free_ struct slot *due = take_due(p, now, &n);

	for (size_t i = 0, k; i < n; i = k) {
		for (k = i; k < n && due[k].rs == due[i].rs && due[k].instance == due[i].instance;)
			k++;
		changed |=
		    program_prefix(p, due[i].rs, due[i].instance, due + i, k - i, now, fn, arg);
	}
	return changed;
}

int64_t programmer_next(struct programmer *p)
{
	if (p->next_known)
		return p->next;
	p->next = -1;
	p->next_known = true;
	for (size_t i = 0; i < p->n; i++)
		if (p->slots[i].due >= 0 && (p->next < 0 || p->slots[i].due < p->next))
			p->next = p->slots[i].due;
	return p->next;
}
