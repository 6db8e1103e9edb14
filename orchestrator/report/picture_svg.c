/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A picture without graphviz.  The layout knows what these designs look like: a VNet is a box with
 * its subnets one below the other and, at its right, the RouteServerSubnet, so that sessions run
 * from left to right; VNets with a Route Server stand in the first row, the others below. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "report/picture.h"

enum {
	CHIP_W = 168,
	CHIP_H = 40,
	GAP = 12,
	PAD = 14,
	TITLE = 24,
	OUTSIDE_W = 232,
	MAX_COLUMNS = 4,
	MAX_STACK = 8,
	MAX_CHIPS = 24,          /* of one subnet; the rest is a number */
	MAX_COLUMNS_OF_MANY = 2, /* of four VNets and more: they stay beside each other */
	ROW_WIDTH = 6000,
	MARGIN = 24,
	HEAD = 64,
	ROW_GAP = 56,
	LEGEND = 40,
};

struct box {
	int x, y, w, h;
};

struct layout {
	struct box *vnet, *subnet, *nic, *rs; /* by idx; a NIC that is not drawn has w 0 */
	struct box *circuit, *site;
	int w, h;
};

static int text_width(const char *s, int per_char)
{
	return (int)strlen(s) * per_char;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static void subnet_title(const struct subnet *s, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s %s%s%s", s->name, PREFIX_STR(s->prefix),
	         s->route_table ? ", routes " : "", s->route_table ? s->route_table->name : "");
}

static char *vnet_title(const struct vnet *v)
{
	struct str b = { 0 };

	str_add(&b, v->name);
	for (size_t i = 0; i < v->n_prefixes; i++)
		str_printf(&b, " %s", PREFIX_STR(v->prefixes[i]));
	if (v->location)
		str_printf(&b, ", %s", v->location);
	return str_take(&b);
}

static const struct route_server *rs_in(const struct model *m, const struct subnet *s)
{
	for (size_t i = 0; i < m->n_route_servers; i++)
		if (m->route_servers[i].subnet == s)
			return &m->route_servers[i];
	return NULL;
}

/* --- sizes and places --- */

static size_t shown(const struct subnet *s)
{
	return s->n_nics > MAX_CHIPS ? MAX_CHIPS - 1 : s->n_nics;
}

/* Few NICs with BGP stand one below the other, so that no session crosses its neighbour. */
static bool stacked(const struct model *m, const struct subnet *s)
{
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t j = 0; j < m->route_servers[i].n_conns; j++) {
			const struct nic *n = m->route_servers[i].conns[j].nic;

			if (n && n->subnet == s)
				return s->n_nics <= MAX_STACK;
		}
	return false;
}

static void place_subnet(const struct model *m, struct layout *l, const struct subnet *s, int x,
                         int y)
{
	struct box *b = &l->subnet[s->idx];
	const struct route_server *rs = rs_in(m, s);
	size_t n = shown(s) + (shown(s) < s->n_nics) + (rs != NULL), i = 0;
	size_t most = m->n_vnets > 3 ? MAX_COLUMNS_OF_MANY : MAX_COLUMNS;
	int columns = stacked(m, s) || !n ? 1 : (int)(n < most ? n : most);
	char title[200];

	subnet_title(s, title, sizeof(title));
	for (; i < shown(s); i++)
		l->nic[s->nics[i]->idx] =
		    (struct box){ x + PAD + (int)(i % (size_t)columns) * (CHIP_W + GAP),
			          y + TITLE + (int)(i / (size_t)columns) * (CHIP_H + GAP), CHIP_W,
			          CHIP_H };
	if (rs)
		l->rs[rs->idx] =
		    (struct box){ x + PAD + (int)((n - 1) % (size_t)columns) * (CHIP_W + GAP),
			          y + TITLE + (int)((n - 1) / (size_t)columns) * (CHIP_H + GAP),
			          CHIP_W, CHIP_H };
	int rows = n ? ((int)n + columns - 1) / columns : 0;

	*b =
	    (struct box){ x, y, max(columns * (CHIP_W + GAP) - GAP, text_width(title, 7)) + 2 * PAD,
		          TITLE + (rows ? rows * (CHIP_H + GAP) - GAP : 0) + PAD };
}

static void place_vnet(const struct model *m, struct layout *l, const struct vnet *v, int x, int y)
{
	int left_w = 0, left_h = 0, right_w = 0, right_h = 0;
	_cleanup_free_ char *title = vnet_title(v);

	for (int right = 0; right < 2; right++)
		for (size_t i = 0; i < v->n_subnets; i++) {
			const struct subnet *s = v->subnets[i];
			int *w = right ? &right_w : &left_w, *h = right ? &right_h : &left_h;

			if ((rs_in(m, s) != NULL) != right)
				continue;
			place_subnet(m, l, s, x + PAD + (right && left_w ? left_w + 6 * GAP : 0),
			             y + TITLE + 4 + *h);
			*w = max(*w, l->subnet[s->idx].w);
			*h += l->subnet[s->idx].h + GAP;
		}
	/* Subnets of one column are equally wide. */
	for (size_t i = 0; i < v->n_subnets; i++)
		l->subnet[v->subnets[i]->idx].w = rs_in(m, v->subnets[i]) ? right_w : left_w;
	int w = left_w + right_w + (left_w && right_w ? 6 * GAP : 0);

	l->vnet[v->idx] = (struct box){ x, y, max(w, text_width(title, 8)) + 2 * PAD,
		                        TITLE + 4 + max(left_h, right_h) - GAP + PAD };
}

/* Outside, below all VNets: circuits, then sites.  Returns where it ends. */
static int place_outside(const struct model *m, struct layout *l, int y)
{
	int x = MARGIN;

	for (size_t i = 0; i < m->n_circuits + m->n_sites; i++) {
		struct box *b = i < m->n_circuits ? &l->circuit[i] : &l->site[i - m->n_circuits];

		if (x > MARGIN && x + OUTSIDE_W + MARGIN > ROW_WIDTH) {
			x = MARGIN;
			y += CHIP_H + ROW_GAP;
		}
		*b = (struct box){ x, y, OUTSIDE_W, CHIP_H };
		x += OUTSIDE_W + 4 * GAP;
		l->w = max(l->w, b->x + b->w + MARGIN);
	}
	return m->n_circuits + m->n_sites ? y + CHIP_H + ROW_GAP : y;
}

static void place_all(const struct model *m, struct layout *l)
{
	int y = HEAD, row_h = 0, x = MARGIN;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < m->n_vnets; i++) {
			const struct vnet *v = &m->vnets[i];
			struct box *b = &l->vnet[v->idx];

			if ((v->route_server == NULL) != pass)
				continue;
			place_vnet(m, l, v, x, y);
			if (x > MARGIN && x + b->w > ROW_WIDTH) {
				y += row_h + ROW_GAP;
				row_h = 0;
				x = MARGIN;
				place_vnet(m, l, v, x, y);
			}
			row_h = max(row_h, b->h);
			x += b->w + 4 * GAP;
			l->w = max(l->w, b->x + b->w + MARGIN);
		}
		if (row_h) {
			y += row_h + ROW_GAP;
			row_h = 0;
			x = MARGIN;
		}
	}
	y = place_outside(m, l, y);
	l->w = max(l->w, 640);
	l->h = y - ROW_GAP + LEGEND + MARGIN;
}

/* --- drawing --- */

static void escaped(struct str *b, const char *s)
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

static void text(struct str *b, int x, int y, const char *class, const char *s)
{
	str_printf(b, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	escaped(b, s);
	str_add(b, "</text>\n");
}

static void rect(struct str *b, const struct box *x, const char *class)
{
	str_printf(b,
	           "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"%s\"/>\n",
	           x->x, x->y, x->w, x->h, class);
}

static void chip(struct str *b, const struct box *at, const char *class, const char *name,
                 const char *detail, const char *tip)
{
	str_add(b, "<g>\n<title>");
	escaped(b, tip);
	str_add(b, "</title>\n");
	rect(b, at, class);
	text(b, at->x + 8, at->y + 16, "name", name);
	text(b, at->x + 8, at->y + 31, "detail", detail);
	str_add(b, "</g>\n");
}

static void draw_subnet(struct str *b, const struct model *m, const struct layout *l,
                        const struct subnet *s)
{
	const struct box *at = &l->subnet[s->idx];
	const struct route_server *rs = rs_in(m, s);
	char line[200];

	subnet_title(s, line, sizeof(line));
	rect(b, at, "subnet");
	text(b, at->x + PAD, at->y + 16, "title", line);
	for (size_t i = 0; i < shown(s); i++) {
		const struct nic *n = s->nics[i];
		const char *image = picture_image(n->vm);
		_cleanup_free_ char *tip = xasprintf("%s, NIC %s%s%s", n->vm->name, n->name,
		                                     n->forwarding ? ", IP forwarding" : "",
		                                     n->vm->deallocated ? ", deallocated" : "");

		picture_nic_detail(n, line, sizeof(line));
		if (n->public_ip) /* does not fit in: a sign in its place */
			snprintf(line, sizeof(line), "%s%s%s \xe2\x87\xb1", IP4_STR(n->ip),
			         image ? " " : "", image ? image : "");
		chip(b, &l->nic[n->idx],
		     n->vm->deallocated ? "vm stopped"
		     : n->forwarding    ? "vm forwards"
		                        : "vm",
		     n->vm->name, line, tip);
	}
	if (shown(s) < s->n_nics) {
		struct box last = l->nic[s->nics[shown(s) - 1]->idx];

		snprintf(line, sizeof(line), "and %zu more", s->n_nics - shown(s));
		text(b, last.x + CHIP_W + GAP, last.y + 24, "detail", line);
	}
	if (rs) {
		_cleanup_free_ char *tip =
		    xasprintf("Route Server %s, AS 65515, branch to branch %s", rs->name,
		              rs->branch_to_branch ? "on" : "off");

		snprintf(line, sizeof(line), "%s  %s", IP4_STR(rs->instance[0]),
		         IP4_STR(rs->instance[1]));
		chip(b, &l->rs[rs->idx], "rs", rs->name, line, tip);
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
	} else { /* side by side: below whatever stands between them */
		int x1 = le->x + le->w - 40, x2 = ri->x + 40, y1 = le->y + le->h,
		    y2 = ri->y + ri->h;

		str_printf(b, "<path d=\"M%d %d C%d %d %d %d %d %d\"", x1, y1, x1, max(y1, y2) + 36,
		           x2, max(y1, y2) + 36, x2, y2);
	}
	str_printf(b, " class=\"peering%s\"><title>", peering_connected(p) ? "" : " half");
	escaped(b, tip);
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
		/* Nobody has the address: a stub that ends nowhere. */
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
	escaped(b, tip);
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
	    mid = to->y > y1 ? (y1 + y2) / 2 : max(y1, y2) + 36;

	str_printf(b, "<path d=\"M%d %d C%d %d %d %d %d %d\" class=\"wire%s\"><title>", x1, y1, x1,
	           mid, x2, mid, x2, y2, w->down ? " down" : "");
	escaped(b, tip);
	str_add(b, "</title></path>\n");
}

static void draw_outside(struct str *b, const struct model *m, const struct layout *l)
{
	struct picture_wire *w = NULL;
	size_t n = picture_wires(m, &w);
	char detail[100];

	for (size_t i = 0; i < m->n_circuits; i++) {
		picture_circuit_detail(&m->circuits[i], detail, sizeof(detail));
		chip(b, &l->circuit[i], "circuit", m->circuits[i].name, detail,
		     "ExpressRoute circuit");
	}
	for (size_t i = 0; i < m->n_sites; i++) {
		picture_site_detail(&m->sites[i], detail, sizeof(detail));
		chip(b, &l->site[i], "site", m->sites[i].name, detail, "site");
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
		text(b, x + 34, y, "detail", lines[i].name);
		x += 44 + text_width(lines[i].name, 7);
	}
	if (wires) {
		str_printf(b, "<path d=\"M%d %d h28\" class=\"wire\"/>\n", x, y - 4);
		text(b, x + 34, y, "detail", "connection");
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
	struct layout l = { .vnet = xcalloc(m->n_vnets, sizeof(struct box)),
		            .subnet = xcalloc(m->n_subnets, sizeof(struct box)),
		            .nic = xcalloc(m->n_nics, sizeof(struct box)),
		            .rs = xcalloc(m->n_route_servers, sizeof(struct box)),
		            .circuit = xcalloc(m->n_circuits, sizeof(struct box)),
		            .site = xcalloc(m->n_sites, sizeof(struct box)) };
	struct str b = { 0 };

	place_all(m, &l);
	str_printf(
	    &b,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	    "viewBox=\"0 0 %d %d\">\n%s<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
	    l.w, l.h, l.w, l.h, STYLE);
	text(&b, MARGIN, 32, "head", m->name);
	if (m->description) {
		size_t fits = (size_t)max((l.w - 2 * MARGIN) / 7, 20), n = strlen(m->description);

		if (n > fits)
			for (n = fits; n && m->description[n] != ' '; n--)
				;
		_cleanup_free_ char *cut = xasprintf("%.*s%s", (int)n, m->description,
		                                     n < strlen(m->description) ? " ..." : "");

		text(&b, MARGIN, 52, "sub", cut);
	}
	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t j = 0; j < m->vnets[i].n_peerings; j++)
			if (picture_draws_peering(&m->vnets[i].peerings[j]))
				draw_peering(&b, &l, &m->vnets[i].peerings[j]);
	for (size_t i = 0; i < m->n_vnets; i++) {
		const struct vnet *v = &m->vnets[i];
		_cleanup_free_ char *title = vnet_title(v);

		rect(&b, &l.vnet[i], "vnet");
		text(&b, l.vnet[i].x + PAD, l.vnet[i].y + 19, "vtitle", title);
		for (size_t j = 0; j < v->n_subnets; j++)
			draw_subnet(&b, m, &l, v->subnets[j]);
	}
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t j = 0; j < m->route_servers[i].n_conns; j++)
			draw_session(&b, p, &l, &m->route_servers[i].conns[j]);
	draw_outside(&b, m, &l);
	draw_legend(&b, p, &l, m->n_connections + m->n_circuits > 0);
	str_add(&b, "</svg>\n");
	free(l.vnet);
	free(l.subnet);
	free(l.nic);
	free(l.rs);
	free(l.circuit);
	free(l.site);
	return str_take(&b);
}
