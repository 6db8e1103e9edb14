/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of a lab's endpoint: $XDG_STATE_HOME/vnetlab/azure/LAB (0700), else below
 * ~/.local/state.  Its files are 0600: store.json, ca.pem and ca.key, server.pem and server.key,
 * secret, key, endpoint.json; az/ is the configuration folder of the Azure CLI. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/str.h"

/* Makes the folder; -EPERM when somebody else may write there.  The caller frees *ret_path. */
int rest_folder(const char *lab, char **ret_path, struct err *e);
/* -ENOENT when there is none. */
int folder_read(const char *folder, const char *name, struct str *ret, struct err *e);
/* Written anew and renamed, 0600. */
int folder_write(const char *folder, const char *name, const char *text, size_t n, struct err *e);
