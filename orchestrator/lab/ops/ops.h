/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that operations share. */
#pragma once

#include "lab/proc/op.h"

/* A required string of the request's body: -EINVAL with its name when absent. */
int op_string(const struct request *r, const char *key, const char **ret, struct err *e);
/* A NIC by its name, or its VM's: the first one.  -ENOENT with a suggestion, -ENOTUNIQ. */
int op_nic(const struct lab *l, const char *name, struct nic **ret, struct err *e);
/* "65001 65002" as Azure shows an AS path: with dashes. */
json_t *as_path_json(const char *spaced);
