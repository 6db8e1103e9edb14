/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instances of resources and data sources, and the attributes that the design gives them. */
#include "input/tfsource/source.h"

struct declared {
	struct tfs_module *module;
	const struct hcl_block *block;
};

static json_t *make_source_node(struct source *s, json_t *key, json_t *value, void *ctx)
{
	const struct declared *d = ctx;
	struct tfs_node *n = arena_alloc(s->arena, sizeof(*n));
	_cleanup_free_ char *index = tfs_index(key);

	if (s->n_nodes >= TFS_NODES) {
		if (!s->limited)
			json_decref(hcl_fail(&s->ev, d->block->place, "HCL-LIMIT-01", NULL,
			                     "the design has more than %d resources", TFS_NODES));
		s->limited = true;
		return hcl_unknown("a resource");
	}
	n->type = d->block->labels[0];
	n->name = d->block->labels[1];
	n->data = streq(d->block->type, "data");
	n->module = d->module;
	n->block = d->block;
	n->number = s->n_nodes;
	n->key = key ? json_incref(key) : NULL;
	n->value = value ? json_incref(value) : NULL;
	n->known = json_object();
	n->busy = json_object();
	n->address = arena_printf(s->arena, "%s%s%s%s.%s%s", d->module->address,
	                          *d->module->address ? "." : "", n->data ? "data." : "", n->type,
	                          n->name, index);
	VEC_PUSH(s->nodes, s->n_nodes, s->cap_nodes) = n;
	return hcl_handle(TFS_NODE, n->number, NULL);
}

static json_t *make_nodes(struct source *s, void *ctx)
{
	struct declared *d = ctx;

	return tfs_instances(s, d->block, d->module, make_source_node, d);
}

json_t *tfs_resource(struct source *s, struct tfs_module *m, bool data, const char *type,
                     const char *name, const struct hcl_expr *at)
{
	struct declared d = { .module = m };
	_cleanup_free_ char *key = xasprintf("%s.%s.%s", data ? "data" : "resource", type, name);

	for (size_t i = 0; i < m->code->n_resources && !d.block; i++) {
		const struct hcl_block *b = m->code->resources[i];

		if (streq(b->labels[0], type) && streq(b->labels[1], name) &&
		    streq(b->type, "data") == data)
			d.block = b;
	}
	return d.block ? tfs_once(s, m->known, m->busy, key, at ? at->place : d.block->place,
	                          make_nodes, &d)
	               : NULL;
}

/* --- what the design says of them
 * ----------------------------------------------------------------------- */

struct asked {
	struct tfs_node *node;
	const struct hcl_expr *expr;
};

static json_t *make_attr(struct source *s, void *ctx)
{
	const struct asked *a = ctx;

	return tfs_eval(s, a->expr, a->node->module, a->node);
}

json_t *tfs_given_attr(struct source *s, struct tfs_node *n, const char *name)
{
	struct asked a = { n, n->block ? hcl_attr_find(n->block->body, name) : NULL };

	return a.expr ? tfs_once(s, n->known, n->busy, name, a.expr->place, make_attr, &a) : NULL;
}
