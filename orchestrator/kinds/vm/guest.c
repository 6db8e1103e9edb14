/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads what is inside a guest: the configuration that is generated for its daemon, routes,
 * addresses. */
#include "base/str.h"
#include "input/load.h"
#include "kinds/vm/vm.h"

const struct object_def bgp_def = {
	"bgp", "the appliance's bgp",
	"The configuration that is generated for the appliance's daemon.",
	(const struct field[]){
	    { .name = "asn",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .min = 1,
	      .max = UINT32_MAX,
	      .required = true,
	      .at = AT(struct bgp_block, asn),
	      .help = "its AS number" },
	    { .name = "advertise",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_PREFIX,
	      .help = "Prefixes that it announces." },
	    { .name = "asPathPrepend",
	      .type = T_UINT,
	      .shows = SHOWS_IN_FILES,
	      .max = 32,
	      .dflt = "0",
	      .at = AT(struct bgp_block, prepend),
	      .help = "How often it adds its AS number once more." },
	    { .name = "communities",
	      .type = T_LIST,
	      .shows = SHOWS_IN_FILES,
	      .item = T_COMMUNITY,
	      .help = "Communities on what it announces; 65535:65282 is NO_ADVERTISE." },
	    { .name = "nextHop",
	      .type = T_IP,
	      .shows = SHOWS_IN_FILES,
	      .nullable = true,
	      .at = AT(struct bgp_block, next_hop),
	      .help = "Next hop of what it announces, when not its own address." },
	    END }
};

const struct object_def guest_route_def = { "guestRoute", "a route inside the guest", NULL,
	                                    (const struct field[]){
	                                        { .name = "prefix",
	                                          .type = T_PREFIX,
	                                          .shows = SHOWS_IN_GUEST,
	                                          .required = true,
	                                          .at = AT(struct guest_route, prefix),
	                                          .help = "destination" },
	                                        { .name = "via",
	                                          .type = T_IP,
	                                          .shows = SHOWS_IN_GUEST,
	                                          .required = true,
	                                          .at = AT(struct guest_route, via),
	                                          .help = "next hop, in one of the VM's subnets" },
	                                        { .name = "from",
	                                          .type = T_IP,
	                                          .shows = SHOWS_IN_GUEST,
	                                          .nullable = true,
	                                          .at = AT(struct guest_route, from),
	                                          .help = "Only for packets with this source, an "
	                                                  "address of the VM: policy routing, for "
	                                                  "answers by the NIC that was asked." },
	                                        END } };

void vm_load_bgp(struct loader *l, struct node *vm, json_t *x, const struct jptr *at)
{
	struct bgp_block *b = &vm->guest.bgp;
	json_t *advertise = json_object_get(x, "advertise");
	json_t *communities = json_object_get(x, "communities"), *y;
	size_t i;

	b->present = true;
	b->ptr = load_ptr(l, at);
	vm->broken |= !schema_fill(&bgp_def, x, l->a, b);
	b->advertise = arena_array(l->a, json_array_size(advertise), sizeof(*b->advertise));
	json_array_foreach (advertise, i, y)
		if (json_is_string(y) &&
		    !prefix_parse(json_string_value(y), &b->advertise[b->n_advertise]))
			b->n_advertise++;
		else
			vm->broken = true;
	b->communities = arena_array(l->a, json_array_size(communities), sizeof(char *));
	json_array_foreach (communities, i, y)
		if (json_is_string(y))
			b->communities[b->n_communities++] =
			    arena_strdup(l->a, json_string_value(y));
}

/* An empty list is one, too. */
static void load_nat_except(struct loader *l, struct node *vm, json_t *list)
{
	json_t *y;
	size_t i;

	if (!json_is_array(list))
		return;
	vm->guest.nat_except =
	    arena_array(l->a, json_array_size(list) + 1, sizeof(*vm->guest.nat_except));
	if (json_array_size(list) > GUEST_NAT_EXCEPT_MAX) {
		_cleanup_free_ char *ptr = xasprintf("%s/sourceNatExcept", vm->ptr);

		load_error(l, "TOPO-RANGE-01", NULL, ptr, "name bigger prefixes",
		           "sourceNatExcept takes at most %d prefixes", GUEST_NAT_EXCEPT_MAX);
	}
	json_array_foreach (list, i, y)
		if (json_is_string(y) && vm->guest.n_nat_except < GUEST_NAT_EXCEPT_MAX &&
		    !prefix_parse(json_string_value(y),
		                  &vm->guest.nat_except[vm->guest.n_nat_except]))
			vm->guest.n_nat_except++;
}

void vm_load_guest(struct loader *l, struct node *vm, json_t *x, const struct jptr *at)
{
	json_t *routes = json_object_get(x, "routes"), *listen = json_object_get(x, "listen"), *y;
	json_t *loopbacks = json_object_get(x, "loopbacks");
	const struct jptr *routes_at = JPTR(at, "routes");
	size_t i;

	vm->guest.routes = arena_array(l->a, json_array_size(routes), sizeof(*vm->guest.routes));
	json_array_foreach (routes, i, y) {
		struct guest_route *r = &vm->guest.routes[vm->guest.n_routes];

		r->ptr = load_ptr(l, JPTR_AT(routes_at, i));
		if (schema_fill(&guest_route_def, y, l->a, r))
			vm->guest.n_routes++;
		else
			vm->broken = true;
	}
	load_listen(l, vm, listen);
	load_nat_except(l, vm, json_object_get(x, "sourceNatExcept"));
	vm->guest.loopbacks =
	    arena_array(l->a, json_array_size(loopbacks), sizeof(*vm->guest.loopbacks));
	json_array_foreach (loopbacks, i, y)
		if (json_is_string(y) &&
		    !ip4_parse(json_string_value(y), &vm->guest.loopbacks[vm->guest.n_loopbacks]))
			vm->guest.n_loopbacks++;
}
