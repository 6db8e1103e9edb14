/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file by https, and nothing else: whatever it redirects to is https, too; a few redirects, a
 * limit in size and in time.  What comes is text for a parser, never for a shell. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

bool fetch_is_address(const char *s); /* looks like one, of whatever kind: "xyz://..." */

/* -EINVAL with a sentence: not https, a user's name or password in it, no file. */
int fetch_check(const char *url, struct err *e);

/* The address of a file below the folder of `url`; path is relative and has no "..".  The caller
 * frees. */
char *fetch_below(const char *url, const char *path);
/* The last part of its path, or "design.json" when that is not a plain name.  The caller frees. */
char *fetch_name(const char *url);

/* max: bytes; stall_ms: how long may nothing come.  -ENOENT when the server says that there is no
 * such thing. */
int fetch(const char *url, size_t max, long stall_ms, struct str *ret, struct err *e);
/* The same, and -EACCES where the name, or what it redirects to, is no public address (see
 * remote/public_address.h): for an address that somebody else has chosen. */
int fetch_public(const char *url, size_t max, long stall_ms, struct str *ret, struct err *e);
