/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/str.h"

/* The parts of a URI, pointers into its text. */
struct uri {
	const char *scheme, *authority, *path;
	const char *query; /* at its '?' or '#', or at the end of the text */
	size_t n_scheme, n_authority, n_path;
};
struct uri uri_split(const char *s);

/* Appends the absolute URI that a relative one means beside base (RFC 3986, 5.2). */
void uri_join(const char *base, const char *relative, struct str *out);
