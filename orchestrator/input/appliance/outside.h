/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what an appliance's own files want outside of its node: files that its daemons write and
 * read, programs that they start.  Which words say so stands in the image (images/README.md,
 * "outside"), by the daemons' own grammar; here are only statements and paths. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct outside_use {
	unsigned line;         /* of the file, from 1 */
	const char *statement; /* as it stands there, shortened */
	const char *path;      /* of the file or program */
	bool program;
	const char *does; /* "writes its log to" */
};

/* Calls found() for each, in the file's order; table is the image's "outside" (NULL: none). Paths
 * in the node's own /etc, /run, /var and /tmp are left out, programs never are. */
void outside_scan(const char *text, const json_t *table,
                  void (*found)(const struct outside_use *u, void *ctx), void *ctx);
