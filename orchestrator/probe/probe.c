/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/probe.h"

#include <errno.h>
#include <netinet/in.h>

#include "base/str.h"

static const char *const protocols[] = { "icmp", "tcp", "udp", "http" };

const char *probe_protocol_str(enum probe_protocol p)
{
	return protocols[p];
}

int probe_protocol_parse(const char *s)
{
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		if (strieq(s, protocols[i]))
			return (int)i;
	return -EINVAL;
}

uint8_t probe_ip_protocol(enum probe_protocol p)
{
	static const uint8_t ip[] = { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_TCP };

	return ip[p];
}
