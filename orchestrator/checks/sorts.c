/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sorts of checks, in the order in which keys decide: "do" comes first, as its "from" is not
 * that of a check of packets.  make writes sorts.inc of the files here that have a sort. */
#include "checks/check.h"

#define SORT(name) extern const struct check_sort sort_##name;
#include "checks/sorts.inc"
#undef SORT

#define SORT(name) &sort_##name,
const struct check_sort *const check_sorts[] = {
#include "checks/sorts.inc"
	NULL
};
#undef SORT

#define SORT(name) &sort_##name.fields,
const struct object_def *const check_defs[] = {
#include "checks/sorts.inc"
	NULL
};
#undef SORT
