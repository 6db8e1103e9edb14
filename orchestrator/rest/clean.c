/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/clean.h"

#include "base/str.h"

/* In no answer, log, finding or error. */
static const char *const secrets[] = {
	"adminPassword",     "customData",        "userData",
	"sharedKey",         "protectedSettings", "authorizationKey",
	"privateKey",        "password",          "administratorLoginPassword",
	"radiusServerSecret"
};

static bool is_secret(const char *name)
{
	/* None begins with another letter. */
	if (!strchr("acuspr", name[0] | 0x20))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		if (strieq(name, secrets[i]))
			return true;
	return false;
}

/* Sets (value) or removes (NULL) a member of *to, which first becomes a copy of j, not j itself. */
static void change_member(json_t **to, const json_t *j, const char *name, json_t *value)
{
	if (*to == j) {
		json_decref(*to);
		*to = json_copy((json_t *)j);
	}
	if (value)
		json_object_set(*to, name, value);
	else
		json_object_del(*to, name);
}

static json_t *clean_object(const json_t *j)
{
	json_t *out = json_incref((json_t *)j), *v;
	const char *name;

	json_object_foreach ((json_t *)j, name, v) {
		json_t *clean = is_secret(name) ? NULL : view_clean(v);

		if (clean != v)
			change_member(&out, j, name, clean);
		json_decref(clean);
	}
	return out;
}

static json_t *clean_array(const json_t *j)
{
	json_t *out = json_incref((json_t *)j), *v;
	size_t i;

	json_array_foreach ((json_t *)j, i, v) {
		json_t *clean = view_clean(v);

		if (clean != v && out == j) {
			json_decref(out);
			out = json_copy((json_t *)j);
		}
		if (clean != v)
			json_array_set(out, i, clean);
		json_decref(clean);
	}
	return out;
}

json_t *view_clean(const json_t *j)
{
	return json_is_object(j)  ? clean_object(j)
	       : json_is_array(j) ? clean_array(j)
	                          : json_incref((json_t *)j);
}
