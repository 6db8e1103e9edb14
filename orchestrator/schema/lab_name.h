/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of labs. */
#pragma once

#include <stdbool.h>

enum { LAB_NAME_MAX = 40 };                /* sockets' and cgroups' paths have it in them */
bool schema_lab_name_valid(const char *s); /* [a-z0-9-], not beginning or ending with a dash */
/* The name of a lab that is called as a file or folder; ends at the first dot.  The caller frees.
 */
char *schema_lab_name(const char *base);
