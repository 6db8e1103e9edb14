/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts, cloud-config and vendors' configurations out of a stranger's template. */
#include <assert.h>
#include <stdint.h>

#include "base/mem.h"
#include "input/appliance/appliance.h"
#include "input/appliance/outside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct outside_use *u, void *ctx)
{
	(void)ctx;
	assert(u->line && *u->path && *u->statement);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);

	json_decref(appliance_from_text(text, "fuzz"));
	for (int by_lines = 0; by_lines < 2; by_lines++) {
		json_t *table = json_pack(
		    "{s:b, s:b, s:[s, s], s:s, s:[{s:[s, s], s:b, s:s}, {s:[s], s:b, s:s}, "
		    "{s:[s], s:s}]}",
		    "byLines", by_lines, "abbreviated", by_lines, "comments", "#", "/*", "folder",
		    "/etc/x", "words", "words", "log", "file", "next", 1, "does", "a", "words",
		    "run", "program", 1, "does", "b", "words", "include", "does", "c");

		outside_scan(text, table, use, NULL);
		json_decref(table);
	}
	return 0;
}
