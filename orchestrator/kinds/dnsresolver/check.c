/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS Private Resolvers: the rules (azure-behaviour 1.11). */
#include "azure/check.h"
#include "base/str.h"
#include "kinds/dnsresolver/dnsresolver.h"

enum { LONGEST = 28, SHORTEST = 24 }; /* prefixes of its subnet */

static void check_dns_subnet(const struct dns_inbound *e, struct findings *f)
{
	const struct subnet *s = e->subnet;
	_cleanup_free_ char *ptr = xasprintf("%s/subnet", e->ptr);

	if (s->prefix.len > LONGEST || s->prefix.len < SHORTEST)
		error_at(f, "DNS-SUBNET-01", NULL, ptr, "give it a subnet of /28 to /24",
		         "inbound endpoint \"%s\" is in subnet \"%s\" (%s): Azure takes /%d to "
		         "/%d",
		         e->name, s->name, PREFIX_STR(s->prefix), LONGEST, SHORTEST);
	for (size_t i = 0; i < s->n_nics; i++)
		if (s->nics[i]->vm != e->vm) {
			error_at(f, "DNS-SUBNET-02", NULL, ptr, "give it a subnet of its own",
			         "subnet \"%s\" of inbound endpoint \"%s\" has \"%s\", too: Azure "
			         "takes nothing else there",
			         s->name, e->name, s->nics[i]->vm->name);
			return;
		}
}

static void check_dns_resolvers(const struct model *m, struct findings *f)
{
	size_t n;
	const struct dns_inbound *v = kind_items(m, DNS_INBOUND, &n);

	for (size_t i = 0; i < n; i++)
		if (!v[i].broken && v[i].subnet && !v[i].subnet->broken)
			check_dns_subnet(&v[i], f);
}

const struct rules dns_resolver_rules = { check_dns_resolvers };
