/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the import say what Azure does with resources of a type beside moving packets.  The
 * endpoint (rest/) and the evaluator of templates (input/arm/) play a resource provider by these
 * rows, and name no type for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

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

struct import_default {           /* a property that is there when no client sent it */
	const char *name, *value; /* value: JSON */
};

/* A resource of such a type is a range of public addresses, of 24 to 31 bits. */
struct import_range {
	const char *range, *length; /* its properties: "ipPrefix", "prefixLength" */
	const char *named_by;       /* the property in which a public address names one */
};

struct import_children { /* resources that Azure shows in a list of their parent */
	const char
	    *name; /* of the list in properties, and the last part of their type: "subnets" */
};

struct import_provider {
	const char *type; /* as Azure spells it: "Microsoft.Network/virtualNetworks/subnets" */
	bool part;        /* only a part of its parent: no list of the provider's types has it */
	const struct import_default *defaults; /* ended by one without a name; or NULL */
	const char *sku;    /* the name of its sku when no client sent one; NULL: it has none */
	const char *guid;   /* a property that is a GUID of its own; or NULL */
	const char *in_use; /* by which code a DELETE of what is in use is refused; NULL: any */
	const struct import_children *children; /* ended by one without a name; or NULL */
	const struct import_range *range;       /* NULL: it is no range of addresses */
};

/* That of a type, in whatever case; NULL: no row has one. */
const struct import_provider *import_provider(const char *type);
/* All of them: start with *at 0; NULL is the end. */
const struct import_provider *import_provider_next(size_t *at);
/* The ranges among them, likewise. */
const struct import_range *import_range_next(size_t *at);
