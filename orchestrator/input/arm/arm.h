/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARM templates, also those that Bicep compiles to, become resources.
 *
 * The expression language is that of Microsoft Learn, "ARM template functions"; nothing of a
 * template is executed, and what it may cost is limited.  What only a running Azure could tell
 * (addresses, outputs of what was deployed) comes from an allocation of ours that depends on the
 * template alone. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/finding.h"
#include "input/arm/run/options.h"

/* 0, or -EBADMSG when findings hold errors (the resources are then what could be evaluated), or
 * -errno with *e.  Resources as in input/resources.h, each id once, what depends on another behind
 * it; deployments are among them, with their outputs.  What has addresses from Azure (dynamic
 * private ones, public ones) carries them as an export would.  Outputs: {"name": {"type",
 * "value"}}.  Findings have sources: "FILE#/json/pointer". */
int arm_read(const struct arm_options *o, json_t **ret_resources, json_t **ret_outputs,
             struct findings *f, struct err *e);
/* For the fuzzer and for tests: the template is text, and no other file is read. */
int arm_read_text(const char *text, size_t n, const struct arm_options *o, json_t **ret_resources,
                  json_t **ret_outputs, struct findings *f, struct err *e);

bool arm_is_template(json_t *doc);
bool arm_is_parameters(json_t *doc);

/* One expression, "[...]", without a template around it: for tests.  template may be NULL, or hold
 * "parameters", "variables", "functions". */
int arm_expression(const char *text, json_t *template, json_t **ret, struct findings *f);

/* Names of all functions, sorted; the caller frees the list. */
const char **arm_functions(size_t *n);
