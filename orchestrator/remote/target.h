/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "ssh://user@host:port", the machine that -H names. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

enum { SSH_PORT = 22 };

struct target {
	char *user; /* NULL: not given */
	char *host; /* without the brackets of an IPv6 address; lower case */
	unsigned port;
	char *text; /* as messages and hints write it; parses to the same */
};

int target_parse(const char *s, struct target *ret, struct err *e);
void target_free(struct target *t);
#define _cleanup_target_ _cleanup_(target_free)

/* The host as known_hosts writes it: "host", or "[host]:port" when it is not the usual one.  The
 * caller frees. */
char *target_known_name(const struct target *t);

/* "ssh -p 2222 user@host", for hints that can be pasted.  The caller frees. */
char *target_ssh_command(const struct target *t);
