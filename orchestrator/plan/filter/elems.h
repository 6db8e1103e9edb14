/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of named nftables sets and maps as plain data: built, compared, turned into commands and
 * read back.  What a filter decides is in its skeleton, which never changes; what it decides about
 * is in such elements.  Pure. */
#pragma once

#include <jansson.h>
#include <net/if.h>

#include "base/addr.h"
#include "base/err.h"

#define NFT_TABLE "vnetlab" /* family ip, in every namespace of ours */

enum nft_key {
	KEY_PORT,
	KEY_IP,
	KEY_PORT_IP,
	KEY_PORT_NUMBER,
	KEY_PORT_PREFIX,
	KEY_PORT_IP_PREFIX,
	KEY_NUMBER,
	KEY_NUMBER_IP,
	KEY_PORT_SERVICE /* port . protocol . transport port: protocol << 16 | port */
};
enum nft_value { VALUE_NONE, VALUE_NUMBER, VALUE_IP }; /* VALUE_NONE: a set, else a map */

struct nft_set {
	const char *name;
	enum nft_key key;
	enum nft_value value;
};

struct nft_elem {
	unsigned set; /* index into the sets' descriptions */
	char port[IFNAMSIZ];
	uint32_t from; /* what comes first: KEY_PORT_IP_PREFIX's address, KEY_NUMBER_IP's number */
	uint32_t key;  /* address or number, beside or instead of the port */
	uint8_t len;   /* of a prefix: its length */
	uint32_t value;
};

struct nft_elems {
	struct nft_elem *items;
	size_t n, cap;
};

void nft_elems_add(struct nft_elems *v, unsigned set, const char *port, uint32_t key, uint8_t len,
                   uint32_t value);
void nft_elems_add_from(struct nft_elems *v, unsigned set, const char *port, ip4 from,
                        struct prefix p);
void nft_elems_add_number(struct nft_elems *v, unsigned set, uint32_t number, ip4 ip,
                          uint32_t value); /* KEY_NUMBER_IP */
void nft_elems_sort(struct nft_elems *v);  /* and drops duplicates; before a diff */
void nft_elems_free(struct nft_elems *v);

/* What turns the elements of have into those of want: an array of transactions (nft_run_each()),
 * each an array of commands; empty when they are the same.  One, unless that has more than most
 * elements: then those that go come first, and each that changes does so within its transaction.
 * *ret_changes counts elements, one whose value changes once. */
json_t *nft_elems_diff(const struct nft_set *sets, size_t n_sets, const struct nft_elems *have,
                       const struct nft_elems *want, size_t most, size_t *ret_changes);
/* The most that fit into that many bytes of messages (nft_room()). */
size_t nft_elems_most(size_t room);

json_t *nft_elems_list(void);                               /* the command that lists all of it */
bool nft_has_chain(const json_t *listed, const char *name); /* in its answer */
/* What it answered, sorted.  -EPROTO with the place when it is not what the descriptions say. */
int nft_elems_parse(const struct nft_set *sets, size_t n_sets, const json_t *listed,
                    struct nft_elems *ret, struct err *e);
