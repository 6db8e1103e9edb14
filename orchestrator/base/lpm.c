/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/lpm.h"

#include "base/mem.h"

/* Invariants: a child's prefix is strictly inside its parent's, on the side of its bit; a node
 * without a value has two children (only then is it needed).  Index 0 means none, so node 0 is
 * never used.  Nodes live in one array: indices stay valid when it moves, pointers do not. */

struct lab_node {
	struct prefix p;
	uint32_t child[2];
	void *value;
};

struct lpm {
	struct lab_node *nodes;
	uint32_t n, cap;
	uint32_t root, spare; /* spare: list of deleted nodes by child[0] */
};

struct lpm *lpm_new(void)
{
	struct lpm *t = xcalloc(1, sizeof(*t));

	t->n = 1;
	return t;
}

struct lpm *lpm_free(struct lpm *t)
{
	if (t)
		free(t->nodes);
	free(t);
	return NULL;
}

void lpm_free_p(struct lpm **t)
{
	*t = lpm_free(*t);
}

/* The index of the child below a node of length len (< 32) that leads to a. */
static unsigned lpm_side_of(ip4 a, uint8_t len)
{
	return a >> (31 - len) & 1;
}

static uint8_t common_len(struct prefix a, struct prefix b)
{
	uint8_t max = a.len < b.len ? a.len : b.len;
	ip4 differ = a.addr ^ b.addr;
	uint8_t same = differ ? (uint8_t)__builtin_clz(differ) : 32;

	return same < max ? same : max;
}

static uint32_t lpm_new_node(struct lpm *t, struct prefix p, void *value)
{
	uint32_t i = t->spare;

	if (i) {
		t->spare = t->nodes[i].child[0];
	} else {
		if (t->n >= t->cap) {
			t->cap = t->cap ? t->cap * 2 : 16;
			t->nodes = xrealloc(t->nodes, t->cap, sizeof(*t->nodes));
		}
		i = t->n++;
	}
	t->nodes[i] = (struct lab_node){ .p = p, .value = value };
	return i;
}

static void link_node(struct lpm *t, uint32_t parent, unsigned bit, uint32_t i)
{
	if (parent)
		t->nodes[parent].child[bit] = i;
	else
		t->root = i;
}

void *lpm_set(struct lpm *t, struct prefix p, void *value)
{
	uint32_t parent = 0, i = t->root;
	unsigned bit = 0;

	while (i) {
		struct lab_node *n = &t->nodes[i];
		uint8_t common = common_len(n->p, p);

		if (common == n->p.len && common == p.len) {
			void *old = n->value;

			n->value = value;
			return old;
		}
		if (common < n->p.len) { /* p leaves the compressed path here */
			struct prefix at = prefix_around(p.addr, common);
			unsigned old_side = lpm_side_of(n->p.addr, common);
			uint32_t above = lpm_new_node(t, at, common == p.len ? value : NULL);

			t->nodes[above].child[old_side] = i;
			if (common < p.len) {
				uint32_t leaf = lpm_new_node(t, p, value);

				t->nodes[above].child[!old_side] = leaf;
			}
			link_node(t, parent, bit, above);
			return NULL;
		}
		parent = i;
		bit = lpm_side_of(p.addr, n->p.len);
		i = n->child[bit];
	}
	link_node(t, parent, bit, lpm_new_node(t, p, value));
	return NULL;
}

static void drop_node(struct lpm *t, uint32_t i)
{
	t->nodes[i].value = NULL;
	t->nodes[i].child[0] = t->spare;
	t->spare = i;
}

/* Takes a node without value and with less than two children out of the path. */
static void lpm_splice(struct lpm *t, uint32_t parent, uint32_t i)
{
	struct lab_node *n = &t->nodes[i];

	if (n->value || (n->child[0] && n->child[1]))
		return;
	link_node(t, parent, parent && t->nodes[parent].child[1] == i,
	          n->child[0] ? n->child[0] : n->child[1]);
	drop_node(t, i);
}

void *lpm_del(struct lpm *t, struct prefix p)
{
	uint32_t grand = 0, parent = 0, i = t->root;

	while (i && t->nodes[i].p.len < p.len && prefix_covers(t->nodes[i].p, p)) {
		grand = parent;
		parent = i;
		i = t->nodes[i].child[lpm_side_of(p.addr, t->nodes[i].p.len)];
	}
	if (!i || !prefix_eq(t->nodes[i].p, p) || !t->nodes[i].value)
		return NULL;
	void *old = t->nodes[i].value;

	t->nodes[i].value = NULL;
	lpm_splice(t, parent, i);
	if (parent)
		lpm_splice(t, grand, parent);
	return old;
}

void *lpm_cover(const struct lpm *t, struct prefix p)
{
	void *best = NULL;

	for (uint32_t i = t->root; i && prefix_covers(t->nodes[i].p, p);) {
		const struct lab_node *n = &t->nodes[i];

		if (n->value)
			best = n->value;
		if (n->p.len == 32)
			break;
		i = n->child[lpm_side_of(p.addr, n->p.len)];
	}
	return best;
}

void *lpm_match(const struct lpm *t, ip4 a)
{
	return lpm_cover(t, prefix_host(a));
}

void *lpm_get(const struct lpm *t, struct prefix p)
{
	uint32_t i = t->root;

	while (i && t->nodes[i].p.len < p.len && prefix_covers(t->nodes[i].p, p))
		i = t->nodes[i].child[lpm_side_of(p.addr, t->nodes[i].p.len)];
	return i && prefix_eq(t->nodes[i].p, p) ? t->nodes[i].value : NULL;
}
