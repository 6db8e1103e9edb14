/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nested blocks, written out or by `dynamic`, as lists of objects. */
#include "input/tfsource/source.h"

/* True for an argument that Terraform itself takes, and the provider never sees. */
static bool is_meta(const char *name)
{
	static const char *const words[] = { "count",       "for_each",  "depends_on",
		                             "provider",    "lifecycle", "connection",
		                             "provisioner", "timeouts",  "dynamic" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (streq(name, words[i]))
			return true;
	return false;
}

struct bodies { /* variables of the dynamic blocks around */
	struct source *s;
	struct tfs_node *node;
};

static json_t *body_values(const struct bodies *x, const struct hcl_body *b);

/* As tfs_eval(), but with the iterators of the dynamic blocks around. */
static json_t *eval_within(const struct bodies *x, const struct hcl_expr *e)
{
	const struct hcl_vars *vars = x->s->ev.vars;
	struct tfs_module *module = x->s->module;
	struct tfs_node *node = x->s->node;

	x->s->module = x->node->module;
	x->s->node = x->node;
	json_t *v = hcl_eval(&x->s->ev, e);

	x->s->module = module;
	x->s->node = node;
	x->s->ev.vars = vars;
	return v;
}

static void add_dynamic_one(const struct bodies *x, const struct hcl_block *d, const char *iterator,
                            json_t *key /* stolen */, json_t *value, json_t *list)
{
	const struct hcl_vars *before = x->s->ev.vars;
	json_t *element = json_pack("{s:o, s:O}", "key", key, "value", value);
	const struct hcl_vars v = { before, iterator, element };

	x->s->ev.vars = &v;
	for (size_t i = 0; i < d->body->n_blocks; i++)
		if (streq(d->body->blocks[i].type, "content"))
			json_array_append_new(list, body_values(x, d->body->blocks[i].body));
	x->s->ev.vars = before;
	json_decref(element);
}

static void add_dynamic(const struct bodies *x, const struct hcl_block *d, json_t *list)
{
	const struct hcl_expr *each = hcl_attr_find(d->body, "for_each"),
	                      *it = hcl_attr_find(d->body, "iterator");
	const char *iterator = it && it->sort == HCL_NAME ? it->name : d->labels[0];
	json_t *of = each ? hcl_open(&x->s->ev, eval_within(x, each)) : json_null(), *v;
	size_t n, i;

	if (json_is_array(of)) {
		json_array_foreach (of, i, v)
			add_dynamic_one(x, d, iterator, json_integer((json_int_t)i), v, list);
	} else if (json_is_object(of) && !hcl_is_unknown(of)) {
		_cleanup_free_ const char **keys = hcl_sorted_keys(of, &n);

		for (i = 0; i < n; i++)
			add_dynamic_one(x, d, iterator, json_string(keys[i]),
			                json_object_get(of, keys[i]), list);
	}
	json_decref(of);
}

static void add_blocks(const struct bodies *x, const struct hcl_body *b, const char *type,
                       json_t *list)
{
	for (size_t i = 0; i < b->n_blocks; i++) {
		const struct hcl_block *k = &b->blocks[i];

		if (streq(k->type, type))
			json_array_append_new(list, body_values(x, k->body));
		else if (streq(k->type, "dynamic") && k->n_labels == 1 && streq(k->labels[0], type))
			add_dynamic(x, k, list);
	}
}

static const char *type_of_block(const struct hcl_block *b)
{
	if (streq(b->type, "dynamic"))
		return b->n_labels == 1 ? b->labels[0] : NULL;
	return is_meta(b->type) ? NULL : b->type;
}

static json_t *body_values(const struct bodies *x, const struct hcl_body *b)
{
	json_t *out = json_object();

	for (size_t i = 0; i < b->n_attrs; i++)
		if (!is_meta(b->attrs[i].name))
			json_object_set_new(out, b->attrs[i].name,
			                    eval_within(x, b->attrs[i].expr));
	for (size_t i = 0; i < b->n_blocks; i++) {
		const char *type = type_of_block(&b->blocks[i]);

		if (!type || json_is_array(json_object_get(out, type)))
			continue;
		json_t *list = json_array();

		add_blocks(x, b, type, list);
		json_object_set_new(out, type, list);
	}
	return out;
}

struct blocks_of {
	struct tfs_node *node;
	const char *type;
};

static json_t *make_blocks(struct source *s, void *ctx)
{
	const struct blocks_of *of = ctx;
	const struct bodies x = { s, of->node };
	const struct hcl_vars *vars = s->ev.vars;
	json_t *list = json_array();

	s->ev.vars = NULL;
	add_blocks(&x, of->node->block->body, of->type, list);
	s->ev.vars = vars;
	return list;
}

json_t *tfs_blocks(struct source *s, struct tfs_node *n, const char *type)
{
	struct blocks_of of = { n, type };
	_cleanup_free_ char *key = xasprintf("block %s", type);

	return tfs_once(s, n->known, n->busy, key, n->block->place, make_blocks, &of);
}

json_t *tfs_values(struct source *s, struct tfs_node *n)
{
	const struct hcl_body *b = n->block->body;
	json_t *out = json_object(), *seen = json_object();

	for (size_t i = 0; i < b->n_attrs; i++)
		if (!is_meta(b->attrs[i].name))
			json_object_set_new(out, b->attrs[i].name,
			                    tfs_given_attr(s, n, b->attrs[i].name));
	for (size_t i = 0; i < b->n_blocks; i++) {
		const char *type = type_of_block(&b->blocks[i]);
		json_t *list, *given;

		if (!type || json_is_array(json_object_get(seen, type)))
			continue;
		list = tfs_blocks(s, n, type);
		given = json_object_get(out, type);
		json_object_set(seen, type, list);
		if (json_is_array(given)) { /* an attribute and a block of one name are one list */
			json_t *both = json_copy(given);

			json_array_extend(both, list);
			json_decref(list);
			list = both;
		}
		json_object_set_new(out, type, list);
	}
	json_decref(seen);
	return out;
}

bool tfs_has_block(const struct hcl_body *b, const char *type)
{
	for (size_t i = 0; i < b->n_blocks; i++)
		if (streq(type_of_block(&b->blocks[i]), type))
			return true;
	return false;
}
