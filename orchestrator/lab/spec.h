/* What a design wants of each node, in a form that can be compared with what a node was built
 * from. */
#pragma once

#include "lab/image.h"
#include "lab/lab.h"

struct want {
	char *name;
	enum node_kind kind;
	struct vm *vm;
	struct route_server *rs;
	unsigned instance;
	uint64_t wire, guest, files; /* see struct node */
	struct image_plan *plan;     /* NULL: runs nothing */
	bool forwarding;
	struct node *have;
};

/* Route Server instances first, then appliances, then plain VMs: what takes longest to come up is
 * built first.  -ENOENT, -ENOPKG, -EINVAL of image_plan(), before anything is touched. */
int wants_of(struct model *m, struct want **ret, size_t *ret_n, struct err *e);
void wants_free(struct want *w, size_t n);
