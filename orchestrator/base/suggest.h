/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hint for a name that refers to nothing. */
#pragma once

#include <stddef.h>

/* A file with thousands of wrong names must not cost minutes. */
enum { SUGGEST_MAX_COMPARED = 500000 };

/* "did you mean "X"?", or what there is; the caller frees.  *compared counts all names that were
 * compared for one design; NULL: they were more than SUGGEST_MAX_COMPARED. */
char *suggest_name(const char *name, const char *const *names, size_t n, size_t *compared);
