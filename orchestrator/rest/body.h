/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies of requests. */
#pragma once

#include <jansson.h>

#include "rest/failure.h"

enum { BODY_DEPTH_MAX = 100 };

/* A JSON object or list; NULL with *f: 400.  Names that come twice, NaN, NUL, bytes that are no
 * UTF-8, and more than 100 levels are refused. */
json_t *body_parse(const char *text, size_t n, struct rest_failure *f);
/* "a=b&c=d" of a form: an object of strings; new reference. */
json_t *body_form(const char *text);
