/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sorts of checks: a row each. */
#include "checks/check.h"

/* "do" first: its "from" is not that of a check of packets. */
#define CHECK_SORTS(SORT) \
	SORT(do) \
	SORT(packet) \
	SORT(bgp) \
	SORT(routes) \
	SORT(learned) \
	SORT(advertised) \
	SORT(audit)

#define DECLARE(name) extern const struct check_sort sort_##name;
#define ROW(name) &sort_##name,
#define TABLE(name) &sort_##name.fields,

CHECK_SORTS(DECLARE)
const struct check_sort *const check_sorts[] = { CHECK_SORTS(ROW) NULL };
const struct object_def *const check_defs[] = { CHECK_SORTS(TABLE) NULL };
