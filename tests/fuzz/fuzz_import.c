/* Any text as an export: it becomes a topology and findings, never a crash.  The text of a topology
 * says the same as the topology, and what the loader makes of it is its own affair. */
#include <assert.h>
#include <stdio.h>

#include "azure/model.h"
#include "base/str.h"
#include "input/document.h"
#include "input/export/export.h"
#include "input/import/import.h"
#include "input/kind.h"
#include "input/topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void import_it(json_t *resources, struct findings *f)
{
	const struct import_options o = { .from = "fuzz.json", .name = "fuzz" };
	json_t *x = import_design(resources, &o, f), *topology = json_object_get(x, "topology");
	_cleanup_free_ char *text = import_text(topology);
	json_t *again = json_loads(text, 0, NULL);
	json_t *design = json_pack("{s:O, s:O, s:s}", "topology", topology, "files",
	                           json_object_get(x, "files"), "path", "/x/fuzz.json");

	assert(json_equal(again, topology));
	model_free(design_model(design, f));
	json_decref(findings_json(f));
	json_decref(design);
	json_decref(again);
	json_decref(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *doc = document_parse((const char *)data, size, "fuzz.json", &f);
	struct export x = { json_array(), json_array() };

	if (doc) {
		(void)input_kind_str(input_kind(doc));
		export_collect(&x, doc, "fuzz.json", &f);
		import_it(x.resources, &f);
		/* And as a reader may hand it over: whatever stands in a list. */
		if (json_is_array(doc))
			import_it(doc, &f);
	}
	json_decref(doc);
	json_decref(x.resources);
	json_decref(x.captures);
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
