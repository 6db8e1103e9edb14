/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Azure adds to a resource of a type, as the rows of the import have it. */
#pragma once

#include <stdbool.h>

/* A property that Azure fills in, and no client can set. */
struct import_shown {
	const char *name;
	bool kept; /* it stays from one PUT to the next; else it is made at each answer */
	/* It lists who refers to the resource: those of that type, a pattern in small letters;
	 * NULL: it follows from something else.  one: it is an object, not a list. */
	const char *by;
	bool one;
};

/* Those of a type, in whatever case, ended by one without a name. */
const struct import_shown *import_shown(const char *type);
