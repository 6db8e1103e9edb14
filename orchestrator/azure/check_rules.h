/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside azure_check(): the groups of rules.  docs/rules.md lists the rules; objects that are
 * broken have a finding already and are left alone. */
#pragma once

#include "azure/check.h"

struct rules { /* of a kind */
	void (*check)(const struct model *m, struct findings *f);
};
/* Those of the kinds, in their order (kinds/rules.c); NULL ends it. */
extern const struct rules *const rules_of_kinds[];

void check_nics(const struct model *m, struct findings *f);       /* NICs, guests */
void check_node_names(const struct model *m, struct findings *f); /* of what a lab's nodes play */
/* After all others: of a design without errors. */
void check_asymmetry(const struct model *m, struct findings *f);

#define error_at(f, rule, code, ptr, hint, ...) \
	finding_add((f), SEV_ERROR, (rule), (code), (ptr), (hint), __VA_ARGS__)
#define warning_at(f, rule, code, ptr, hint, ...) \
	finding_add((f), SEV_WARNING, (rule), (code), (ptr), (hint), __VA_ARGS__)
#define info_at(f, rule, ptr, hint, ...) \
	finding_add((f), SEV_INFO, (rule), NULL, (ptr), (hint), __VA_ARGS__)
