/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address spaces and subnets: azure-behaviour 1.3. */
#include "kinds/vnet/check.h"

static const struct range {
	struct prefix prefix;
	const char *what;
} forbidden[] = {
	{ { IP4(224, 0, 0, 0), 4 }, "multicast" },
	{ { IP4(127, 0, 0, 0), 8 }, "loopback" },
	{ { IP4(169, 254, 0, 0), 16 }, "link-local" },
	{ { IP4(255, 255, 255, 255), 32 }, "broadcast" },
	{ { PLATFORM_IP, 32 }, "Azure's own DNS and health probes" },
};

struct span { /* a prefix and whose it is, for sorting */
	struct prefix prefix;
	const char *ptr, *name;
	size_t index;
};

static int compare_prefixes(const void *pa, const void *pb)
{
	const struct span *a = pa, *b = pb;
	int d = prefix_cmp(a->prefix, b->prefix);

	return d ? d : (a->index > b->index) - (a->index < b->index);
}

static void check_vnet_prefix(const struct model *m, const struct vnet *v, size_t i,
                              const char *ptr, struct findings *f)
{
	struct prefix p = v->prefixes[i];

	for (size_t k = 0; k < ARRAY_LEN(forbidden); k++)
		if (prefix_overlaps(p, forbidden[k].prefix))
			error_at(f, "VNET-RANGE-01", NULL, ptr,
			         "take it from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
			         "%s of virtual network \"%s\" touches %s (%s), which Azure does "
			         "not allow",
			         PREFIX_STR(p), v->name, PREFIX_STR(forbidden[k].prefix),
			         forbidden[k].what);
	if (p.len < 2 || p.len > 29)
		error_at(f, "VNET-SIZE-01", NULL, ptr, "take a length from 2 to 29",
		         "%s of virtual network \"%s\": Azure takes prefixes from /2 to /29",
		         PREFIX_STR(p), v->name);
	for (size_t k = 0; k < m->n_internet; k++)
		if (prefix_has(p, m->internet[k].ip))
			warning_at(f, "VNET-RANGE-02", NULL, ptr,
			           "use private addresses for the VNet",
			           "%s of virtual network \"%s\" hides the Internet host %s",
			           PREFIX_STR(p), v->name, IP4_STR(m->internet[k].ip));
}

static char *point_to_prefix(const struct vnet *v, size_t i)
{
	return xasprintf("%s/addressPrefixes/%zu", v->ptr, i);
}

static void check_vnet_prefixes(const struct model *m, const struct vnet *v, struct findings *f)
{
	_cleanup_free_ struct span *s = xcalloc(v->n_prefixes, sizeof(*s));
	size_t n = 0;

	/* When some could not be read, places in the list are not known. */
	for (size_t i = 0; i < v->n_prefixes; i++) {
		_cleanup_free_ char *ptr = v->broken ? xstrdup(v->ptr) : point_to_prefix(v, i);

		check_vnet_prefix(m, v, i, ptr, f);
		s[n++] = (struct span){ .prefix = v->prefixes[i], .index = i };
	}
	qsort(s, n, sizeof(*s), compare_prefixes);
	for (size_t i = 1, last = 0; i < n; i++) {
		if (!prefix_covers(s[last].prefix, s[i].prefix)) {
			last = i;
			continue;
		}
		_cleanup_free_ char *ptr =
		    v->broken ? xstrdup(v->ptr) : point_to_prefix(v, s[i].index);

		error_at(f, "VNET-OVERLAP-01", NULL, ptr, "remove one of them",
		         "%s and %s of virtual network \"%s\" overlap", PREFIX_STR(s[i].prefix),
		         PREFIX_STR(s[last].prefix), v->name);
	}
}

static void check_subnet_range(const struct subnet *s, struct findings *f)
{
	const struct vnet *v = s->vnet;
	bool inside = v->broken;

	if (s->prefix.len < 2 || s->prefix.len > 29)
		error_at(f, "SUBNET-SIZE-01", NULL, s->ptr,
		         "take a length from 2 to 29: five addresses of each subnet are Azure's",
		         "subnet \"%s/%s\" is %s: Azure takes subnets from /2 to /29", v->name,
		         s->name, PREFIX_STR(s->prefix));
	for (size_t i = 0; i < v->n_prefixes && !inside; i++)
		inside = prefix_covers(v->prefixes[i], s->prefix);
	if (!inside)
		error_at(f, "SUBNET-RANGE-01", "NetcfgSubnetRangeOutsideVnet", s->ptr,
		         "take it from the VNet's address space, or add it to addressPrefixes",
		         "subnet \"%s/%s\" (%s) is not inside the address space of its virtual "
		         "network",
		         v->name, s->name, PREFIX_STR(s->prefix));
}

static void check_subnets(const struct vnet *v, struct findings *f)
{
	_cleanup_free_ struct span *s = xcalloc(v->n_subnets, sizeof(*s));
	size_t n = 0;

	for (size_t i = 0; i < v->n_subnets; i++) {
		const struct subnet *x = v->subnets[i];

		if (x->broken)
			continue;
		check_subnet_range(x, f);
		s[n++] = (struct span){ x->prefix, x->ptr, x->name, i };
	}
	qsort(s, n, sizeof(*s), compare_prefixes);
	for (size_t i = 1, last = 0; i < n; i++) {
		if (!prefix_covers(s[last].prefix, s[i].prefix)) {
			last = i;
			continue;
		}
		error_at(f, "SUBNET-OVERLAP-01", "NetcfgSubnetRangesOverlap", s[i].ptr,
		         "give one of them another range",
		         "subnets \"%s\" (%s) and \"%s\" (%s) of virtual network \"%s\" overlap",
		         s[i].name, PREFIX_STR(s[i].prefix), s[last].name,
		         PREFIX_STR(s[last].prefix), v->name);
	}
}

static void check_vnets(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_vnets; i++) {
		check_vnet_prefixes(m, &m->vnets[i], f);
		check_subnets(&m->vnets[i], f);
	}
	vnet_check_peerings(m, f);
	vnet_check_subnet_peerings(m, f);
}

const struct rules vnet_rules = { check_vnets };
