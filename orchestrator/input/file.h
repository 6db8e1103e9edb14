/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files, with a limit: what reading a design asks of the system. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum {
	FILE_MAX_DESIGN = 64 * 1024 * 1024, /* bytes */
	FILE_MAX_CONFIG = 16 * 1024 * 1024,
};

/* Append the contents; -EFBIG over max, -EISDIR for a folder, or what the system says. */
int file_read_fd(int fd, size_t max, struct str *ret);
int file_read(const char *path, size_t max, struct str *ret, struct err *e);
/* Does a path end so?  Case is ignored, and nothing but the end is no name. */
bool file_has_ending(const char *path, const char *end);
/* Does the path name a key or a certificate, which carries no packets? */
bool file_is_key(const char *path);
