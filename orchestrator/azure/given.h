/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties that the model's objects came with.  Each object, of whatever kind, has the JSON
 * pointer of its place in the topology (its `ptr`), and the model keeps the topology: nothing of a
 * design is lost on the way to a struct. */
#pragma once

#include <jansson.h>

#include "azure/model.h"

/* The object of the topology at ptr, with the properties that were written there; borrowed from the
 * model.  NULL: there is none, or the model was made without a topology. */
json_t *model_given(const struct model *m, const char *ptr);
/* ARM's id of the resource that the object at ptr was imported from, as Azure or the template
 * spells it; borrowed.  NULL: it is none of Azure's, or nobody said. */
const char *model_arm_id(const struct model *m, const char *ptr);
/* For who asks for neither and would rather have the memory. */
void model_forget_given(struct model *m);
