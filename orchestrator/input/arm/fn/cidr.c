/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "CIDR functions for ARM templates": both families, as 128 bits. */
#include <arpa/inet.h>
#include <stdio.h>

#include "input/arm/fn/fn.h"

__extension__ typedef unsigned __int128 u128;

struct net {
	u128 addr; /* the network's; IPv4 in the low 32 bits */
	unsigned len, bits;
};

static u128 mask_of_len(unsigned len, unsigned bits)
{
	u128 all = bits == 32 ? 0xffffffff : ~(u128)0;

	return len ? all & (all << (bits - len)) : 0;
}

static bool parse_cidr(const char *s, struct net *ret)
{
	unsigned char b[16] = { 0 };
	char host[64], *end;
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : 0;

	if (!n || n >= sizeof(host) || slash[1] < '0' || slash[1] > '9')
		return false;
	memcpy(host, s, n);
	host[n] = 0;
	unsigned long len = strtoul(slash + 1, &end, 10);

	*ret = (struct net){ .len = (unsigned)len };
	if (inet_pton(AF_INET, host, b) == 1)
		ret->bits = 32;
	else if (inet_pton(AF_INET6, host, b) == 1)
		ret->bits = 128;
	if (!ret->bits || *end || len > ret->bits)
		return false;
	for (unsigned i = 0; i < ret->bits / 8; i++)
		ret->addr = ret->addr << 8 | b[i];
	ret->addr &= mask_of_len(ret->len, ret->bits);
	return true;
}

static const struct val *address_val(struct env *e, u128 a, unsigned bits)
{
	unsigned char b[16];
	char text[INET6_ADDRSTRLEN];

	for (unsigned i = bits / 8; i-- > 0; a >>= 8)
		b[i] = (unsigned char)(a & 0xff);
	inet_ntop(bits == 32 ? AF_INET : AF_INET6, b, text, sizeof(text));
	return val_str(e->a->arena, text);
}

static bool net_arg(struct env *e, const struct expr *at, const struct val *v, struct net *ret)
{
	if (parse_cidr(v->s, ret))
		return true;
	eval_fail(e, at->args[0], "address/length, as in 10.0.0.0/16", "\"%s\" is not a network",
	          v->s);
	return false;
}

FN(fn_parse_cidr)
{
	struct val_builder b = { .a = e->a->arena };
	struct net net;

	if (!net_arg(e, at, v[0], &net))
		return NULL;
	u128 m = mask_of_len(net.len, net.bits);
	u128 last =
	    net.addr | (mask_of_len(0, net.bits) == m ? mask_of_len(net.bits, net.bits)
	                                              : mask_of_len(net.bits, net.bits) & ~m);
	bool plain = net.bits == 32 && net.len < 31;

	val_set(&b, "network", address_val(e, net.addr, net.bits));
	val_set(&b, "netmask", address_val(e, m, net.bits));
	if (net.bits == 32)
		val_set(&b, "broadcast", address_val(e, last, net.bits));
	val_set(&b, "firstUsable", address_val(e, net.addr + plain, net.bits));
	val_set(&b, "lastUsable", address_val(e, last - plain, net.bits));
	val_set(&b, "cidr", val_int(e->a->arena, net.len));
	return val_built_obj(&b);
}

FN(fn_cidr_subnet)
{
	struct net net;
	int64_t len = v[1]->i, i = v[2]->i;

	if (!net_arg(e, at, v[0], &net))
		return NULL;
	if (len < net.len || len > net.bits)
		return eval_fail(e, at->args[1], NULL,
		                 "a subnet of a /%u is a /%u to a /%u, not a /%lld", net.len,
		                 net.len, net.bits, (long long)len);
	unsigned more = (unsigned)len - net.len;

	if (i < 0 || (more < 63 && i >= (int64_t)1 << more))
		return eval_fail(e, at->args[2], NULL,
		                 "a /%u has %lld subnets of /%lld; there is no number %lld",
		                 net.len, more < 63 ? 1LL << more : -1LL, (long long)len,
		                 (long long)i);
	u128 addr = net.addr + (len ? (u128)i << (net.bits - (unsigned)len) : 0);

	return val_printf(e->a->arena, "%s/%lld", address_val(e, addr, net.bits)->s,
	                  (long long)len);
}

/* Number 0 is the first usable one: 10.0.0.1 of 10.0.0.0/24. */
FN(fn_cidr_host)
{
	struct net net;
	int64_t i = v[1]->i;

	if (!net_arg(e, at, v[0], &net))
		return NULL;
	bool plain = net.bits == 32 && net.len < 31;
	u128 first = net.addr + plain,
	     size = (u128)1 << (net.bits - net.len == 128 ? 127 : net.bits - net.len);

	if (i < 0 || (u128)i >= size - (plain ? 2 : 0))
		return eval_fail(e, at->args[1], NULL, "%s has no usable address number %lld",
		                 v[0]->s, (long long)i);
	return address_val(e, first + (u128)i, net.bits);
}

const struct func funcs_cidr[] = {
	{ "parseCidr", 1, 1, "s", fn_parse_cidr },
	{ "cidrSubnet", 3, 3, "sii", fn_cidr_subnet },
	{ "cidrHost", 2, 2, "si", fn_cidr_host },
	{ 0 },
};
