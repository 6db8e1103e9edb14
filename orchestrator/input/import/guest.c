/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides what runs in the machines, by the signals that the design gives. */
#include <stdio.h>

#include "azure/subnet.h"
#include "input/import/choice.h"
#include "input/import/priv.h"
#include "input/resources.h"

/* --- signals ---------------------------------------------------------------------------------- */

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

struct machine { /* one of the topology's */
	const char *name;
	json_t *out;
	const struct res *res; /* NULL: a host that stands for what is not among the resources */
	json_t *given;         /* what the user says that runs in it; NULL: guess */
	struct guest_facts f;
	UT_hash_handle hh; /* by out */
};

struct machines {
	struct machine *v;
	size_t n;
	struct machine *by_out;
};

/* NULL, too, for a machine whose inside is given: nothing is looked for around it. */
static struct guest_facts *find_facts(const struct machines *m, const json_t *out)
{
	struct machine *found;

	HASH_FIND_PTR(m->by_out, &out, found);
	return found && !found->given ? &found->f : NULL;
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

static void find_bgp_peers(struct import *im, const struct machines *m)
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
			struct guest_facts *f = nic->ip == ip ? find_facts(m, nic->vm_out) : NULL;

			if (!f || !near_route_server(nic, vnet))
				continue;
			f->bgp_peer = true;
			f->peer_asn = json_integer_value(json_object_get(c->out, "peerAsn"));
			set_route_to_route_server(im, f, nic, vnet);
			pin_address(im, nic, c);
		}
	}
}

/* Adds the NICs, by their names in small letters, that load balancers of the address have behind
 * them. */
static void add_backends(const struct import *im, const char *ip, json_t *nics)
{
	const char *name;
	json_t *lb, *v;
	size_t i;

	json_object_foreach (json_object_get(im->topology, "loadBalancers"), name, lb) {
		if (!streq(json_string_value(json_object_get(lb, "privateIPAddress")), ip))
			continue;
		json_array_foreach (json_object_get(lb, "backends"), i, v) {
			_cleanup_free_ char *key = resource_key(json_string_value(v));

			json_object_set_new(nics, key, json_true());
		}
	}
}

static void find_next_hop_machine(struct import *im, const struct machines *m, struct res *r,
                                  const char *via)
{
	json_t *backends = json_object();
	ip4 ip;

	add_backends(im, via, backends);
	for (size_t i = 0; i < im->n_nics && ip4_parse(via, &ip) == 0; i++) {
		struct im_nic *nic = &im->nics[i];
		_cleanup_free_ char *key =
		    json_object_size(backends) ? resource_key(nic->lab) : NULL;
		struct guest_facts *f = nic->ip == ip || (key && json_object_get(backends, key))
		                            ? find_facts(m, nic->vm_out)
		                            : NULL;

		if (!f)
			continue;
		f->next_hop = true;
		if (nic->ip == ip)
			pin_address(im, nic, r);
	}
	json_decref(backends);
}

static void find_next_hops(struct import *im, const struct machines *m)
{
	json_t *seen = json_object();
	struct res *r;

	IM_EACH(im, r, NET "routetables/routes")
	{
		const char *via = json_string_value(json_object_get(r->out, "nextHopIpAddress"));

		if (!via || json_object_get(seen, via))
			continue;
		json_object_set_new(seen, via, json_true());
		find_next_hop_machine(im, m, r, via);
	}
	json_decref(seen);
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

/* Its extensions and run commands. */
static json_t *find_extensions(const struct res *r)
{
	static const char *const types[] = { "microsoft.compute/virtualmachines/extensions",
		                             "microsoft.compute/virtualmachines/runcommands" };
	json_t *list = json_array();
	struct res *c;

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		IM_EACH_CHILD(c, r, types[i])
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

/* New reference. */
static json_t *guess_guest(struct import *im, struct machine *m)
{
	json_t *vm = machine_of_resource(m->res), *children = find_extensions(m->res), *result;

	m->f.vendor_image = is_vendor_image(vm);
	m->f.named_so = is_named_like_appliance(m->name);
	result = choose_guest(vm, children, im->o->folder, &m->f);
	json_decref(children);
	json_decref(vm);
	return result;
}

static void list_machines(const struct import *im, struct machines *m)
{
	json_t *vms = json_object_get(im->topology, "virtualMachines"), *out;
	const char *name;

	m->v = xcalloc(json_object_size(vms) + 1, sizeof(*m->v));
	json_object_foreach (vms, name, out) {
		struct machine *x = &m->v[m->n++];

		x->name = name;
		x->out = out;
		HASH_ADD_PTR(m->by_out, out, x);
	}
	for (size_t i = 0; i < im->n; i++) {
		const struct res *r = im->v[i];
		struct machine *x = NULL;

		if (r->out)
			HASH_FIND_PTR(m->by_out, &r->out, x);
		if (!x || x->res)
			continue;
		x->res = r;
		x->given = json_object_get(im->o->guests, r->key);
	}
}

void import_guests(struct import *im)
{
	struct machines m = { 0 };

	list_machines(im, &m);
	import_dynamic_addresses(im);
	find_bgp_peers(im, &m);
	find_next_hops(im, &m);
	for (size_t i = 0; i < im->n_nics; i++) {
		struct guest_facts *f = find_facts(&m, im->nics[i].vm_out);

		if (f)
			f->forwards |=
			    json_is_true(json_object_get(im->nics[i].out, "enableIPForwarding"));
	}
	for (size_t i = 0; i < m.n; i++) {
		struct machine *x = &m.v[i];

		if (json_object_get(im->services, x->name))
			continue;
		json_t *result = x->given ? json_incref(x->given) : guess_guest(im, x);

		apply_guest(im, x->res, x->name, x->out, result);
		json_decref(result);
	}
	HASH_CLEAR(hh, m.by_out);
	free(m.v);
}
