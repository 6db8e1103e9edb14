/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The headers that every answer of the page has. */
#pragma once

#include <jansson.h>

/* New reference. */
json_t *web_headers(const char *type);
