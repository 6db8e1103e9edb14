/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a template: it becomes resources or findings, never a crash, never more than the
 * limits allow.  What it becomes keeps its promises: resources have ids and names, and say where
 * they stand. */
#include <assert.h>
#include <stdint.h>

#include "input/arm/arm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promises(json_t *resources, json_t *outputs)
{
	json_t *r;
	size_t i;

	assert(json_is_object(outputs));
	json_array_foreach (resources, i, r) {
		const char *source = json_string_value(json_object_get(r, "source"));

		assert(json_is_string(json_object_get(r, "id")));
		assert(json_is_string(json_object_get(r, "type")));
		assert(json_is_string(json_object_get(r, "name")));
		assert(source && strstr(source, "#/"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const params[] = { "given=5", "list=[1, 2]", NULL };
	const struct arm_options o = { .file = "main.json", .params = params };
	_cleanup_findings_ struct findings f = { 0 };
	json_t *resources = NULL, *outputs = NULL;
	struct err e = { 0 };
	int r = arm_read_text((const char *)data, size, &o, &resources, &outputs, &f, &e);

	assert(r == 0 ? !f.errors : f.errors || *e.msg);
	promises(resources, outputs);
	json_decref(findings_json(&f));
	json_decref(resources);
	json_decref(outputs);
	return 0;
}
