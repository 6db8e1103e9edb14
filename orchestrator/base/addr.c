/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_ip6(const char *s)
{
	return strchr(s, ':') && strspn(s, "0123456789abcdefABCDEF:./") == strlen(s);
}

int ip4_parse(const char *s, ip4 *ret)
{
	struct in_addr in;

	if (is_ip6(s))
		return -EAFNOSUPPORT;
	if (inet_pton(AF_INET, s, &in) != 1)
		return -EINVAL;
	*ret = ntohl(in.s_addr);
	return 0;
}

int prefix_parse(const char *s, struct prefix *ret)
{
	char buf[IP4_STRLEN];
	const char *slash = strchr(s, '/');

	if (is_ip6(s))
		return -EAFNOSUPPORT;
	if (!slash || (size_t)(slash - s) >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, s, (size_t)(slash - s));
	buf[slash - s] = 0;
	size_t digits = strspn(slash + 1, "0123456789");

	if (digits < 1 || digits > 2 || slash[1 + digits] || (digits == 2 && slash[1] == '0'))
		return -EINVAL;
	int len = (int)strtol(slash + 1, NULL, 10);
	ip4 addr;

	if (len > 32 || ip4_parse(buf, &addr) < 0)
		return -EINVAL;
	*ret = prefix_around(addr, (uint8_t)len);
	return ret->addr == addr ? 0 : -EDOM;
}

const char *ip4_str(ip4 a, char *buf)
{
	snprintf(buf, IP4_STRLEN, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
	return buf;
}

const char *prefix_str(struct prefix p, char *buf)
{
	snprintf(buf, PREFIX_STRLEN, "%u.%u.%u.%u/%u", p.addr >> 24, p.addr >> 16 & 255,
	         p.addr >> 8 & 255, p.addr & 255, p.len > 32 ? 32u : p.len);
	return buf;
}

bool ip4_is_private(ip4 a)
{
	static const struct prefix v[] = { { IP4(10, 0, 0, 0), 8 },
		                           { IP4(172, 16, 0, 0), 12 },
		                           { IP4(192, 168, 0, 0), 16 } };

	return prefix_has(v[0], a) || prefix_has(v[1], a) || prefix_has(v[2], a);
}

bool ip4_is_loopback(ip4 a)
{
	return prefix_has((struct prefix){ IP4(127, 0, 0, 0), 8 }, a);
}

int ip4_mask_len(ip4 mask)
{
	uint8_t len = 0;

	while (len < 32 && (mask << len & 0x80000000u))
		len++;
	return prefix_mask(len) == mask ? len : -EINVAL;
}

const char *ip4_name(ip4 a, char *buf)
{
	snprintf(buf, IP4_STRLEN, "%u_%u_%u_%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
	return buf;
}

ip4 prefix_mask(uint8_t len)
{
	return len ? ~(ip4)0 << (32 - len) : 0;
}

struct prefix prefix_around(ip4 a, uint8_t len)
{
	return (struct prefix){ a & prefix_mask(len), len };
}

struct prefix prefix_half(struct prefix p, bool second)
{
	return (struct prefix){ second ? p.addr | 1u << (31 - p.len) : p.addr,
		                (uint8_t)(p.len + 1) };
}

ip4 prefix_last(struct prefix p)
{
	return p.addr | ~prefix_mask(p.len);
}

uint64_t prefix_size(struct prefix p)
{
	return (uint64_t)1 << (32 - p.len);
}

bool prefix_has(struct prefix p, ip4 a)
{
	return (a & prefix_mask(p.len)) == p.addr;
}

bool prefix_covers(struct prefix outer, struct prefix inner)
{
	return outer.len <= inner.len && prefix_has(outer, inner.addr);
}

bool prefix_overlaps(struct prefix a, struct prefix b)
{
	return prefix_covers(a, b) || prefix_covers(b, a);
}

bool prefix_eq(struct prefix a, struct prefix b)
{
	return a.addr == b.addr && a.len == b.len;
}

int prefix_cmp(struct prefix a, struct prefix b)
{
	int r = ip4_cmp(a.addr, b.addr);

	return r ? r : (a.len > b.len) - (a.len < b.len);
}

struct prefix prefix_host(ip4 a)
{
	return (struct prefix){ a, 32 };
}
