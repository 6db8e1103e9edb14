/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer that is an error of Azure Resource Manager:
 * {"error": {"code": "ResourceNotFound", "message": "...", "details": [...]}}. */
#pragma once

#include <jansson.h>

#include "base/mem.h"

struct rest_failure {
	int status; /* of HTTP; 0: none */
	char code[80];
	char *message;
	json_t *details; /* a list of {"code", "message"}; or NULL */
};

/* Fills it in, and returns -1.  What it held is freed. */
int rest_refuse(struct rest_failure *f, int status, const char *code, const char *fmt, ...)
    PRINTF(4, 5);
void rest_failure_detail(struct rest_failure *f, const char *code, const char *message);
json_t *rest_failure_json(const struct rest_failure *f); /* new reference */
/* The failure that such an answer tells of, with this status. */
void rest_failure_take(struct rest_failure *f, int status, const json_t *j);
/* A copy; the caller frees it with rest_failure_done(). */
struct rest_failure rest_failure_copy(const struct rest_failure *f);
void rest_failure_done(struct rest_failure *f);
#define _cleanup_failure_ _cleanup_(rest_failure_done)
