/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/labs.h"

#include "base/str.h"
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
