/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of named nftables sets and maps as plain data: built, compared, turned into commands and
 * read back.  Pure. */
#pragma once

#include <jansson.h>
#include <net/if.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/str.h"

#define NFT_TABLE "vnetlab" /* family ip, in every namespace of ours */

enum nft_key {
	KEY_PORT,
	KEY_IP,
	KEY_PREFIX,
	KEY_PORT_IP,
	KEY_PORT_NUMBER,
	KEY_PORT_PREFIX,
	KEY_PORT_IP_PREFIX,
	KEY_NUMBER,
	KEY_NUMBER_IP,
	KEY_PORT_SERVICE, /* port . protocol . transport port: protocol << 16 | port */
	KEY_IP_SERVICE    /* the same behind an address */
};
enum nft_value {
	VALUE_NONE, /* a set, else a map */
	VALUE_NUMBER,
	VALUE_IP,
	VALUE_CHAIN /* "jump" to a chain that is named by a prefix and a number */
};

struct nft_set {
	const char *name;
	enum nft_key key;
	enum nft_value value;
	const char *type;   /* in nft's language: "type ifname : mark;" */
	const char *prefix; /* VALUE_CHAIN: of the chains' names */
};

struct nft_elem {
	unsigned set; /* index into the sets' descriptions */
	char port[IFNAMSIZ];
	uint32_t
	    from; /* what comes first: KEY_PORT_IP_PREFIX's address, KEY_NUMBER_IP's number, ... */
	uint32_t key; /* address or number, beside or instead of the port */
	uint8_t len;  /* of a prefix: its length */
	uint64_t value;
};

struct nft_elems {
	struct nft_elem *items;
	size_t n, cap;
};

void nft_elems_add(struct nft_elems *v, unsigned set, const char *port, uint32_t key, uint8_t len,
                   uint64_t value);
void nft_elems_add_from(struct nft_elems *v, unsigned set, const char *port, ip4 from,
                        struct prefix p);
void nft_elems_add_number(struct nft_elems *v, unsigned set, uint32_t number, ip4 ip,
                          uint32_t value); /* KEY_NUMBER_IP */
void nft_elems_sort(struct nft_elems *v);  /* and drops duplicates; before a diff */
void nft_elems_free(struct nft_elems *v);

/* The element with that key, or NULL; v is sorted. */
const struct nft_elem *nft_elems_get(const struct nft_elems *v, unsigned set, const char *port,
                                     uint32_t key);

/* A chain's name: a prefix, and a number as 16 digits. */
enum { CHAIN_NAME = 24 };
const char *nft_chain_name(const char *prefix, uint64_t number, char buf[CHAIN_NAME]);
bool nft_chain_number(const char *prefix, const char *name, uint64_t *ret); /* false: other name */

struct nft_texts { /* transactions, in nft's language */
	char **items;
	size_t n, cap;
};
void nft_texts_add(struct nft_texts *v, struct str *text); /* takes it; nothing when it is empty */
void nft_texts_free(struct nft_texts *v);

/* Appends what turns the elements of have into those of want; nothing when they are the same.  One
 * transaction, unless that has more than most elements: then those that go come first, and each
 * that changes does so within its transaction.  Returns how many elements differ, one whose value
 * changes once; ret NULL: only counts. */
size_t nft_elems_diff(const struct nft_set *sets, size_t n_sets, const struct nft_elems *have,
                      const struct nft_elems *want, size_t most, struct nft_texts *ret);
/* The most that fit into that many bytes of messages (nft_room()). */
size_t nft_elems_most(size_t room);

/* Reads the elements that nft listed, and sorts them. -EPROTO with the place when it is not what
 * the descriptions say. */
int nft_elems_parse(const struct nft_set *sets, size_t n_sets, const json_t *listed,
                    struct nft_elems *ret, struct err *e);
