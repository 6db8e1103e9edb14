/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that a user gives a run: the template, its parameters, where linked templates are. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct arm_options {
	const char *file; /* the template */
	const char *name; /* what findings call it; NULL: as its file, without the folder */
	const char *const *params; /* NULL-terminated: "FILE.json", "@FILE", "name=value",
	                            * "name=@FILE"; later ones win */
	const char *const *links;  /* NULL-terminated: "PREFIX=DIR": where linked templates are */
	bool fetch;                /* linked templates that are nowhere here: over HTTPS */
	bool fetch_public;         /* ... but from public addresses alone */
	const char *resource_group, *location; /* NULL: "lab", "westeurope" */
	const char *subscription;              /* its id; NULL: all zeros */
	const char *deployment;                /* what it is called; NULL: as the template */
	/* NULL, or all that is deployed already, {resource_key() of an id: the resource}:
	 * reference() and `existing` find it, and what has addresses keeps them.  What is neither
	 * there nor in the template is then an error. */
	json_t *there;
	/* Templates that are deployed side by side: the addresses that others of them have, to
	 * which this one's are added (resource/shared.h); NULL: it is alone. */
	json_t *taken;
	/* NULL, or templates in memory, {name: template}: the main one by `name`, others by the
	 * link "source:NAME".  Their places are in the findings' table already. */
	json_t *sources;
	json_t *given;   /* NULL, or {name: {"value": v}}, before params */
	bool only_whole; /* nothing comes out where there are errors */
	json_t *linked;  /* NULL, or a list to which the paths of linked templates are added */
};
