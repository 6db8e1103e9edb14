/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/picture_lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "azure/hybrid.h"
#include "azure/lb.h"

enum { CORNER = 8 };

/* --- ends ------------------------------------------------------------------------------------ */

static struct line_end make_end(char kind, size_t idx, const struct box *box,
                                const struct subnet *subnet)
{
	struct line_end e = { .box = box, .subnet = subnet };

	snprintf(e.id, sizeof(e.id), "%c%zu", kind, idx);
	return e;
}

struct line_end line_end_nic(const struct layout *l, const struct nic *n)
{
	return make_end('n', n->idx, &l->nic[n->idx], n->subnet);
}

struct line_end line_end_rs(const struct layout *l, const struct route_server *rs)
{
	return make_end('r', rs->idx, &l->rs[rs->idx], rs->subnet);
}

struct line_end line_end_lb(const struct layout *l, const struct load_balancer *lb)
{
	return make_end('l', lb->idx, &l->lb[lb->idx], lb_place(lb));
}

struct line_end line_end_vnet(const struct layout *l, const struct vnet *v)
{
	return make_end('v', v->idx, &l->vnet[v->idx], NULL);
}

struct line_end line_end_circuit(const struct layout *l, const struct circuit *c)
{
	return make_end('c', c->idx, &l->circuit[c->idx], NULL);
}

struct line_end line_end_site(const struct layout *l, const struct site *s)
{
	return make_end('t', s->idx, &l->site[s->idx], NULL);
}

/* --- walls ----------------------------------------------------------------------------------- */

struct walls {
	struct box *v;
	size_t n, cap;
	const struct line_end *from, *to;
};

static void add_wall(struct walls *w, const struct box *b)
{
	if (b->w && b != w->from->box && b != w->to->box)
		VEC_PUSH(w->v, w->n, w->cap) = *b;
}

static void add_title(struct walls *w, const struct box *of, const char *title, int per_char)
{
	struct box t = layout_title_box(of, layout_text_width(title, per_char));

	add_wall(w, &t);
}

/* Makes walls of the chips in a subnet that one of the ends is in. */
static void wall_chips(struct walls *w, const struct lines *x, const struct subnet *s)
{
	char title[200];

	layout_subnet_title(s, title, sizeof(title));
	add_title(w, &x->l->subnet[s->idx], title, TITLE_CHAR);
	for (size_t i = 0; i < s->n_nics; i++)
		add_wall(w, &x->l->nic[s->nics[i]->idx]);
	for (size_t i = 0; i < x->m->n_load_balancers; i++)
		if (lb_place(&x->m->load_balancers[i]) == s)
			add_wall(w, &x->l->lb[i]);
	for (size_t i = 0; i < x->m->n_route_servers; i++)
		if (x->m->route_servers[i].subnet == s)
			add_wall(w, &x->l->rs[i]);
}

static void wall_vnet(struct walls *w, const struct lines *x, const struct vnet *v)
{
	const struct subnet *a = w->from->subnet, *z = w->to->subnet;
	const struct box *own = &x->l->vnet[v->idx];

	if (!(a && a->vnet == v) && !(z && z->vnet == v)) {
		add_wall(w, own); /* not where the VNet itself is an end: that is one */
		return;
	}
	_cleanup_free_ char *title = layout_vnet_title(v);

	add_title(w, own, title, VNET_CHAR);
	for (size_t i = 0; i < v->n_subnets; i++) {
		const struct subnet *s = v->subnets[i];

		if (s && (s == a || s == z))
			wall_chips(w, x, s);
		else if (s)
			add_wall(w, &x->l->subnet[s->idx]);
	}
}

static void wall_all(struct walls *w, const struct lines *x)
{
	for (size_t i = 0; i < x->m->n_vnets; i++)
		wall_vnet(w, x, &x->m->vnets[i]);
	for (size_t i = 0; i < x->m->n_circuits; i++)
		add_wall(w, &x->l->circuit[i]);
	for (size_t i = 0; i < x->m->n_sites; i++)
		add_wall(w, &x->l->site[i]);
}

/* --- drawing --------------------------------------------------------------------------------- */

/* As far from b towards a as the corner at b is round. */
static struct point before_corner(struct point a, struct point b)
{
	int dx = a.x - b.x, dy = a.y - b.y, length = abs(dx) + abs(dy);
	int r = length / 2 < CORNER ? length / 2 : CORNER;

	return (struct point){ b.x + (dx > 0) * r - (dx < 0) * r,
		               b.y + (dy > 0) * r - (dy < 0) * r };
}

static void draw_way(struct str *b, const struct point *p, size_t n)
{
	str_printf(b, "M%d %d", p[0].x, p[0].y);
	for (size_t i = 1; i + 1 < n; i++) {
		struct point in = before_corner(p[i - 1], p[i]),
		             out = before_corner(p[i + 1], p[i]);

		str_printf(b, " L%d %d Q%d %d %d %d", in.x, in.y, p[i].x, p[i].y, out.x, out.y);
	}
	str_printf(b, " L%d %d", p[n - 1].x, p[n - 1].y);
}

bool line_draw(struct lines *x, const struct line_end *from, const struct line_end *to,
               const char *class, const void *key)
{
	struct walls w = { .from = from, .to = to };
	struct point p[MAZE_POINTS];
	size_t n;

	if (!from->box->w || !to->box->w || from->box == to->box)
		return false;
	wall_all(&w, x);
	n = maze_way(from->box, to->box, w.v, w.n, key, &x->drawn, p);
	free(w.v);
	if (!n) { /* a picture of so many boxes that nobody follows a line in it */
		p[0] = (struct point){ from->box->x + from->box->w / 2, from->box->y };
		p[1] = (struct point){ to->box->x + to->box->w / 2, to->box->y + to->box->h };
		n = 2;
	}
	str_add(x->out, "<path d=\"");
	draw_way(x->out, p, n);
	str_printf(x->out, "\" class=\"%s\" data-ends=\"%s %s\">", class, from->id, to->id);
	return true;
}
