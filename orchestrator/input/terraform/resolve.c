/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an unknown attribute back to what it will be: along the references that the plan's
 * configuration holds, through variables, modules, outputs, count and for_each.
 *
 * Terraform lists for each expression the things that it refers to, the most exact first and each
 * followed by what contains it ("a.b.id", "a.b"), but not how they are put together.  So an
 * expression may have one value or several; whoever asks decides whether several are candidates or
 * a list.  An index that is not written out ("a.b[each.key].id") is lost from the plan, and so is
 * what stands behind it: the instance's own index then picks, and the attribute is taken from the
 * name of the one that is asked for. */
#include "base/str.h"
#include "input/terraform/convert.h"
#include "input/terraform/plan.h"
#include "input/terraform/ref.h"
#include "input/terraform/types.h"

enum { DEPTH_MAX = 48, INSTANCES_MAX = 4096 };

/* Limits the instances that are looked at: references that meet again after each step would
 * take 2^DEPTH_MAX of them. */
enum { EFFORT_MAX = 2000000000, EFFORT_EACH = 1000 };

/* The place of an expression: its module instance, and the index of the instance it belongs to. */
struct place {
	const struct tf_module *module;
	json_t *index;
	json_t *conf; /* of the resource: count_expression, for_each_expression; or NULL */
};

static void resolve_expression(struct tf *t, struct place at, json_t *expression, const char *attr,
                               json_t *out);

json_t *tf_expressions(const struct tf_node *n)
{
	return json_object_get(n->conf, "expressions");
}

static void add_resolved_value(json_t *out, json_t *value /* borrowed */)
{
	json_t *x;
	size_t i;

	if (!value || json_is_null(value) || json_array_size(out) > INSTANCES_MAX)
		return;
	json_array_foreach (out, i, x)
		if (json_equal(x, value))
			return;
	json_array_append(out, value);
}

/* Down from a value by the remaining steps of a reference, as far as they go. */
static void add_value_below(json_t *out, json_t *value, const struct tf_ref *r, size_t step)
{
	for (; value && step < r->n; step++) {
		const struct tf_step *s = &r->steps[step];

		if (json_is_array(value) && json_array_size(value) == 1)
			value = json_array_get(value, 0);
		value = json_object_get(value, s->name);
		if (s->index && json_is_integer(s->index))
			value = json_array_get(value, (size_t)json_integer_value(s->index));
		else if (s->index)
			value = json_object_get(value, json_string_value(s->index));
	}
	if (json_is_array(value)) {
		json_t *x;
		size_t i;

		json_array_foreach (value, i, x)
			add_resolved_value(out, x);
	} else {
		add_resolved_value(out, value);
	}
}

static bool is_ip_attr(const char *name)
{
	return streq(name, "private_ip_address") || streq(name, "private_ip_addresses") ||
	       streq(name, "virtual_router_ips");
}

/* An address that does not exist before apply: a mark that allocation replaces (addresses.c). */
static void add_address_mark(struct tf *t, json_t *out, const struct tf_node *n,
                             const struct tf_step *s)
{
	long k = s->index && json_is_integer(s->index) ? (long)json_integer_value(s->index) : 0;
	json_t *mark = json_sprintf("@ip:%ld:%s", k, n->address);

	(void)t;
	add_resolved_value(out, mark);
	json_decref(mark);
}

/* Subnets that are written inside their network have no resource of their own. */
static void add_inline_subnets(struct tf *t, json_t *out, struct tf_node *n,
                               const struct tf_step *s)
{
	json_t *x, *list = json_object_get(n->values, "subnet");
	size_t i;

	json_array_foreach (list, i, x) {
		const char *name = json_string_value(json_object_get(x, "name"));
		json_t *id = name ? json_sprintf("%s/subnets/%s", t->id(t, n), name) : NULL;

		/* A set has no order: an index into it says nothing, unless it is the only one. */
		(void)s;
		add_resolved_value(out, id);
		json_decref(id);
	}
}

/* Adds what the steps from `step` on are on resource n. */
static void add_attribute_values(struct tf *t, json_t *out, struct tf_node *n,
                                 const struct tf_ref *r, size_t step, const char *attr)
{
	size_t len = strlen(attr);
	const char *name = step < r->n ? r->steps[step].name : NULL;
	json_t *value;

	if (!name) { /* not in the reference: derive it from attr */
		if ((len > 3 && streq(attr + len - 3, "_id")) ||
		    (len > 4 && streq(attr + len - 4, "_ids")))
			name = "id";
		else if (len > 5 && streq(attr + len - 5, "_name"))
			name = "name";
		else if (strstr(attr, "ip_address") || strstr(attr, "peer_ip"))
			name = "private_ip_address";
		else
			name = attr;
	}
	if (streq(name, "id")) {
		json_t *id = json_string(t->id(t, n));

		add_resolved_value(out, id);
		json_decref(id);
		return;
	}
	if (streq(n->type, "azurerm_virtual_network") && streq(name, "subnet")) {
		add_inline_subnets(t, out, n, &r->steps[step]);
		return;
	}
	value = json_object_get(n->values, name);
	if (value && !json_is_null(value) && step < r->n) {
		size_t before = json_array_size(out);
		const struct tf_step *s = &r->steps[step];

		if (s->index && json_is_integer(s->index))
			value = json_array_get(value, (size_t)json_integer_value(s->index));
		else if (s->index)
			value = json_object_get(value, json_string_value(s->index));
		add_value_below(out, value, r, step + 1);
		if (json_array_size(out) > before)
			return;
	} else if (value && !json_is_null(value)) {
		add_value_below(out, value, r, r->n);
		return;
	}
	/* ip_configuration[0].private_ip_address and its like, not yet known */
	const struct tf_step *last = step < r->n ? &r->steps[r->n - 1] : &(struct tf_step){ 0 };

	const char *asked = step < r->n ? last->name : name;

	if (is_ip_attr(asked) || tf_is_public(n->type, asked))
		add_address_mark(t, out, n, last);
	else
		resolve_expression(t, (struct place){ n->module, n->index, n->conf },
		                   json_object_get(tf_expressions(n), name), name, out);
}

/* The instances of a resource that a reference may mean, seen from an instance with this index. */
static void add_resource_values(struct tf *t, struct place at, const struct tf_ref *r, size_t step,
                                bool data, const char *attr, json_t *out)
{
	size_t max = t->n_nodes < INSTANCES_MAX ? t->n_nodes : INSTANCES_MAX, n = 0;
	_cleanup_free_ struct tf_node **found = xcalloc(max + 1, sizeof(*found));
	const struct tf_step *name = &r->steps[step + 1];

	if (step + 1 >= r->n)
		return;
	if (name->index || name->splat)
		n = tf_find(t, at.module, data, r->steps[step].name, name->name, name->index, found,
		            max);
	else if (at.index)
		n = tf_find(t, at.module, data, r->steps[step].name, name->name, at.index, found,
		            max);
	if (!n)
		n = tf_find(t, at.module, data, r->steps[step].name, name->name, NULL, found, max);
	for (size_t i = 0; i < n; i++)
		add_attribute_values(t, out, found[i], r, step + 2, attr);
	t->effort += t->n_nodes + n * json_array_size(out);
}

static void add_variable_values(struct tf *t, struct place at, const struct tf_ref *r,
                                const char *attr, json_t *out)
{
	const struct tf_module *m = at.module;
	json_t *expression, *constant;

	if (r->n < 2)
		return;
	if (!m->parent) {
		json_t *v = json_object_get(json_object_get(t->doc, "variables"), r->steps[1].name);

		add_value_below(out, json_object_get(v, "value"), r, 2);
		return;
	}
	expression = json_object_get(json_object_get(m->call, "expressions"), r->steps[1].name);
	if ((constant = json_object_get(expression, "constant_value")))
		add_value_below(out, constant, r, 2);
	else if (expression)
		resolve_expression(t, (struct place){ m->parent, m->index, m->call }, expression,
		                   r->n > 2 ? r->steps[r->n - 1].name : attr, out);
	else
		add_value_below(
		    out,
		    json_object_get(
		        json_object_get(json_object_get(m->conf, "variables"), r->steps[1].name),
		        "default"),
		    r, 2);
}

/* module.NAME[index].OUTPUT[index].rest: the output, seen from inside. */
static void add_output_values(struct tf *t, struct place at, const struct tf_ref *r,
                              const char *attr, json_t *out)
{
	if (r->n < 2)
		return;
	t->effort += t->n_modules;
	for (size_t i = 0; i < t->n_modules; i++) {
		const struct tf_module *m = t->modules[i];
		json_t *want = r->steps[1].index ? r->steps[1].index : at.index;
		json_t *outputs, *output, *index;
		const char *name;

		if (m->parent != at.module ||
		    m->call != json_object_get(json_object_get(at.module->conf, "module_calls"),
		                               r->steps[1].name))
			continue;
		if (m->index && want && !r->steps[1].splat && !json_equal(m->index, want))
			continue;
		outputs = json_object_get(m->conf, "outputs");
		if (r->n ==
		    2) { /* "module.nva[each.key].ip" is "module.nva": all, and tf_fits() picks */
			json_object_foreach (outputs, name, output)
				resolve_expression(t, (struct place){ m, m->index, NULL },
				                   json_object_get(output, "expression"), attr,
				                   out);
			continue;
		}
		output = json_object_get(outputs, r->steps[2].name);
		/* An index behind the output picks among a resource's instances. */
		index = r->steps[2].index ? r->steps[2].index : m->index ? NULL : at.index;
		if (!index && r->n > 3)
			index = r->steps[3].index;
		resolve_expression(t, (struct place){ m, index, NULL },
		                   json_object_get(output, "expression"), attr, out);
	}
}

/* each.key, each.value.x, count.index */
static void add_each_values(struct tf *t, struct place at, const struct tf_ref *r, const char *attr,
                            json_t *out)
{
	json_t *over = json_object_get(at.conf, "for_each_expression"), *constant;

	if (r->n < 2 || !at.index)
		return;
	if (!streq(r->steps[1].name, "value")) {
		add_resolved_value(out, at.index);
		return;
	}
	constant = json_object_get(over, "constant_value");
	if (json_is_object(constant) && json_is_string(at.index)) {
		add_value_below(out, json_object_get(constant, json_string_value(at.index)), r, 2);
		return;
	}
	if (json_is_array(constant)) { /* toset([...]): the value is the key */
		add_resolved_value(out, at.index);
		return;
	}
	/* for_each over a resource or a variable: the element with our key. */
	json_t *all = json_array(), *x;
	size_t i;

	resolve_expression(t, (struct place){ at.module, at.index, NULL }, over,
	                   r->n > 2 ? r->steps[r->n - 1].name : attr, all);
	json_array_foreach (all, i, x) {
		json_t *mine = json_is_object(x) && json_is_string(at.index)
		                   ? json_object_get(x, json_string_value(at.index))
		                   : NULL;

		if (mine)
			add_value_below(out, mine, r, 2);
		else if (!json_is_object(x))
			add_resolved_value(out, x);
	}
	json_decref(all);
}

static void follow_reference(struct tf *t, struct place at, const char *reference, const char *attr,
                             json_t *out)
{
	struct tf_ref r;

	if (!tf_ref_parse(reference, &r))
		return;
	const char *first = r.steps[0].name;

	if (streq(first, "var"))
		add_variable_values(t, at, &r, attr, out);
	else if (streq(first, "module"))
		add_output_values(t, at, &r, attr, out);
	else if (streq(first, "each") || streq(first, "count"))
		add_each_values(t, at, &r, attr, out);
	else if (streq(first, "data"))
		add_resource_values(t, at, &r, 1, true, attr, out);
	else if (!streq(first, "local") && !streq(first, "path") && !streq(first, "terraform"))
		add_resource_values(t, at, &r, 0, false, attr, out);
	tf_ref_free(&r);
}

/* True: "a.b" behind "a.b.id", which contains it. */
static bool reference_contains(const char *outer, const char *inner)
{
	size_t n = strlen(outer);

	return !strncmp(outer, inner, n) && (inner[n] == '.' || inner[n] == '[');
}

/* each and count beside something else are indexes into that. */
static bool is_index(const char *reference)
{
	return streq(reference, "each.key") || streq(reference, "count.index");
}

static void resolve_expression(struct tf *t, struct place at, json_t *expression, const char *attr,
                               json_t *out)
{
	json_t *list = json_object_get(expression, "references"), *x;
	json_t *constant = json_object_get(expression, "constant_value");
	const char *before = NULL;
	size_t i, n = 0;

	if (constant) {
		add_value_below(out, constant, &(struct tf_ref){ 0 }, 0);
		return;
	}
	if (t->depth >= DEPTH_MAX)
		return;
	t->effort += EFFORT_EACH;
	if (t->effort > EFFORT_MAX) {
		tf_limit(t, "references");
		return;
	}
	t->depth++;
	json_array_foreach (list, i, x)
		n += json_is_string(x) && !is_index(json_string_value(x));
	json_array_foreach (list, i, x) {
		const char *reference = json_string_value(x);

		if (!reference || (before && reference_contains(reference, before)) ||
		    (n > 0 && is_index(reference)))
			continue;
		before = reference;
		follow_reference(t, at, reference, attr, out);
	}
	t->depth--;
}

json_t *tf_resolve(struct tf *t, struct tf_node *n, json_t *expression, const char *attr)
{
	json_t *out = json_array();

	resolve_expression(t, (struct place){ n->module, n->index, n->conf }, expression, attr,
	                   out);
	return out;
}

struct tf_block tf_block(const struct tf_node *n)
{
	return (struct tf_block){ n->values, tf_expressions(n), n->unknown };
}

struct tf_block tf_block_nested(struct tf_block b, const char *name, size_t i)
{
	return (struct tf_block){ json_array_get(json_object_get(b.values, name), i),
		                  json_array_get(json_object_get(b.conf, name), i),
		                  json_array_get(json_object_get(b.unknown, name), i) };
}

/* In after_unknown: true, or a list with a true in it. */
static bool is_unknown(json_t *u)
{
	json_t *x;
	size_t i;

	if (json_is_true(u))
		return true;
	json_array_foreach (u, i, x)
		if (json_is_true(x))
			return true;
	return false;
}

static json_t *those_that_fit(const char *attr, json_t *found /* stolen */)
{
	json_t *out = json_array(), *x;
	size_t i;

	json_array_foreach (found, i, x)
		if (tf_fits(attr, x))
			json_array_append(out, x);
	json_decref(found);
	return out;
}

json_t *tf_attr(struct tf *t, struct tf_node *n, struct tf_block b, const char *name, bool list,
                json_t **ret_candidates)
{
	json_t *known = json_object_get(b.values, name);
	json_t *expression = json_object_get(b.conf, name), *found;
	bool unknown = is_unknown(json_object_get(b.unknown, name));

	if (ret_candidates)
		*ret_candidates = NULL;
	if (known && !json_is_null(known) && !unknown &&
	    !(json_is_array(known) && !json_array_size(known) && expression))
		return json_incref(known);
	if (!expression && !unknown)
		return NULL;
	found = those_that_fit(name, tf_resolve(t, n, expression, name));
	json_array_append_new(t->kept, found);
	if (list && json_array_size(found) > 0)
		return json_incref(found);
	if (json_array_size(found) == 1)
		return json_incref(json_array_get(found, 0));
	if (ret_candidates && unknown)
		*ret_candidates = found;
	return NULL;
}
