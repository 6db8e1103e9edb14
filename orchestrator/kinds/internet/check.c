/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts of the Internet: the rules. */
#include "azure/check.h"

static const struct range {
	struct prefix prefix;
	const char *what;
} no_hosts[] = {
	{ { IP4(10, 0, 0, 0), 8 }, "private" },
	{ { IP4(172, 16, 0, 0), 12 }, "private" },
	{ { IP4(192, 168, 0, 0), 16 }, "private" },
	{ { IP4(100, 64, 0, 0), 10 }, "for carriers' NAT" },
	{ { IP4(0, 0, 0, 0), 8 }, "no address" },
	{ { IP4(224, 0, 0, 0), 3 }, "multicast or reserved" },
	{ { IP4(127, 0, 0, 0), 8 }, "loopback" },
	{ { IP4(169, 254, 0, 0), 16 }, "link-local" },
	{ { PLATFORM_IP, 32 }, "Azure's own" },
	{ { IP4(20, 100, 0, 0), 16 }, "where public addresses of VMs are allocated" },
};

static void check_host(const struct internet_host *h, struct findings *f)
{
	_cleanup_free_ char *ptr = jptr_str(JPTR(JPTR(JPTR(NULL, "internet"), "hosts"), h->name));

	for (size_t i = 0; i < ARRAY_LEN(no_hosts); i++)
		if (prefix_has(no_hosts[i].prefix, h->ip)) {
			error_at(f, "INET-HOST-01", NULL, ptr, "use a public address",
			         "Internet host \"%s\" has %s: %s is %s", h->name, IP4_STR(h->ip),
			         PREFIX_STR(no_hosts[i].prefix), no_hosts[i].what);
			return;
		}
}

static void check_internet(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_internet; i++)
		check_host(&m->internet[i], f);
}

const struct rules internet_rules = { check_internet };
