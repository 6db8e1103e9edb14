/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels between VMs: what a topology says of them, and how they are loaded. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/kind.h"
#include "base/str.h"
#include "input/load.h"

static const struct enum_value tunnel_types[] = { { "vxlan", 0, NULL, NULL }, END };

static const struct object_def tunnel_end = {
	"tunnelEnd", "an end of a tunnel", NULL,
	(const struct field[]){ { .name = "vm",
	                          .type = T_NAME,
	                          .shows = SHOWS_IN_GUEST,
	                          .required = true,
	                          .help = "a VM" },
	                        { .name = "nic",
	                          .type = T_NAME,
	                          .shows = SHOWS_IN_GUEST,
	                          .help = "The NIC whose address the outer packets have. Without "
	                                  "it: the first." },
	                        { .name = "outer",
	                          .type = T_IP,
	                          .shows = SHOWS_IN_GUEST,
	                          .help =
	                              "One of the VM's loopbacks, which the outer packets have "
	                              "instead of a NIC's address; routes have to lead to it." },
	                        { .name = "address",
	                          .type = T_TEXT,
	                          .shows = SHOWS_IN_GUEST,
	                          .required = true,
	                          .help = "\"ADDRESS/LENGTH\" of the device inside it" },
	                        END }
};

static const struct object_def tunnel = {
	"tunnel", "a tunnel",
	"An overlay between two VMs: real encapsulated packets over the fabric. The device is "
	"called "
	"like the tunnel; at most 15 characters.",
	(const struct field[]){ { .name = "type",
	                          .type = T_ENUM,
	                          .shows = SHOWS_AS_IT_RUNS,
	                          .values = tunnel_types,
	                          .dflt = "vxlan" },
	                        { .name = "ends",
	                          .type = T_LIST,
	                          .shows = SHOWS_INSIDE,
	                          .item = T_OBJECT,
	                          .object = &tunnel_end,
	                          .required = true,
	                          .min = 2,
	                          .help = "two of them" },
	                        { .name = "vni",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_GUEST,
	                          .min = 1,
	                          .max = 16777215,
	                          .dflt = "100",
	                          .at = AT(struct tunnel, vni),
	                          .help = "VXLAN network identifier." },
	                        { .name = "port",
	                          .type = T_UINT,
	                          .shows = SHOWS_IN_GUEST,
	                          .min = 1,
	                          .max = 65535,
	                          .dflt = "4789",
	                          .at = AT(struct tunnel, port),
	                          .help = "UDP port." },
	                        END }
};

/* "192.0.2.1/30": an address with its network's length. */
static bool address_parse(const char *s, ip4 *ret, uint8_t *len)
{
	const char *slash = s ? strchr(s, '/') : NULL;
	char text[32];
	struct prefix net;

	if (!slash || slash - s >= 20)
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(slash - s), s);
	if (ip4_parse(text, ret) < 0)
		return false;
	snprintf(text, sizeof(text), "0.0.0.0%s", slash);
	if (prefix_parse(text, &net) < 0)
		return false;
	*len = net.len;
	return true;
}

static void load_end_nic(struct loader *l, struct tunnel_end *e, const char *name)
{
	if (!e->vm || !name)
		return;
	for (size_t i = 0; i < e->vm->n_nics; i++)
		if (strieq(e->vm->nics[i]->name, name))
			e->nic = e->vm->nics[i];
	if (e->nic)
		return;
	e->broken = true;
	load_error(l, "TUN-NIC-01", NULL, arena_printf(l->a, "%s/nic", e->ptr),
	           "name one of \"nics\" of the VM", "\"%s\" has no NIC \"%s\"", e->vm->name, name);
}

static void load_end_outer(struct loader *l, struct tunnel_end *e, const char *address)
{
	ip4 a = IP4_NONE;
	bool own = false;

	if (!e->vm || !address || ip4_parse(address, &a) < 0)
		return;
	for (size_t i = 0; i < e->vm->guest.n_loopbacks; i++)
		own |= e->vm->guest.loopbacks[i] == a;
	e->outer = a;
	if (own && !e->nic)
		return;
	e->broken = true;
	load_error(l, "TUN-OUTER-01", NULL, arena_printf(l->a, "%s/outer", e->ptr),
	           own ? "leave one of \"nic\" and \"outer\" out"
	               : "add it to the VM's \"loopbacks\"; for a NIC's address there is \"nic\"",
	           own ? "the end at \"%s\" names a NIC, and %s" : "\"%s\" has no loopback %s",
	           e->vm->name, address);
}

static void load_end(struct loader *l, struct tunnel_end *e, json_t *x, const char *ptr)
{
	const char *vm = json_string_value(json_object_get(x, "vm"));
	const char *address = json_string_value(json_object_get(x, "address"));

	e->ptr = ptr;
	e->broken = !vm || !address || !schema_name_valid(vm);
	if (e->broken)
		return;
	e->vm = model_vm(l->m, vm);
	if (!e->vm)
		load_unknown(l, SCOPE_VMS, vm, arena_printf(l->a, "%s/vm", ptr));
	if (!address_parse(address, &e->address, &e->len)) {
		load_error(l, "TUN-ADDR-01", NULL, arena_printf(l->a, "%s/address", ptr),
		           "write it as 192.0.2.1/30", "\"%s\" is no address with a length",
		           address);
		e->broken = true;
	}
	e->broken |= !e->vm;
	load_end_nic(l, e, json_string_value(json_object_get(x, "nic")));
	load_end_outer(l, e, json_string_value(json_object_get(x, "outer")));
}

static void load_ends(struct loader *l, void *obj, json_t *x)
{
	struct tunnel *t = obj;
	json_t *ends = json_object_get(x, "ends");

	if (json_array_size(ends) != 2) {
		t->broken = true;
		if (json_array_size(ends) > 2)
			load_error(l, "TUN-ENDS-01", NULL, arena_printf(l->a, "%s/ends", t->ptr),
			           "make a tunnel for each pair",
			           "tunnel \"%s\" has %zu ends; it takes two", t->name,
			           json_array_size(ends));
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		load_end(l, &t->end[i], json_array_get(ends, i),
		         arena_printf(l->a, "%s/ends/%zu", t->ptr, i));
		t->broken |= t->end[i].broken;
	}
}

/* All VMs are there. */
static void resolve_tunnels(struct loader *l, const struct kind *k)
{
	load_each(l, k, load_ends);
}

const struct kind kind_tunnel = {
	.key = "tunnels",
	.what = "tunnel",
	.help = "Tunnels between VMs by name.",
	.object = &tunnel,
	.place = 200,
	.list = KIND_LIST(tunnels, n_tunnels),
	.resolve = resolve_tunnels,
};
