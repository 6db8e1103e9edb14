/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates of one folder: stages of one design, or several designs of the same thing? */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct template_of_folder {
	const char *name;  /* relative to the folder */
	json_t *resources; /* evaluated alone, as input/resources.h has them */
	/* Set by find_alternatives(): a template before it that is to be read instead, and a
	 * machine or the like that both build; NULL: it is part of the design. */
	const struct template_of_folder *instead;
	const char *both; /* its id */
};

/* Two templates are alternatives when they contradict each other (the same machine, NIC, gateway or
 * balancer elsewhere; subnets of one VNet that cannot be together), or when they build the same
 * machines (half of what the smaller one has) and each has some of its own. A stage that repeats
 * what an earlier one made, and adds to it, is part of the design.
 *
 * The one that is read is "azuredeploy", "main" or "mainTemplate", else the first. */
void find_alternatives(struct template_of_folder *v, size_t n);
