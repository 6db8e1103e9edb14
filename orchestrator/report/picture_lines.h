/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a picture, each from one box to another, round what it has nothing to do with. */
#pragma once

#include "base/str.h"
#include "report/picture_maze.h"

struct line_end {
	char id[24];                 /* of the box in the document */
	const struct box *box;       /* of w 0: it is not drawn, nor is the line */
	const struct subnet *subnet; /* of a chip; NULL: outside, or a whole VNet */
};
struct line_end line_end_nic(const struct layout *l, const struct nic *n);
struct line_end line_end_rs(const struct layout *l, const struct route_server *rs);
struct line_end line_end_lb(const struct layout *l, const struct load_balancer *lb);
struct line_end line_end_vnet(const struct layout *l, const struct vnet *v);
struct line_end line_end_circuit(const struct layout *l, const struct circuit *c);
struct line_end line_end_site(const struct layout *l, const struct site *s);

struct lines {
	struct str *out;
	const struct model *m;
	const struct layout *l;
	struct drawn_lines drawn;
};

/* <path ...> without its end, so that a title may follow; lines of one key may share pieces. False:
 * nothing is drawn. */
bool line_draw(struct lines *x, const struct line_end *from, const struct line_end *to,
               const char *class, const void *key);
