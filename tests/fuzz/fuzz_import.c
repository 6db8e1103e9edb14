/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as an export: it becomes a topology and findings, never a crash.  The text of a topology
 * says the same as the topology, and what the loader makes of it is its own affair. */
#include <assert.h>
#include <stdint.h>

#include "azure/model.h"
#include "input/document.h"
#include "input/export/export.h"
#include "input/import/import.h"
#include "input/kind.h"
#include "input/topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text leaves out what ARM calls an object. */
static void drop_ids(json_t *v)
{
	const char *id = json_string_value(json_object_get(v, "id")), *key;
	json_t *x;
	size_t i;

	if (id && *id == '/' && json_object_get(v, "source"))
		json_object_del(v, "id");
	json_object_foreach (v, key, x)
		drop_ids(x);
	json_array_foreach (v, i, x)
		drop_ids(x);
}

static void import_it(json_t *resources, struct findings *f)
{
	const struct import_options o = { .from = "fuzz.json", .name = "fuzz" };
	json_t *x = import_design(resources, &o, f), *topology = json_object_get(x, "topology");
	_cleanup_free_ char *text = import_text(topology);
	json_t *again = json_loads(text, 0, NULL);
	json_t *design = json_pack("{s:O, s:O, s:s}", "topology", topology, "files",
	                           json_object_get(x, "files"), "path", "/x/fuzz.json");

	json_t *kept = json_deep_copy(topology);

	drop_ids(kept);
	assert(json_equal(again, kept));
	json_decref(kept);
	model_free(design_checked(design, f));
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
