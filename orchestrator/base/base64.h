/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base64 (RFC 4648), with padding. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

void base64_encode(const void *data, size_t n, struct str *out);
/* Blanks are skipped, missing padding is forgiven.  False: something else is in it; out then holds
 * what came before. */
bool base64_decode(const char *s, size_t n, struct str *out);
