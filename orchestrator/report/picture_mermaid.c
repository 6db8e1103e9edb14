/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For Markdown: GitHub, GitLab and Azure DevOps draw ```mermaid blocks. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "base/str.h"
#include "report/picture.h"

/* A label in double quotes; what means something to mermaid or HTML becomes an entity. */
static void add_mermaid_label(struct str *b, const char *s)
{
	str_addc(b, '"');
	for (; *s; s++) {
		if (*s == '\n')
			str_add(b, "<br/>");
		else if (strchr("\"<>&#;", *s))
			str_printf(b, "#%d;", *s);
		else
			str_addc(b, *s);
	}
	str_addc(b, '"');
}

static void mermaid_subnet(struct str *b, const struct model *m, const struct subnet *s)
{
	_cleanup_free_ char *title = xasprintf("%s %s%s%s", s->name, PREFIX_STR(s->prefix),
	                                       s->route_table ? ", routes " : "",
	                                       s->route_table ? s->route_table->name : "");
	bool empty = true;

	str_printf(b, "    subgraph s%zu[", s->idx);
	add_mermaid_label(b, title);
	str_add(b, "]\n");
	for (size_t i = 0; i < s->n_nics; i++) {
		const struct nic *n = s->nics[i];
		char detail[100];

		picture_nic_detail(n, detail, sizeof(detail));
		_cleanup_free_ char *text = xasprintf("%s\n%s", n->vm->name, detail);

		str_printf(b, "      n%zu[", n->idx);
		add_mermaid_label(b, text);
		str_printf(b, "]%s\n",
		           n->vm->role == VM_FIREWALL  ? ":::firewall"
		           : n->vm->role == VM_GATEWAY ? ":::gateway"
		           : n->forwarding             ? ":::forwards"
		                                       : "");
		empty = false;
	}
	for (size_t i = 0; i < m->n_route_servers; i++) {
		const struct route_server *rs = &m->route_servers[i];

		if (rs->subnet != s)
			continue;
		_cleanup_free_ char *text = xasprintf(
		    "%s\n%s %s", rs->name, IP4_STR(rs->instance[0]), IP4_STR(rs->instance[1]));

		str_printf(b, "      rs%zu([", rs->idx);
		add_mermaid_label(b, text);
		str_add(b, "]):::routeServer\n");
		empty = false;
	}
	for (size_t i = 0; i < m->n_load_balancers; i++) {
		char detail[100];

		if (lb_place(&m->load_balancers[i]) != s)
			continue;
		picture_balancer_detail(&m->load_balancers[i], detail, sizeof(detail));
		_cleanup_free_ char *text = xasprintf("%s\n%s", m->load_balancers[i].name, detail);

		str_printf(b, "      l%zu{{", i);
		add_mermaid_label(b, text);
		str_add(b, "}}:::balancer\n");
		empty = false;
	}
	if (empty) /* mermaid drops groups without a node */
		str_printf(b, "      e%zu[\" \"]:::nothing\n", s->idx);
	str_add(b, "    end\n");
}

static void mermaid_sessions(struct str *b, const struct picture *p, const struct route_server *rs,
                             size_t *n_edges)
{
	static const char *const colors[] = { "#1f6fb2", "#2e8540", "#c77700", "#c0392b" };

	for (size_t i = 0; i < rs->n_conns; i++) {
		const struct bgp_connection *c = &rs->conns[i];
		enum session_state state = picture_session(p, c);
		char text[80];

		picture_session_label(c, text, sizeof(text));
		if (p->states) {
			size_t n = strlen(text);

			snprintf(text + n, sizeof(text) - n, ", %s", session_state_str(state));
		}
		if (c->nic) {
			str_printf(b, "  n%zu <-->|", c->nic->idx);
		} else {
			str_printf(b, "  x%zu_%zu[\"%s<br/>no NIC has it\"]\n", rs->idx, i,
			           IP4_STR(c->peer_ip));
			str_printf(b, "  x%zu_%zu <-->|", rs->idx, i);
		}
		add_mermaid_label(b, text);
		str_printf(b, "| rs%zu\n  linkStyle %zu stroke:%s\n", rs->idx, (*n_edges)++,
		           colors[state]);
	}
}

static void mermaid_outside(struct str *b, const struct model *m)
{
	struct picture_wire *w = NULL;
	size_t n = picture_wires(m, &w);
	char detail[100], from[PICTURE_ID], to[PICTURE_ID];

	for (size_t i = 0; i < m->n_sites + m->n_circuits; i++) {
		bool site = i < m->n_sites;
		size_t k = site ? i : i - m->n_sites;

		if (site)
			picture_site_detail(&m->sites[k], detail, sizeof(detail));
		else
			picture_circuit_detail(&m->circuits[k], detail, sizeof(detail));
		_cleanup_free_ char *text =
		    xasprintf("%s\n%s", site ? m->sites[k].name : m->circuits[k].name, detail);

		str_printf(b, "  %c%zu[", site ? 't' : 'c', k);
		add_mermaid_label(b, text);
		str_printf(b, "]:::%s\n", site ? "site" : "circuit");
	}
	for (size_t i = 0; i < n; i++) {
		const char *line = w[i].down ? "-.-" : "---";

		picture_wire_ends(&w[i], from, to);
		str_printf(b, "  %s %s", from, line);
		if (*w[i].name) {
			str_add(b, "|");
			add_mermaid_label(b, w[i].name);
			str_add(b, "|");
		}
		str_printf(b, " %s\n", to);
	}
	free(w);
}

char *picture_mermaid(const struct picture *p)
{
	const struct model *m = p->m;
	struct str b = { 0 };
	size_t n_edges = 0;

	str_add(&b, "flowchart LR\n"
	            "  classDef routeServer fill:#cfe3fb,stroke:#1f6fb2\n"
	            "  classDef forwards fill:#fde9c9,stroke:#c77700\n"
	            "  classDef balancer fill:#e3f4f4,stroke:#1b7a7a\n"
	            "  classDef firewall fill:#fbe3e0,stroke:#c0392b\n"
	            "  classDef gateway fill:#ece4f5,stroke:#6f42c1\n"
	            "  classDef site fill:#e6f2e6,stroke:#2e8540\n"
	            "  classDef circuit fill:#ece4f5,stroke:#6f42c1\n"
	            "  classDef nothing fill:none,stroke:none\n");
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];
		_cleanup_str_ struct str title = { 0 };

		str_add(&title, v->name);
		for (size_t j = 0; j < v->n_prefixes; j++)
			str_printf(&title, " %s", PREFIX_STR(v->prefixes[j]));
		str_printf(&b, "  subgraph v%zu[", v->idx);
		add_mermaid_label(&b, str_get(&title));
		str_add(&b, "]\n");
		for (size_t j = 0; j < v->n_subnets; j++)
			mermaid_subnet(&b, m, v->subnets[j]);
		str_add(&b, "  end\n");
	}
	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t j = 0; j < m->vnets[i].n_peerings; j++) {
			const struct peering *x = &m->vnets[i].peerings[j];

			if (!picture_draws_peering(x))
				continue;
			str_printf(&b, "  v%zu %s v%zu\n", x->vnet->idx,
			           peering_connected(x) ? "===|peering|" : "-.-|half of a peering|",
			           x->remote->idx);
			n_edges++;
		}
	for (size_t i = 0; i < m->n_route_servers; i++)
		mermaid_sessions(&b, p, &m->route_servers[i], &n_edges);
	mermaid_outside(&b, m);
	for (size_t i = 0; i < m->n_load_balancers; i++)
		for (size_t j = 0; j < picture_n_backends(&m->load_balancers[i]); j++)
			str_printf(&b, "  l%zu --> n%zu\n", i,
			           m->load_balancers[i].backends[j]->idx);
	return str_take(&b);
}
