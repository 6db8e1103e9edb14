/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of the kinds: apart from kinds.c, since the virtual router gets designs that were
 * checked. */
#include "azure/check.h"
#include "kinds/kinds.h"

#define DECLARE(name, imports, of_kind) extern const struct rules of_kind;
#define ROW(name, imports, of_kind) &of_kind,

KINDS(DECLARE)
const struct rules no_rules = { 0 };
const struct rules *const rules_of_kinds[] = { KINDS(ROW) NULL };
