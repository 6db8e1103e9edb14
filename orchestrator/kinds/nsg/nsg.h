/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network security groups: what of the row (nsg.c) is in the other files. */
#pragma once

#include "azure/kind.h"

extern const struct object_def security_rule_def;

void nsg_load(struct loader *l, void *obj, json_t *x, const struct jptr *at);
void nsg_resolve(struct loader *l, const struct kind *k);
