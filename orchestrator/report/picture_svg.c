/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A picture without graphviz: an SVG document. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "base/str.h"
#include "report/markup.h"
#include "report/picture.h"
#include "report/picture_lines.h"

static void draw_text(struct str *b, int x, int y, const char *class, const char *s)
{
	str_printf(b, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	markup_escape(b, s);
	str_add(b, "</text>\n");
}

static void draw_rect(struct str *b, const struct box *x, const char *class, char kind, size_t idx)
{
	str_printf(b,
	           "<rect id=\"%c%zu\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" "
	           "class=\"%s\"/>\n",
	           kind, idx, x->x, x->y, x->w, x->h, class);
}

struct chip {
	const struct box *at;
	char kind; /* of the id, with idx */
	size_t idx;
	const char *class, *name, *detail, *tip;
	bool live;       /* the page finds it by its id */
	const char *nic; /* of a page that follows a lab: whom to ask about; NULL */
};

static void begin_chip(struct str *b, const struct chip *c)
{
	if (!c->live) {
		str_add(b, "<g>\n<title>");
		return;
	}
	str_printf(b, "<g class=\"chip\" data-box=\"%c%zu\" role=\"%s\" aria-label=\"", c->kind,
	           c->idx, c->nic ? "button" : "img");
	markup_escape(b, c->tip);
	if (c->nic) {
		str_add(b, "\" tabindex=\"0\" data-nic=\"");
		markup_escape(b, c->nic);
	}
	str_add(b, "\">\n<title>");
}

static void draw_chip(struct str *b, const struct chip *c)
{
	begin_chip(b, c);
	markup_escape(b, c->tip);
	str_add(b, "</title>\n");
	draw_rect(b, c->at, c->class, c->kind, c->idx);
	draw_text(b, c->at->x + 8, c->at->y + 16, "name", c->name);
	draw_text(b, c->at->x + 8, c->at->y + 31, "detail", c->detail);
	str_add(b, "</g>\n");
}

static const char *nic_class(const struct nic *n, bool live)
{
	return n->vm->deallocated && !live  ? "vm stopped"
	       : n->vm->role == VM_FIREWALL ? "vm firewall"
	       : n->vm->role == VM_GATEWAY  ? "vm gateway"
	       : n->vm->role == VM_ENDPOINT ? "vm endpoint"
	       : n->forwarding              ? "vm forwards"
	                                    : "vm";
}

static void draw_nic(struct str *b, const struct picture *p, const struct layout *l,
                     const struct nic *n)
{
	const struct live_nic *now = p->live ? &p->live->nic[n->idx] : NULL;
	enum nic_state state = now ? now->state : NIC_WELL;
	bool stopped = n->vm->deallocated && !now;
	char line[200];
	_cleanup_free_ char *class =
	    xasprintf("%s%s", nic_class(n, now != NULL), nic_state_class(state));
	_cleanup_free_ char *tip = xasprintf(
	    "%s, NIC %s%s%s%s%s", n->vm->name, n->name, now ? ", " : "", now ? IP4_STR(n->ip) : "",
	    n->forwarding ? ", IP forwarding" : "", stopped ? ", deallocated" : "");

	picture_chip_detail(n, line, sizeof(line));
	if (state != NIC_WELL)
		snprintf(line, sizeof(line), "%s %s", IP4_STR(n->ip), nic_state_str(state));
	_cleanup_free_ char *whole =
	    state == NIC_WELL ? xstrdup(tip)
	                      : xasprintf("%s, %s: %s", tip, nic_state_str(state), now->why);

	draw_chip(b, &(struct chip){ &l->nic[n->idx], 'n', n->idx, class, n->vm->name, line, whole,
	                             p->live != NULL, p->live ? n->name : NULL });
}

static void draw_balancer(struct str *b, const struct picture *p, const struct layout *l,
                          const struct load_balancer *lb)
{
	char line[100];
	_cleanup_free_ char *tip = xasprintf("load balancer %s, %zu rules", lb->name, lb->n_rules);

	picture_balancer_detail(lb, line, sizeof(line));
	draw_chip(b, &(struct chip){ &l->lb[lb->idx], 'l', lb->idx, "lb", lb->name, line, tip,
	                             p->live != NULL, NULL });
}

static void draw_subnet(struct str *b, const struct picture *p, const struct layout *l,
                        const struct subnet *s)
{
	const struct model *m = p->m;
	const struct box *at = &l->subnet[s->idx];
	const struct route_server *rs = layout_route_server(m, s);
	char line[200];

	layout_subnet_title(s, line, sizeof(line));
	draw_rect(b, at, "subnet", 's', s->idx);
	draw_text(b, at->x + PAD, at->y + 16, "title", line);
	for (size_t i = 0; i < layout_n_shown(s); i++)
		draw_nic(b, p, l, s->nics[i]);
	if (layout_n_shown(s) < s->n_nics) {
		struct box last = l->nic[s->nics[layout_n_shown(s) - 1]->idx];

		snprintf(line, sizeof(line), "and %zu more", s->n_nics - layout_n_shown(s));
		draw_text(b, last.x + l->chip_w + GAP, last.y + 24, "detail", line);
	}
	for (size_t i = 0; i < m->n_load_balancers; i++)
		if (lb_place(&m->load_balancers[i]) == s)
			draw_balancer(b, p, l, &m->load_balancers[i]);
	if (rs) {
		_cleanup_free_ char *tip =
		    xasprintf("Route Server %s, AS 65515, branch to branch %s", rs->name,
		              rs->branch_to_branch ? "on" : "off");
		_cleanup_free_ char *name = picture_route_server_name(rs);

		snprintf(line, sizeof(line), "%s  %s", IP4_STR(rs->instance[0]),
		         IP4_STR(rs->instance[1]));
		draw_chip(b, &(struct chip){ &l->rs[rs->idx], 'r', rs->idx, "rs", name, line, tip,
		                             p->live != NULL, NULL });
	}
}

static void end_line(struct str *b, const char *tip)
{
	str_add(b, "<title>");
	markup_escape(b, tip);
	str_add(b, "</title></path>\n");
}

static void draw_peering(struct lines *x, const struct peering *p)
{
	struct line_end from = line_end_vnet(x->l, p->vnet), to = line_end_vnet(x->l, p->remote);
	const struct vnet *hub = x->l->hub[p->vnet->idx] == p->remote ? p->remote : p->vnet;
	_cleanup_free_ char *tip =
	    xasprintf("peering %s - %s, %s", p->vnet->name, p->remote->name,
	              peering_connected(p) ? "Connected" : "Initiated: the other half is missing");

	if (line_draw(x, &from, &to, peering_connected(p) ? "peering" : "peering half", hub))
		end_line(x->out, tip);
}

static void draw_session(struct lines *x, const struct picture *p, const struct bgp_connection *c)
{
	static const char *const classes[] = { "session", "session up", "session partly",
		                               "session down" };
	const struct box *at = &x->l->rs[c->rs->idx];
	enum session_state state = picture_session(p, c);
	_cleanup_free_ char *tip =
	    xasprintf("%s: %s, AS %u%s%s", c->name, IP4_STR(c->peer_ip), c->peer_asn,
	              p->states ? ", " : "", p->states ? session_state_str(state) : "");

	if (!c->nic || !x->l->nic[c->nic->idx].w) {
		/* No NIC has the address: draw a short line that ends nowhere. */
		str_printf(x->out, "<path d=\"M%d %d h-30\" class=\"session down\">", at->x,
		           at->y + CHIP_H / 2);
		end_line(x->out, tip);
		return;
	}
	struct line_end from = line_end_nic(x->l, c->nic), to = line_end_rs(x->l, c->rs);

	if (line_draw(x, &from, &to, classes[state], c))
		end_line(x->out, tip);
}

static void draw_wire(struct lines *x, const struct picture *p, const struct picture_wire *w)
{
	const char *down =
	    !w->down && p->live && w->from ? live_connection_down(p->live, w->name) : w->down;
	struct line_end from =
	    w->from ? line_end_nic(x->l, w->from) : line_end_circuit(x->l, w->circuit);
	struct line_end to = w->to                   ? line_end_nic(x->l, w->to)
	                     : w->from && w->circuit ? line_end_circuit(x->l, w->circuit)
	                                             : line_end_site(x->l, w->site);
	_cleanup_free_ char *tip = xasprintf("%s%s%s%s", w->from ? "connection " : "circuit ",
	                                     w->from ? w->name : w->circuit->name,
	                                     down ? ", down: " : "", down ? down : "");

	if (line_draw(x, &from, &to, down ? "wire down" : "wire", w))
		end_line(x->out, tip);
}

static void draw_pool(struct lines *x, const struct picture *p, const struct load_balancer *lb)
{
	struct line_end from = line_end_lb(x->l, lb);

	for (size_t i = 0; i < picture_n_backends(lb); i++) {
		struct line_end to = line_end_nic(x->l, lb->backends[i]);
		bool down = p->live && live_backend_down(p->live, lb->name, lb->backends[i]->name);
		_cleanup_free_ char *tip =
		    xasprintf("%s %s %s", lb->name, down ? "leaves out" : "balances to",
		              lb->backends[i]->vm->name);

		if (line_draw(x, &from, &to, down ? "pool down" : "pool", lb))
			end_line(x->out, tip);
	}
}

static void draw_outside(struct str *b, const struct picture *p, const struct layout *l)
{
	const struct model *m = p->m;
	bool live = p->live != NULL;
	char detail[100];

	for (size_t i = 0; i < m->n_circuits; i++) {
		picture_circuit_detail(&m->circuits[i], detail, sizeof(detail));
		draw_chip(b, &(struct chip){ &l->circuit[i], 'c', i, "circuit", m->circuits[i].name,
		                             detail, "ExpressRoute circuit", live, NULL });
	}
	for (size_t i = 0; i < m->n_sites; i++) {
		picture_site_detail(&m->sites[i], detail, sizeof(detail));
		draw_chip(b, &(struct chip){ &l->site[i], 't', i, "site", m->sites[i].name, detail,
		                             "site", live, NULL });
	}
}

/* The most telling first: they have the straight ways. */
static void draw_lines(struct str *b, const struct picture *p, const struct layout *l)
{
	const struct model *m = p->m;
	struct lines x = { .out = b, .m = m, .l = l };
	struct picture_wire *w = NULL;
	size_t n = picture_wires(m, &w);

	for (size_t i = 0; i < m->n_vnets; i++)
		drawn_add_edges(&x.drawn, &l->vnet[i]);
	for (size_t i = 0; i < m->n_subnets; i++)
		drawn_add_edges(&x.drawn, &l->subnet[i]);
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t j = 0; j < m->route_servers[i].n_conns; j++)
			draw_session(&x, p, &m->route_servers[i].conns[j]);
	for (size_t i = 0; i < n; i++)
		draw_wire(&x, p, &w[i]);
	for (size_t i = 0; i < m->n_load_balancers; i++)
		draw_pool(&x, p, &m->load_balancers[i]);
	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t j = 0; j < m->vnets[i].n_peerings; j++)
			if (picture_draws_peering(&m->vnets[i].peerings[j]))
				draw_peering(&x, &m->vnets[i].peerings[j]);
	free(w);
	drawn_lines_free(&x.drawn);
}

static void draw_legend(struct str *b, const struct picture *p, const struct layout *l)
{
	const struct model *m = p->m;
	bool sessions = m->n_route_servers, peerings = m->n_vnets > 1;
	const struct {
		const char *class, *name;
		bool there;
	} lines[] = {
		{ "session", "BGP connection", sessions && !p->states },
		{ "session up", "both sessions up", sessions && p->states },
		{ "session partly", "one of two up", sessions && p->states },
		{ "session down", "down", sessions && p->states },
		{ "peering", "peering", peerings },
		{ "peering half", "half of a peering", peerings },
		{ "wire", "connection", m->n_connections + m->n_circuits > 0 },
		{ "pool", "load balancer", m->n_load_balancers > 0 },
	};
	int x = MARGIN, y = l->h - MARGIN;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (!lines[i].there)
			continue;
		str_printf(b, "<path d=\"M%d %d h28\" class=\"%s\"/>\n", x, y - 4, lines[i].class);
		draw_text(b, x + 34, y, "detail", lines[i].name);
		x += 44 + layout_text_width(lines[i].name, 7);
	}
}

const char picture_style[] =
    "text { font-family: 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: #1b1f24 }\n"
    ".head { font-size: 18px; font-weight: 600 } .sub { font-size: 12px; fill: #57606a }\n"
    ".vtitle { font-size: 14px; font-weight: 600 } .title { font-size: 12px; fill: #444c56 }\n"
    ".name { font-size: 12px; font-weight: 600 } .detail { font-size: 11px; fill: #444c56 }\n"
    ".vnet { fill: #eef4fb; stroke: #5b8bc0 } .subnet { fill: #fff; stroke: #b6c6d8 }\n"
    ".vm { fill: #f6f8fa; stroke: #8c959f } .forwards { fill: #fdf0d9; stroke: #c77700 }\n"
    ".stopped { stroke-dasharray: 4 3; fill: #eee } .rs { fill: #cfe3fb; stroke: #1f6fb2 }\n"
    ".session { fill: none; stroke: #1f6fb2; stroke-width: 2 } .up { stroke: #2e8540 }\n"
    ".partly { stroke: #c77700 } .down { stroke: #c0392b; stroke-dasharray: 6 3 }\n"
    ".peering { fill: none; stroke: #57606a; stroke-width: 3 }\n"
    ".wire { fill: none; stroke: #6f42c1; stroke-width: 1.5 } .wire.down { stroke: #c0392b }\n"
    ".circuit { fill: #ece4f5; stroke: #6f42c1 } .site { fill: #e6f2e6; stroke: #2e8540 }\n"
    ".firewall { fill: #fbe3e0; stroke: #c0392b } .gateway { fill: #ece4f5; stroke: #6f42c1 }\n"
    ".endpoint { fill: #eaf7f7; stroke: #2a8c8c } .lb { fill: #e3f4f4; stroke: #1b7a7a }\n"
    ".pool { fill: none; stroke: #1b7a7a; stroke-width: 1.5 }\n"
    ".half { stroke-dasharray: 7 5; stroke-width: 2 }\n";

static void begin_svg(struct str *b, const struct picture *p, const struct layout *l)
{
	str_printf(b,
	           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	           "viewBox=\"0 0 %d %d\"",
	           l->w, l->h, l->w, l->h);
	if (p->live) {
		str_add(b, " role=\"group\" aria-label=\"Picture of ");
		markup_escape(b, p->m->name);
		str_add(b, "\">\n");
	} else {
		str_printf(b, ">\n<style>\n%s</style>\n", picture_style);
	}
	str_add(b, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
}

char *picture_svg(const struct picture *p)
{
	const struct model *m = p->m;
	struct layout l;
	struct str b = { 0 };

	layout_make(m, &l);
	begin_svg(&b, p, &l);
	draw_text(&b, MARGIN, 32, "head", m->name);
	if (m->description) {
		size_t fits = (size_t)max_int((l.w - 2 * MARGIN) / 7, 20),
		       n = strlen(m->description);

		if (n > fits)
			for (n = fits; n && m->description[n] != ' '; n--)
				;
		_cleanup_free_ char *cut = xasprintf("%.*s%s", (int)n, m->description,
		                                     n < strlen(m->description) ? " ..." : "");

		draw_text(&b, MARGIN, 52, "sub", cut);
	}
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];
		_cleanup_free_ char *title = layout_vnet_title(v);

		draw_rect(&b, &l.vnet[i], "vnet", 'v', i);
		draw_text(&b, l.vnet[i].x + PAD, l.vnet[i].y + 19, "vtitle", title);
		for (size_t j = 0; j < v->n_subnets; j++)
			draw_subnet(&b, p, &l, v->subnets[j]);
	}
	draw_outside(&b, p, &l);
	draw_lines(&b, p, &l);
	draw_legend(&b, p, &l);
	str_add(&b, "</svg>\n");
	layout_free(&l);
	return str_take(&b);
}
