/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole: a folder's design, as a plan would show it. */
#include "input/tfsource/tfsource.h"

#include <dirent.h>

#include "input/tfsource/names.h"

bool tfsource_is(const char *folder)
{
	DIR *d = opendir(folder);
	bool found = false;

	if (!d)
		return false;
	for (struct dirent *ent; !found && (ent = readdir(d));) {
		size_t n = strlen(ent->d_name);

		found = n > 3 && *ent->d_name != '.' && streq(ent->d_name + n - 3, ".tf");
	}
	closedir(d);
	return found;
}

/* --- values as a plan has them
 * ------------------------------------------------------------------------ */

/* Attributes are typed, and conversions silent: "true" is true. */
static json_t *typed(json_t *v /* stolen */, const char *key)
{
	static const char *const numbers[] = { "priority",
		                               "asn",
		                               "bgp_asn",
		                               "peer_asn",
		                               "azure_asn",
		                               "vlan_id",
		                               "primary_azure_port",
		                               "frontend_port",
		                               "backend_port",
		                               "port",
		                               "prefix_length",
		                               "peer_weight",
		                               "idle_timeout_in_minutes" };
	const char *s = json_string_value(v);
	json_t *out = NULL;

	if (streq(s, "true") || streq(s, "false"))
		out = json_boolean(*s == 't');
	if (json_is_integer(v) && strstr(key, "port_range")) /* 500 is "500" */
		out = json_sprintf("%lld", (long long)json_integer_value(v));
	for (size_t i = 0; s && !out && i < ARRAY_LEN(numbers); i++)
		if (streq(key, numbers[i]))
			out = hcl_to_number(v);
	if (!out)
		return v;
	json_decref(v);
	return out;
}

/* Returns what is known of v (stolen); NULL: nothing. unknown gets a true for each that is not. */
static json_t *known_part(struct source *s, json_t *v, const char *key, json_t **ret_unknown,
                          unsigned depth)
{
	json_t *out, *x, *unknown = NULL;
	const char *k;
	size_t i;

	v = hcl_open(&s->ev, v);
	*ret_unknown = NULL;
	if (hcl_is_unknown(v) || depth > 32) {
		json_decref(v);
		*ret_unknown = json_true();
		return NULL;
	}
	if (json_is_null(v)) {
		json_decref(v);
		return NULL;
	}
	if (!json_is_object(v) && !json_is_array(v))
		return typed(v, key);
	out = json_is_array(v) ? json_array() : json_object();
	*ret_unknown = json_is_array(v) ? json_array() : json_object();
	json_array_foreach (v, i, x) {
		json_t *one = known_part(s, json_incref(x), key, &unknown, depth + 1);

		if (one) {
			json_array_append_new(out, one);
			json_array_append_new(*ret_unknown, unknown ? unknown : json_false());
		} else {
			json_decref(unknown);
			if (json_is_true(unknown)) { /* one of the list is open: so is the list */
				json_decref(*ret_unknown);
				*ret_unknown = json_true();
				break;
			}
		}
	}
	json_object_foreach (v, k, x) {
		json_t *one = known_part(s, json_incref(x), k, &unknown, depth + 1);

		if (one)
			json_object_set_new(out, k, one);
		if (unknown)
			json_object_set_new(*ret_unknown, k, unknown);
	}
	json_decref(v);
	return out;
}

/* --- resources
 * ------------------------------------------------------------------------------------------ */

struct shown {
	json_t *changes;  /* what is unknown, by address */
	json_t **modules; /* values of module instances, by their numbers; borrowed */
	size_t n, cap;
};

static void show_node(struct source *s, struct tfs_node *n, struct shown *out)
{
	json_t *unknown = NULL;
	json_t *values = known_part(s, tfs_values(s, n), "", &unknown, 0);

	if (!values)
		values = json_object();
	tfs_defaults(s, n, values, unknown);
	json_t *r = json_pack("{s:s, s:s, s:s, s:s, s:o}", "address", n->address, "mode",
	                      n->data ? "data" : "managed", "type", n->type, "name", n->name,
	                      "values", values);
	_cleanup_free_ char *place = hcl_place_str(n->block->place);

	json_object_set_new(r, "place", json_string(place));
	if (n->key)
		json_object_set(r, "index", n->key);
	json_array_append_new(json_object_get(out->modules[n->module->number], "resources"), r);
	json_array_append_new(out->changes,
	                      json_pack("{s:s, s:{s:o}}", "address", n->address, "change",
	                                "after_unknown", unknown ? unknown : json_object()));
}

/* True for a block of Azure's providers; of others only what is referred to is evaluated:
 * null_resource and their like are used to judge variables, some of which are invented here. */
static bool is_of_azure(const struct hcl_block *b)
{
	return str_starts(b->labels[0], "azurerm_") || str_starts(b->labels[0], "azapi_");
}

/* Everything that the design declares, module by module: what nobody refers to, too. */
static void expand_all(struct source *s)
{
	for (size_t k = 0; k < s->n_modules; k++) {
		struct tfs_module *m = s->modules[k];

		for (size_t i = 0; i < m->code->n_modules; i++)
			json_decref(tfs_modules(s, m, m->code->modules[i]->labels[0], NULL));
		for (size_t i = 0; i < m->code->n_resources; i++) {
			const struct hcl_block *b = m->code->resources[i];

			if (is_of_azure(b) && !streq(b->type, "data"))
				json_decref(
				    tfs_resource(s, m, false, b->labels[0], b->labels[1], NULL));
		}
	}
}

static json_t *show_outputs(struct source *s)
{
	struct tfs_module *root = s->modules[0];
	json_t *out = json_object();

	for (size_t i = 0; i < root->code->n_outputs; i++) {
		const struct hcl_block *b = root->code->outputs[i];
		const struct hcl_expr at = { .place = b->place };
		json_t *v = tfs_output(s, root, b->labels[0], &at);
		json_t *whole = hcl_open_deep(&s->ev, v, 16);

		if (hcl_has_unknown(whole))
			json_decref(whole);
		else
			json_object_set_new(out, b->labels[0], json_pack("{s:o}", "value", whole));
	}
	return out;
}

static json_t *show_all(struct source *s)
{
	struct shown out = { .changes = json_array() };
	json_t *root = NULL;

	expand_all(s);
	for (size_t k = 0; k < s->n_modules; k++) {
		const struct tfs_module *m = s->modules[k];
		json_t *values = json_pack("{s:s, s:[], s:[]}", "address", m->address, "resources",
		                           "child_modules");

		VEC_PUSH(out.modules, out.n, out.cap) = values;
		if (m->parent)
			json_array_append_new(
			    json_object_get(out.modules[m->parent->number], "child_modules"),
			    values);
		else
			root = values;
	}
	for (size_t i = 0; i < s->n_nodes; i++)
		if (!s->nodes[i]->data && is_of_azure(s->nodes[i]->block))
			show_node(s, s->nodes[i], &out);
	free(out.modules);
	return json_pack("{s:s, s:{s:o, s:o}, s:o}", "format_version", "1.2", "planned_values",
	                 "outputs", show_outputs(s), "root_module", root, "resource_changes",
	                 out.changes);
}

static void free_source(struct source *s)
{
	for (size_t i = 0; i < s->n_modules; i++) {
		json_decref(s->modules[i]->key);
		json_decref(s->modules[i]->value);
		json_decref(s->modules[i]->known);
		json_decref(s->modules[i]->busy);
	}
	for (size_t i = 0; i < s->n_nodes; i++) {
		json_decref(s->nodes[i]->key);
		json_decref(s->nodes[i]->value);
		json_decref(s->nodes[i]->known);
		json_decref(s->nodes[i]->busy);
	}
	for (size_t i = 0; i < s->n_codes; i++) {
		free(s->codes[i]->variables);
		free(s->codes[i]->outputs);
		free(s->codes[i]->modules);
		free(s->codes[i]->resources);
		free(s->codes[i]->locals);
	}
	free(s->modules);
	free(s->nodes);
	free(s->codes);
	json_decref(s->given);
	json_decref(s->asked);
	json_decref(s->invented);
	json_decref(s->parts);
	json_decref(s->sources);
	json_decref(s->calls);
	tfs_close_roots(s);
	hcl_tree_free(&s->tree);
	arena_free(s->arena);
}

json_t *tfsource_read(const struct tfsource_options *o, struct findings *f, struct err *e)
{
	struct source s = { .arena = arena_new(),
		            .findings = f,
		            .folder = o->folder,
		            .root_fd = -1,
		            .params = o->params,
		            .elsewhere = o->modules,
		            .without = o->without,
		            .sources = json_object(),
		            .calls = json_object(),
		            .given = json_object(),
		            .asked = json_object(),
		            .invented = json_object(),
		            .parts = json_array() };
	json_t *doc = NULL;

	hcl_tree_init(&s.tree, f);
	s.ev = (struct hcl_eval){ .tree = &s.tree,
		                  .findings = f,
		                  .ctx = &s,
		                  .name = tfs_name,
		                  .attr = tfs_handle_attr,
		                  .whole = tfs_handle_whole,
		                  .file = tfs_file,
		                  .files = tfs_files,
		                  .sorts = &hcl_all_sorts };
	if (tfs_open_root(&s, e) == 0) {
		const struct tfs_code *code = tfs_code(&s, ".", NULL);

		s.module = tfs_add_module(&s, NULL, code, NULL, NULL, NULL);
		tfs_take_given(&s);
		doc = show_all(&s);
		tfs_report_variables(&s);
		tfs_report_options(&s);
	}
	free_source(&s);
	return doc;
}
