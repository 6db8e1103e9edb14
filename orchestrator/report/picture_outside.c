/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws what is outside of VNets: sites, circuits, and the wires of connections to them. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "report/picture.h"

struct wires {
	struct picture_wire *v;
	size_t n, cap;
};

static void add_wire(struct wires *w, struct picture_wire x)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].from == x.from && w->v[i].to == x.to && w->v[i].site == x.site &&
		    w->v[i].circuit == x.circuit)
			return;
	VEC_PUSH(w->v, w->n, w->cap) = x;
}

static void add_connection_wires(struct wires *w, const struct connection *c)
{
	const struct node *peer = c->local ? c->local->peer : NULL;
	struct picture_wire x = { .name = c->name, .down = c->down };

	/* Two objects, one wire: the first draws it. */
	if (c->reverse && c->reverse->idx < c->idx && !c->reverse->broken)
		return;
	for (unsigned k = 0; k < c->gateway->n; k++) {
		x.from = c->gateway->vm[k]->nics[0];
		x.site = c->type == CONN_IPSEC ? c->site : NULL;
		x.circuit = c->circuit;
		x.to = !x.site && !x.circuit && peer && peer->n_nics ? peer->nics[0] : NULL;
		if (x.site || x.circuit || x.to)
			add_wire(w, x);
		for (unsigned j = 0; c->remote && j < c->remote->n; j++) {
			x.to = c->remote->vm[j]->nics[0];
			add_wire(w, x);
		}
	}
}

size_t picture_wires(const struct model *m, struct picture_wire **ret)
{
	struct wires w = { 0 };

	for (size_t i = 0; i < m->n_circuits; i++)
		if (!m->circuits[i].broken && m->circuits[i].site)
			add_wire(&w, (struct picture_wire){ .circuit = &m->circuits[i],
			                                    .site = m->circuits[i].site,
			                                    .name = "" });
	for (size_t i = 0; i < m->n_connections; i++)
		if (!m->connections[i].broken)
			add_connection_wires(&w, &m->connections[i]);
	*ret = w.v;
	return w.n;
}

void picture_wire_ends(const struct picture_wire *w, char from[PICTURE_ID], char to[PICTURE_ID])
{
	if (w->from)
		snprintf(from, PICTURE_ID, "n%zu", w->from->idx);
	else
		snprintf(from, PICTURE_ID, "c%zu", w->circuit->idx);
	if (w->to)
		snprintf(to, PICTURE_ID, "n%zu", w->to->idx);
	else if (w->from && w->circuit)
		snprintf(to, PICTURE_ID, "c%zu", w->circuit->idx);
	else
		snprintf(to, PICTURE_ID, "t%zu", w->site->idx);
}

void picture_site_detail(const struct site *s, char *buf, size_t cap)
{
	char asn[24] = "";

	if (s->asn)
		snprintf(asn, sizeof(asn), " AS %u", s->asn);
	snprintf(buf, cap, "%s%s%s", s->n_prefixes ? PREFIX_STR(s->prefixes[0]) : "",
	         s->n_prefixes > 1 ? " ..." : "", asn);
}

void picture_circuit_detail(const struct circuit *c, char *buf, size_t cap)
{
	snprintf(buf, cap, "MSEEs %s %s", IP4_STR(c->msee_ip[0]), IP4_STR(c->msee_ip[1]));
}
