/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells what a file is, by its content alone. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum input_kind {
	INPUT_TOPOLOGY,   /* also what is nothing else: its loader says best what is wrong */
	INPUT_ARM,        /* a template, also one that Bicep compiled to */
	INPUT_PARAMETERS, /* of a template */
	INPUT_TERRAFORM,  /* terraform show -json, of a plan or a state */
	INPUT_STATE,      /* terraform.tfstate */
	INPUT_EXPORT,     /* resources as az, REST, Resource Graph print them */
	INPUT_CAPTURE     /* effective, learned, advertised routes */
};

enum input_kind input_kind(const json_t *doc);
const char *input_kind_str(enum input_kind k); /* "an ARM template" */

enum capture_kind { CAPTURE_NONE, CAPTURE_EFFECTIVE, CAPTURE_LEARNED, CAPTURE_GATEWAY };
/* "effectiveRoutes" of a NIC; what a Route Server learned or advertised ("RouteServiceRole_IN_0");
 * what a gateway did. */
enum capture_kind input_capture(const json_t *doc);
