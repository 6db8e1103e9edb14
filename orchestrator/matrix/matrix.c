/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/matrix.h"

#include <netinet/in.h>

#include "azure/hybrid.h"
#include "azure/own_bgp.h"
#include "base/str.h"
#include "matrix/priv.h"

static void make_spans(struct run *r)
{
	struct matrix *x = r->x;

	x->spans = xcalloc(r->sweep.n_atoms, sizeof(*x->spans));
	for (size_t i = 0; i < r->sweep.n_atoms; i++)
		x->spans[x->n_spans++] =
		    (struct matrix_span){ r->sweep.atoms[i].lo, r->class_of_atom[i] };
}

/* ---- NICs for subnets where the design has nobody ---- */

static void make_stand_ins(struct run *r)
{
	const struct model *m = r->x->m;

	r->stand_ins = (struct stand_ins){ .m = m, .arena = r->x->arena };
	for (size_t i = 0; i < m->n_subnets && !r->world->running; i++) {
		const struct subnet *s = &m->subnets[i];

		if (!s->n_nics && !subnet_is_azures(s))
			stand_ins_add(&r->stand_ins, s,
			              arena_printf(r->x->arena, "%s/%s", s->vnet->name, s->name));
	}
}

/* ---- cells ---- */

static bool joins_flow(const struct matrix *x, const struct matrix_flow *last,
                       const struct matrix_flow *f)
{
	return last->ip_proto == f->ip_proto && last->hi + 1 == f->lo &&
	       x->outcomes[last->outcome].key == x->outcomes[f->outcome].key;
}

static void add_flow(const struct matrix *x, struct matrix_cell *c, struct matrix_flow *buf,
                     const struct matrix_flow *f)
{
	if (c->n && joins_flow(x, &buf[c->n - 1], f))
		buf[c->n - 1].hi = f->hi;
	else
		buf[c->n++] = *f;
}

static void fill_protocol(struct run *r, const struct matrix_end *from, ip4 dst, uint8_t proto,
                          struct matrix_cell *c, struct matrix_flow **buf, size_t *cap)
{
	bool ports = proto != IPPROTO_ICMP;
	uint32_t next = ports ? 1 : 0, last = ports ? UINT16_MAX : 0;

	while (next <= last) {
		uint16_t lo = (uint16_t)next, hi = (uint16_t)last;
		const struct walk_packet p = { .src = from->ip,
			                       .dst = dst,
			                       .ip_proto = proto,
			                       .sport = ports ? MATRIX_SPORT : 0,
			                       .dport = (uint16_t)next };
		uint32_t o = run_flow(r, from, &p, &lo, &hi);

		if (c->n == *cap) {
			*cap *= 2;
			*buf = xrealloc(*buf, *cap, sizeof(**buf));
		}
		add_flow(r->x, c, *buf,
		         &(struct matrix_flow){ proto, (uint16_t)next, ports ? hi : 0, o });
		next = ports ? (uint32_t)hi + 1 : 1;
	}
}

ip4 cell_address(const struct matrix_end *e, const struct matrix_class *c)
{
	if (ip4_is_loopback(c->address)) /* which is on no wire */
		return IP4_NONE;
	if (e->nic && vm_has_address(e->nic->vm, c->address))
		return c->second;
	return e->nic && c->address == e->ip ? c->second : c->address;
}

static void fill_cells(struct run *r)
{
	static const uint8_t protocols[] = { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP };
	struct matrix *x = r->x;
	size_t cap = 16;
	_cleanup_free_ struct matrix_flow *buf = xcalloc(cap, sizeof(*buf));

	x->cells = xcalloc(x->n_ends * x->n_classes + 1, sizeof(*x->cells));
	for (size_t i = 0; i < x->n_ends; i++)
		for (size_t k = 0; k < x->n_classes; k++) {
			struct matrix_cell *c = &x->cells[i * x->n_classes + k];
			ip4 dst = cell_address(&x->ends[i], &x->classes[k]);

			for (size_t p = 0; ip4_is_set(dst) && p < ARRAY_LEN(protocols); p++)
				fill_protocol(r, &x->ends[i], dst, protocols[p], c, &buf, &cap);
			if (!c->n)
				continue;
			c->flows = arena_array(x->arena, c->n, sizeof(*c->flows));
			memcpy(c->flows, buf, c->n * sizeof(*c->flows));
		}
}

/* ---- the whole ---- */

struct matrix *matrix_of_world(const struct matrix_world *w)
{
	struct matrix *x = xcalloc(1, sizeof(*x));
	struct run r = { .x = x, .world = w };

	x->m = w->m;
	x->arena = arena_new();
	make_stand_ins(&r);
	run_set_hooks(&r);
	run_mark(&r);
	run_make_classes(&r);
	make_spans(&r);
	run_make_ends(&r);
	fill_cells(&r);
	run_forget(&r);
	stand_ins_done(&r.stand_ins);
	sweep_done(&r.sweep);
	free(r.key_of_nic);
	free(r.class_of_atom);
	return x;
}

struct matrix *matrix_free(struct matrix *x)
{
	if (!x)
		return NULL;
	for (size_t i = 0; i < x->n_classes; i++) {
		free(x->classes[i].members);
		free(x->classes[i].ranges);
	}
	for (size_t i = 0; i < x->n_ends; i++)
		free(x->ends[i].members);
	free(x->classes);
	free(x->ends);
	free(x->outcomes);
	free(x->cells);
	free(x->spans);
	free(x->unread);
	arena_free(x->arena);
	free(x);
	return NULL;
}

void matrix_free_p(struct matrix **x)
{
	*x = matrix_free(*x);
}

const struct matrix_cell *matrix_cell(const struct matrix *x, size_t end, size_t cls)
{
	return &x->cells[end * x->n_classes + cls];
}

const struct matrix_outcome *matrix_ask(const struct matrix *x, size_t end, ip4 dst,
                                        uint8_t ip_proto, uint16_t port)
{
	size_t cls = (size_t)(matrix_class_of(x, dst) - x->classes);
	const struct matrix_cell *c = matrix_cell(x, end, cls);

	for (size_t i = 0; i < c->n; i++)
		if (c->flows[i].ip_proto == ip_proto && port >= c->flows[i].lo &&
		    port <= c->flows[i].hi)
			return &x->outcomes[c->flows[i].outcome];
	return NULL;
}

/* ---- by the design alone ---- */

static void say_unread(struct matrix *x, const struct foreseen *f)
{
	const struct model *m = x->m;

	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t k = 0; f->unknown[i] && k < m->route_servers[i].n_conns; k++) {
			const char *why = foreseen_unread(&m->route_servers[i].conns[k]);

			if (why)
				VEC_PUSH(x->unread, x->n_unread, x->cap_unread) =
				    arena_printf(x->arena, "%s/%s: %s", m->route_servers[i].name,
				                 m->route_servers[i].conns[k].name, why);
		}
	for (size_t i = 0; i < m->n_gateways; i++)
		if (f->unknown[m->n_route_servers + i])
			VEC_PUSH(x->unread, x->n_unread, x->cap_unread) = arena_printf(
			    x->arena, "%s: what it learns depends on more than the design says",
			    m->gateways[i].name);
}

static struct matrix *foresee_matrix(const struct model *m, bool running)
{
	struct foreseen f;

	foreseen_init(m, &f);
	foreseen_read_files(&f);
	struct eff_cache *tables = eff_cache_new(m, f.rib, NULL);
	struct matrix *x = matrix_of_world(
	    &(struct matrix_world){ .m = m,
	                            .env = { .m = m, .rib = f.rib, .tables = tables },
	                            .foreseen = &f,
	                            .running = running });

	say_unread(x, &f);
	eff_cache_free(tables);
	foreseen_done(&f);
	return x;
}

struct matrix *matrix_of_design(const struct model *m)
{
	return foresee_matrix(m, false);
}

struct matrix *matrix_of_lab_to_be(const struct model *m)
{
	return foresee_matrix(m, true);
}
