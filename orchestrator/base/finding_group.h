/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings that say the same of many entries: same rule, same list, same words but for what is
 * named in them. */
#pragma once

#include <uthash.h>

#include "base/finding.h"

struct finding_group {
	char *key;
	char **places;  /* of the finding that stands for them */
	size_t n, told; /* told: those of them that a finding stands for already */
	size_t same;    /* those that say word for word what another one says of that place */
	size_t kept[FINDINGS_ALIKE], n_kept; /* where those are in the list that are no such */
	UT_hash_handle hh;
};

/* The group of x, which is counted in it; made, and put into *groups, when x is the first. */
struct finding_group *finding_group_of(struct finding_group **groups, const struct finding *x);
void finding_groups_free(struct finding_group *groups);
