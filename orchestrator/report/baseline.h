/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings that are known: a file keeps them, and check is silent about them.
 *
 * A finding is the same when its file, rule, place and words are.  The place is the JSON pointer
 * without numbers, so it survives lines that move and entries that are put before it; of several
 * that are the same the number counts. */
#pragma once

#include "base/err.h"
#include "report/findings.h"

struct baseline;
/* As baseline_write() wrote it; -errno. */
int baseline_read(const char *path, struct baseline **ret, struct err *e);
struct baseline *baseline_free(struct baseline *b); /* returns NULL */
/* Takes known findings out of the files'; how many. */
size_t baseline_apply(struct baseline *b, struct checked_file *files, size_t n);
/* The number of entries that stand for no finding any more. */
size_t baseline_gone(const struct baseline *b);
/* Keeps all findings; replaces the file as a whole.  *ret_n: how many they are. */
int baseline_write(const char *path, const struct checked_file *files, size_t n, size_t *ret_n,
                   struct err *e);
