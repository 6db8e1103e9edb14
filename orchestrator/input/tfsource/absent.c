/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables that nobody gives a value: what carries no packets is invented, what shapes the network
 * is asked for, all at once. */
#include "input/arm/deploy/carries.h"
#include "input/tfsource/source.h"

static bool name_carries_word(const char *name, const char *const *words)
{
	for (; *words; words++)
		if (strcasestr(name, *words))
			return true;
	return false;
}

/* The value that a name with one of these words stands for; NULL: none is in it. */
static const char *find_known_text(const char *name)
{
	static const char *const own[] = { "my_ip",     "myip",        "my_public",
		                           "source_ip", "client_ip",   "allowed_ip",
		                           "home_ip",   "home_public", NULL };
	static const char *const ids[] = { "subscription", "tenant",    "object_id",
		                           "principal",    "client_id", NULL };
	static const char *const place[] = { "location", "region", NULL };
	static const char *const secret[] = { "password", "secret", "psk", "shared_key", NULL };
	static const char *const key[] = { "public_key", "ssh_key", NULL };

	if (strcasestr(name, "load_distribution"))
		return "Default";
	return name_carries_word(name, own)      ? "198.51.100.1"
	       : name_carries_word(name, ids)    ? "00000000-0000-0000-0000-000000000000"
	       : name_carries_word(name, secret) ? "Invented-1234"
	       : name_carries_word(name, key) ? "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQ== invented"
	       : name_carries_word(name, place)
	           ? param_is_second_place(name) ? "northeurope" : "westeurope"
	           : NULL;
}

/* "management_gui_client_network", "(Allowed GUI clients, network in CIDR)". */
static bool name_shapes_network(const char *name, const char *text)
{
	static const char *const network[] = { "address",    "cidr", "range", "asn",
		                               "space",      "hop",  "route", "prefixes",
		                               "gateway_ip", NULL };
	enum carried what = param_carries(name, "string", text);

	return (what != CARRIES_NOTHING && what != CARRIES_SWITCH) ||
	       name_carries_word(name, network) || streq(name, "ip") || strstr(name, "_ip") ||
	       str_starts(name, "ip_") || streq(name, "prefix_length");
}

char *tfs_invent_text(const char *name, const char *text)
{
	const char *known = find_known_text(name);

	if (known)
		return xstrdup(known);
	if (name_shapes_network(name, text))
		return NULL;
	char *value = xstrdup(name);

	for (char *c = value; *c; c++)
		if (*c == '_')
			*c = '-';
	return value;
}

static json_t *invent_for_type(const char *name, const struct hcl_expr *type, const char *text);

/* An object all of whose members carry nothing; what is optional is left out. */
static json_t *invent_object_value(const struct hcl_expr *shape)
{
	json_t *out = json_object();

	for (size_t i = 0; i + 1 < shape->n_items; i += 2) {
		const char *name = json_string_value(shape->items[i]->value);
		const struct hcl_expr *type = shape->items[i + 1];
		json_t *v =
		    name && type == tfs_type_bare(type) ? invent_for_type(name, type, NULL) : NULL;

		if (name && type != tfs_type_bare(type))
			continue;
		if (!v) {
			json_decref(out);
			return NULL;
		}
		json_object_set_new(out, name, v);
	}
	return out;
}

/* Names, passwords, places carry no packets.  NULL: this may shape the network, and is asked for.
 */
static json_t *invent_for_type(const char *name, const struct hcl_expr *type, const char *text)
{
	static const char *const sizes[] = { "disk",    "_gb",       "days",    "hours",
		                             "minutes", "retention", "timeout", NULL };
	const char *word = tfs_type_word(type);

	if (streq(word, "string")) {
		_cleanup_free_ char *value = tfs_invent_text(name, text);

		return value ? json_string(value) : NULL;
	}
	if (streq(word, "bool"))
		return param_carries(name, "bool", text) == CARRIES_NOTHING ? json_false() : NULL;
	if (streq(word, "number"))
		return name_carries_word(name, sizes) ? json_integer(1) : NULL;
	if (streq(word, "list") || streq(word, "set"))
		return param_carries(name, "array", text) == CARRIES_NOTHING ? json_array() : NULL;
	if (streq(word, "object") && type->n_items && type->items[0]->sort == HCL_OBJECT)
		return invent_object_value(type->items[0]);
	return param_carries(name, "object", text) == CARRIES_NOTHING ? json_object() : NULL;
}

json_t *tfs_absent(struct source *s, const struct hcl_block *b)
{
	const char *name = b->labels[0];
	json_t *value = invent_for_type(name, hcl_attr_find(b->body, "type"), tfs_variable_text(b));

	if (value) {
		json_object_set(s->invented, name, value);
		return value;
	}
	json_object_set_new(s->asked, name, json_true());
	_cleanup_free_ char *what = xasprintf("variable \"%s\"", name);

	return hcl_unknown(what);
}
