/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For graphviz: `vnetlab graph --format dot | dot -Tpdf`. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "base/str.h"
#include "report/picture.h"

/* Inside double quotes. */
static void add_dot_string(struct str *b, const char *s)
{
	str_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			str_addc(b, '\\');
		str_addc(b, *s);
	}
	str_addc(b, '"');
}

static void dot_subnet(struct str *b, const struct model *m, const struct subnet *s)
{
	_cleanup_free_ char *label = xasprintf("%s %s%s%s", s->name, PREFIX_STR(s->prefix),
	                                       s->route_table ? ", routes " : "",
	                                       s->route_table ? s->route_table->name : "");

	str_printf(b,
	           "    subgraph cluster_s%zu {\n      style=filled; fillcolor=\"#f7f9fc\"; label=",
	           s->idx);
	add_dot_string(b, label);
	str_printf(b, "\n      s%zu [style=invis, shape=point, width=0]\n", s->idx);
	for (size_t i = 0; i < s->n_nics; i++) {
		const struct nic *n = s->nics[i];
		char detail[100];

		picture_nic_detail(n, detail, sizeof(detail));
		_cleanup_free_ char *text = xasprintf("%s\n%s", n->vm->name, detail);

		str_printf(b, "      n%zu [style=\"filled,rounded%s\", fillcolor=\"%s\", label=",
		           n->idx, n->vm->deallocated ? ",dashed" : "",
		           n->vm->role == VM_FIREWALL  ? "#fbe3e0"
		           : n->vm->role == VM_GATEWAY ? "#ece4f5"
		           : n->forwarding             ? "#fde9c9"
		                                       : "white");
		add_dot_string(b, text);
		str_add(b, "]\n");
	}
	for (size_t i = 0; i < m->n_route_servers; i++) {
		const struct route_server *rs = &m->route_servers[i];

		if (rs->subnet != s)
			continue;
		_cleanup_free_ char *text = xasprintf(
		    "%s\n%s %s", rs->name, IP4_STR(rs->instance[0]), IP4_STR(rs->instance[1]));

		str_printf(b, "      rs%zu [style=filled, fillcolor=\"#cfe3fb\", label=", rs->idx);
		add_dot_string(b, text);
		str_add(b, "]\n");
	}
	for (size_t i = 0; i < m->n_load_balancers; i++) {
		char detail[100];

		if (lb_place(&m->load_balancers[i]) != s)
			continue;
		picture_balancer_detail(&m->load_balancers[i], detail, sizeof(detail));
		_cleanup_free_ char *text = xasprintf("%s\n%s", m->load_balancers[i].name, detail);

		str_printf(
		    b, "      l%zu [shape=hexagon, style=filled, fillcolor=\"#e3f4f4\", label=", i);
		add_dot_string(b, text);
		str_add(b, "]\n");
	}
	str_add(b, "    }\n");
}

static void dot_sessions(struct str *b, const struct picture *p, const struct route_server *rs)
{
	static const char *const colors[] = { "#1f6fb2", "#2e8540", "#c77700", "#c0392b" };

	for (size_t i = 0; i < rs->n_conns; i++) {
		const struct bgp_connection *c = &rs->conns[i];
		enum session_state state = picture_session(p, c);
		char label[40];

		picture_session_label(c, label, sizeof(label));
		if (c->nic) {
			str_printf(b, "  n%zu -> rs%zu", c->nic->idx, rs->idx);
		} else {
			str_printf(b, "  x%zu_%zu [style=dashed, label=\"%s\\nno NIC has it\"]\n",
			           rs->idx, i, IP4_STR(c->peer_ip));
			str_printf(b, "  x%zu_%zu -> rs%zu", rs->idx, i, rs->idx);
		}
		str_printf(b, " [dir=both, arrowsize=0.6, color=\"%s\", label=", colors[state]);
		add_dot_string(b, label);
		if (p->states) {
			str_add(b, ", tooltip=");
			add_dot_string(b, session_state_str(state));
		}
		str_add(b, "]\n");
	}
}

static void dot_outside(struct str *b, const struct model *m)
{
	struct picture_wire *w = NULL;
	size_t n = picture_wires(m, &w);
	char detail[100], from[PICTURE_ID], to[PICTURE_ID];

	for (size_t i = 0; i < m->n_sites; i++) {
		picture_site_detail(&m->sites[i], detail, sizeof(detail));
		_cleanup_free_ char *text = xasprintf("%s\n%s", m->sites[i].name, detail);

		str_printf(b, "  t%zu [style=filled, fillcolor=\"#e6f2e6\", label=", i);
		add_dot_string(b, text);
		str_add(b, "]\n");
	}
	for (size_t i = 0; i < m->n_circuits; i++) {
		picture_circuit_detail(&m->circuits[i], detail, sizeof(detail));
		_cleanup_free_ char *text = xasprintf("%s\n%s", m->circuits[i].name, detail);

		str_printf(b, "  c%zu [style=filled, fillcolor=\"#ece4f5\", label=", i);
		add_dot_string(b, text);
		str_add(b, "]\n");
	}
	for (size_t i = 0; i < n; i++) {
		picture_wire_ends(&w[i], from, to);
		str_printf(b, "  %s -> %s [dir=none, color=gray20, style=%s, label=", from, to,
		           w[i].down ? "dashed" : "solid");
		add_dot_string(b, w[i].name);
		if (w[i].down) {
			str_add(b, ", tooltip=");
			add_dot_string(b, w[i].down);
		}
		str_add(b, "]\n");
	}
	free(w);
}

char *picture_dot(const struct picture *p)
{
	const struct model *m = p->m;
	struct str b = { 0 };

	str_add(&b, "digraph ");
	add_dot_string(&b, m->name);
	str_add(&b, " {\n  compound=true; rankdir=LR; fontname=\"sans-serif\"\n"
	            "  node [shape=box, fontname=\"sans-serif\", fontsize=10]\n"
	            "  edge [fontname=\"sans-serif\", fontsize=9]\n");
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];
		_cleanup_str_ struct str label = { 0 };

		str_add(&label, v->name);
		for (size_t j = 0; j < v->n_prefixes; j++)
			str_printf(&label, " %s", PREFIX_STR(v->prefixes[j]));
		str_printf(&b, "  subgraph cluster_v%zu {\n    style=rounded; label=", v->idx);
		add_dot_string(&b, str_get(&label));
		str_printf(&b, "\n    v%zu [style=invis, shape=point, width=0]\n", v->idx);
		for (size_t j = 0; j < v->n_subnets; j++)
			dot_subnet(&b, m, v->subnets[j]);
		str_add(&b, "  }\n");
	}
	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t j = 0; j < m->vnets[i].n_peerings; j++) {
			const struct peering *x = &m->vnets[i].peerings[j];

			if (!picture_draws_peering(x))
				continue;
			str_printf(
			    &b,
			    "  v%zu -> v%zu [ltail=cluster_v%zu, lhead=cluster_v%zu, dir=both, "
			    "style=%s, color=gray40, label=\"%s\"]\n",
			    x->vnet->idx, x->remote->idx, x->vnet->idx, x->remote->idx,
			    peering_connected(x) ? "bold" : "dashed",
			    peering_connected(x) ? "peering" : "half of a peering");
		}
	for (size_t i = 0; i < m->n_route_servers; i++)
		dot_sessions(&b, p, &m->route_servers[i]);
	dot_outside(&b, m);
	for (size_t i = 0; i < m->n_load_balancers; i++)
		for (size_t j = 0; j < picture_n_backends(&m->load_balancers[i]); j++)
			str_printf(&b, "  l%zu -> n%zu [arrowsize=0.6, color=\"#1b7a7a\"]\n", i,
			           m->load_balancers[i].backends[j]->idx);
	str_add(&b, "}\n");
	return str_take(&b);
}
