/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A design of a git revision, REV:path: the folder that it is in, taken out to one of our own. */
#pragma once

#include "base/err.h"

/* It is called like one, and no file is. */
bool revision_named(const char *arg);
/* *ret_folder is ours to remove (base/tree.h), *ret_path below it; the caller frees both. */
int revision_get(const char *arg, char **ret_folder, char **ret_path, struct err *e);
