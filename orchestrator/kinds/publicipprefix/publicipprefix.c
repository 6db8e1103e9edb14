/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public IP prefixes: ranges that public addresses and NAT gateways take theirs from. */
#include "kinds/publicipprefix/publicipprefix.h"

#include "azure/alloc.h"
#include "azure/nat.h"
#include "azure/public_ip.h"
#include "base/str.h"
#include "input/load.h"

static const struct object_def public_ip_prefix = {
	"publicIPPrefix", "a public IP prefix",
	"A range that public IP addresses and NAT gateways take theirs from.",
	(const struct field[]){ { .name = "prefixLength",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_FABRIC,
	                          .min = 24,
	                          .max = 31,
	                          .required = true,
	                          .at = AT(struct public_ip_prefix, length),
	                          .help = "its length: 28 is 16 addresses" },
	                        { .name = "ipPrefix",
	                          .type = T_PREFIX,
	                          .shows = SHOWS_IN_FABRIC,
	                          .nullable = true,
	                          .at = AT(struct public_ip_prefix, range),
	                          .help = "The range. Without it: one from 20.101.0.0/16." },
	                        END }
};

static void load_prefix(struct loader *l, void *obj, json_t *x, const struct jptr *at)
{
	struct public_ip_prefix *p = obj;

	(void)l, (void)at;
	p->given = !p->broken && json_is_string(json_object_get(x, "ipPrefix"));
}

/* --- ranges ---------------------------------------------------------------------------------- */

static void choose_range(struct loader *l, struct public_ip_prefix *v, size_t n,
                         struct public_ip_prefix *p)
{
	_cleanup_free_ struct prefix *taken = xcalloc(n + 1, sizeof(*taken));

	for (size_t i = 0; i < n; i++)
		taken[i] = v[i].range;
	p->range = alloc_public_range(taken, n, p->length);
	if (ip4_is_set(p->range.addr))
		return;
	p->broken = true;
	load_error(l, "PREFIX-FULL-01", NULL, p->ptr, "give it an ipPrefix",
	           "20.101.0.0/16 has no range left for public IP prefix \"%s\"", p->name);
}

/* --- who takes from it ----------------------------------------------------------------------- */

static struct public_ip_prefix *find_prefix(struct loader *l, json_t *name, const char *ptr)
{
	const char *s = json_string_value(name);
	struct public_ip_prefix *p = s && schema_name_valid(s) ? load_find(l, PREFIXES, s) : NULL;

	if (s && schema_name_valid(s) && !p)
		load_no_such(l, PREFIXES, s, ptr);
	return p && !p->broken ? p : NULL;
}

/* A public IP address takes the one that it is given, or the lowest that is free. */
static void take_address(struct loader *l, struct public_ip_prefix *p, struct public_ip *e)
{
	size_t i = ip4_is_set(e->ip) ? (size_t)(e->ip - p->range.addr) : 0;

	if (ip4_is_set(e->ip) && !prefix_has(p->range, e->ip)) {
		load_error(l, "PREFIX-ADDR-01", NULL, e->ptr,
		           "leave out \"ipAddress\" to get one of it",
		           "%s is not in public IP prefix \"%s\" (%s)", IP4_STR(e->ip), p->name,
		           PREFIX_STR(p->range));
		return;
	}
	while (ip4_is_none(e->ip) && i < prefix_size(p->range) && p->owners[i])
		i++;
	if (i == prefix_size(p->range)) {
		load_error(l, "PREFIX-FULL-01", NULL, e->ptr, "make the prefix bigger",
		           "public IP prefix \"%s\" (%s) has no address left for \"%s\"", p->name,
		           PREFIX_STR(p->range), e->name);
		return;
	}
	p->owners[i] = arena_printf(l->a, "public IP address %s", e->name);
	e->ip = p->range.addr + (ip4)i;
}

static void take_addresses(struct loader *l, bool given)
{
	json_t *x;
	const char *name;
	size_t i = 0;

	json_object_foreach (json_object_get(l->root, "publicIPAddresses"), name, x) {
		struct public_ip *e = &l->m->public_ips[i++];
		struct public_ip_prefix *p = NULL;

		if (!e->broken && ip4_is_set(e->ip) == given)
			p = find_prefix(l, json_object_get(x, "publicIPPrefix"),
			                arena_printf(l->a, "%s/publicIPPrefix", e->ptr));
		if (p)
			take_address(l, p, e);
	}
}

static void prepare_prefixes(struct loader *l, const struct kind *k)
{
	(void)k;
	size_t n;
	struct public_ip_prefix *v = kind_items(l->m, PREFIXES, &n);

	for (size_t i = 0; i < n; i++)
		if (!v[i].broken && !v[i].given)
			choose_range(l, v, n, &v[i]);
	for (size_t i = 0; i < n; i++)
		if (!v[i].broken)
			v[i].owners =
			    arena_array(l->a, (size_t)prefix_size(v[i].range), sizeof(char *));
	take_addresses(l, true);
	take_addresses(l, false);
}

/* A NAT gateway has all that no public IP address took. */
static void give_rest(struct loader *l, struct public_ip_prefix *p, struct nat_gateway *g,
                      const char *ptr)
{
	ip4 *had = g->ips;

	if (p->nat) {
		load_error(l, "PREFIX-NAT-01", NULL, ptr, "make a prefix for each NAT gateway",
		           "public IP prefix \"%s\" is that of NAT gateway \"%s\" already", p->name,
		           p->nat);
		return;
	}
	p->nat = g->name;
	g->ips = arena_array(l->a, g->n_ips + (size_t)prefix_size(p->range), sizeof(*g->ips));
	if (g->n_ips)
		memcpy(g->ips, had, g->n_ips * sizeof(*had));
	for (size_t i = 0; i < prefix_size(p->range); i++)
		if (!p->owners[i])
			g->ips[g->n_ips++] = p->range.addr + (ip4)i;
}

/* Behind the NAT gateways' own addresses. */
static void give_nat_gateways(struct loader *l, const struct kind *k)
{
	json_t *x, *v;
	const char *name;
	size_t i = 0, j;

	(void)k;
	json_object_foreach (json_object_get(l->root, "natGateways"), name, x) {
		struct nat_gateway *g = &l->m->nat_gateways[i++];

		json_array_foreach (json_object_get(x, PREFIXES), j, v) {
			const char *ptr = arena_printf(l->a, "%s/" PREFIXES "/%zu", g->ptr, j);
			struct public_ip_prefix *p = find_prefix(l, v, ptr);

			if (p)
				give_rest(l, p, g, ptr);
		}
	}
}

const struct kind kind_public_ip_prefix = {
	.key = PREFIXES,
	.what = "public IP prefix",
	.help = "Ranges of public addresses by name.",
	.object = &public_ip_prefix,
	.azure = true,
	.place = 165,
	.list = { .size = sizeof(struct public_ip_prefix) },
	.load = load_prefix,
	.resolve = prepare_prefixes,
	.settle = give_nat_gateways,
	.status = prefix_status,
};
