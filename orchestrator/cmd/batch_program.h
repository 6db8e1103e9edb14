/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scheduler's own programs: sbatch, squeue, sacct, scancel. */
#pragma once

#include "base/err.h"

/* Runs argv[0] of $PATH, and gives what it wrote to standard output; its errors are the sentence
 * when it fails. 0; -ENOPKG: there is no such program; -EIO: it failed.  The caller frees. */
int program_output(const char *const *argv, char **ret, struct err *e);
