/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftables through libnftables' JSON interface: one context per namespace, for ever (it stays bound
 * to the namespace that it was opened in).  One call is one transaction. */
#pragma once

#include <jansson.h>

#include "base/err.h"

struct nft;
int nft_open(int ns_fd, struct nft **ret, struct err *e); /* ns_fd -1: where we are */
struct nft *nft_close(struct nft *n);                     /* returns NULL */

/* commands: an array of {"add":{...}}, {"delete":{...}}, ... (stolen).  All of them happen, or
 * none.  An empty array does nothing. */
int nft_run(struct nft *n, json_t *commands, struct err *e);
/* The same for text in nft's own language. */
int nft_run_text(struct nft *n, const char *text, struct err *e);
/* The number of bytes of messages that one transaction may have: what the kernel lets its socket
 * send at once, which is little for who is not root outside of all user namespaces. */
size_t nft_room(const struct nft *n);
/* Same for {"list":{...}}: *ret is the array of what was listed; -ENOENT when there is no such. */
int nft_list(struct nft *n, json_t *commands, json_t **ret, struct err *e);
