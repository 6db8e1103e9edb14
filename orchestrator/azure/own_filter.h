/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of a node's own packet filter: files in "config" that every image takes, read by iptables
 * and nft inside the node. */
#pragma once

#include "azure/model.h"

struct own_filter {
	const char *name;    /* in "config" */
	const char *path;    /* inside the node, where Debian has it */
	const char *program; /* that reads it */
	const char *package; /* of that program */
};
enum { OWN_FILTERS = 2 };
extern const struct own_filter own_filters[OWN_FILTERS];

/* By its name in "config"; NULL: it is a file of the image. */
const struct own_filter *own_filter_named(const char *name);
/* The file has a rule that gives packets another source: sourceNat beside it would do so twice. */
bool own_filter_translates(const struct config_file *f);
