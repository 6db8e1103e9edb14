/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/check.h"

void azure_check(const struct model *m, struct findings *f)
{
	check_node_names(m, f);
	for (size_t i = 0; rules_of_kinds[i]; i++)
		if (rules_of_kinds[i]->check)
			rules_of_kinds[i]->check(m, f);
	check_asymmetry(m, f);
}
