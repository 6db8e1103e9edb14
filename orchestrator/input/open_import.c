/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources become a design, with the checks that lie beside their file. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/str.h"
#include "input/document.h"
#include "input/import/import.h"
#include "input/open_priv.h"

/* "x/main.json" -> "x/main.checks.json"; a folder "x/export" -> "x/export.checks.json". */
static char *checks_path(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n > 5 && !strncasecmp(path + n - 5, ".json", 5))
		n -= 5;
	return xasprintf("%.*s.checks.json", (int)n, path);
}

int input_add_checks(const char *file, json_t *topology, struct findings *f, struct err *e)
{
	json_t *doc = document_read(file, open_base_name(file), f, e), *checks, *v;
	const char *key;

	if (!doc)
		return e->code ? -e->code : -EINVAL;
	checks = json_object_get(doc, "checks");
	if (!json_is_object(checks))
		checks = doc;
	json_object_foreach (checks, key, v) {
		_cleanup_free_ char *ptr =
		    jptr_str(checks == doc ? JPTR(NULL, key) : JPTR(JPTR(NULL, "checks"), key));

		if (json_is_object(v) && !json_object_get(v, "source"))
			json_object_set_new(v, "source",
			                    json_sprintf("%s#%s", open_base_name(file), ptr));
	}
	json_object_set(topology, "checks", checks);
	json_decref(doc);
	return 0;
}

static int add_checks_beside(const char *path, json_t *topology, struct findings *f, struct err *e)
{
	_cleanup_free_ char *file = checks_path(path);
	struct stat st;

	if (stat(file, &st) < 0 || input_add_checks(file, topology, f, e) == 0)
		return 0;
	return e->code ? -e->code : 0; /* else there are findings, which are enough */
}

json_t *open_imported(struct opening *op, struct err *e)
{
	const char *path = op->o->path;
	_cleanup_free_ char *name = open_lab_name(path);
	const char *base = open_base_name(path);
	_cleanup_free_ char *folder = open_folder_of(path);
	struct import_options o = { *base ? base : path, folder, name, op->o->images };
	json_t *x = import_design(op->x.resources, &o, op->f);
	json_t *topology = json_object_get(x, "topology");
	json_t *design = NULL;
	char real[PATH_MAX];
	json_t *where = json_string(realpath(path, real) ? real : path); /* or it is not UTF-8 */

	if (add_checks_beside(path, topology, op->f, e) == 0)
		design =
		    json_pack("{s:O, s:O, s:o, s:{s:O, s:O, s:O, s:O}}", "topology", topology,
		              "files", json_object_get(x, "files"), "path",
		              where ? where : json_string(""), "import", "coverage",
		              json_object_get(x, "coverage"), "fates", json_object_get(x, "fates"),
		              "captures", op->x.captures, "resources", op->x.resources);
	else
		json_decref(where);
	json_decref(x);
	return design;
}
