/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/given.h"

#include "base/json.h"

json_t *model_given(const struct model *m, const char *ptr)
{
	return m->topology && ptr ? json_at_pointer(m->topology, ptr) : NULL;
}

const char *model_arm_id(const struct model *m, const char *ptr)
{
	return json_string_value(json_object_get(model_given(m, ptr), "id"));
}

void model_forget_given(struct model *m)
{
	json_decref(m->topology);
	m->topology = NULL;
}
