/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out whether a resource is in use, and refuses to delete it by Azure's code. */
#include "base/str.h"
#include "input/import/provider.h"
#include "input/resources.h"
#include "rest/edit.h"

#define NET "microsoft.network/"

/* References that keep nothing: a peering, for example, becomes Disconnected. */
static bool is_loose(const char *from)
{
	static const char *const types[] = {
		NET "virtualnetworks/virtualnetworkpeerings",
		NET "privatednszones/virtualnetworklinks",
		"microsoft.resources/deployments",
		"microsoft.network/networkwatchers/flowlogs",
	};
	_cleanup_free_ char *type = resource_type(from);

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (streq(type, types[i]))
			return true;
	return false;
}

static bool is_key_below(const char *key, const char *of)
{
	size_t n = strlen(of);

	return str_starts(key, of) && (!key[n] || key[n] == '/');
}

/* Does `from`, or a resource that it is a child of, go as well? */
static bool goes_too(const char *from, const json_t *gone)
{
	_cleanup_free_ char *at = xstrdup(from);

	for (char *slash; *at; *slash = 0) {
		if (json_object_get(gone, at))
			return true;
		slash = strrchr(at, '/');
		if (!slash)
			return false;
	}
	return false;
}

static int refuse_use(const char *key, const char *from, struct rest_failure *f)
{
	_cleanup_free_ char *type = resource_type(key);
	const struct import_provider *p = import_provider(type);
	const char *code = p ? p->in_use : NULL, *name = strrchr(key, '/');

	return rest_refuse(f, code ? 400 : 409, code ? code : "ResourceInUse",
	                   "%s is in use by %s and cannot be deleted.", name ? name + 1 : key,
	                   from);
}

int use_check(struct store *s, const char *key, const json_t *gone, struct rest_failure *f)
{
	const char *target;
	json_t *from, *user;
	size_t i;

	json_object_foreach ((json_t *)store_refs(s), target, from) {
		if (!is_key_below(target, key))
			continue;
		json_array_foreach (from, i, user) {
			const char *by = json_string_value(user);

			if (!is_key_below(by, key) && !is_loose(by) &&
			    !(gone && goes_too(by, gone)))
				return refuse_use(target, by, f);
		}
	}
	return 0;
}
