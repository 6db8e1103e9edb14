/* SPDX-License-Identifier: GPL-2.0-or-later */
/* $filter of a list: "resourceType eq 'Microsoft.Network/virtualNetworks' and tagName eq 'x'". */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

struct odata;

/* "eq" and "and" (also of one bracketed term), of name, resourceType, resourceGroup, location,
 * tagName, tagValue; substringof() and startswith() of name.  -EINVAL: another one. */
int odata_parse(const char *text, struct odata **ret, struct err *e);
struct odata *odata_free(struct odata *f); /* returns NULL */
/* NULL: all. */
bool odata_match(const struct odata *f, const json_t *resource);
