/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exports: what az, REST and Resource Graph print, one file or a folder of them -> resources
 * (input/resources.h) and captured routes. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/finding.h"

struct export
{
	json_t *resources; /* grows */
	json_t *captures;  /* grows: {"file", "kind": "effective|learned|gateway", "rows": ...} */
};

/* The resources and captures of one document, which findings call name. */
void export_collect(struct export *x, json_t *doc, const char *name, struct findings *f);

/* Calls fn for each JSON file of a folder and its subfolders, in the order of their names; name is
 * relative to the folder.  -errno, or what fn returned when that is not 0. */
int export_folder(const char *folder,
                  int (*fn)(void *ctx, const char *path, const char *name, struct err *e),
                  void *ctx, struct findings *f, struct err *e);
