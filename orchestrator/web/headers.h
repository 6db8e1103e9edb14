/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every answer of the page says of itself. */
#pragma once

#include <jansson.h>

/* New reference. */
json_t *web_headers(const char *type);
