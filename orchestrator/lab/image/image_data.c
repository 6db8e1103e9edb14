/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data that the templates of an image see: the "bgp" block with everything that the daemons'
 * languages cannot work out for themselves. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/subnet.h"
#include "lab/image/image_def.h"

static json_t *str_new(const char *s)
{
	return json_string(s);
}

static json_t *ip_new(ip4 a)
{
	return ip4_is_set(a) ? json_string(IP4_STR(a)) : json_null();
}

/* Every instance of every Route Server that has a bgpConnection to one of the VM's NICs: both must
 * be peered with (azure-behaviour 7.4). */
static json_t *peers(const struct model *m, const struct node *vm)
{
	json_t *list = json_array();

	for (size_t r = 0; r < m->n_route_servers; r++) {
		const struct route_server *rs = &m->route_servers[r];

		for (size_t c = 0; c < rs->n_conns; c++) {
			const struct nic *nic = rs->conns[c].nic;

			for (int i = 0; nic && nic->vm == vm && i < 2; i++) {
				_cleanup_free_ char *name = xasprintf("rs%zu_%d", r, i);

				json_array_append_new(
				    list,
				    json_pack("{s:o,s:i,s:s,s:s,s:i,s:o,s:o}", "address",
				              ip_new(rs->instance[i]), "asn", (int)AZURE_ASN,
				              "name", name, "routeServer", rs->name, "instance", i,
				              "localAddress", ip_new(nic->ip), "gateway",
				              ip_new(subnet_gateway(nic->subnet->prefix))));
			}
		}
	}
	for (size_t i = 0; i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];
		_cleanup_free_ char *name = xasprintf("gw%zu", i);

		if (s->vm == vm)
			json_array_append_new(
			    list,
			    json_pack("{s:o,s:I,s:s,s:s,s:i,s:o,s:o}", "address",
			              ip_new(s->peer_ip), "asn", (json_int_t)s->peer_asn, "name",
			              name, "routeServer", s->peer->name, "instance", 0,
			              "localAddress", ip_new(s->local_ip), "gateway", json_null()));
	}
	return list;
}

static json_t *make_bgp_prefixes(const struct bgp_block *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->n_advertise; i++)
		json_array_append_new(list, json_pack("{s:s,s:s,s:i}", "prefix",
		                                      PREFIX_STR(b->advertise[i]), "address",
		                                      IP4_STR(b->advertise[i].addr), "length",
		                                      (int)b->advertise[i].len));
	return list;
}

/* "65535:65282" in one and in two pieces. */
static json_t *communities(const struct bgp_block *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->n_communities; i++) {
		char *colon;
		unsigned long high = strtoul(b->communities[i], &colon, 10);
		unsigned long low = *colon ? strtoul(colon + 1, NULL, 10) : 0;

		json_array_append_new(list, json_pack("{s:s,s:i,s:i}", "text", b->communities[i],
		                                      "high", (int)high, "low", (int)low));
	}
	return list;
}

json_t *image_data(const struct model *m, const struct node *vm)
{
	const struct bgp_block *b = &vm->guest.bgp;
	const struct nic *nic = vm->n_nics ? vm->nics[0] : NULL;
	_cleanup_str_ struct str path = { 0 }, tags = { 0 };
	json_t *d = json_object(), *each = json_array();

	for (uint32_t i = 0; i < b->prepend; i++) {
		str_printf(&path, "%s%u", i ? " " : "", b->asn);
		json_array_append_new(each, json_integer(b->asn));
	}
	for (size_t i = 0; i < b->n_communities; i++)
		str_printf(&tags, "%s%s", i ? " " : "", b->communities[i]);
	json_object_set_new(d, "name", str_new(vm->name));
	json_object_set_new(d, "routerId", ip_new(nic ? nic->ip : 0));
	json_object_set_new(
	    d, "gateway",
	    ip_new(nic && nic->subnet ? subnet_gateway(nic->subnet->prefix) : IP4_NONE));
	json_object_set_new(d, "asn", b->present ? json_integer(b->asn) : json_null());
	/* The same by a name that the peers' "asn" does not hide. */
	json_object_set_new(d, "localAsn", b->present ? json_integer(b->asn) : json_null());
	json_object_set_new(d, "peers", peers(m, vm));
	json_object_set_new(d, "advertise", make_bgp_prefixes(b));
	json_object_set_new(d, "prepend", str_new(str_get(&path)));
	json_object_set_new(d, "prependEach", each);
	json_object_set_new(d, "prependCount", b->prepend ? json_integer(b->prepend) : json_null());
	json_object_set_new(
	    d, "policy", json_boolean(b->prepend || b->n_communities || ip4_is_set(b->next_hop)));
	json_object_set_new(d, "communities", communities(b));
	json_object_set_new(d, "communityList", str_new(str_get(&tags)));
	json_object_set_new(d, "nextHop", ip_new(b->next_hop));
	return d;
}
