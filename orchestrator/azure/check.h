/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure's rules and known pitfalls over a complete model (azure-behaviour 1 to 8).  Every rule has
 * an id, a message that can be acted on, a row in docs/rules.md, and a test; objects that are
 * broken have a finding already and are left alone. */
#pragma once

#include "azure/model.h"
#include "base/finding.h"

void azure_check(const struct model *m, struct findings *f);

struct rules { /* of a kind */
	void (*check)(const struct model *m, struct findings *f);
};
/* Those of the kinds, in their order (kinds/rules.c); NULL ends it. */
extern const struct rules *const rules_of_kinds[];

/* Those of no kind: names of nodes. */
void check_node_names(const struct model *m, struct findings *f);
/* After all others: of a design without errors. */
void check_asymmetry(const struct model *m, struct findings *f);

#define error_at(f, rule, code, ptr, hint, ...) \
	finding_add((f), SEV_ERROR, (rule), (code), (ptr), (hint), __VA_ARGS__)
#define warning_at(f, rule, code, ptr, hint, ...) \
	finding_add((f), SEV_WARNING, (rule), (code), (ptr), (hint), __VA_ARGS__)
#define info_at(f, rule, ptr, hint, ...) \
	finding_add((f), SEV_INFO, (rule), NULL, (ptr), (hint), __VA_ARGS__)
