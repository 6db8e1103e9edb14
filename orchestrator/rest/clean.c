/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "rest/priv.h"

/* In no answer, log, finding or error. */
static const char *const secrets[] = {
	"adminPassword",     "customData",        "userData",
	"sharedKey",         "protectedSettings", "authorizationKey",
	"privateKey",        "password",          "administratorLoginPassword",
	"radiusServerSecret"
};

static bool is_secret(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		if (strieq(name, secrets[i]))
			return true;
	return false;
}

json_t *view_clean(const json_t *j)
{
	const char *name;
	json_t *v, *out;
	size_t i;

	if (json_is_object(j)) {
		out = json_object();
		json_object_foreach ((json_t *)j, name, v)
			if (!is_secret(name))
				json_object_set_new(out, name, view_clean(v));
		return out;
	}
	if (!json_is_array(j))
		return json_incref((json_t *)j);
	out = json_array();
	json_array_foreach ((json_t *)j, i, v)
		json_array_append_new(out, view_clean(v));
	return out;
}
