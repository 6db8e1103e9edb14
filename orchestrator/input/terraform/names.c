/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARM's ids of what Terraform will make. */
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "input/terraform/plan.h"
#include "input/terraform/types.h"

#define SUBSCRIPTION "/subscriptions/00000000-0000-0000-0000-000000000000"

static char *text_attr(struct tf *t, struct tf_node *n, const char *name)
{
	json_t *v = tf_attr(t, n, tf_block(n), name, false, NULL);
	char *s = json_is_string(v) ? xstrdup(json_string_value(v)) : NULL;

	json_decref(v);
	return s;
}

static char *tf_name_of(struct tf *t, struct tf_node *n)
{
	char *name = text_attr(t, n, "name");
	_cleanup_free_ char *index = NULL;

	if (name && *name && !strchr(name, '/'))
		return name;
	free(name);
	if (json_is_string(n->index))
		return xasprintf("%s-%s", n->name, json_string_value(n->index));
	index = n->index ? json_dumps(n->index, JSON_ENCODE_ANY) : NULL;
	return xasprintf("%s%s%s", n->name, index ? "-" : "", index ? index : "");
}

static char *tf_group_of(struct tf *t, struct tf_node *n)
{
	char *group = text_attr(t, n, "resource_group_name");

	return group ? group : xstrdup("terraform");
}

/* "Microsoft.Network/virtualNetworks/subnets" -> "Microsoft.Network/virtualNetworks" */
static char *parent_type(const char *arm)
{
	const char *last = strrchr(arm, '/');

	return xstrndup(arm, (size_t)(last - arm));
}

/* The id of one of that type and name, in a group.  Of what it is in itself nobody says the names:
 * "none". */
static char *make_id_in_group(const char *group, const char *type, const char *name)
{
	_cleanup_str_ struct str s = { 0 };
	const char *p = type + strcspn(type, "/");

	str_printf(&s, SUBSCRIPTION "/resourceGroups/%s/providers/%.*s", group, (int)(p - type),
	           type);
	while (*p) {
		size_t n = strcspn(p + 1, "/");

		str_printf(&s, "/%.*s/%s", (int)n, p + 1, p[n + 1] ? "none" : name);
		p += n + 1;
	}
	return xstrdup(str_get(&s));
}

static char *parent_id(struct tf *t, struct tf_node *n)
{
	char *id = n->def->parent_id ? text_attr(t, n, n->def->parent_id) : NULL;

	if (id && *id == '/')
		return id;
	free(id);
	if (n->def->parent_name) {
		_cleanup_free_ char *name = text_attr(t, n, n->def->parent_name);
		_cleanup_free_ char *group = tf_group_of(t, n);
		_cleanup_free_ char *type = parent_type(n->def->arm);

		if (name)
			return make_id_in_group(group, type, name);
	}
	return NULL;
}

/* azapi_resource says itself what it is: "Microsoft.Network/virtualHubs@2024-05-01". */
static char *azapi_id(struct tf *t, struct tf_node *n, const char *name)
{
	_cleanup_free_ char *type = text_attr(t, n, "type");
	_cleanup_free_ char *parent = text_attr(t, n, "parent_id");
	const char *last;

	if (!type)
		return NULL;
	type[strcspn(type, "@")] = '\0';
	last = strrchr(type, '/');
	if (parent && strstr(parent, "/providers/"))
		return xasprintf("%s/%s/%s", parent, last ? last + 1 : type, name);
	return xasprintf("%s/providers/%s/%s",
	                 parent ? parent : SUBSCRIPTION "/resourceGroups/terraform", type, name);
}

const char *tf_id(struct tf *t, struct tf_node *n)
{
	const char *real = json_string_value(json_object_get(n->values, "id"));
	_cleanup_free_ char *name = NULL, *group = NULL, *parent = NULL;
	const char *last;

	if (n->id)
		return n->id;
	if (n->naming) /* its name refers to its own id */
		return n->address;
	n->naming = true;
	/* Associations and the like have ids of the provider's own making: "a|b". */
	if (real && *real == '/' && !strchr(real, '|')) {
		n->id = xstrdup(real);
		n->naming = false;
		return n->id;
	}
	name = tf_name_of(t, n);
	if (streq(n->type, "azapi_resource")) {
		n->id = azapi_id(t, n, name);
	} else if (n->def && n->def->arm && (n->def->parent_id || n->def->parent_name)) {
		last = strrchr(n->def->arm, '/');
		parent = parent_id(t, n);
		if (parent)
			n->id = xasprintf("%s/%s/%s", parent, last + 1, name);
	}
	if (!n->id) {
		group = tf_group_of(t, n);
		n->id = xasprintf(SUBSCRIPTION "/resourceGroups/%s/providers/%s/%s", group,
		                  n->def && n->def->arm ? n->def->arm : n->type, name);
	}
	n->naming = false;
	return n->id;
}
