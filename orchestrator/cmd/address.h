/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A design that is an https:// address: it and the appliances' files that it names, from below the
 * same folder, become files of a private folder here, which goes when vnetlab ends. */
#pragma once

#include "base/err.h"

int address_fetch(const char *url, long stall_ms, char **ret_path, struct err *e);
/* For messages: the address of such a file, any other path as it is. */
const char *address_name(const char *path);
void address_cleanup(void);
