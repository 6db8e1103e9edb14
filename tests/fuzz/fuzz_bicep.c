/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bicep: what is read is evaluated, too. */
#include <stdint.h>

#include "input/arm/arm.h"
#include "input/bicep/bicep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings f = { 0 };
	json_t *templates = bicep_compile_text((const char *)data, size, &f), *resources = NULL,
	       *outputs = NULL;
	const struct arm_options o = { .file = "main.bicep",
		                       .name = "main.bicep",
		                       .sources = templates };
	struct err e = { 0 };

	if (!f.errors)
		arm_read(&o, &resources, &outputs, &f, &e);
	json_decref(templates);
	json_decref(resources);
	json_decref(outputs);
	findings_free(&f);
	return 0;
}
