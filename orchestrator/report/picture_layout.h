/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boxes for the objects of a design, and what the drawing has to know of them.  Lengths are pixels.
 */
#pragma once

#include "azure/model.h"

enum {
	CHIP_W = 168, /* at least: all of a picture are as wide as the longest text wants */
	CHIP_H = 40,
	GAP = 12,
	PAD = 14,
	TITLE = 24,
	MARGIN = 24,
	TITLE_CHAR = 8, /* pixels of a character of a subnet's title */
	VNET_CHAR = 10,
};

struct box {
	int x, y, w, h;
};

struct layout {
	struct box *vnet, *subnet, *nic, *rs, *lb; /* by idx; a NIC that is not drawn has w 0 */
	struct box *circuit, *site;
	/* The VNet below which one stands, or NULL: the most central one that it is peered with. */
	const struct vnet **hub;
	int w, h, chip_w;
};

/* Places everything; freed with layout_free(). */
void layout_make(const struct model *m, struct layout *l);
void layout_free(struct layout *l);

/* The number of a subnet's NICs that are drawn one by one; the others are a count. */
size_t layout_n_shown(const struct subnet *s);
/* The Route Server whose subnet it is, or NULL. */
const struct route_server *layout_route_server(const struct model *m, const struct subnet *s);
/* The area that a title covers within its box. */
struct box layout_title_box(const struct box *of, int width);
/* Titles decide how wide a box is.  The caller frees the VNet's. */
void layout_subnet_title(const struct subnet *s, char *buf, size_t cap);
char *layout_vnet_title(const struct vnet *v);
int layout_text_width(const char *s, int per_char);

static inline int max_int(int a, int b)
{
	return a > b ? a : b;
}
