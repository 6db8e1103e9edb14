/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A foreign file: JSON in whatever dialect its tool or its writer uses. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/finding.h"

/* name is what findings call it.  NULL: with *e when it cannot be read, else with findings. */
json_t *document_read(const char *path, const char *name, struct findings *f, struct err *e);
json_t *document_parse(const char *text, size_t n, const char *name, struct findings *f);
