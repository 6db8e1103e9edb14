/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds modules of registries: what the user says, else the cache of the Bicep CLI.  Microsoft
 * Learn, "Add module settings in the Bicep config file". */
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "input/bicep/lower.h"
#include "input/relax.h"

/* --- bicepconfig.json --------------------------------------------------------------------------
 */

static json_t *parse_config(const struct str *text)
{
	_cleanup_free_ char *strict = NULL;
	json_t *v;

	if (arm_relax(str_get(text), text->n, &strict, NULL, NULL) < 0)
		return NULL;
	v = json_loads(strict, 0, NULL);
	if (json_is_object(v))
		return v;
	json_decref(v);
	return NULL;
}

/* The nearest one upward from the file that is being read, and its folder from the root; borrowed,
 * NULL: there is none. */
static json_t *nearest_config(struct blow *l, const char **ret_folder)
{
	const char *from = bicep_from_root(l, ".");
	_cleanup_free_ char *folder = xstrdup(from ? from : "");

	for (;;) {
		_cleanup_free_ char *path =
		    xasprintf("%s%sbicepconfig.json", folder, *folder ? "/" : "");
		_cleanup_str_ struct str text = { 0 };
		json_t *config = json_object_get(l->b->configs, path);
		char *slash = strrchr(folder, '/');

		*ret_folder = arena_strdup(l->b->arena, folder);
		if (config)
			return config;
		if (bicep_read(l->b, path, &text) == 0 && (config = parse_config(&text))) {
			json_object_set_new(l->b->configs, path, config);
			return config;
		}
		if (!*folder)
			return NULL;
		*(slash ? slash : folder) = 0;
	}
}

/* The folder in which the Bicep CLI keeps what it fetched; NULL: there is no home. */
static const char *cache_root(struct blow *l, json_t *config, const char *folder)
{
	const char *set = member_text(config, "cacheRootDirectory", NULL), *home = getenv("HOME");
	struct arena *a = l->b->arena;

	if (set && *set == '/')
		return set;
	if (set && !str_starts(set, "~/"))
		return arena_printf(a, "%s/%s/%s", l->b->root, folder, set);
	return home ? arena_printf(a, "%s/%s", home, set ? set + 2 : ".bicep") : NULL;
}

/* --- references --------------------------------------------------------------------------------
 */

/* "br/ALIAS:PATH:TAG" and "br:REGISTRY/PATH:TAG" as "REGISTRY/PATH:TAG"; NULL: neither. */
static const char *whole_reference(struct blow *l, const char *reference, json_t *config,
                                   const char **ret_hint)
{
	const char *colon = strchr(reference, ':'), *registry, *path;
	struct arena *a = l->b->arena;

	if (str_starts(reference, "br:"))
		return reference + 3;
	if (!str_starts(reference, "br/") || !colon)
		return NULL;
	_cleanup_free_ char *name = xstrndup(reference + 3, (size_t)(colon - reference) - 3);
	json_t *alias =
	    json_object_get(json_object_get(json_object_get(config, "moduleAliases"), "br"), name);

	registry = member_text(alias, "registry", NULL);
	path = member_text(alias, "modulePath", NULL);
	if (registry)
		return arena_printf(a, "%s/%s%s%s", registry, path ? path : "",
		                    path && *path ? "/" : "", colon + 1);
	if (streq(name, "public"))
		return arena_printf(a, "mcr.microsoft.com/bicep/%s", colon + 1);
	*ret_hint =
	    arena_printf(a, "bicepconfig.json has no alias \"%s\" (moduleAliases, br)", name);
	return NULL;
}

/* "/" in a path and ":" in a registry are "$"; a tag says which of its letters are upper case. */
static void add_cached_path(const char *whole, const char *slash, const char *end, const char *tag,
                            struct str *out)
{
	unsigned long long mask = 0;

	for (const char *c = whole; c < slash; c++)
		str_addc(out, *c == ':' ? '$' : (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c));
	str_addc(out, '/');
	for (const char *c = slash + 1; c < end; c++)
		str_addc(out, *c == '/' ? '$' : *c);
	str_addc(out, '/');
	if (*end == '@') { /* "@sha256:..." */
		for (const char *c = tag; *c; c++)
			str_addc(out, *c == ':' ? '#' : *c);
	} else {
		for (size_t i = 0; i < 64 && tag[i]; i++)
			if (tag[i] >= 'A' && tag[i] <= 'Z')
				mask |= 1ULL << i;
		str_printf(out, "%s$", tag);
		if (mask)
			str_printf(out, "%llx", mask);
	}
	str_add(out, "/main.json");
}

const char *bicep_given_by(const char *option, const char *reference)
{
	size_t n = strlen(reference);

	return str_starts(option, reference) && option[n] == '=' ? option + n + 1 : NULL;
}

const char *bicep_given(const struct bicep *b, const char *reference)
{
	const char *file = NULL;

	for (size_t i = 0; b->elsewhere && b->elsewhere[i] && !file; i++)
		file = bicep_given_by(b->elsewhere[i], reference);
	return file;
}

const char *bicep_registry_path(struct blow *l, const char *reference, const char **ret_hint)
{
	const char *given = bicep_given(l->b, reference), *folder, *root, *whole, *slash, *end;
	_cleanup_str_ struct str out = { 0 };

	*ret_hint = NULL;
	if (given)
		return given;
	json_t *config = nearest_config(l, &folder);

	whole = whole_reference(l, reference, config, ret_hint);
	root = cache_root(l, config, folder);
	slash = whole ? strchr(whole, '/') : NULL;
	end = slash ? strchr(slash, '@') : NULL;
	if (slash && !end)
		end = strrchr(slash, ':');
	if (!end || !root || strstr(whole, ".."))
		return NULL;
	str_printf(&out, "%s/br/", root);
	add_cached_path(whole, slash, end, end + 1, &out);
	return arena_strdup(l->b->arena, str_get(&out));
}

bool bicep_is_cached(struct blow *l, const char *reference)
{
	const char *hint, *path = bicep_registry_path(l, reference, &hint);

	return path && access(path, R_OK) == 0;
}
