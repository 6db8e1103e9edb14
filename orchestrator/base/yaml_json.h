/* SPDX-License-Identifier: GPL-2.0-or-later */
/* YAML as JSON's values: one document, plain scalars by YAML 1.2's core schema (numbers, true,
 * false, null), anchors and aliases.  Tags and merge keys ("<<") mean nothing. */
#pragma once

#include <jansson.h>

#include "base/err.h"

/* New reference, or NULL: -EINVAL, with what is wrong and its line.  Deeper than 64, or with more
 * than 100,000 values (aliases count each time), is an error, too. */
json_t *yaml_json(const char *text, size_t n, struct err *e);
