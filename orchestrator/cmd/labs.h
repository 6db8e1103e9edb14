/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The labs of this user that run. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

bool lab_is_up(const char *name);

/* Says what to do where a lab's driver, as `status` and `hello` describe it, is not of this
 * version; NULL: it is.  The caller frees. */
char *lab_version_advice(const char *lab, const json_t *driver);
