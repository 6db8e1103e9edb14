/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terraform.tfstate, format version 4, as `terraform show -json` prints that state: each instance
 * is a resource with its address, below the module that it is in.
 *
 * What does not make a resource is left out: outputs, providers, dependencies, checks, and objects
 * that are deposed (they are about to be destroyed).  A tainted one exists, and counts. */
#include "base/str.h"
#include "input/terraform/plan.h"

enum { STATE_VERSION = 4, MODULE_DEPTH = 64 };

bool terraform_is_state(const json_t *doc)
{
	return json_is_string(json_object_get(doc, "lineage")) &&
	       (json_is_integer(json_object_get(doc, "version")) ||
	        json_is_string(json_object_get(doc, "encrypted_data")) ||
	        json_is_string(json_object_get(doc, "terraform_version")));
}

struct state {
	const char *file;
	struct findings *findings;
	json_t *root;    /* the root module's values */
	json_t *modules; /* module's address -> its values; borrowed from root */
};

static void report_state(struct state *s, const char *address, const char *hint, const char *why)
{
	_cleanup_free_ char *source =
	    address ? xasprintf("%s#%s", s->file, address) : xstrdup(s->file);

	finding_add_source(s->findings, SEV_ERROR, "TF-STATE-01", NULL, source, hint,
	                   "%s cannot be read: %s", address ? address : "the state", why);
}

/* The values of a module and of all that it is in, made where they are not there yet; NULL: too
 * deep.  Modules between it and the root may hold nothing, and exist all the same. */
static json_t *module_values(struct state *s, const char *address, unsigned depth)
{
	if (!*address)
		return s->root;
	json_t *known = json_object_get(s->modules, address);

	if (known || depth == MODULE_DEPTH)
		return known;
	size_t start = 0;

	tf_last_module(address, &start);
	_cleanup_free_ char *above = xstrndup(address, start ? start - 1 : 0);
	json_t *parent = module_values(s, above, depth + 1);

	if (!parent)
		return NULL;
	json_t *children = json_object_get(parent, "child_modules");
	json_t *m =
	    json_pack("{s:s, s:[], s:[]}", "address", address, "resources", "child_modules");

	json_array_append_new(children, m);
	json_object_set(s->modules, address, m);
	return m;
}

/* "[0]", "[\"a\"]", "" without an index; NULL: no index that Terraform writes. */
static char *index_text(const json_t *key)
{
	if (!key || json_is_null(key))
		return xstrdup("");
	if (!json_is_integer(key) && !json_is_string(key))
		return NULL;
	char *value = json_dumps(key, JSON_ENCODE_ANY);
	char *text = value ? xasprintf("[%s]", value) : NULL;

	free(value);
	return text;
}

static void add_instance(struct state *s, json_t *module, json_t *block, json_t *instance,
                         const struct jptr *at)
{
	const char *mode = json_string_value(json_object_get(block, "mode"));
	const char *type = json_string_value(json_object_get(block, "type"));
	const char *name = json_string_value(json_object_get(block, "name"));
	const char *within = json_string_value(json_object_get(module, "address"));
	json_t *key = json_object_get(instance, "index_key");
	json_t *attributes = json_object_get(instance, "attributes");
	_cleanup_free_ char *index = index_text(key);
	_cleanup_free_ char *address =
	    xasprintf("%s%s%s%s.%s%s", within ? within : "", within ? "." : "",
	              streq(mode, "data") ? "data." : "", type, name, index ? index : "");

	_cleanup_free_ char *ptr = jptr_str(at);

	if (json_object_get(instance, "deposed"))
		return;
	places_add_alias(findings_places(s->findings), s->file, address, ptr);
	if (!index || !json_is_object(attributes)) {
		report_state(
		    s, address, "terraform show -json > state.json reads what older versions wrote",
		    !index ? "its index_key is neither a number nor a string"
		    : json_object_get(instance, "attributes_flat")
		        ? "its attributes are in the form of Terraform 0.11 (attributes_flat)"
		        : "it has no attributes");
		return;
	}
	json_t *r =
	    json_pack("{s:s, s:s, s:s, s:s, s:O}", "address", address, "mode",
	              mode ? mode : "managed", "type", type, "name", name, "values", attributes);

	if (*index)
		json_object_set(r, "index", key);
	json_array_append_new(json_object_get(module, "resources"), r);
}

static void add_block(struct state *s, json_t *block, const struct jptr *at)
{
	const char *within = json_string_value(json_object_get(block, "module"));
	json_t *instance;
	size_t i;

	if (!json_is_string(json_object_get(block, "type")) ||
	    !json_is_string(json_object_get(block, "name")))
		return;
	json_t *module = module_values(s, within ? within : "", 0);

	if (!module) {
		report_state(s, within, NULL, "its modules are nested too deep");
		return;
	}
	json_array_foreach (json_object_get(block, "instances"), i, instance)
		add_instance(s, module, block, instance, JPTR_AT(JPTR(at, "instances"), i));
}

json_t *terraform_show_state(json_t *doc, const char *file, struct findings *f)
{
	struct state s = { .file = file,
		           .findings = f,
		           .root = json_pack("{s:[], s:[]}", "resources", "child_modules"),
		           .modules = json_object() };
	json_int_t version = json_integer_value(json_object_get(doc, "version"));
	json_t *block, *shown = NULL;
	size_t i;

	if (json_object_get(doc, "encrypted_data")) {
		report_state(&s, NULL, "tofu show -json > state.json, where its key is known",
		             "it is encrypted");
	} else if (version != STATE_VERSION) {
		_cleanup_free_ char *why = xasprintf(
		    "its format has version %lld, and version %d is the one that is known",
		    (long long)version, STATE_VERSION);

		report_state(
		    &s, NULL,
		    version > STATE_VERSION
		        ? "terraform show -json > state.json, and that file"
		        : "terraform state pull, by Terraform 0.12 or later, writes version 4",
		    why);
	} else {
		json_array_foreach (json_object_get(doc, "resources"), i, block)
			add_block(&s, block, JPTR_AT(JPTR(NULL, "resources"), i));
		shown = json_pack("{s:s, s:{s:O}}", "format_version", "1.0", "values",
		                  "root_module", s.root);
	}
	json_decref(s.modules);
	json_decref(s.root);
	return shown;
}
