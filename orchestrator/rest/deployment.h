/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deployments of templates. */
#pragma once

#include <jansson.h>

#include "rest/call.h"

enum { DEPLOYMENT_RESOURCES_MAX = 800 };

struct deployed {
	json_t *template, *parameters; /* as they came; NULL: linked, or there are none */
	/* As a GET shows them, without a query, which may have a token; NULL: there is none. */
	json_t *template_link, *parameters_link;
	bool linked;       /* one of both is there */
	json_t *resources; /* as input/resources.h has them, in the order in which they are made */
	json_t *outputs;   /* {"name": {"type", "value"}} */
	bool complete;     /* its group has nothing but its resources then */
};

/* Reads what c is to deploy, and evaluates it where the store is; what may wait for the network
 * does so in a process of its own.  done is called once, perhaps before this returns: with what is
 * deployed, borrowed, or with NULL and an answer of 400 or 409. */
void deployment_read(struct rest_call *c,
                     void (*done)(struct rest_call *c, const struct deployed *d,
                                  const struct rest_failure *f));
void deployed_done(struct deployed *d);

/* The edits (rest/edit.h) that make the resources, and in mode Complete remove others of the group;
 * new reference, NULL with *f. */
json_t *deployment_edits(const struct rest_call *c, const struct deployed *d,
                         struct rest_failure *f);

/* The record of a deployment that is kept and shown, without what is secret: {"id", "name", "type",
 * "properties"}; f: why it failed, or NULL.  New reference. */
json_t *deployment_record(const struct rest_id *id, const struct deployed *d,
                          const struct rest_failure *f);
/* Its operations, one for each resource; new reference. */
json_t *deployment_operations(const json_t *record);
