/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On-premises sites: the rules (azure-behaviour 8). */
#include "azure/check.h"
#include "azure/hybrid.h"

static bool in_site(const struct site *s, ip4 a)
{
	for (size_t i = 0; i < s->n_prefixes; i++)
		if (prefix_has(s->prefixes[i], a))
			return true;
	return false;
}

static void check_hosts(const struct site *s, struct findings *f)
{
	if (s->broken)
		return;
	for (size_t i = 0; i < s->n_hosts; i++) {
		const struct site_host *h = &s->hosts[i];

		if (!in_site(s, h->ip))
			error_at(f, "SITE-HOST-01", NULL, h->ptr, "take one from addressPrefixes",
			         "host \"%s\" has %s, which is in none of the networks of site "
			         "\"%s\"",
			         h->name, IP4_STR(h->ip), s->name);
		if (h->ip == s->bgp_ip)
			error_at(f, "SITE-HOST-02", NULL, h->ptr,
			         "give it another one, or set bgpPeeringAddress of the site",
			         "host \"%s\" has %s, the address of the router of site \"%s\"",
			         h->name, IP4_STR(h->ip), s->name);
		for (size_t k = 0; k < i; k++)
			if (s->hosts[k].ip == h->ip)
				error_at(f, "SITE-HOST-02", NULL, h->ptr, "give it another one",
				         "host \"%s\" has %s like \"%s\"", h->name, IP4_STR(h->ip),
				         s->hosts[k].name);
	}
}

static void check_overlap(const struct model *m, const struct site *s, struct findings *f)
{
	for (size_t i = 0; i < s->n_prefixes && !s->broken; i++)
		for (size_t v = 0; v < m->n_vnets; v++)
			for (size_t k = 0; k < m->vnets[v].n_prefixes; k++)
				if (prefix_covers(m->vnets[v].prefixes[k], s->prefixes[i]))
					warning_at(
					    f, "SITE-OVERLAP-01", NULL, s->ptr,
					    "use another network; Azure takes only what is "
					    "outside or shorter",
					    "network %s of site \"%s\" is in the address space of "
					    "\"%s\": gateways filter it",
					    PREFIX_STR(s->prefixes[i]), s->name, m->vnets[v].name);
}

static void check_sites(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_sites; i++) {
		check_hosts(&m->sites[i], f);
		check_overlap(m, &m->sites[i], f);
	}
}

const struct rules site_rules = { check_sites };
