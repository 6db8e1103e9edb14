/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A picture without graphviz: an SVG document. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "report/picture.h"
#include "report/picture_layout.h"

static void add_escaped(struct str *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			str_add(b, "&lt;");
		else if (*s == '>')
			str_add(b, "&gt;");
		else if (*s == '&')
			str_add(b, "&amp;");
		else if (*s == '"')
			str_add(b, "&quot;");
		else if ((unsigned char)*s >= 0x20) /* XML 1.0 has no control characters */
			str_addc(b, *s);
		else
			str_addc(b, ' ');
	}
}

static void draw_text(struct str *b, int x, int y, const char *class, const char *s)
{
	str_printf(b, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	add_escaped(b, s);
	str_add(b, "</text>\n");
}

static void draw_rect(struct str *b, const struct box *x, const char *class)
{
	str_printf(b,
	           "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"%s\"/>\n",
	           x->x, x->y, x->w, x->h, class);
}

static void draw_chip(struct str *b, const struct box *at, const char *class, const char *name,
                      const char *detail, const char *tip)
{
	str_add(b, "<g>\n<title>");
	add_escaped(b, tip);
	str_add(b, "</title>\n");
	draw_rect(b, at, class);
	draw_text(b, at->x + 8, at->y + 16, "name", name);
	draw_text(b, at->x + 8, at->y + 31, "detail", detail);
	str_add(b, "</g>\n");
}

static void draw_subnet(struct str *b, const struct model *m, const struct layout *l,
                        const struct subnet *s)
{
	const struct box *at = &l->subnet[s->idx];
	const struct route_server *rs = layout_route_server(m, s);
	char line[200];

	layout_subnet_title(s, line, sizeof(line));
	draw_rect(b, at, "subnet");
	draw_text(b, at->x + PAD, at->y + 16, "title", line);
	for (size_t i = 0; i < layout_n_shown(s); i++) {
		const struct nic *n = s->nics[i];
		const char *image = picture_image(n->vm);
		_cleanup_free_ char *tip = xasprintf("%s, NIC %s%s%s", n->vm->name, n->name,
		                                     n->forwarding ? ", IP forwarding" : "",
		                                     n->vm->deallocated ? ", deallocated" : "");

		picture_nic_detail(n, line, sizeof(line));
		if (n->public_ip) /* the address does not fit: draw a sign instead */
			snprintf(line, sizeof(line), "%s%s%s \xe2\x87\xb1", IP4_STR(n->ip),
			         image ? " " : "", image ? image : "");
		draw_chip(b, &l->nic[n->idx],
		          n->vm->deallocated ? "vm stopped"
		          : n->forwarding    ? "vm forwards"
		                             : "vm",
		          n->vm->name, line, tip);
	}
	if (layout_n_shown(s) < s->n_nics) {
		struct box last = l->nic[s->nics[layout_n_shown(s) - 1]->idx];

		snprintf(line, sizeof(line), "and %zu more", s->n_nics - layout_n_shown(s));
		draw_text(b, last.x + CHIP_W + GAP, last.y + 24, "detail", line);
	}
	if (rs) {
		_cleanup_free_ char *tip =
		    xasprintf("Route Server %s, AS 65515, branch to branch %s", rs->name,
		              rs->branch_to_branch ? "on" : "off");

		snprintf(line, sizeof(line), "%s  %s", IP4_STR(rs->instance[0]),
		         IP4_STR(rs->instance[1]));
		draw_chip(b, &l->rs[rs->idx], "rs", rs->name, line, tip);
	}
}

static void draw_peering(struct str *b, const struct layout *l, const struct peering *p)
{
	const struct box *u = &l->vnet[p->vnet->idx], *v = &l->vnet[p->remote->idx];
	bool below = v->y > u->y + u->h || u->y > v->y + v->h;
	const struct box *hi = u->y <= v->y ? u : v, *lo = u->y <= v->y ? v : u;
	const struct box *le = u->x <= v->x ? u : v, *ri = u->x <= v->x ? v : u;
	_cleanup_free_ char *tip =
	    xasprintf("peering %s - %s, %s", p->vnet->name, p->remote->name,
	              peering_connected(p) ? "Connected" : "Initiated: the other half is missing");

	if (below) {
		int x1 = hi->x + hi->w / 2, x2 = lo->x + lo->w / 2, y1 = hi->y + hi->h, y2 = lo->y;

		str_printf(b, "<path d=\"M%d %d C%d %d %d %d %d %d\"", x1, y1, x1, (y1 + y2) / 2,
		           x2, (y1 + y2) / 2, x2, y2);
	} else { /* side by side: draw it below the boxes between them */
		int x1 = le->x + le->w - 40, x2 = ri->x + 40, y1 = le->y + le->h,
		    y2 = ri->y + ri->h;

		str_printf(b, "<path d=\"M%d %d C%d %d %d %d %d %d\"", x1, y1, x1,
		           max_int(y1, y2) + 36, x2, max_int(y1, y2) + 36, x2, y2);
	}
	str_printf(b, " class=\"peering%s\"><title>", peering_connected(p) ? "" : " half");
	add_escaped(b, tip);
	str_add(b, "</title></path>\n");
}

static void draw_session(struct str *b, const struct picture *p, const struct layout *l,
                         const struct bgp_connection *c)
{
	static const char *const classes[] = { "session", "session up", "session partly",
		                               "session down" };
	const struct box *to = &l->rs[c->rs->idx];
	enum session_state state = picture_session(p, c);
	_cleanup_free_ char *tip =
	    xasprintf("%s: %s, AS %u%s%s", c->name, IP4_STR(c->peer_ip), c->peer_asn,
	              p->states ? ", " : "", p->states ? session_state_str(state) : "");

	if (!c->nic || !l->nic[c->nic->idx].w) {
		/* No NIC has the address: draw a short line that ends nowhere. */
		str_printf(b, "<path d=\"M%d %d l-40 -18\" class=\"session down\">", to->x,
		           to->y + CHIP_H / 2);
	} else {
		const struct box *from = &l->nic[c->nic->idx];
		bool left = from->x + from->w <= to->x;
		int x1 = left ? from->x + from->w : from->x + from->w / 2,
		    y1 = left ? from->y + from->h / 2 : from->y,
		    x2 = left ? to->x : to->x + to->w / 2,
		    y2 = left ? to->y + to->h / 2 : to->y + to->h;

		if (left)
			str_printf(b, "<path d=\"M%d %d C%d %d %d %d %d %d\" class=\"%s\">", x1, y1,
			           (x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2, classes[state]);
		else
			str_printf(b, "<path d=\"M%d %d C%d %d %d %d %d %d\" class=\"%s\">", x1, y1,
			           x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2, classes[state]);
	}
	str_add(b, "<title>");
	add_escaped(b, tip);
	str_add(b, "</title></path>\n");
}

static void draw_wire(struct str *b, const struct layout *l, const struct picture_wire *w)
{
	const struct box *from = w->from ? &l->nic[w->from->idx] : &l->circuit[w->circuit->idx],
	                 *to = w->to                   ? &l->nic[w->to->idx]
	                       : w->from && w->circuit ? &l->circuit[w->circuit->idx]
	                                               : &l->site[w->site->idx];
	_cleanup_free_ char *tip = xasprintf("%s%s%s%s", w->from ? "connection " : "circuit ",
	                                     w->from ? w->name : w->circuit->name,
	                                     w->down ? ", down: " : "", w->down ? w->down : "");

	if (!from->w || !to->w)
		return;
	int x1 = from->x + from->w / 2, y1 = from->y + from->h, x2 = to->x + to->w / 2,
	    y2 = to->y > y1 ? to->y : to->y + to->h,
	    mid = to->y > y1 ? (y1 + y2) / 2 : max_int(y1, y2) + 36;

	str_printf(b, "<path d=\"M%d %d C%d %d %d %d %d %d\" class=\"wire%s\"><title>", x1, y1, x1,
	           mid, x2, mid, x2, y2, w->down ? " down" : "");
	add_escaped(b, tip);
	str_add(b, "</title></path>\n");
}

static void draw_outside(struct str *b, const struct model *m, const struct layout *l)
{
	struct picture_wire *w = NULL;
	size_t n = picture_wires(m, &w);
	char detail[100];

	for (size_t i = 0; i < m->n_circuits; i++) {
		picture_circuit_detail(&m->circuits[i], detail, sizeof(detail));
		draw_chip(b, &l->circuit[i], "circuit", m->circuits[i].name, detail,
		          "ExpressRoute circuit");
	}
	for (size_t i = 0; i < m->n_sites; i++) {
		picture_site_detail(&m->sites[i], detail, sizeof(detail));
		draw_chip(b, &l->site[i], "site", m->sites[i].name, detail, "site");
	}
	for (size_t i = 0; i < n; i++)
		draw_wire(b, l, &w[i]);
	free(w);
}

static void draw_legend(struct str *b, const struct picture *p, const struct layout *l, bool wires)
{
	static const struct {
		const char *class, *name;
		bool of_lab, of_file;
	} lines[] = {
		{ "session", "BGP connection", false, true },
		{ "session up", "both sessions up", true, false },
		{ "session partly", "one of two up", true, false },
		{ "session down", "down", true, false },
		{ "peering", "peering", true, true },
		{ "peering half", "half of a peering", true, true },
	};
	int x = MARGIN, y = l->h - MARGIN;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (p->states ? !lines[i].of_lab : !lines[i].of_file)
			continue;
		str_printf(b, "<path d=\"M%d %d h28\" class=\"%s\"/>\n", x, y - 4, lines[i].class);
		draw_text(b, x + 34, y, "detail", lines[i].name);
		x += 44 + layout_text_width(lines[i].name, 7);
	}
	if (wires) {
		str_printf(b, "<path d=\"M%d %d h28\" class=\"wire\"/>\n", x, y - 4);
		draw_text(b, x + 34, y, "detail", "connection");
	}
}

static const char STYLE[] =
    "<style>\n"
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
    ".half { stroke-dasharray: 7 5; stroke-width: 2 }\n"
    "</style>\n";

char *picture_svg(const struct picture *p)
{
	const struct model *m = p->m;
	struct layout l;
	struct str b = { 0 };

	layout_make(m, &l);
	str_printf(
	    &b,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	    "viewBox=\"0 0 %d %d\">\n%s<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
	    l.w, l.h, l.w, l.h, STYLE);
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
	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t j = 0; j < m->vnets[i].n_peerings; j++)
			if (picture_draws_peering(&m->vnets[i].peerings[j]))
				draw_peering(&b, &l, &m->vnets[i].peerings[j]);
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];
		_cleanup_free_ char *title = layout_vnet_title(v);

		draw_rect(&b, &l.vnet[i], "vnet");
		draw_text(&b, l.vnet[i].x + PAD, l.vnet[i].y + 19, "vtitle", title);
		for (size_t j = 0; j < v->n_subnets; j++)
			draw_subnet(&b, m, &l, v->subnets[j]);
	}
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t j = 0; j < m->route_servers[i].n_conns; j++)
			draw_session(&b, p, &l, &m->route_servers[i].conns[j]);
	draw_outside(&b, m, &l);
	draw_legend(&b, p, &l, m->n_connections + m->n_circuits > 0);
	str_add(&b, "</svg>\n");
	layout_free(&l);
	return str_take(&b);
}
