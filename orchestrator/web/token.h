/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The token in the page's address: whoever has it may see the page. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { WEB_TOKEN_BYTES = 32, WEB_TOKEN_LEN = 2 * WEB_TOKEN_BYTES };

struct web_token {
	char text[WEB_TOKEN_LEN + 1]; /* hexadecimal */
};

int web_token_make(struct web_token *ret, struct err *e);
/* Compared in constant time; given has n bytes. */
bool web_token_is(const struct web_token *t, const char *given, size_t n);
