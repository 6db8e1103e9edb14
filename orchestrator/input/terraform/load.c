/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan's resource instances, each with its place in the configuration. */
#include "base/str.h"
#include "input/terraform/plan.h"
#include "input/terraform/types.h"

enum { NODES_MAX = 100000, MODULES_MAX = 10000, MODULE_DEPTH = 64 };

void tf_limit(struct tf *t, const char *what)
{
	if (t->limited)
		return;
	t->limited = true;
	finding_add(t->findings, SEV_ERROR, "TF-LIMIT-01", NULL, t->file,
	            "split the plan, or apply it and use terraform show -json of the state",
	            "more %s than are read; the design would not be whole", what);
}

bool terraform_is(json_t *doc)
{
	json_t *values = json_object_get(doc, "planned_values");

	if (!values)
		values = json_object_get(doc, "values");
	return json_is_object(json_object_get(values, "root_module")) &&
	       json_is_string(json_object_get(doc, "format_version"));
}

const char *tf_last_module(const char *address, size_t *ret_start)
{
	const char *found = address;
	bool quoted = false;

	for (const char *c = address; *c; c++) {
		if (*c == '"' && (c == address || c[-1] != '\\'))
			quoted = !quoted;
		else if (!quoted && str_starts(c, "module.") && (c == address || c[-1] == '.'))
			found = c;
	}
	*ret_start = (size_t)(found - address);
	return found + strlen("module.");
}

/* The index in "name[...]" at the end of an address, as JSON; NULL: none. */
static json_t *index_of_step(struct tf *t, const char *step)
{
	const char *open = strchr(step, '[');
	json_t *parsed = NULL, *value = NULL;

	if (!open)
		return NULL;
	parsed = json_loads(open, 0, NULL); /* "[0]" and "[\"a\"]" are JSON */
	value = json_incref(json_array_get(parsed, 0));
	json_decref(parsed);
	if (value) /* lives as long as the document */
		json_array_append_new(t->kept, value);
	return value;
}

static char *conf_key(bool data, const char *type, const char *name)
{
	return xasprintf("%s %s %s", data ? "data" : "managed", type, name);
}

static void name_conf(struct tf *t, struct tf_module *m)
{
	json_t *x;
	size_t i;

	m->named = json_object();
	json_array_append_new(t->kept, m->named);
	json_array_foreach (json_object_get(m->conf, "resources"), i, x) {
		const char *type = json_string_value(json_object_get(x, "type"));
		const char *name = json_string_value(json_object_get(x, "name"));
		const char *mode = json_string_value(json_object_get(x, "mode"));

		if (!type || !name)
			continue;
		_cleanup_free_ char *key = conf_key(streq(mode, "data"), type, name);

		if (!json_object_get(m->named, key))
			json_object_set(m->named, key, x);
	}
}

static struct tf_module *module_add(struct tf *t, struct tf_module *parent, const char *address)
{
	struct tf_module *m = arena_alloc(t->arena, sizeof(*m));
	size_t start = 0;

	m->address = arena_strdup(t->arena, address ? address : "");
	m->parent = parent;
	if (!parent) {
		m->conf = json_object_get(json_object_get(t->doc, "configuration"), "root_module");
	} else {
		const char *step = tf_last_module(m->address, &start);
		_cleanup_free_ char *name = xstrndup(step, strcspn(step, "["));

		m->index = index_of_step(t, step);
		m->call = json_object_get(json_object_get(parent->conf, "module_calls"), name);
		m->conf = json_object_get(m->call, "module");
	}
	name_conf(t, m);
	VEC_PUSH(t->modules, t->n_modules, t->cap_modules) = m;
	return m;
}

static void add_module_node(struct tf *t, struct tf_module *m, json_t *x, const struct jptr *at)
{
	const char *type = json_string_value(json_object_get(x, "type"));
	const char *name = json_string_value(json_object_get(x, "name"));
	const char *address = json_string_value(json_object_get(x, "address"));
	json_t *index = json_object_get(x, "index");

	if (!type || !name || !address)
		return;
	if (t->n_nodes >= NODES_MAX) {
		tf_limit(t, "resources");
		return;
	}
	struct tf_node *n = &VEC_PUSH(t->nodes, t->n_nodes, t->cap_nodes);

	n->type = type;
	n->name = name;
	n->address = address;
	n->place = json_string_value(json_object_get(x, "place"));
	n->module = m;
	n->index = json_is_null(index) ? NULL : index;
	n->values = json_object_get(x, "values");
	n->data = streq(json_string_value(json_object_get(x, "mode")), "data");
	_cleanup_free_ char *key = conf_key(n->data, type, name);

	n->conf = json_object_get(m->named, key);
	n->def = tf_type_find(type);
	n->unknown = json_object_get(t->unknown, address);

	_cleanup_free_ char *ptr = jptr_str(at);

	places_add_alias(findings_places(t->findings), t->file, address, ptr);
}

/* NULL: too many, or nested too deep. */
static struct tf_module *module_below(struct tf *t, struct tf_module *parent, const char *address,
                                      unsigned depth)
{
	if (t->n_modules < MODULES_MAX && depth < MODULE_DEPTH)
		return module_add(t, parent, address);
	tf_limit(t, "modules");
	return NULL;
}

static void load_module(struct tf *t, struct tf_module *m, json_t *values, const struct jptr *at,
                        unsigned depth)
{
	json_t *x;
	size_t i;

	json_array_foreach (json_object_get(values, "resources"), i, x)
		add_module_node(t, m, x, JPTR_AT(JPTR(at, "resources"), i));
	json_array_foreach (json_object_get(values, "child_modules"), i, x) {
		const char *address = json_string_value(json_object_get(x, "address"));
		struct tf_module *child = address ? module_below(t, m, address, depth) : NULL;

		if (child)
			load_module(t, child, x, JPTR_AT(JPTR(at, "child_modules"), i), depth + 1);
	}
}

/* Data sources, read before the plan was made: ids of what exists already. */
static void load_data(struct tf *t, struct tf_module *m, json_t *values, const struct jptr *at,
                      unsigned depth)
{
	json_t *x;
	size_t i;

	json_array_foreach (json_object_get(values, "resources"), i, x)
		if (streq(json_string_value(json_object_get(x, "mode")), "data"))
			add_module_node(t, m, x, JPTR_AT(JPTR(at, "resources"), i));
	json_array_foreach (json_object_get(values, "child_modules"), i, x) {
		const char *address = json_string_value(json_object_get(x, "address"));
		struct tf_module *child = NULL;

		for (size_t k = 0; address && k < t->n_modules && !child; k++)
			if (streq(t->modules[k]->address, address))
				child = t->modules[k];
		if (address && !child)
			child = module_below(t, m, address, depth);
		if (child && depth < MODULE_DEPTH)
			load_data(t, child, x, JPTR_AT(JPTR(at, "child_modules"), i), depth + 1);
	}
}

void tf_load(struct tf *t)
{
	json_t *planned = json_object_get(t->doc, "planned_values");
	json_t *prior = json_object_get(json_object_get(t->doc, "prior_state"), "values");
	struct tf_module *root = module_add(t, NULL, NULL);
	json_t *x;
	size_t i;

	t->unknown = json_object();
	json_array_append_new(t->kept, t->unknown);
	json_array_foreach (json_object_get(t->doc, "resource_changes"), i, x) {
		const char *address = json_string_value(json_object_get(x, "address"));

		if (address)
			json_object_set(
			    t->unknown, address,
			    json_object_get(json_object_get(x, "change"), "after_unknown"));
	}
	if (planned) {
		load_module(t, root, json_object_get(planned, "root_module"),
		            JPTR(JPTR(NULL, "planned_values"), "root_module"), 0);
		load_data(t, root, json_object_get(prior, "root_module"),
		          JPTR(JPTR(JPTR(NULL, "prior_state"), "values"), "root_module"), 0);
	} else {
		load_module(t, root,
		            json_object_get(json_object_get(t->doc, "values"), "root_module"),
		            JPTR(JPTR(NULL, "values"), "root_module"), 0);
	}
}

size_t tf_find(const struct tf *t, const struct tf_module *m, bool data, const char *type,
               const char *name, json_t *index, struct tf_node **ret, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_nodes && n < max; i++) {
		struct tf_node *x = &t->nodes[i];

		if (x->module == m && x->data == data && streq(x->name, name) &&
		    streq(x->type, type) && (!index || (x->index && json_equal(x->index, index))))
			ret[n++] = x;
	}
	return n;
}
