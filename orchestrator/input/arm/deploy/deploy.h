/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deployments: what a template declares.  Their resources get names here, and bodies in
 * input/arm/resource/. */
#pragma once

#include "input/arm/run/run.h"

/* --- deployment.c, expand.c ------------------------------------------------------------------ */

/* NULL: there are too many, or too many in each other. */
struct deployment *deployment_new(struct arm *a, struct deployment *parent);
/* Makes d->insts of the template's resources: loops are counted, conditions decided. */
void deployment_expand(struct deployment *d);
/* {"name": {"type", "value"}}, evaluated once; never NULL. */
const struct val *deployment_outputs(struct deployment *d);

/* --- param.c, var.c, options.c --------------------------------------------------------------- */

/* Enter the template's declarations.  Values are evaluated when they are asked for, but what the
 * user has to give is asked for at once. */
void params_declare(struct deployment *d);
void vars_declare(struct deployment *d);
const struct val *param_value(struct env *e, const struct expr *at, const char *name);
const struct val *var_value(struct env *e, const struct expr *at, const char *name);
/* Fails with a name that is not in the table of kind ("parameter", "variable"); returns NULL. */
const struct val *symbol_missing(struct env *e, const struct expr *at, const struct symbol *table,
                                 const char *kind, const char *name);
/* "string" unless the declaration, or what its "$ref" leads to, says another one. */
const char *param_type(const struct deployment *d, const struct val *decl);
/* The command line's values by their names; NULL: *e says why, or nothing: too big. */
const struct val *params_of_options(struct arm *a, struct err *e);

/* --- nested.c, link.c ------------------------------------------------------------------------ */

/* The scope that a template is deployed to, by its "$schema". */
enum scope_kind scope_of_schema(const struct val *tmpl);
/* Makes and expands i->nested.  -EBADMSG: failed, and reported; -ELOOP: it is under way. */
int nested_start(struct inst *i, struct env *e);
/* Starts all nested deployments that can be by now: true when any was. */
bool deployment_wake(struct arm *a);
/* The parsed template at uri, for the place ptr of `from`; NULL: reported. */
const struct val *link_load(struct arm *a, const struct deployment *from, const char *uri,
                            const char *ptr, const char **ret_file, const char **ret_uri);
void links_free(struct arm *a);
