/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bicep source becomes templates in memory, with symbolic names (languageVersion 2.0), which the
 * evaluator of input/arm evaluates.  Offline; nothing is executed; modules of registries are read
 * where `bicep restore` puts them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/finding.h"

bool bicep_is(const char *path);        /* FILE.bicep */
bool bicep_is_params(const char *path); /* FILE.bicepparam */
/* The Bicep file that a path means: itself, what a parameter file uses, main.bicep of a folder or
 * the only one there that no other uses as a module; NULL: none.  The caller frees. */
char *bicep_file_of(const char *path, struct findings *f);

/* {name: template} of the file and of its modules, which are linked by "source:NAME"; *ret_name:
 * that of the file itself, which lives in the table.  NULL: with *e.  What is wrong is in f.
 * modules: "REFERENCE=FILE" of those that are not in the design; NULL ends them. */
json_t *bicep_compile(const char *path, const char *const *modules, const char **ret_name,
                      struct findings *f, struct err *e);
/* The template alone, with its modules nested in it, as the Bicep CLI prints it. */
json_t *bicep_whole(json_t *templates, const char *name);
/* For tests: a text alone; it opens no file. */
json_t *bicep_compile_text(const char *text, size_t n, struct findings *f);
/* The parameter file that one extends: its values count where that has none.  NULL: none, or
 * reported.  The caller frees. */
char *bicep_extended(const char *path, struct findings *f);
/* A parameter file as a template whose outputs are the parameters. */
json_t *bicep_params(const char *path, const json_t *base, const char **ret_name,
                     struct findings *f, struct err *e);
