/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that Azure would give, from the template alone: private ones are the lowest free of the
 * subnet from base+4 on, in the order of the files, never one that is given statically; public
 * ones come from the range that the lab uses, too (azure-behaviour 1.3). */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "azure/alloc.h"
#include "azure/subnet.h"
#include "base/addr.h"
#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/eval.h"
#include "input/arm/resource/range.h"
#include "input/arm/resource/resource.h"
#include "input/arm/resource/shared.h"
#include "input/arm/resource/there.h"
#include "input/arm/value/text.h"

struct used {
	ip4 ip;
	UT_hash_handle hh;
};

struct pool { /* a subnet */
	const char *key;
	struct prefix prefix; /* addr 0: not known, nothing is given from it */
	struct used *used;
	uint64_t next;
	UT_hash_handle hh;
};

struct allocator {
	struct pool *pools;
	size_t done; /* of the order of evaluation */
	ip4 *taken;  /* public ones that are given, ascending */
	size_t n_taken, cap_taken;
	struct ranges ranges;
	ip4 next_public;
	bool trying;
};

static bool is_network_type(const struct inst *i, const char *type)
{
	return !strncasecmp(i->type, "Microsoft.Network/", 18) && strieq(i->type + 18, type);
}

/* --- subnets --------------------------------------------------------------------------------- */

static struct prefix ipv4_prefix_of(const struct val *props)
{
	const struct val *one = val_get(props, "addressPrefix"),
	                 *list = val_get(props, "addressPrefixes");
	struct prefix p = { 0 };

	if (one && one->type == V_STR && !prefix_parse(one->s, &p))
		return p;
	for (uint32_t i = 0; list && list->type == V_ARR && i < list->n; i++)
		if (list->items[i]->type == V_STR && !prefix_parse(list->items[i]->s, &p))
			return p;
	return (struct prefix){ 0 };
}

static struct prefix prefix_of_inline_subnet(struct arm *a, const char *id)
{
	const char *cut = strcasestr(id, "/subnets/");
	_cleanup_free_ char *vnet = cut ? xstrndup(id, (size_t)(cut - id)) : NULL;
	struct inst *i = vnet ? inst_by_id(a, vnet) : NULL;
	const struct val *list =
	    i && i->state == ST_DONE ? val_path(i->body, "properties.subnets") : NULL;

	for (uint32_t k = 0; list && list->type == V_ARR && k < list->n; k++)
		if (strieq(val_get_str(list->items[k], "name"), cut + strlen("/subnets/")))
			return ipv4_prefix_of(val_get(list->items[k], "properties"));
	return (struct prefix){ 0 };
}

static void seed_pool(struct arm *a, struct pool *p);

static struct pool *find_pool(struct arm *a, const char *id)
{
	struct allocator *al = a->alloc;
	const char *key = arm_lower(a->arena, id);
	struct inst *i = inst_by_id(a, id);
	struct pool *p = NULL;

	HASH_FIND_STR(al->pools, key, p);
	if (p && ip4_is_set(p->prefix.addr))
		return p;
	if (!p) {
		p = arena_alloc(a->arena, sizeof(*p));
		p->key = key;
		HASH_ADD_KEYPTR(hh, al->pools, p->key, strlen(p->key), p);
		seed_pool(a, p);
	}
	if (i && i->state == ST_DONE && is_network_type(i, "virtualNetworks/subnets"))
		p->prefix = ipv4_prefix_of(val_get(i->body, "properties"));
	if (ip4_is_none(p->prefix.addr))
		p->prefix = prefix_of_inline_subnet(a, id);
	if (ip4_is_none(p->prefix.addr))
		p->prefix = ipv4_prefix_of(val_get(there_find(a, id), "properties"));
	p->next = subnet_first(p->prefix);
	return p;
}

static bool mark_used(struct arm *a, struct pool *p, ip4 ip)
{
	struct used *u = NULL;

	HASH_FIND(hh, p->used, &ip, sizeof(ip), u);
	if (u)
		return false;
	u = arena_alloc(a->arena, sizeof(*u));
	u->ip = ip;
	HASH_ADD(hh, p->used, ip, sizeof(u->ip), u);
	return true;
}

struct seeding {
	struct arm *a;
	struct pool *pool; /* NULL: public addresses */
};

static void take_public(struct arm *a, ip4 ip)
{
	size_t at = a->alloc->n_taken;

	VEC_PUSH(a->alloc->taken, a->alloc->n_taken, a->alloc->cap_taken) = ip;
	for (; at && a->alloc->taken[at - 1] > ip; at--)
		a->alloc->taken[at] = a->alloc->taken[at - 1];
	a->alloc->taken[at] = ip;
}

static void seed_address(void *ctx, ip4 ip)
{
	const struct seeding *s = ctx;

	if (s->pool)
		mark_used(s->a, s->pool, ip);
	else
		take_public(s->a, ip);
}

static void seed_pool(struct arm *a, struct pool *p)
{
	struct seeding s = { a, p };

	shared_each(a, p ? p->key : "", seed_address, &s);
	there_each(a, p ? p->key : "", seed_address, &s);
}

static ip4 lowest_free(struct arm *a, struct pool *p)
{
	if (ip4_is_none(p->prefix.addr))
		return IP4_NONE;
	while (p->next < prefix_last(p->prefix)) {
		ip4 ip = (ip4)p->next++;

		if (mark_used(a, p, ip))
			return ip;
	}
	return IP4_NONE; /* full: a check of the design reports it */
}

/* azure-behaviour 8: a VPN gateway that is not active-active has the last usable address. */
static bool takes_last(const struct inst *i)
{
	const struct val *props = val_get(i->body, "properties"),
	                 *both = val_get(props, "activeActive");

	return is_network_type(i, "virtualNetworkGateways") &&
	       strieq(val_get_str(props, "gatewayType"), "Vpn") &&
	       !(both && both->type == V_BOOL && both->b);
}

static ip4 find_unused_address(struct arm *a, const struct inst *i, struct pool *p)
{
	ip4 last = ip4_is_set(p->prefix.addr)
	               ? prefix_at(p->prefix, (uint32_t)prefix_size(p->prefix) - 2)
	               : 0;

	if (ip4_is_set(last) && takes_last(i) && mark_used(a, p, last))
		return last;
	return lowest_free(a, p);
}

/* --- resources ------------------------------------------------------------------------------- */

struct config { /* one IP configuration */
	const struct val *props;
	const char *subnet;
	ip4 given;
};

static bool read_ip_config(const struct inst *i, const char *list, uint32_t k, struct config *c)
{
	const struct val *all = val_get(val_get(i->body, "properties"), list);
	const char *ip;

	*c = (struct config){ 0 };
	if (!all || all->type != V_ARR || k >= all->n)
		return false;
	c->props = val_get(all->items[k], "properties");
	c->subnet = val_get_str(val_get(c->props, "subnet"), "id");
	ip = val_get_str(c->props, "privateIPAddress");
	if (strieq(val_get_str(c->props, "privateIPAddressVersion"), "IPv6"))
		c->subnet = NULL;
	if (ip)
		ip4_parse(ip, &c->given);
	return true;
}

static void take_given_addresses(struct arm *a, struct inst *i)
{
	const char *list = runtime_type(i)->configs, *ip;
	struct config c;

	for (uint32_t k = 0; list && read_ip_config(i, list, k, &c); k++)
		if (c.subnet && ip4_is_set(c.given)) {
			mark_used(a, find_pool(a, c.subnet), c.given);
			shared_keep(a, find_pool(a, c.subnet)->key, i, k, c.given, true);
		}
	if (is_network_type(i, "virtualHubs/ipConfigurations")) {
		const char *subnet = val_get_str(val_path(i->body, "properties.subnet"), "id");
		struct pool *p = subnet ? find_pool(a, subnet) : NULL;

		/* The two instances have the first two usable addresses. */
		if (p && ip4_is_set(p->prefix.addr) && !i->ips) {
			i->ips = arena_array(a->arena, 2, sizeof(*i->ips));
			i->n_ips = 2;
			for (unsigned k = 0; k < 2; k++) {
				i->ips[k] = prefix_at(p->prefix, SUBNET_KEPT + k);
				mark_used(a, p, i->ips[k]);
				shared_keep(a, p->key, i, k, i->ips[k], true);
			}
		}
	}
	range_take_given(a, &a->alloc->ranges, i);
	ip = is_network_type(i, "publicIPAddresses")
	         ? val_get_str(val_get(i->body, "properties"), "ipAddress")
	         : NULL;
	if (ip && !ip4_parse(ip, &c.given)) {
		take_public(a, c.given);
		shared_keep(a, "", i, 0, c.given, true);
	}
}

static bool is_public_taken(const struct arm *a, ip4 ip)
{
	for (size_t k = 0; k < a->alloc->n_taken; k++)
		if (a->alloc->taken[k] == ip)
			return true;
	return false;
}

/* The lowest free address of the range with that id; every address of one can be used. */
static ip4 free_of_range(struct arm *a, const char *id)
{
	struct prefix range = range_by_id(a, &a->alloc->ranges, id);

	for (uint32_t k = 0; ip4_is_set(range.addr) && k < prefix_size(range); k++)
		if (!is_public_taken(a, prefix_at(range, k))) {
			take_public(a, prefix_at(range, k));
			return prefix_at(range, k);
		}
	return IP4_NONE;
}

static ip4 free_public(struct arm *a, const struct inst *i)
{
	const char *range = range_id_of(val_get(i->body, "properties"));
	ip4 ip = shared_of(a, i, 0);

	if (ip4_is_none(ip))
		ip = there_address(a, i, NULL, 0);
	if (ip4_is_none(ip))
		ip = range
		         ? free_of_range(a, range)
		         : alloc_public(a->alloc->taken, a->alloc->n_taken, &a->alloc->next_public);
	if (ip4_is_set(ip))
		shared_keep(a, "", i, 0, ip, false);
	return ip;
}

static ip4 free_private(struct arm *a, const struct inst *i, uint32_t k, struct pool *p)
{
	ip4 ip = shared_of(a, i, k);

	if (ip4_is_none(ip))
		ip = there_address(a, i, runtime_type(i)->configs, k);
	if (ip4_is_none(ip) || !prefix_has(p->prefix, ip))
		ip = find_unused_address(a, i, p);
	shared_keep(a, p->key, i, k, ip, false);
	return ip;
}

/* azure-behaviour 8: a VPN gateway that is not active-active has the last usable address; an
 * ExpressRoute gateway has two, and shows none. */
static bool give_gateway_addresses(struct arm *a, struct inst *i)
{
	const struct val *props = val_get(i->body, "properties"),
	                 *active = val_get(props, "activeActive");
	bool vpn = !strieq(val_get_str(props, "gatewayType"), "ExpressRoute"), two = false;
	struct config c;
	struct pool *p;

	if (!is_network_type(i, "virtualNetworkGateways") ||
	    !read_ip_config(i, "ipConfigurations", 0, &c) || !c.subnet)
		return false;
	if (active)
		eval_truth(active, &two);
	p = find_pool(a, c.subnet);
	if ((vpn && two) || ip4_is_none(p->prefix.addr))
		return false;
	i->ips = arena_array(a->arena, 2, sizeof(*i->ips));
	i->n_ips = vpn ? 1 : 2;
	if (vpn) {
		i->ips[0] = prefix_at(p->prefix, (uint32_t)prefix_size(p->prefix) - 2);
		mark_used(a, p, i->ips[0]);
		shared_keep(a, p->key, i, 0, i->ips[0], false);
	} else {
		i->ips[0] = free_private(a, i, 0, p);
		i->ips[1] = free_private(a, i, 1, p);
	}
	return true;
}

static void give_free_addresses(struct arm *a, struct inst *i)
{
	const char *list = runtime_type(i)->configs;
	const struct val *all = list ? val_get(val_get(i->body, "properties"), list) : NULL;
	struct config c;

	range_give(a, &a->alloc->ranges, i);
	if (is_network_type(i, "publicIPAddresses") && !i->ips) {
		i->ips = arena_array(a->arena, 1, sizeof(*i->ips));
		i->n_ips = 1;
		if (!val_get_str(val_get(i->body, "properties"), "ipAddress") &&
		    !strieq(val_get_str(val_get(i->body, "properties"), "publicIPAddressVersion"),
		            "IPv6"))
			i->ips[0] = free_public(a, i);
	}
	if (!all || all->type != V_ARR || i->ips || give_gateway_addresses(a, i))
		return;
	i->n_ips = all->n;
	i->ips = arena_array(a->arena, all->n + 1, sizeof(*i->ips));
	for (uint32_t k = 0; read_ip_config(i, list, k, &c); k++)
		if (c.subnet)
			i->ips[k] = ip4_is_set(c.given)
			                ? c.given
			                : free_private(a, i, k, find_pool(a, c.subnet));
}

/* --- all of them ----------------------------------------------------------------------------- */

static bool takes_address(const struct inst *i)
{
	return runtime_type(i)->configs || runtime_type(i)->first;
}

/* Evaluates all resources that take addresses before any is given: an address that a later one
 * has statically must not be given to another one.  What waits for the resource that asks, or for
 * an address, is left out: it takes its addresses later, from what is left. */
static void evaluate_takers(struct arm *a)
{
	while (a->n_tried != a->n_resources || (a->n_left && a->n_tried_order != a->n_order)) {
		a->n_tried = a->n_resources;
		a->n_tried_order = a->n_order;
		a->n_left = 0;
		while (deployment_wake(a))
			;
		a->tentative++;
		for (size_t k = 0; k < a->n_deployments; k++)
			for (size_t j = 0; j < a->deployments[k]->n_insts; j++) {
				struct inst *i = a->deployments[k]->insts[j];
				bool cycle = a->cycle;

				if (i->state == ST_NEW && !i->existing && !i->off &&
				    takes_address(i) && inst_eval(i) < 0)
					a->n_left++;
				a->cycle = cycle;
			}
		a->tentative--;
	}
}

static int compare_numbers(const void *pa, const void *pb)
{
	const struct inst *a = *(const struct inst *const *)pa,
	                  *b = *(const struct inst *const *)pb;

	return (a->number > b->number) - (a->number < b->number);
}

/* Gives addresses in the order of the files, whichever resource reference() asked for first. */
static void give_addresses(struct arm *a, size_t from)
{
	size_t n = a->alloc->done - from;
	_cleanup_free_ struct inst **batch = xcalloc(n, sizeof(*batch));

	memcpy(batch, a->order + from, n * sizeof(*batch));
	qsort(batch, n, sizeof(*batch), compare_numbers);
	for (size_t k = 0; k < n; k++)
		if (batch[k]->state == ST_DONE)
			give_free_addresses(a, batch[k]);
}

int alloc_all(struct arm *a)
{
	size_t from;

	if (!a->alloc) {
		a->alloc = arena_alloc(a->arena, sizeof(*a->alloc));
		seed_pool(a, NULL);
	}
	if (a->alloc->trying) /* none is given before all that can be are evaluated */
		return -ELOOP;
	a->alloc->trying = true;
	evaluate_takers(a);
	a->alloc->trying = false;
	from = a->alloc->done;
	a->alloc->done = a->n_order;
	for (size_t k = from; k < a->n_order; k++)
		if (a->order[k]->state == ST_DONE)
			take_given_addresses(a, a->order[k]);
	if (a->alloc->done > from)
		give_addresses(a, from);
	return 0;
}

void alloc_free(struct arm *a)
{
	if (!a->alloc)
		return;
	for (struct pool *p = a->alloc->pools; p; p = p->hh.next)
		HASH_CLEAR(hh, p->used);
	HASH_CLEAR(hh, a->alloc->pools);
	free(a->alloc->taken);
	ranges_free(&a->alloc->ranges);
}
