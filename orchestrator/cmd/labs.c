/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/labs.h"

#include "base/json.h"
#include "base/str.h"
#include "base/version.h"
#include "lab/client/client.h"

bool lab_is_up(const char *name)
{
	char **names = NULL;
	size_t n = 0;
	bool found = false;

	if (lab_list(&names, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		found |= streq(names[i], name);
		free(names[i]);
	}
	free(names);
	return found;
}

char *lab_version_advice(const char *lab, const json_t *driver)
{
	const char *version = json_string_value(json_object_get(driver, "version"));

	if (streq(version, vnetlab_version()))
		return NULL;
	return xasprintf("lab %s was started by %s%s, and this is version %s: what is new has no "
	                 "effect on it until it is made anew (vnetlab down %s, then up)",
	                 lab, version ? "vnetlab " : "an older vnetlab", version ? version : "",
	                 vnetlab_version(), lab);
}
