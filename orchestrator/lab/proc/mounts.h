/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node's own file system: /etc, /run and /var are private directories in the lab's tmpfs. */
#pragma once

#include "lab/image/image.h"
#include "lab/proc/driver.h"

/* The i-th name of the host's /etc that nodes see in a folder HOST_ETC_DIR of their root; NULL
 * after the last. */
#define HOST_ETC_DIR ".host-etc"
const char *host_etc(size_t i);

/* Makes the private directory n->dir and writes the files of plan, which may be NULL. */
int node_mounts(struct driver *d, struct lab_node *n, const struct image_plan *plan, struct err *e);
/* Writes the files of plan again, over what is there. */
int node_files(struct lab_node *n, const struct image_plan *plan, struct err *e);
/* A file's path inside its node, without the links of every node (/var/run is /run); a name alone
 * is one in /run.  The caller frees. */
char *node_path(const char *name);
/* Removes its directory. */
void node_dir_remove(struct driver *d, struct lab_node *n);
