/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_hosts as ssh(1) reads it: patterns with * ? and !, hashed names, [host]:port, @revoked;
 * several files, several keys for a host.  Lines of certificate authorities are counted, not used:
 * libssh2 knows no certificates.  The text is all that is needed; nothing is ever written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct known_entry {
	char *file;
	size_t line;
	char *type, *key; /* "ssh-ed25519", base64 */
	bool revoked;
	bool by_port; /* found as [host]:port, not as the bare name */
};

struct known_hosts {
	struct known_entry *items; /* those of one host */
	size_t n, cap;
	size_t authorities; /* lines @cert-authority of it */
};

/* Adds what the text (the contents of `file`) says of a host.  port_name: "[host]:port" where the
 * port is not 22, otherwise NULL. */
void known_hosts_read(struct known_hosts *k, const char *text, const char *file, const char *host,
                      const char *port_name);
void known_hosts_free(struct known_hosts *k);
#define _cleanup_known_hosts_ _cleanup_(known_hosts_free)

enum known { KNOWN_OK, KNOWN_NEW, KNOWN_OTHER_TYPE, KNOWN_CHANGED, KNOWN_REVOKED };

/* Judges whether this key of the host is known; *ret_why is the entry that decided, or NULL. */
enum known known_hosts_judge(const struct known_hosts *k, const char *type, const char *key,
                             const struct known_entry **ret_why);

/* The key types in `all` (separated by commas), those of the host's known keys first: a server with
 * several keys then shows one that can be judged.  The caller frees. */
char *known_hosts_order(const struct known_hosts *k, const char *all);
