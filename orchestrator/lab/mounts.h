/* A node's own file system: /etc, /run and /var are private directories in the lab's tmpfs. */
#pragma once

#include "lab/driver.h"
#include "lab/image.h"

/* Makes the private directory, writes the files of plan, and opens a mount namespace that shows
 * them (n->dir, n->mntns). */
int node_mounts(struct driver *d, struct node *n, const struct image_plan *plan, struct err *e);
/* Writes the files of plan again, over what is there. */
int node_files(struct node *n, const struct image_plan *plan, struct err *e);
/* Removes its directory. */
void node_dir_remove(struct driver *d, struct node *n);
