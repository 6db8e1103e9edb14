/* Any text as a template: it becomes resources or findings, never a crash, never more than the
 * limits allow.  What it becomes keeps its promises: resources have ids and names, and say where
 * they stand. */
#include <assert.h>
#include <stdio.h>

#include "base/str.h"
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

#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
/* Without the fuzzer: replays files. */
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		_cleanup_str_ struct str s = { 0 };
		char buf[4096];
		size_t n;
		FILE *fp = fopen(argv[i], "rb");

		if (!fp) {
			perror(argv[i]);
			return 1;
		}
		while ((n = fread(buf, 1, sizeof(buf), fp)))
			str_addn(&s, buf, n);
		fclose(fp);
		LLVMFuzzerTestOneInput((const uint8_t *)str_get(&s), s.n);
	}
	return 0;
}
#endif
