/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels between VMs. */
#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "input/load.h"

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
}

void load_tunnels(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "tunnels"), *x;
	const struct jptr *at = JPTR(NULL, "tunnels");
	const char *key;

	m->tunnels = arena_array(l->a, json_object_size(map), sizeof(*m->tunnels));
	json_object_foreach (map, key, x) {
		struct tunnel *t = &m->tunnels[m->n_tunnels];
		const struct jptr *here = JPTR(at, key);
		json_t *ends = json_object_get(x, "ends");

		t->idx = m->n_tunnels++;
		t->name = arena_strdup(l->a, key);
		t->ptr = load_ptr(l, here);
		t->broken = !schema_fill(&schema_tunnel, x, l->a, t);
		if (json_array_size(ends) != 2) {
			t->broken = true;
			if (json_array_size(ends) > 2)
				load_error(l, "TUN-ENDS-01", NULL, load_ptr(l, JPTR(here, "ends")),
				           "make a tunnel for each pair",
				           "tunnel \"%s\" has %zu ends; it takes two", key,
				           json_array_size(ends));
			continue;
		}
		for (size_t i = 0; i < 2; i++) {
			load_end(l, &t->end[i], json_array_get(ends, i),
			         load_ptr(l, JPTR_AT(JPTR(here, "ends"), i)));
			t->broken |= t->end[i].broken;
		}
	}
}
