/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "remote/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

static bool is_public_v4(uint32_t ip)
{
	static const struct {
		uint32_t prefix;
		unsigned len;
	} special[] = {
		{ 0x00000000, 8 },  /* 0.0.0.0/8 */
		{ 0x0a000000, 8 },  /* 10.0.0.0/8 */
		{ 0x64400000, 10 }, /* 100.64.0.0/10 */
		{ 0x7f000000, 8 },  /* 127.0.0.0/8 */
		{ 0xa9fe0000, 16 }, /* 169.254.0.0/16 */
		{ 0xac100000, 12 }, /* 172.16.0.0/12 */
		{ 0xc0000000, 24 }, /* 192.0.0.0/24 */
		{ 0xc0a80000, 16 }, /* 192.168.0.0/16 */
		{ 0xc6120000, 15 }, /* 198.18.0.0/15 */
		{ 0xe0000000, 3 },  /* 224.0.0.0/4, 240.0.0.0/4 */
	};

	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if (ip >> (32 - special[i].len) == special[i].prefix >> (32 - special[i].len))
			return false;
	return true;
}

static bool is_public_v6(const struct in6_addr *a)
{
	uint32_t last;

	memcpy(&last, a->s6_addr + 12, sizeof(last));
	if (IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a))
		return is_public_v4(ntohl(last));
	/* 64:ff9b::/96: IPv4 behind a translator. */
	if (memcmp(a->s6_addr, "\0\x64\xff\x9b\0\0\0\0\0\0\0", 12) == 0)
		return is_public_v4(ntohl(last));
	return (a->s6_addr[0] & 0xe0) == 0x20; /* 2000::/3 is what is global */
}

bool address_is_public(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return is_public_v4(ntohl(((const struct sockaddr_in *)sa)->sin_addr.s_addr));
	return sa->sa_family == AF_INET6 &&
	       is_public_v6(&((const struct sockaddr_in6 *)sa)->sin6_addr);
}
