/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Breaking things on purpose: a function for each word of `fault` that has a file of its own.  argv
 * is the command, checked (checks/faults.h). */
#pragma once

#include "lab/proc/driver.h"

int fault_session(struct driver *d, const char *const *argv, struct err *e);
int fault_link(struct driver *d, const char *const *argv, struct err *e);
int fault_impair(struct driver *d, const char *const *argv, struct err *e);
/* Those that are active, as words: ["freeze NVA_1"]; new reference. */
json_t *fault_list(const struct driver *d);
