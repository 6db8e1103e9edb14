/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folders of a test, which go with it, whatever is in them then: when it fails, too. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/tree.h"
#include "unit.h"

enum { SCRATCH = 96, SCRATCHES = 16 };

static struct {
	char v[SCRATCHES][SCRATCH];
	size_t n;
	pid_t owner; /* children of a test that end by exit() remove nothing */
} scratches;

static void scratch_remove_all(void)
{
	for (size_t i = 0; i < scratches.n && getpid() == scratches.owner; i++)
		tree_remove(scratches.v[i]);
}

/* Makes a folder, and writes its path into buf. */
static inline void scratch_make(char buf[SCRATCH])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(buf, SCRATCH, "%s/vnl-unit.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(buf))
		fail_msg("no folder below %s", buf);
	if (!scratches.n) {
		scratches.owner = getpid();
		atexit(scratch_remove_all);
	}
	assert_true(scratches.n < SCRATCHES);
	strcpy(scratches.v[scratches.n++], buf);
}

/* Removes it before the end. */
static inline void scratch_remove(const char *path)
{
	size_t i = 0;

	while (i < scratches.n && !streq(scratches.v[i], path))
		i++;
	assert_true(i < scratches.n);
	tree_remove(path);
	memmove(scratches.v[i], scratches.v[scratches.n - 1], SCRATCH);
	scratches.n--;
}
