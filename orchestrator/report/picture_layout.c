/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layout of a picture.  It knows what these designs look like: a VNet is a box with its subnets
 * one below the other and, at its right, the RouteServerSubnet, so that sessions run from left to
 * right; what is outside of Azure stands at the top, hubs below it, spokes below their hub. */
#include "report/picture_layout.h"

#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "base/str.h"
#include "report/picture.h"

enum {
	OUTSIDE_W = 232,
	MAX_CHIP_W = 320,
	MAX_COLUMNS = 4,
	MAX_STACK = 8,
	MAX_CHIPS = 24,          /* of one subnet; the rest is a number */
	MAX_COLUMNS_OF_MANY = 2, /* of four VNets and more: they stay beside each other */
	ROW_WIDTH = 6000,
	HEAD = 64,
	ROW_GAP = 56,
	COLUMN_GAP = 48,
	MAX_SPOKES = 5, /* side by side */
	DEPTH = 8,      /* of hubs below hubs */
	LEGEND = 40,
};

int layout_text_width(const char *s, int per_char)
{
	return (int)strlen(s) * per_char;
}

void layout_subnet_title(const struct subnet *s, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s %s%s%s", s->name, PREFIX_STR(s->prefix),
	         s->route_table ? ", routes " : "", s->route_table ? s->route_table->name : "");
}

char *layout_vnet_title(const struct vnet *v)
{
	struct str b = { 0 };

	str_add(&b, v->name);
	for (size_t i = 0; i < v->n_prefixes; i++)
		str_printf(&b, " %s", PREFIX_STR(v->prefixes[i]));
	if (v->location)
		str_printf(&b, ", %s", v->location);
	return str_take(&b);
}

const struct route_server *layout_route_server(const struct model *m, const struct subnet *s)
{
	for (size_t i = 0; i < m->n_route_servers; i++)
		if (m->route_servers[i].subnet == s)
			return &m->route_servers[i];
	return NULL;
}

struct box layout_title_box(const struct box *of, int width)
{
	int w = of->w - 2 * PAD < width ? of->w - 2 * PAD : width;

	return (struct box){ of->x + PAD, of->y + 5, w, 9 };
}

/* --- hubs and spokes ------------------------------------------------------------------------- */

static bool has_forwarder(const struct vnet *v)
{
	for (size_t i = 0; i < v->n_subnets; i++)
		for (size_t k = 0; k < v->subnets[i]->n_nics; k++)
			if (v->subnets[i]->nics[k]->forwarding ||
			    v->subnets[i]->nics[k]->vm->role == VM_FIREWALL)
				return true;
	return false;
}

/* A Route Server, a gateway, an appliance, and then the most peerings make a hub. */
static unsigned long centrality(const struct vnet *v)
{
	return (v->route_server ? 4000000ul : 0) +
	       (v->gateway[0] || v->gateway[1] ? 2000000ul : 0) +
	       (has_forwarder(v) ? 1000000ul : 0) + v->n_peerings;
}

static void find_hubs(const struct model *m, struct layout *l)
{
	_cleanup_free_ unsigned long *central = xcalloc(m->n_vnets + 1, sizeof(*central));

	l->hub = xcalloc(m->n_vnets + 1, sizeof(*l->hub));
	for (size_t i = 0; i < m->n_vnets; i++)
		central[i] = centrality(&m->vnets[i]);
	for (size_t i = 0; i < m->n_vnets; i++)
		for (size_t k = 0; k < m->vnets[i].n_peerings; k++) {
			const struct vnet *x = m->vnets[i].peerings[k].remote;

			if (x && central[x->idx] > central[i] &&
			    (!l->hub[i] || central[x->idx] > central[l->hub[i]->idx]))
				l->hub[i] = x;
		}
}

/* --- chips ----------------------------------------------------------------------------------- */

size_t layout_n_shown(const struct subnet *s)
{
	return s->n_nics > MAX_CHIPS ? MAX_CHIPS - 1 : s->n_nics;
}

/* Few NICs with BGP stand one below the other, so that no session crosses its neighbour. */
static bool is_stacked(const struct model *m, const struct subnet *s)
{
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t j = 0; j < m->route_servers[i].n_conns; j++) {
			const struct nic *n = m->route_servers[i].conns[j].nic;

			if (n && n->subnet == s)
				return s->n_nics <= MAX_STACK;
		}
	return false;
}

static size_t n_balancers(const struct model *m, const struct subnet *s)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_load_balancers; i++)
		n += lb_place(&m->load_balancers[i]) == s;
	return n;
}

static struct box chip_at(const struct layout *l, int x, int y, size_t i, int columns)
{
	return (struct box){ x + PAD + (int)(i % (size_t)columns) * (l->chip_w + GAP),
		             y + TITLE + (int)(i / (size_t)columns) * (CHIP_H + GAP), l->chip_w,
		             CHIP_H };
}

/* Wide enough for two lines, of which the first is the bigger and bold one. */
static void fit_chip(struct layout *l, const char *name, const char *detail)
{
	int w = 16 + max_int((int)strlen(name) * 8, (int)strlen(detail) * 25 / 4);

	l->chip_w = max_int(l->chip_w, w < MAX_CHIP_W ? w : MAX_CHIP_W);
}

static void fit_chips(const struct model *m, struct layout *l)
{
	char line[200];

	l->chip_w = CHIP_W;
	for (size_t i = 0; i < m->n_nics; i++) {
		picture_chip_detail(&m->nics[i], line, sizeof(line));
		fit_chip(l, m->nics[i].vm->name, line);
	}
	for (size_t i = 0; i < m->n_load_balancers; i++) {
		picture_balancer_detail(&m->load_balancers[i], line, sizeof(line));
		fit_chip(l, m->load_balancers[i].name, line);
	}
	for (size_t i = 0; i < m->n_route_servers; i++) {
		_cleanup_free_ char *name = picture_route_server_name(&m->route_servers[i]);

		fit_chip(l, name, "");
	}
}

static void place_subnet(const struct model *m, struct layout *l, const struct subnet *s, int x,
                         int y)
{
	struct box *b = &l->subnet[s->idx];
	const struct route_server *rs = layout_route_server(m, s);
	size_t shown = layout_n_shown(s);
	size_t n = shown + (shown < s->n_nics) + (rs != NULL) + n_balancers(m, s), i = 0;
	size_t most = m->n_vnets > 3 ? MAX_COLUMNS_OF_MANY : MAX_COLUMNS;
	int columns = is_stacked(m, s) || !n ? 1 : (int)(n < most ? n : most);
	char title[200];

	layout_subnet_title(s, title, sizeof(title));
	for (; i < shown; i++)
		l->nic[s->nics[i]->idx] = chip_at(l, x, y, i, columns);
	i += shown < s->n_nics;
	for (size_t k = 0; k < m->n_load_balancers; k++)
		if (lb_place(&m->load_balancers[k]) == s)
			l->lb[k] = chip_at(l, x, y, i++, columns);
	if (rs)
		l->rs[rs->idx] = chip_at(l, x, y, i, columns);
	int rows = n ? ((int)n + columns - 1) / columns : 0;

	*b = (struct box){ x, y,
		           max_int(columns * (l->chip_w + GAP) - GAP,
		                   layout_text_width(title, TITLE_CHAR)) +
		               2 * PAD,
		           TITLE + (rows ? rows * (CHIP_H + GAP) - GAP : 0) + PAD };
}

static void place_vnet(const struct model *m, struct layout *l, const struct vnet *v, int x, int y)
{
	int left_w = 0, left_h = 0, right_w = 0, right_h = 0;
	_cleanup_free_ char *title = layout_vnet_title(v);

	for (int right = 0; right < 2; right++)
		for (size_t i = 0; i < v->n_subnets; i++) {
			const struct subnet *s = v->subnets[i];
			int *w = right ? &right_w : &left_w, *h = right ? &right_h : &left_h;

			if ((layout_route_server(m, s) != NULL) != right)
				continue;
			place_subnet(m, l, s, x + PAD + (right && left_w ? left_w + 6 * GAP : 0),
			             y + TITLE + 4 + *h);
			*w = max_int(*w, l->subnet[s->idx].w);
			*h += l->subnet[s->idx].h + GAP;
		}
	/* Subnets of one column are equally wide. */
	for (size_t i = 0; i < v->n_subnets; i++)
		l->subnet[v->subnets[i]->idx].w =
		    layout_route_server(m, v->subnets[i]) ? right_w : left_w;
	int w = left_w + right_w + (left_w && right_w ? 6 * GAP : 0);

	l->vnet[v->idx] =
	    (struct box){ x, y, max_int(w, layout_text_width(title, VNET_CHAR)) + 2 * PAD,
		          TITLE + 4 + max_int(left_h, right_h) - GAP + PAD };
}

/* --- trees ----------------------------------------------------------------------------------- */

struct row {
	int x, w, h; /* what stands in it */
	size_t n;
};

static void place_below(const struct model *m, struct layout *l, const struct vnet *hub, int x,
                        int *y, int *w, unsigned depth);

/* A hub in the middle above its spokes; *y becomes where they end, *w how wide it all is. */
static void place_tree(const struct model *m, struct layout *l, const struct vnet *v, int x, int *y,
                       int *w, unsigned depth)
{
	int top = *y;

	place_vnet(m, l, v, x, top);
	*w = l->vnet[v->idx].w;
	*y = top + l->vnet[v->idx].h;
	if (depth < DEPTH) {
		int end = *y, own = *w, spokes = 0;

		place_below(m, l, v, x, &end, &spokes, depth);
		if (spokes && spokes < own)
			place_below(m, l, v, x + (own - spokes) / 2, y, &spokes, depth);
		*y = max_int(*y, end);
		*w = max_int(own, spokes);
	}
	if (*w > l->vnet[v->idx].w)
		place_vnet(m, l, v, x + (*w - l->vnet[v->idx].w) / 2, top);
}

static void place_below(const struct model *m, struct layout *l, const struct vnet *hub, int x,
                        int *y, int *w, unsigned depth)
{
	struct row r = { .x = x };
	int top = *y + ROW_GAP;

	for (size_t i = 0; i < m->n_vnets; i++) {
		int tree_w = 0, end;

		if (l->hub[i] != hub)
			continue;
		if (r.n == MAX_SPOKES) {
			top += r.h + ROW_GAP;
			r = (struct row){ .x = x };
		}
		end = top;
		place_tree(m, l, &m->vnets[i], r.x, &end, &tree_w, depth + 1);
		r.n++;
		r.x += tree_w + COLUMN_GAP;
		r.h = max_int(r.h, end - top);
		*w = max_int(*w, r.x - COLUMN_GAP - x);
		*y = max_int(*y, end);
	}
}

/* Returns where they end. */
static int place_vnets(const struct model *m, struct layout *l, int y)
{
	struct row r = { .x = MARGIN };

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < m->n_vnets; i++) {
			const struct vnet *v = &m->vnets[i];
			int end = y, w = 0;

			/* Those with a Route Server come first. */
			if (l->hub[i] || (v->route_server == NULL) != pass)
				continue;
			place_tree(m, l, v, r.x, &end, &w, 0);
			if (r.n && r.x + w > ROW_WIDTH) {
				y += r.h + ROW_GAP;
				r = (struct row){ .x = MARGIN };
				end = y;
				place_tree(m, l, v, r.x, &end, &w, 0);
			}
			r.n++;
			r.x += w + COLUMN_GAP;
			r.h = max_int(r.h, end - y);
			l->w = max_int(l->w, r.x - COLUMN_GAP + MARGIN);
		}
	return y + r.h + ROW_GAP;
}

/* --- outside --------------------------------------------------------------------------------- */

/* The middle of the VNet whose gateway it is connected to, so that it stands above that. */
static int wanted_x(const struct model *m, const struct layout *l, const struct site *site,
                    const struct circuit *circuit)
{
	for (size_t i = 0; i < m->n_connections; i++) {
		const struct connection *c = &m->connections[i];

		if (!c->broken && c->gateway && c->gateway->vnet &&
		    ((site && (c->site == site || (c->circuit && c->circuit->site == site))) ||
		     (circuit && c->circuit == circuit)))
			return l->vnet[c->gateway->vnet->idx].x +
			       l->vnet[c->gateway->vnet->idx].w / 2 - OUTSIDE_W / 2;
	}
	return MARGIN;
}

struct wanted {
	struct box *box;
	int x;
	size_t rank;
};

static int compare_wanted(const void *pa, const void *pb)
{
	const struct wanted *a = pa, *b = pb;

	return a->x != b->x ? (a->x > b->x) - (a->x < b->x)
	                    : (a->rank > b->rank) - (a->rank < b->rank);
}

/* A row of boxes where they want to be, or right of that.  Returns where the row ends. */
static int place_row(struct layout *l, struct wanted *v, size_t n, int y)
{
	int x = MARGIN;

	qsort(v, n, sizeof(*v), compare_wanted);
	for (size_t i = 0; i < n; i++) {
		x = max_int(x, v[i].x);
		if (x > MARGIN && x + OUTSIDE_W + MARGIN > ROW_WIDTH) {
			x = MARGIN;
			y += CHIP_H + ROW_GAP;
		}
		*v[i].box = (struct box){ x, y, OUTSIDE_W, CHIP_H };
		x += OUTSIDE_W + COLUMN_GAP;
		l->w = max_int(l->w, x - COLUMN_GAP + MARGIN);
	}
	return n ? y + CHIP_H + ROW_GAP : y;
}

/* Sites above circuits.  Returns where they end. */
static int place_outside(const struct model *m, struct layout *l, int y)
{
	_cleanup_free_ struct wanted *v = xcalloc(m->n_sites + m->n_circuits + 1, sizeof(*v));

	for (size_t i = 0; i < m->n_sites; i++)
		v[i] = (struct wanted){ &l->site[i], wanted_x(m, l, &m->sites[i], NULL), i };
	y = place_row(l, v, m->n_sites, y);
	for (size_t i = 0; i < m->n_circuits; i++)
		v[i] = (struct wanted){ &l->circuit[i], wanted_x(m, l, NULL, &m->circuits[i]), i };
	return place_row(l, v, m->n_circuits, y);
}

void layout_make(const struct model *m, struct layout *l)
{
	*l = (struct layout){ .vnet = xcalloc(m->n_vnets, sizeof(struct box)),
		              .subnet = xcalloc(m->n_subnets, sizeof(struct box)),
		              .nic = xcalloc(m->n_nics, sizeof(struct box)),
		              .rs = xcalloc(m->n_route_servers, sizeof(struct box)),
		              .lb = xcalloc(m->n_load_balancers, sizeof(struct box)),
		              .circuit = xcalloc(m->n_circuits, sizeof(struct box)),
		              .site = xcalloc(m->n_sites, sizeof(struct box)) };
	int y;

	fit_chips(m, l);
	find_hubs(m, l);
	place_vnets(m, l, HEAD); /* where hubs stand from left to right, for what is above them */
	y = place_outside(m, l, HEAD);
	y = place_vnets(m, l, y);
	l->w = max_int(l->w, 640);
	l->h = y - ROW_GAP + LEGEND + MARGIN;
}

void layout_free(struct layout *l)
{
	free(l->vnet);
	free(l->subnet);
	free(l->nic);
	free(l->rs);
	free(l->lb);
	free(l->circuit);
	free(l->hub);
	free(l->site);
	*l = (struct layout){ 0 };
}
