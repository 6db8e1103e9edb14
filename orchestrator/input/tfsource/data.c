/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data sources: what exists already.  One whose type and name are those of a resource of the design
 * is that resource. */
#include "input/terraform/types.h"
#include "input/tfsource/source.h"

#define ZEROS "00000000-0000-0000-0000-000000000000"

/* A template of the old provider "template": its own text, with its own variables. */
static json_t *render_template(struct source *s, struct tfs_node *n)
{
	json_t *text = tfs_given_attr(s, n, "template"), *vars = tfs_given_attr(s, n, "vars"), *x,
	       *v;

	if (!vars && tfs_has_block(n->block->body, "vars")) { /* as it was written once */
		json_t *list = tfs_blocks(s, n, "vars");

		vars = json_incref(json_array_get(list, 0));
		json_decref(list);
	}
	const struct hcl_expr *e = NULL;
	size_t k = 0, max = json_object_size(vars);
	struct hcl_vars *chain = xcalloc(max + 1, sizeof(*chain));
	const struct hcl_vars *before = s->ev.vars;
	bool only = s->ev.only_vars;
	const char *key;

	if (json_is_string(text))
		e = hcl_parse_template(&s->tree, n->address, json_string_value(text),
		                       json_string_length(text));
	json_object_foreach (vars, key, x) {
		chain[k] = (struct hcl_vars){ k ? &chain[k - 1] : NULL, key, x };
		k++;
	}
	s->ev.vars = k ? &chain[k - 1] : NULL;
	s->ev.only_vars = true;
	v = e ? hcl_eval(&s->ev, e) : hcl_unknown(n->address);
	s->ev.only_vars = only;
	s->ev.vars = before;
	free(chain);
	json_decref(text);
	json_decref(vars);
	return v;
}

/* Parts of cloud-init, one behind the other: as much as a reader of scripts needs. */
static json_t *render_parts(struct source *s, struct tfs_node *n)
{
	json_t *parts = tfs_blocks(s, n, "part"), *x, *v;
	struct str text = { 0 };
	size_t i;

	json_array_foreach (parts, i, x) {
		const char *one = json_string_value(json_object_get(x, "content"));

		str_printf(&text, "%s%s", i ? "\n" : "", one ? one : "");
	}
	v = json_string(str_get(&text));
	str_free_p(&text);
	json_decref(parts);
	return v ? v : hcl_unknown(n->address);
}

/* Do both give the attribute, and otherwise?  What is being evaluated says nothing. */
static bool attr_differs(struct source *s, struct tfs_node *n, struct tfs_node *x, const char *attr)
{
	json_t *own = NULL, *other = NULL;

	if (!attr || json_object_get(x->busy, attr) || json_object_get(n->busy, attr))
		return false;
	own = tfs_given_attr(s, n, attr);
	other = own ? tfs_given_attr(s, x, attr) : NULL;
	bool differ = json_is_string(own) && json_is_string(other) &&
	              !strieq(json_string_value(own), json_string_value(other));

	json_decref(own);
	json_decref(other);
	return differ;
}

/* The design's resource that the data source reads back, or NULL: two of a name are told apart by
 * what they are in. */
static struct tfs_node *same_resource(struct source *s, struct tfs_node *n)
{
	json_t *name = tfs_given_attr(s, n, "name");
	const struct tf_type *def = tf_type_find(n->type);
	struct tfs_node *found = NULL;

	for (size_t m = 0; json_is_string(name) && m < s->n_modules && !found; m++) {
		const struct tfs_code *c = s->modules[m]->code;

		for (size_t i = 0; i < c->n_resources; i++)
			if (streq(c->resources[i]->labels[0], n->type) &&
			    streq(c->resources[i]->type, "resource"))
				json_decref(tfs_resource(s, s->modules[m], false, n->type,
				                         c->resources[i]->labels[1], NULL));
	}
	for (size_t i = 0; json_is_string(name) && i < s->n_nodes && !found; i++) {
		struct tfs_node *x = s->nodes[i];

		if (x->data || !streq(x->type, n->type) || json_object_get(x->busy, "name"))
			continue;
		json_t *own = tfs_given_attr(s, x, "name");

		if (json_is_string(own) &&
		    strieq(json_string_value(own), json_string_value(name)) &&
		    !attr_differs(s, n, x, def ? def->parent_name : NULL) &&
		    !attr_differs(s, n, x, "resource_group_name"))
			found = x;
		json_decref(own);
	}
	json_decref(name);
	return found;
}

static json_t *handle_attr(struct source *s, const struct tfs_node *n, const char *name,
                           const struct hcl_block *at)
{
	json_t *h = hcl_handle(TFS_NODE, n->number, NULL);
	struct hcl_expr *e = arena_alloc(s->arena, sizeof(*e));

	e->place = at->place;
	json_t *v = s->ev.attr(&s->ev, h, name, e);

	json_decref(h);
	return v;
}

/* Services that tell their callers' address, by a part of their host's name. */
static const char *const address_services[] = {
	"ifconf", "icanhaz", "checkip",  "ipinfo", "ipify", "ipecho",     "myip",
	"ip4.",   "ipv4.",   "ident.me", "ip-api", "ip.me", "externalip", NULL,
};

/* Answers what data "http" reads: the caller's address, or something that is not here (NULL). */
static json_t *read_http_body(struct source *s, struct tfs_node *n)
{
	json_t *url = tfs_given_attr(s, n, "url"), *body = NULL;
	const char *text = json_string_value(url), *host = text ? strstr(text, "://") : NULL;
	_cleanup_free_ char *name = host ? xstrndup(host + 3, strcspn(host + 3, "/?:")) : NULL;
	bool json = text && strcasestr(text, "json");

	for (size_t i = 0; name && address_services[i] && !body; i++)
		if (strcasestr(name, address_services[i]))
			body = json_string(json ? "{\"ip\": \"198.51.100.1\"}" : "198.51.100.1");
	json_decref(url);
	return body;
}

json_t *tfs_data(struct source *s, struct tfs_node *n, const char *name)
{
	static const struct {
		const char *type, *name, *value;
	} known[] = {
		{ "azurerm_subscription", "id", "/subscriptions/" ZEROS },
		{ "azurerm_subscription", "display_name", "subscription" },
		{ "azurerm_client_config", "id", ZEROS },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (streq(n->type, known[i].type) && streq(name, known[i].name))
			return json_string(known[i].value);
	if (streq(n->type, "http") && (streq(name, "response_body") || streq(name, "body")))
		return read_http_body(s, n);
	if (streq(n->type, "template_file") && streq(name, "rendered"))
		return render_template(s, n);
	if ((streq(n->type, "template_cloudinit_config") || streq(n->type, "cloudinit_config")) &&
	    streq(name, "rendered"))
		return render_parts(s, n);
	struct tfs_node *same = str_starts(n->type, "azurerm_") ? same_resource(s, n) : NULL;

	if (same)
		return handle_attr(s, same, name, n->block);
	if (streq(name, "location"))
		return json_string("westeurope");
	return NULL;
}
