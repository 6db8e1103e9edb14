/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kinds know of the import: apart from kinds.c, since the virtual router has none. */
#include "input/import/priv.h"
#include "kinds/kinds.h"

#define DECLARE(name, imports, rules) extern const struct import_type imports[];
#define ROW(name, imports, rules) imports,

KINDS(DECLARE)
const struct import_type no_imports[] = { { 0 } };
const struct import_type *const kind_imports[] = { KINDS(ROW) NULL };
