/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A design for those who want to know what is wrong with it. */
#include "azure/check.h"
#include "input/suppress.h"
#include "input/topology.h"

struct model *design_checked(json_t *design, struct findings *f)
{
	struct model *m = design_model(design, f);

	if (!m)
		return NULL;
	azure_check(m, f);
	design_check_suppress(design, f);
	findings_locate(f, json_object_get(design, "topology"));
	findings_sort(f);
	design_suppress(design, f);
	return f->errors ? model_free(m) : m;
}
