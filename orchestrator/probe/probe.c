/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/probe.h"

#include <errno.h>
#include <netinet/in.h>

#include "base/str.h"

static const char *const protocol_names[] = { "icmp", "tcp", "udp", "http" };

const char *probe_protocol_str(enum probe_protocol p)
{
	return protocol_names[p];
}

int probe_protocol_parse(const char *s)
{
	for (size_t i = 0; i < ARRAY_LEN(protocol_names); i++)
		if (strieq(s, protocol_names[i]))
			return (int)i;
	return -EINVAL;
}

uint8_t probe_ip_protocol(enum probe_protocol p)
{
	static const uint8_t ip[] = { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_TCP };

	return ip[p];
}
