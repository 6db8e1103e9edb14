/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure Resource Manager's REST API for one lab, on the loopback interface. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { REST_PORT = 8443 };

struct rest_options {
	const char *lab;
	uint16_t port;             /* 0: any that is free */
	const char *const *images; /* "VM=image[:file]", NULL-terminated; may be NULL */
	const char *const *links;  /* of templates, as `up --link`; may be NULL */
	bool fetch;                /* templateLink may reach the network */
	bool privileged;           /* lab/namespaces.h */
	json_t *resources;         /* --from: what the store begins with, when it is new; NULL */
	/* The same: parts of a topology that ARM cannot say, and "files" that they name; NULL. */
	json_t *outside;
	int verbose;                   /* 1: bodies, too */
	void (*log)(const char *line); /* for people; NULL: nowhere */
	char *const *command;          /* run with the environment of the endpoint; NULL: none */
	/* Called in its process before it begins, while requests are served; may be NULL. */
	void (*before_command)(const json_t *env);
};

/* Serves until a signal, the end of the lab, or that of the command, whose exit status it returns
 * (128 + n when a signal ended it); else 0, or -errno. ready (may be NULL) is called when requests
 * are served. */
int rest_serve(const struct rest_options *o, void (*ready)(void *ctx, const json_t *env), void *ctx,
               struct err *e);

/* The environment that a client of the lab's endpoint needs: {"ARM_ENDPOINT":
 * "https://localhost:8443", ...}; new reference.  NULL: -ENOENT when none does. */
json_t *rest_environment(const char *lab, struct err *e);
/* Are its lines those of the last design that was applied?  "findings" of rest/design.h, as the
 * endpoint that serves the lab, or has served it, wrote them; new reference, NULL with *e. */
json_t *rest_findings(const char *lab, struct err *e);
