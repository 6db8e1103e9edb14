/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A* over a grid of the boxes' edges, each a little outside of its box.  A bend
 * costs, and so does lying upon another line. */
#include "report/picture_maze.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	OFF = 6,   /* from a box to the line that goes round it: half of the gap of two chips */
	LANE = 6,  /* between two lines in a wider gap */
	TOUCH = 3, /* what is nearer to a box than this touches it */
	BEND = 30, /* as much as so many pixels */
	CROSS = 12,
	MAX_CELLS = 120000,
	MAX_SPENT = 6000000, /* cells of all lines together: about a second */
	DIRECTIONS = 4,
	PORTS = 12,
};

struct drawn_piece {
	struct point a, b; /* a is left of b, or above it */
	const void *key;
};

void drawn_lines_free(struct drawn_lines *d)
{
	free(d->v);
	*d = (struct drawn_lines){ 0 };
}

void drawn_add_edges(struct drawn_lines *d, const struct box *b)
{
	const struct point p[] = { { b->x, b->y },
		                   { b->x + b->w, b->y },
		                   { b->x, b->y + b->h },
		                   { b->x + b->w, b->y + b->h } };
	static const unsigned edges[][2] = { { 0, 1 }, { 0, 2 }, { 1, 3 }, { 2, 3 } };

	for (size_t i = 0; i < ARRAY_LEN(edges); i++)
		VEC_PUSH(d->v, d->n, d->cap) =
		    (struct drawn_piece){ p[edges[i][0]], p[edges[i][1]], d };
}

struct axis {
	int *v;
	size_t n, cap;
};

struct maze {
	struct axis x, y;
	bool *wall; /* by cell */
	const struct drawn_lines *drawn;
	const void *key;
	const struct box *to;
	int *extra_x, *extra_y; /* by cell: of the step to the right, and of that down */
	int *cost;              /* by cell and direction */
	unsigned *before;       /* state that it was come from */
};

static const struct point direction_steps[DIRECTIONS] = {
	{ 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 }
};

/* --- the grid -------------------------------------------------------------------------------- */

static void add_axis_value(struct axis *a, int v)
{
	VEC_PUSH(a->v, a->n, a->cap) = v;
}

static int compare_ints(const void *a, const void *b)
{
	const int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static void tidy_axis(struct axis *a)
{
	size_t n = 0;

	qsort(a->v, a->n, sizeof(*a->v), compare_ints);
	for (size_t i = 0; i < a->n; i++)
		if (!n || a->v[n - 1] != a->v[i])
			a->v[n++] = a->v[i];
	a->n = n;
}

static size_t index_on(const struct axis *a, int v)
{
	const int *at = bsearch(&v, a->v, a->n, sizeof(v), compare_ints);

	return at ? (size_t)(at - a->v) : 0;
}

static void add_box(struct maze *z, const struct box *b)
{
	for (int k = 0; k < 3; k++) {
		add_axis_value(&z->x, b->x - OFF - k * LANE);
		add_axis_value(&z->x, b->x + b->w + OFF + k * LANE);
		add_axis_value(&z->y, b->y - OFF - k * LANE);
		add_axis_value(&z->y, b->y + b->h + OFF + k * LANE);
	}
	add_axis_value(&z->x, b->x + b->w / 2); /* a step must not leap over the box */
	add_axis_value(&z->y, b->y + b->h / 2);
}

static size_t cell(const struct maze *z, size_t xi, size_t yi)
{
	return yi * z->x.n + xi;
}

/* The first value of the axis that is not below v. */
static size_t first_from(const struct axis *a, int v)
{
	size_t lo = 0, hi = a->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (a->v[mid] < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void mark_wall(struct maze *z, const struct box *b)
{
	size_t from = first_from(&z->x, b->x - TOUCH),
	       to = first_from(&z->x, b->x + b->w + TOUCH + 1);

	for (size_t yi = first_from(&z->y, b->y - TOUCH);
	     yi < z->y.n && z->y.v[yi] <= b->y + b->h + TOUCH; yi++)
		memset(&z->wall[cell(z, from, yi)], true, (to - from) * sizeof(*z->wall));
}

/* The points at which lines begin: outside of the middle of each edge; of a wide box at its
 * quarters, too. */
static size_t ports_of(const struct box *b, struct point ret[PORTS])
{
	size_t n = 0;

	for (int k = 1; k < 4; k++) {
		if (k != 2 && b->w < 2 * CHIP_W)
			continue;
		ret[n++] = (struct point){ b->x + b->w * k / 4, b->y - OFF };
		ret[n++] = (struct point){ b->x + b->w * k / 4, b->y + b->h + OFF };
	}
	ret[n++] = (struct point){ b->x - OFF, b->y + b->h / 2 };
	ret[n++] = (struct point){ b->x + b->w + OFF, b->y + b->h / 2 };
	return n;
}

static bool make_grid(struct maze *z, const struct box *from, const struct box *to,
                      const struct box *walls, size_t n)
{
	struct point p[PORTS];

	for (size_t i = 0; i < n; i++)
		add_box(z, &walls[i]);
	for (int end = 0; end < 2; end++) {
		size_t m = ports_of(end ? to : from, p);

		add_box(z, end ? to : from);
		for (size_t i = 0; i < m; i++) {
			add_axis_value(&z->x, p[i].x);
			add_axis_value(&z->y, p[i].y);
		}
	}
	tidy_axis(&z->x);
	tidy_axis(&z->y);
	if (z->x.n * z->y.n > MAX_CELLS || z->drawn->spent > MAX_SPENT)
		return false;
	z->wall = xcalloc(z->x.n * z->y.n, sizeof(*z->wall));
	for (size_t i = 0; i < n; i++)
		mark_wall(z, &walls[i]);
	mark_wall(z, from);
	mark_wall(z, to);
	return true;
}

/* --- costs ----------------------------------------------------------------------------------- */

/* extra[cell] is what the step from a cell to the next one along the axis costs besides its length.
 */
static void charge_along(const struct maze *z, bool flat, int from, int to, int at, int *extra)
{
	const struct axis *along = flat ? &z->x : &z->y, *across = flat ? &z->y : &z->x;

	for (size_t k = first_from(across, at - TOUCH); k < across->n && across->v[k] <= at + TOUCH;
	     k++) {
		size_t i = first_from(along, from);

		for (i = i ? i - 1 : 0; i + 1 < along->n && along->v[i] < to; i++)
			if (along->v[i + 1] > from)
				extra[flat ? cell(z, i, k) : cell(z, k, i)] +=
				    3 * (along->v[i + 1] - along->v[i]);
	}
}

/* Steps that cross a piece, which is flat or upright as the steps are not. */
static void charge_across(const struct maze *z, bool flat, int from, int to, int at, int *extra)
{
	const struct axis *along = flat ? &z->x : &z->y, *across = flat ? &z->y : &z->x;
	size_t k = first_from(across, at);

	if (!k || k == across->n)
		return;
	for (size_t i = first_from(along, from); i < along->n && along->v[i] <= to; i++)
		extra[flat ? cell(z, i, k - 1) : cell(z, k - 1, i)] += CROSS;
}

static void charge_drawn(struct maze *z)
{
	z->extra_x = xcalloc(z->x.n * z->y.n, sizeof(*z->extra_x));
	z->extra_y = xcalloc(z->x.n * z->y.n, sizeof(*z->extra_y));
	for (size_t i = 0; i < z->drawn->n; i++) {
		const struct drawn_piece *d = &z->drawn->v[i];
		bool flat = d->a.y == d->b.y;
		int from = flat ? d->a.x : d->a.y, to = flat ? d->b.x : d->b.y;
		int at = flat ? d->a.y : d->a.x;

		if (d->key != z->key)
			charge_along(z, flat, from, to, at, flat ? z->extra_x : z->extra_y);
		if (d->key != z->drawn) /* a box's edge may be crossed anywhere */
			charge_across(z, flat, from, to, at, flat ? z->extra_y : z->extra_x);
	}
}

/* --- the search ------------------------------------------------------------------------------ */

struct item {
	int cost;
	unsigned state;
};

struct heap {
	struct item *v;
	size_t n, cap;
};

static void heap_push(struct heap *h, int cost, unsigned state)
{
	size_t i = h->n;

	VEC_PUSH(h->v, h->n, h->cap) = (struct item){ cost, state };
	for (; i && h->v[(i - 1) / 2].cost > cost; i = (i - 1) / 2) {
		struct item up = h->v[(i - 1) / 2];

		h->v[(i - 1) / 2] = h->v[i];
		h->v[i] = up;
	}
}

static struct item heap_pop(struct heap *h)
{
	struct item top = h->v[0], last = h->v[--h->n];
	size_t i = 0;

	for (size_t k; (k = 2 * i + 1) < h->n; i = k) {
		k += k + 1 < h->n && h->v[k + 1].cost < h->v[k].cost;
		if (last.cost <= h->v[k].cost)
			break;
		h->v[i] = h->v[k];
	}
	h->v[i] = last;
	return top;
}

/* No way to the box is shorter. */
static int left_to_go(const struct maze *z, unsigned state)
{
	size_t at = state / DIRECTIONS;
	int x = z->x.v[at % z->x.n], y = z->y.v[at / z->x.n];
	int dx = x < z->to->x ? z->to->x - x : x - (z->to->x + z->to->w);
	int dy = y < z->to->y ? z->to->y - y : y - (z->to->y + z->to->h);

	return (dx > OFF ? dx - OFF : 0) + (dy > OFF ? dy - OFF : 0);
}

static void reach(struct maze *z, struct heap *h, unsigned state, int cost, unsigned before)
{
	if (cost >= z->cost[state])
		return;
	z->cost[state] = cost;
	z->before[state] = before;
	heap_push(h, cost + left_to_go(z, state), state);
}

static void visit_neighbours(struct maze *z, struct heap *h, unsigned state)
{
	size_t at = state / DIRECTIONS, xi = at % z->x.n, yi = at / z->x.n;

	for (unsigned d = 0; d < DIRECTIONS; d++) {
		size_t nx = xi + (size_t)direction_steps[d].x,
		       ny = yi + (size_t)direction_steps[d].y;

		/* Below 0 is above all. */
		if (nx >= z->x.n || ny >= z->y.n || z->wall[cell(z, nx, ny)] ||
		    d == (state % DIRECTIONS + 2) % DIRECTIONS)
			continue;
		int length = abs(z->x.v[nx] - z->x.v[xi]) + abs(z->y.v[ny] - z->y.v[yi]);
		size_t first = d < 2 ? cell(z, xi, yi) : cell(z, nx, ny);

		length += (d % 2 ? z->extra_y : z->extra_x)[first];
		reach(z, h, (unsigned)(cell(z, nx, ny) * DIRECTIONS) + d,
		      z->cost[state] + length + (d == state % DIRECTIONS ? 0 : BEND), state);
	}
}

/* The direction in which a line leaves the box by this port. */
static unsigned leaves_by(const struct box *b, struct point p)
{
	return p.x > b->x + b->w ? 0 : p.y > b->y + b->h ? 1 : p.x < b->x ? 2 : 3;
}

static struct point edge_of(const struct box *b, struct point p)
{
	unsigned d = leaves_by(b, p);

	return (struct point){ p.x - direction_steps[d].x * OFF, p.y - direction_steps[d].y * OFF };
}

/* The state in which a port of `to` was reached, or UINT_MAX. */
static unsigned search_maze(struct maze *z, const struct box *from, const struct box *to)
{
	struct point p[PORTS], q[PORTS];
	size_t n = ports_of(from, p), m = ports_of(to, q);
	struct heap h = { 0 };
	unsigned found = UINT_MAX;

	for (size_t i = 0; i < n; i++) {
		size_t at = cell(z, index_on(&z->x, p[i].x), index_on(&z->y, p[i].y));

		if (!z->wall[at])
			reach(z, &h, (unsigned)(at * DIRECTIONS) + leaves_by(from, p[i]), 0,
			      UINT_MAX);
	}
	while (h.n && found == UINT_MAX) {
		struct item it = heap_pop(&h);

		if (it.cost > z->cost[it.state] + left_to_go(z, it.state))
			continue;
		for (size_t k = 0; k < m; k++)
			if (cell(z, index_on(&z->x, q[k].x), index_on(&z->y, q[k].y)) ==
			        it.state / DIRECTIONS &&
			    it.state % DIRECTIONS == (leaves_by(to, q[k]) + 2) % DIRECTIONS)
				found = it.state;
		visit_neighbours(z, &h, it.state);
	}
	free(h.v);
	return found;
}

/* --- the way --------------------------------------------------------------------------------- */

static void add_point(struct point *v, size_t *n, struct point p)
{
	const struct point *a = *n > 1 ? &v[*n - 2] : NULL, *b = *n ? &v[*n - 1] : NULL;

	if (b && b->x == p.x && b->y == p.y)
		return;
	if (a && ((a->x == b->x && b->x == p.x) || (a->y == b->y && b->y == p.y)))
		--*n;
	if (v && *n < MAZE_POINTS)
		v[(*n)++] = p;
}

static size_t write_way(const struct maze *z, unsigned state, const struct box *from,
                        const struct box *to, struct point *ret)
{
	size_t n = 0;

	for (bool last = true; state != UINT_MAX; last = false, state = z->before[state]) {
		size_t at = state / DIRECTIONS;
		struct point p = { z->x.v[at % z->x.n], z->y.v[at / z->x.n] };

		if (last)
			add_point(ret, &n, edge_of(to, p));
		add_point(ret, &n, p);
		if (z->before[state] == UINT_MAX)
			add_point(ret, &n, edge_of(from, p));
	}
	return n;
}

static void remember(struct drawn_lines *d, const struct point *p, size_t n, const void *key)
{
	for (size_t i = 1; i < n; i++) {
		struct point a = p[i - 1], b = p[i];
		bool turn = a.x > b.x || a.y > b.y;

		VEC_PUSH(d->v, d->n, d->cap) =
		    (struct drawn_piece){ turn ? b : a, turn ? a : b, key };
	}
}

size_t maze_way(const struct box *from, const struct box *to, const struct box *walls,
                size_t n_walls, const void *key, struct drawn_lines *drawn,
                struct point ret[MAZE_POINTS])
{
	struct maze z = { .drawn = drawn, .key = key, .to = to };
	size_t n = 0;

	if (make_grid(&z, from, to, walls, n_walls)) {
		size_t states = z.x.n * z.y.n * DIRECTIONS;

		drawn->spent += z.x.n * z.y.n;
		z.cost = xcalloc(states, sizeof(*z.cost));
		z.before = xcalloc(states, sizeof(*z.before));
		for (size_t i = 0; i < states; i++)
			z.cost[i] = INT_MAX;
		charge_drawn(&z);
		unsigned found = search_maze(&z, from, to);

		if (found != UINT_MAX)
			n = write_way(&z, found, from, to, ret);
	}
	if (n)
		remember(drawn, ret, n, key);
	free(z.x.v);
	free(z.y.v);
	free(z.wall);
	free(z.extra_x);
	free(z.extra_y);
	free(z.cost);
	free(z.before);
	return n;
}
