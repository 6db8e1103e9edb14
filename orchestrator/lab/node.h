/* The lab's list of nodes. */
#pragma once

#include "lab/driver.h"

struct node *node_new(struct lab *l, const char *name, enum node_kind kind);
/* Its processes die, its namespaces are closed, it leaves the list. */
void node_free(struct driver *d, struct node *n);
/* Exact name, case ignored; NULL. */
struct node *node_find(const struct lab *l, const char *name);
