/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The environment variables, names and values, that clients need to find the endpoint. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

/* Writes endpoint.json into the folder (without the secret), and makes the variables; *ret_env is a
 * new reference. */
int environment_write(const char *folder, uint16_t port, uint16_t http_port, const char *secret,
                      json_t **ret_env, struct err *e);
void environment_forget(const char *folder); /* nobody serves any more */
/* In a process that becomes a client. */
void environment_set(const json_t *env);
