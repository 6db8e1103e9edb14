/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's answers, as lines (lab/client/client.h). */
#pragma once

#include <jansson.h>

#include "base/err.h"

/* errno -> exit status (interfaces.md, section 4). */
int status_of(int code);
json_t *error_json(const struct err *e); /* {"error":{...}} */
/* {"ok":true,...}: adds to payload (stolen, may be NULL). */
json_t *ok_json(json_t *payload);
/* A whole line to a socket that may be non-blocking; for workers. -EPIPE. */
int line_write(int fd, json_t *obj /* stolen */);
