/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What runs in the machines, by the signals that the design gives. */
#include <stdio.h>

#include "azure/subnet.h"
#include "input/import/choice.h"
#include "input/import/priv.h"

/* --- addresses that Azure would give --------------------------------------------------------- */

static bool is_address_taken(const struct import *im, const struct res *subnet, ip4 ip)
{
	for (size_t i = 0; i < im->n_nics; i++)
		if (im->nics[i].subnet == subnet && im->nics[i].ip == ip)
			return true;
	for (size_t i = 0; i < im->n_taken; i++)
		if (im->taken[i].subnet == subnet && im->taken[i].ip == ip)
			return true;
	return false;
}

/* Sets n->ip of dynamic NICs to what Azure would give: the lowest free one from base+4 on, in
 * the order of the file. */
static void guess_addresses(struct import *im)
{
	for (size_t i = 0; i < im->n_nics; i++) {
		struct im_nic *n = &im->nics[i];
		struct prefix p;

		if (!n->dynamic || !n->subnet || !n->subnet->out ||
		    prefix_parse(
		        json_string_value(json_object_get(n->subnet->out, "addressPrefix")), &p) <
		        0)
			continue;
		for (uint32_t k = SUBNET_KEPT; k < prefix_size(p) && ip4_is_none(n->ip) && k < 4096;
		     k++)
			if (!is_address_taken(im, n->subnet, prefix_at(p, k)))
				n->ip = prefix_at(p, k);
	}
}

/* Makes a dynamic address static, since `by` refers to it. */
static void pin_address(struct import *im, struct im_nic *n, const struct res *by)
{
	if (!n->dynamic)
		return;
	n->dynamic = false;
	put_str(n->out, "privateIPAddress", IP4_STR(n->ip));
	im_note(im, SEV_INFO, "IMPORT-NIC-03", by, "give the NIC a static address in the design",
	        "\"%s\" counts on %s, the address that NIC \"%s\" happens to get: it is dynamic",
	        by->name, IP4_STR(n->ip), n->lab);
}

/* --- signals ---------------------------------------------------------------------------------- */

/* Is the NIC's network the Route Server's, or peered with it?  Address spaces may repeat in
 * one file. */
static bool near_route_server(const struct im_nic *n, const char *vnet)
{
	const struct res *own = n->subnet ? n->subnet->parent : NULL;
	const char *key;
	json_t *v;

	if (!own || !own->lab || !vnet)
		return false;
	if (strieq(own->lab, vnet))
		return true;
	json_object_foreach (json_object_get(own->out, "peerings"), key, v)
		if (strieq(json_string_value(json_object_get(v, "remoteVirtualNetwork")), vnet))
			return true;
	return false;
}

struct facts {
	json_t *vm;
	struct guest_facts f;
};

static struct guest_facts *find_facts(struct facts *v, size_t n, const json_t *vm)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].vm == vm)
			return &v[i].f;
	return NULL;
}

static void set_route_to_route_server(struct import *im, struct guest_facts *f,
                                      const struct im_nic *nic, const char *vnet)
{
	json_t *v = json_object_get(json_object_get(im->topology, "virtualNetworks"), vnet);
	json_t *subnet = json_object_get(json_object_get(v, "subnets"), "RouteServerSubnet");
	const char *to = json_string_value(json_object_get(subnet, "addressPrefix"));
	const char *own = json_string_value(json_object_get(nic->subnet->out, "addressPrefix"));
	struct prefix p;

	if (!to || !own || prefix_parse(own, &p) < 0)
		return;
	snprintf(f->rs_prefix, sizeof(f->rs_prefix), "%s", to);
	snprintf(f->rs_via, sizeof(f->rs_via), "%s", IP4_STR(subnet_gateway(p)));
}

static void find_bgp_peers(struct import *im, struct facts *v, size_t n)
{
	struct res *c;

	IM_EACH(im, c, NET "virtualhubs/bgpconnections")
	{
		const char *vnet =
		    c->out ? json_string_value(json_object_get(c->parent->out, "virtualNetwork"))
		           : NULL;
		ip4 ip;

		if (!vnet || ip4_parse(arm_str(c->j, "peerIp"), &ip) < 0)
			continue;
		for (size_t i = 0; i < im->n_nics; i++) {
			struct im_nic *nic = &im->nics[i];
			struct guest_facts *f = find_facts(v, n, nic->vm_out);

			if (!f || nic->ip != ip || !near_route_server(nic, vnet))
				continue;
			f->bgp_peer = true;
			f->peer_asn = json_integer_value(json_object_get(c->out, "peerAsn"));
			set_route_to_route_server(im, f, nic, vnet);
			pin_address(im, nic, c);
		}
	}
}

/* Is the NIC a backend of a load balancer that has the address? */
static bool balances_to_nic(struct import *im, const char *ip, const char *nic)
{
	const char *name;
	json_t *lb, *v;
	size_t i;

	json_object_foreach (json_object_get(im->topology, "loadBalancers"), name, lb) {
		if (!streq(json_string_value(json_object_get(lb, "privateIPAddress")), ip))
			continue;
		json_array_foreach (json_object_get(lb, "backends"), i, v)
			if (strieq(json_string_value(v), nic))
				return true;
	}
	return false;
}

static void find_next_hops(struct import *im, struct facts *v, size_t n)
{
	struct res *r;

	IM_EACH(im, r, NET "routetables/routes")
	{
		const char *via = json_string_value(json_object_get(r->out, "nextHopIpAddress"));
		ip4 ip;

		if (!via || ip4_parse(via, &ip) < 0)
			continue;
		for (size_t i = 0; i < im->n_nics; i++) {
			struct im_nic *nic = &im->nics[i];
			struct guest_facts *f = find_facts(v, n, nic->vm_out);

			if (!f || (nic->ip != ip && !balances_to_nic(im, via, nic->lab)))
				continue;
			f->next_hop = true;
			if (nic->ip == ip)
				pin_address(im, nic, r);
		}
	}
}

static bool is_vendor_image(const json_t *vm)
{
	static const char *const publishers[] = {
		"cisco",
		"fortinet",
		"paloaltonetworks",
		"checkpoint",
		"aviatrix-systems",
		"barracudanetworks",
		"juniper-networks",
		"thefreebsdfoundation",
		"arista-networks",
		"f5-networks",
		"sophos",
		"vyos",
		"mikrotik",
		"netgate",
		"128technology",
		"vmware-inc",
	};
	const char *s = arm_str(vm, "storageProfile.imageReference.publisher");

	if (!s)
		s = arm_str(vm, "plan.publisher");
	for (size_t i = 0; s && i < ARRAY_LEN(publishers); i++)
		if (strieq(s, publishers[i]))
			return true;
	return false;
}

static bool is_named_like_appliance(const char *name)
{
	static const char *const words[] = { "*nva*",    "*fw*",  "*firewall*", "*csr*",
		                             "*router*", "*lnx*", "*forti*",    "*opnsense*" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_glob(words[i], name))
			return true;
	return false;
}

/* --- the machines ----------------------------------------------------------------------------- */

void im_take_files(struct import *im, const char *name, json_t *out, json_t *files)
{
	const char *file;
	json_t *text;

	json_object_foreach (files, file, text) {
		const char *path = arena_printf(im->a, "%s/%s", name, file);

		im_set_in(out, "config", file, json_string(path));
		json_object_set(im->files, path, text);
	}
}

static void append_new(json_t *list, const json_t *more)
{
	json_t *v, *x;
	size_t i, k;

	json_array_foreach ((json_t *)more, i, v) {
		bool there = false;

		json_array_foreach (list, k, x)
			there |= json_equal(x, v);
		if (!there)
			json_array_append(list, v);
	}
}

/* Findings keep the pointer: returns a static string. */
static const char *guest_rule(const char *rule)
{
	static const char *const rules[] = { "IMPORT-GUEST-01", "IMPORT-GUEST-02",
		                             "IMPORT-GUEST-03" };

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (streq(rules[i], rule))
			return rules[i];
	return rules[1];
}

static void apply_guest(struct import *im, const struct res *r, const char *name, json_t *out,
                        json_t *result)
{
	static const char *const keys[] = { "bgp",       "routes",          "loopbacks",
		                            "sourceNat", "sourceNatExcept", "listen" };
	json_t *origin = json_incref(json_object_get(out, "source")), *v;
	const char *source = json_string_value(origin);
	size_t i;

	json_object_set(out, "image", json_object_get(result, "image"));
	im_take_files(im, name, out, json_object_get(result, "files"));
	for (i = 0; i < ARRAY_LEN(keys); i++) {
		v = json_object_get(result, keys[i]);
		if (v && json_is_array(json_object_get(out, keys[i])))
			append_new(json_object_get(out, keys[i]), v);
		else if (v)
			json_object_set(out, keys[i], v);
	}
	json_array_foreach (json_object_get(result, "notes"), i, v) {
		const char *rule = json_string_value(json_object_get(v, "rule"));
		const char *severity = json_string_value(json_object_get(v, "severity"));

		finding_add_source(im->f, streq(severity, "warning") ? SEV_WARNING : SEV_INFO,
		                   guest_rule(rule), NULL, r ? r->source : source,
		                   json_string_value(json_object_get(v, "hint")), "\"%s\" %s", name,
		                   json_string_value(json_object_get(v, "text")));
	}
	if (!origin)
		return;
	json_object_del(out, "source"); /* "source" stands last */
	json_object_set_new(out, "source", origin);
}

static struct res *find_resource_of(struct import *im, const json_t *out)
{
	for (size_t i = 0; i < im->n; i++)
		if (im->v[i]->out == out)
			return im->v[i];
	return NULL;
}

/* Its extensions and run commands. */
static json_t *find_extensions(struct import *im, const struct res *r)
{
	static const char *const types[] = { "microsoft.compute/virtualmachines/extensions",
		                             "microsoft.compute/virtualmachines/runcommands" };
	json_t *list = json_array();
	struct res *c;

	for (size_t i = 0; r && i < ARRAY_LEN(types); i++)
		IM_EACH(im, c, types[i])
	if (c->parent == r)
		json_array_append(list, c->j);
	return list;
}

/* The VM, or a scale set's template in the form of one.  New reference. */
static json_t *machine_of_resource(const struct res *r)
{
	json_t *profile = r ? arm_get(r->j, "virtualMachineProfile") : NULL;

	if (profile)
		return json_pack("{s:s, s:O}", "name", r->name, "properties", profile);
	return r ? json_incref(r->j) : json_object();
}

/* What is said to run in a machine; NULL: it is to be guessed. */
static json_t *given_guest(const struct import *im, const struct res *r)
{
	return r ? json_object_get(im->o->guests, r->key) : NULL;
}

/* New reference. */
static json_t *guess_guest(struct import *im, const struct res *r, const char *name,
                           struct guest_facts *f)
{
	json_t *vm = machine_of_resource(r), *children = find_extensions(im, r), *result;

	f->vendor_image = is_vendor_image(vm);
	f->named_so = is_named_like_appliance(name);
	result = choose_guest(vm, children, im->o->folder, f);
	json_decref(children);
	json_decref(vm);
	return result;
}

void import_guests(struct import *im)
{
	json_t *vms = json_object_get(im->topology, "virtualMachines"), *out;
	size_t n = 0, total = json_object_size(vms);
	_cleanup_free_ struct facts *facts = xcalloc(total + 1, sizeof(*facts));
	const char *name;

	/* Nothing is looked for around a machine whose inside is given. */
	json_object_foreach (vms, name, out)
		facts[n++].vm = given_guest(im, find_resource_of(im, out)) ? NULL : out;
	guess_addresses(im);
	find_bgp_peers(im, facts, n);
	find_next_hops(im, facts, n);
	for (size_t i = 0; i < im->n_nics; i++) {
		struct guest_facts *f = find_facts(facts, n, im->nics[i].vm_out);

		if (f)
			f->forwards |=
			    json_is_true(json_object_get(im->nics[i].out, "enableIPForwarding"));
	}
	n = 0;
	json_object_foreach (vms, name, out) {
		struct guest_facts *f = &facts[n++].f;
		const struct res *r = find_resource_of(im, out);
		json_t *given = given_guest(im, r);
		json_t *result = given ? json_incref(given) : guess_guest(im, r, name, f);

		apply_guest(im, r, name, out, result);
		json_decref(result);
	}
}
