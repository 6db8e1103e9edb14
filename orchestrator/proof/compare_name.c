/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose table is in a file: by the file's name, or by a name or id inside it. */
#include <ctype.h>
#include <strings.h>

#include "proof/compare.h"

static const char *file_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Does `name` stand in `text`, case ignored and any one character in the place of a slash, with no
 * letter or digit right beside it?  vm1 is not in "vm10-routes.json". */
static bool text_has_word(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = text; *p; p++) {
		size_t i = 0;

		while (i < n && p[i] &&
		       (tolower((unsigned char)p[i]) == tolower((unsigned char)name[i]) ||
		        (name[i] == '/' && strchr("-_.@/", p[i]))))
			i++;
		if (i < n)
			continue;
		if ((p > text && isalnum((unsigned char)p[-1])) || isalnum((unsigned char)p[n]))
			continue;
		return true;
	}
	return false;
}

/* Is it the name, or an id that ends in it: /subscriptions/.../networkInterfaces/vm1VMNic, and for
 * RS/P /subscriptions/.../virtualHubs/RS/bgpConnections/P? */
static bool id_names_candidate(const char *id, const char *candidate)
{
	const char *last = strrchr(candidate, '/');

	if (strieq(id, candidate))
		return true;
	if (!strieq(file_base_name(id), last ? last + 1 : candidate))
		return false;
	if (!last || !strchr(id, '/'))
		return true;
	_cleanup_free_ char *owner = xasprintf("/%.*s/", (int)(last - candidate), candidate);

	for (const char *p = id; *p; p++)
		if (strncasecmp(p, owner, strlen(owner)) == 0)
			return true;
	return false;
}

static long find_candidate(const json_t *text, const char *const *candidates, size_t n)
{
	static const char *const keys[] = { "id", "resourceId", "networkInterface", "nic",
		                            "vm", "name",       "target",           "peering" };
	long found = -1;

	for (size_t k = 0; found == -1 && json_is_object(text) && k < ARRAY_LEN(keys); k++) {
		const json_t *v = json_object_get(text, keys[k]);
		const char *s = json_string_value(json_is_object(v) ? json_object_get(v, "id") : v);

		for (size_t i = 0; s && i < n; i++)
			if (id_names_candidate(s, candidates[i]))
				found = found == -1 ? (long)i : -2;
	}
	return found;
}

long compare_who(const char *file, const json_t *text, const char *const *candidates, size_t n)
{
	long found = find_candidate(text, candidates, n);
	size_t longest = 0;

	if (found != -1 || !file)
		return found;
	file = file_base_name(file);
	for (size_t i = 0; i < n; i++) {
		const char *name = candidates[i], *last = strrchr(name, '/');
		size_t len = strlen(name);

		if (!text_has_word(file, name)) {
			if (!last || !text_has_word(file, last + 1))
				continue;
			len = strlen(last + 1);
		}
		if (len == longest)
			found = -2; /* two names of one length: nothing says which */
		if (len <= longest)
			continue;
		longest = len;
		found = (long)i;
	}
	return found;
}
