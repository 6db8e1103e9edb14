/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deployments whose template, or whose parameters, stand elsewhere (Microsoft Learn, "Using linked
 * and nested templates"): the evaluator reads links of deployments in a template alone, so what was
 * sent becomes one of these. */
#pragma once

#include "rest/deployment.h"

/* Has a value that is not null. */
bool deployment_says(const json_t *object, const char *name);
/* Does the properties of a deployment have a templateLink in place of a template, or a
 * parametersLink? */
bool deployment_has_link(const json_t *properties);
/* {"uri"?, "id"?, ...} without the query, in which a token may be; NULL: there is none.  New
 * reference. */
json_t *deployment_link_shown(const json_t *link);
/* A template that does nothing but deploy what properties say, by the name of id; new reference. */
json_t *deployment_around_link(const struct rest_id *id, const json_t *properties);
/* d has been evaluated from that: its outputs and resources become those of the deployment in it.
 */
void deployment_unwrap_link(const struct rest_id *id, struct deployed *d);
