/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways for the lines of a picture: horizontal and vertical steps between boxes, round all that the
 * line has nothing to do with. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "report/picture_layout.h"

struct point {
	int x, y;
};

/* The lines that are drawn already: the next ones avoid to lie upon them. */
struct drawn_lines {
	struct drawn_piece *v;
	size_t n, cap;
	size_t spent; /* on looking for ways: a picture of thousands of boxes must end, too */
};
void drawn_lines_free(struct drawn_lines *d);

/* The edges of a box that lines may cross, but not run along. */
void drawn_add_edges(struct drawn_lines *d, const struct box *b);

enum { MAZE_POINTS = 64 };

/* The way from the edge of one box to that of the other, through none of the walls; these two are
 * walls, too. 0: there is none, or too much to look for it.  key: of lines that may share a piece,
 * a hub's peerings. */
size_t maze_way(const struct box *from, const struct box *to, const struct box *walls,
                size_t n_walls, const void *key, struct drawn_lines *drawn,
                struct point ret[MAZE_POINTS]);
