/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where things stand in a picture.  It knows what these designs look like: a VNet is a box with its
 * subnets one below the other and, at its right, the RouteServerSubnet, so that sessions run from
 * left to right; VNets with a Route Server stand in the first row, the others below. */
#include "report/picture_layout.h"

#include <stdio.h>

#include "base/str.h"

enum {
	OUTSIDE_W = 232,
	MAX_COLUMNS = 4,
	MAX_STACK = 8,
	MAX_CHIPS = 24,          /* of one subnet; the rest is a number */
	MAX_COLUMNS_OF_MANY = 2, /* of four VNets and more: they stay beside each other */
	ROW_WIDTH = 6000,
	HEAD = 64,
	ROW_GAP = 56,
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

static void place_subnet(const struct model *m, struct layout *l, const struct subnet *s, int x,
                         int y)
{
	struct box *b = &l->subnet[s->idx];
	const struct route_server *rs = layout_route_server(m, s);
	size_t n = layout_n_shown(s) + (layout_n_shown(s) < s->n_nics) + (rs != NULL), i = 0;
	size_t most = m->n_vnets > 3 ? MAX_COLUMNS_OF_MANY : MAX_COLUMNS;
	int columns = is_stacked(m, s) || !n ? 1 : (int)(n < most ? n : most);
	char title[200];

	layout_subnet_title(s, title, sizeof(title));
	for (; i < layout_n_shown(s); i++)
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

	*b = (struct box){ x, y,
		           max_int(columns * (CHIP_W + GAP) - GAP, layout_text_width(title, 7)) +
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

	l->vnet[v->idx] = (struct box){ x, y, max_int(w, layout_text_width(title, 8)) + 2 * PAD,
		                        TITLE + 4 + max_int(left_h, right_h) - GAP + PAD };
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
		l->w = max_int(l->w, b->x + b->w + MARGIN);
	}
	return m->n_circuits + m->n_sites ? y + CHIP_H + ROW_GAP : y;
}

void layout_make(const struct model *m, struct layout *l)
{
	*l = (struct layout){ .vnet = xcalloc(m->n_vnets, sizeof(struct box)),
		              .subnet = xcalloc(m->n_subnets, sizeof(struct box)),
		              .nic = xcalloc(m->n_nics, sizeof(struct box)),
		              .rs = xcalloc(m->n_route_servers, sizeof(struct box)),
		              .circuit = xcalloc(m->n_circuits, sizeof(struct box)),
		              .site = xcalloc(m->n_sites, sizeof(struct box)) };

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
			row_h = max_int(row_h, b->h);
			x += b->w + 4 * GAP;
			l->w = max_int(l->w, b->x + b->w + MARGIN);
		}
		if (row_h) {
			y += row_h + ROW_GAP;
			row_h = 0;
			x = MARGIN;
		}
	}
	y = place_outside(m, l, y);
	l->w = max_int(l->w, 640);
	l->h = y - ROW_GAP + LEGEND + MARGIN;
}

void layout_free(struct layout *l)
{
	free(l->vnet);
	free(l->subnet);
	free(l->nic);
	free(l->rs);
	free(l->circuit);
	free(l->site);
	*l = (struct layout){ 0 };
}
