/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/document.h"

#include "base/str.h"
#include "input/file.h"
#include "input/relax.h"
#include "input/topology.h"

json_t *document_parse(const char *text, size_t n, const char *name, struct findings *f)
{
	_cleanup_findings_ struct findings own = { 0 };
	_cleanup_free_ char *relaxed = NULL;
	struct err e = { 0 };

	if (n <= FILE_MAX_DESIGN && arm_relax(text, n, &relaxed, &n, &e) == 0)
		text = relaxed;
	json_t *doc = design_parse(text, n, &own);

	/* Findings about that topology belong to the file that it came from. */
	for (size_t i = 0; i < own.n; i++)
		finding_add_about(f, &own.items[i], own.items[i].severity, name);
	return doc;
}

json_t *document_read(const char *path, const char *name, struct findings *f, struct err *e)
{
	_cleanup_str_ struct str text = { 0 };

	if (file_read(path, FILE_MAX_DESIGN, &text, e) < 0)
		return NULL;
	places_add_json(findings_places(f), name, path, str_get(&text), text.n);
	return document_parse(str_get(&text), text.n, name, f);
}
