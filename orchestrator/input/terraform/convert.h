/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of terraform/: from instances to resources. */
#pragma once

#include "input/terraform/plan.h"
#include "input/terraform/types.h"

/* Fills props (and top, what stands beside "properties") by the rows of attrs. */
void tf_convert_attrs(struct tf *t, struct tf_node *n, const struct tf_attr *attrs, json_t *props,
                      json_t *top);
/* A resource as input/resources.h describes it; props is stolen; new reference. */
json_t *tf_resource(struct tf *t, const struct tf_node *n, const char *id, const char *type,
                    json_t *props);
/* Resources that only join others, or belong into a list of another. */
void tf_join(struct tf *t, struct tf_node *n, json_t *by_id);
void tf_fold(struct tf *t, struct tf_node *n, json_t *by_id);
/* The subnet ".../virtualNetworks/V/subnets/S", which is part of its network among the resources
 * there; borrowed, NULL: it is not. */
json_t *tf_find_inline_subnet(json_t *by_id, const char *id);
/* Replaces the marks of addresses that are not known yet, and gives them to their owners. */
void tf_addresses(struct tf *t, json_t *resources);
/* Of such a resource and attribute the value is a public address, or a range of them. */
bool tf_is_public(const char *type, const char *attr);
/* That value, chosen now where it was not yet; NULL: there is none for it. */
const char *tf_public_address(struct tf *t, json_t *by_id, json_t *resource);
