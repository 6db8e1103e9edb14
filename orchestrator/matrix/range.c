/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix/range.h"

#include <netinet/in.h>

void class_prefixes(const struct matrix_class *c, struct prefixes *ret)
{
	for (size_t i = 0; i < c->n_ranges; i++)
		prefixes_add_range(ret, c->ranges[i].lo, c->ranges[i].hi);
	prefixes_tidy(ret);
}

const char *flow_protocol_str(uint8_t ip_proto)
{
	return ip_proto == IPPROTO_ICMP ? "icmp" : ip_proto == IPPROTO_TCP ? "tcp" : "udp";
}

static bool spans_all(const struct matrix_flow *v, size_t n, uint8_t proto)
{
	uint32_t next = 1;

	for (size_t i = 0; i < n; i++)
		if (v[i].ip_proto == proto && v[i].lo == next)
			next = (uint32_t)v[i].hi + 1;
	return proto == IPPROTO_ICMP || next == (uint32_t)UINT16_MAX + 1;
}

static void spans_text(const struct matrix_flow *v, size_t n, uint8_t proto, struct str *ret)
{
	const char *sep = " ";

	for (size_t i = 0; i < n;) {
		size_t k = i;

		if (v[i].ip_proto != proto) {
			i++;
			continue;
		}
		while (k + 1 < n && v[k + 1].ip_proto == proto && v[k + 1].lo == v[k].hi + 1)
			k++;
		str_printf(ret, "%s%u", sep, v[i].lo);
		if (v[k].hi != v[i].lo)
			str_printf(ret, "-%u", v[k].hi);
		sep = ",";
		i = k + 1;
	}
}

void flows_text(const struct matrix_flow *v, size_t n, struct str *ret)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	bool whole[3], any[3] = { false };

	for (size_t p = 0; p < 3; p++) {
		for (size_t i = 0; i < n; i++)
			any[p] |= v[i].ip_proto == protocols[p];
		whole[p] = any[p] && spans_all(v, n, protocols[p]);
	}
	if (whole[0] && whole[1] && whole[2]) {
		str_add(ret, "all");
		return;
	}
	for (size_t p = 0; p < 3; p++) {
		if (!any[p])
			continue;
		str_printf(ret, "%s%s", ret->n ? ", " : "", flow_protocol_str(protocols[p]));
		if (!whole[p])
			spans_text(v, n, protocols[p], ret);
	}
}
