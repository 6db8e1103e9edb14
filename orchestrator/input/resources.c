/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/resources.h"

#include <ctype.h>

#include "base/str.h"

char *resource_key(const char *id)
{
	char *key = xcalloc(1, strlen(id) + 1);
	size_t n = 0;

	for (const char *c = id; *c; c++)
		if (*c != '/' || c[1] != '/')
			key[n++] = (char)tolower((unsigned char)*c);
	while (n && key[n - 1] == '/')
		key[--n] = 0;
	return key;
}

json_t *resource_find(json_t *by_key, const char *id)
{
	_cleanup_free_ char *key = id ? resource_key(id) : NULL;

	return json_object_get(by_key, key);
}

/* ".../providers/microsoft.network/virtualnetworks/hub/subnets/nva": behind the provider there are
 * pairs of type and name.  Of an extension of another resource the last provider counts. */
char *resource_type(const char *key)
{
	const char *at = NULL;
	struct str s = { 0 };

	for (const char *p = key; (p = strstr(p, "/providers/")); p++)
		at = p;
	if (!at)
		return NULL;
	const char *p = at + strlen("/providers/");
	size_t n = strcspn(p, "/");

	str_addn(&s, p, n);
	for (p += n; *p == '/';) {
		n = strcspn(p + 1, "/");
		str_addn(&s, p, n + 1);
		p += n + 1;
		if (*p != '/') { /* a type without a name */
			str_free_p(&s);
			return NULL;
		}
		p += 1 + strcspn(p + 1, "/");
	}
	if (strchr(str_get(&s), '/'))
		return str_take(&s);
	str_free_p(&s);
	return NULL;
}

json_t *input_member(const json_t *doc, const char *key)
{
	json_t *v = json_object_get(doc, key);
	const char *k;

	if (v || !json_is_object(doc))
		return v;
	json_object_foreach ((json_t *)doc, k, v)
		if (strieq(k, key))
			return v;
	return NULL;
}

const char *input_text(const json_t *doc, const char *key)
{
	const char *s = json_string_value(input_member(doc, key));

	return s ? s : "";
}

bool input_is_resource(const json_t *doc)
{
	const char *type = input_text(doc, "type");

	if (strstr(input_text(doc, "id"), "/providers/"))
		return true;
	return *input_text(doc, "name") && strchr(type, '/') && strchr(type, '.') &&
	       strchr(type, '.') < strchr(type, '/');
}
