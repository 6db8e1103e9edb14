/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON in which a name may stand twice in an object: the last one counts, as az and ARM have it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/finding.h"

/* As json_loadb().  *ret_twice: some name stands twice. */
json_t *json_text(const char *text, size_t n, size_t flags, bool *ret_twice, json_error_t *je);
/* A warning for each of them; name is that of the file in findings, NULL: a topology. */
void json_text_twice(const char *text, size_t n, const char *name, struct findings *f);
