/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lab's list of nodes. */
#pragma once

#include "lab/proc/driver.h"

struct lab_node *node_new(struct lab *l, const char *name, enum lab_node_kind kind);
/* Exact name, case ignored; NULL.  The design's nodes come before those that every lab has: a
 * virtual machine may be called "internet". */
struct lab_node *node_find(const struct lab *l, const char *name);
/* The fabric, or the Internet; NULL before there is one. */
struct lab_node *node_always(const struct lab *l, enum lab_node_kind kind);
/* A BIRD whose configuration is all ours: of a Route Server, a gateway, a generated router. */
bool node_has_our_bird(const struct lab_node *n);
