/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kinds/kinds.h"

#include "azure/kind.h"

#define DECLARE(name, imports, rules) extern const struct kind kind_##name;
#define ROW(name, imports, rules) &kind_##name,

KINDS(DECLARE)
const struct kind *const kinds[] = { KINDS(ROW) NULL };
