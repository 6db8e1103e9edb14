/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 addresses and prefixes, in host byte order.  IPv6 is recognised only to be refused with a
 * clear word (the Route Server is IPv4-only; azure-behaviour 7.1). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Host byte order.  Only this file and base/addr.c calculate with one: to others it is a value that
 * is compared, printed and handed on.  0.0.0.0 is no host's address, so it stands for none. */
typedef uint32_t ip4;
#define IP4_NONE ((ip4)0)
static inline bool ip4_is_none(ip4 a)
{
	return a == IP4_NONE;
}
static inline bool ip4_is_set(ip4 a)
{
	return a != IP4_NONE;
}

struct prefix {
	ip4 addr; /* host bits are zero */
	uint8_t len;
};

/* A constant: IP4(168, 63, 129, 16). */
#define IP4(a, b, c, d) ((ip4)(a) << 24 | (ip4)(b) << 16 | (ip4)(c) << 8 | (ip4)(d))

#define IP4_STRLEN 16
#define PREFIX_STRLEN 19

/* Strict dotted quad (no leading zeros, no short forms).  0, or -EINVAL; -EAFNOSUPPORT for IPv6. */
int ip4_parse(const char *s, ip4 *ret);
/* "a.b.c.d/len".  -EINVAL; -EAFNOSUPPORT for IPv6; -EDOM when host bits are set (ret is then filled
 * in with the network, so that a message can name it). */
int prefix_parse(const char *s, struct prefix *ret);

/* Print into buf (IP4_STRLEN, PREFIX_STRLEN) and return it. */
const char *ip4_str(ip4 a, char *buf);
const char *prefix_str(struct prefix p, char *buf);
#define IP4_STR(a) ip4_str((a), (char[IP4_STRLEN]){ 0 })
#define PREFIX_STR(p) prefix_str((p), (char[PREFIX_STRLEN]){ 0 })

static inline int ip4_cmp(ip4 a, ip4 b)
{
	return (a > b) - (a < b);
}

bool ip4_is_private(ip4 a);  /* RFC 1918 */
bool ip4_is_loopback(ip4 a); /* 127.0.0.0/8 */
int ip4_mask_len(ip4 mask);  /* 24 of 255.255.255.0; -EINVAL: not a mask */

/* With "_" between the numbers: for names that may have no dots. */
const char *ip4_name(ip4 a, char *buf);
#define IP4_NAME(a) ip4_name((a), (char[IP4_STRLEN]){ 0 })

ip4 prefix_mask(uint8_t len);
struct prefix prefix_around(ip4 a, uint8_t len);         /* the prefix of that length that has a */
struct prefix prefix_half(struct prefix p, bool second); /* p is shorter than a host's */
/* Its address number i, from 0 on, and the number of an address; what is outside wraps round. */
static inline ip4 prefix_at(struct prefix p, uint32_t i)
{
	return p.addr + i;
}

static inline uint32_t prefix_place(struct prefix p, ip4 a)
{
	return a - p.addr;
}

ip4 prefix_last(struct prefix p);
uint64_t prefix_size(struct prefix p);
bool prefix_has(struct prefix p, ip4 a);
bool prefix_covers(struct prefix outer, struct prefix inner); /* equal counts */
bool prefix_overlaps(struct prefix a, struct prefix b);
bool prefix_eq(struct prefix a, struct prefix b);
int prefix_cmp(struct prefix a, struct prefix b); /* by address, then by length */
struct prefix prefix_host(ip4 a);                 /* a/32 */
