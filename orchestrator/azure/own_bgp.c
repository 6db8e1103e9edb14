/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/own_bgp.h"

#include "base/str.h"

static const struct {
	const char *file, *image; /* image NULL: any other */
	void (*read)(struct own_reader *r, const char *text);
} READERS[] = {
	{ "bgpd.conf", "openbgpd", own_read_openbgpd },
	{ "bgpd.conf", NULL, own_read_frr },
	{ "frr.conf", NULL, own_read_frr },
	{ "bird.conf", NULL, own_read_bird },
	{ "exabgp.conf", NULL, own_read_exabgp },
	{ "gobgpd.conf", NULL, own_read_gobgp },
};

static void read_bgp_file(struct model *m, struct node *vm, const struct config_file *f)
{
	for (size_t i = 0; i < ARRAY_LEN(READERS); i++) {
		if (!streq(READERS[i].file, f->name) ||
		    (READERS[i].image && !strieq(READERS[i].image, vm->guest.image)))
			continue;
		struct own_reader r = { .a = m->arena, .b = vm->guest.own, .file = f };

		READERS[i].read(&r, f->content);
		return;
	}
}

void own_bgp_read(struct model *m)
{
	for (size_t i = 0; i < m->n_vms; i++) {
		struct node *vm = &m->vms[i];

		if (vm->guest.n_configs && !vm->guest.own)
			vm->guest.own = arena_alloc(m->arena, sizeof(*vm->guest.own));
		for (size_t k = 0; k < vm->guest.n_configs; k++)
			if (vm->guest.configs[k].content)
				read_bgp_file(m, vm, &vm->guest.configs[k]);
	}
}

/* Takes over what a neighbour's group, or its template, says for its members. */
static void inherit(struct own_neighbor *n, const struct own_bgp *b)
{
	const char *group = n->group;

	for (int depth = 0; group && depth < 8; depth++) {
		const struct own_neighbor *g = NULL;

		for (size_t i = 0; i < b->n_neighbors && !g; i++)
			if (streq(b->neighbors[i].name, group))
				g = &b->neighbors[i];
		if (!g)
			return;
		if (!n->remote_as) {
			n->remote_as = g->remote_as;
			n->remote_line = g->remote_line;
		}
		if (!n->local_as) {
			n->local_as = g->local_as;
			n->local_line = g->local_line;
		}
		n->multihop |= g->multihop;
		n->filtered |= g->filtered;
		n->muted |= g->muted;
		n->connected |= g->connected;
		n->strict |= g->strict;
		group = g->group;
	}
}

bool own_bgp_neighbor(const struct node *vm, ip4 address, struct own_neighbor *ret)
{
	const struct own_bgp *b = vm->guest.own;

	for (size_t i = 0; b && i < b->n_neighbors; i++) {
		if (b->neighbors[i].address != address)
			continue;
		*ret = b->neighbors[i];
		inherit(ret, b);
		return true;
	}
	return false;
}

uint32_t own_bgp_asn(const struct node *vm, ip4 neighbor, const struct config_file **ret_file,
                     unsigned *ret_line)
{
	const struct own_bgp *b = vm->guest.own;
	struct own_neighbor n;

	if (!b || !own_bgp_neighbor(vm, neighbor, &n))
		return 0;
	*ret_file = n.local_as ? n.file : b->file;
	*ret_line = n.local_as ? n.local_line : b->asn_line;
	return n.local_as ? n.local_as : b->asn;
}

bool own_bgp_announces(const struct node *vm, ip4 neighbor, struct prefix p)
{
	struct own_neighbor n;

	if (ip4_is_none(neighbor) || !own_bgp_neighbor(vm, neighbor, &n) || n.filtered || n.muted)
		return false;
	for (size_t i = 0; i < vm->guest.own->n_networks; i++)
		if (prefix_eq(vm->guest.own->networks[i].prefix, p))
			return true;
	return false;
}

bool own_neighbor_too_far(const struct node *vm, const struct own_neighbor *n)
{
	if (!n->connected || n->multihop)
		return false;
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->subnet && prefix_has(vm->nics[i]->subnet->prefix, n->address))
			return false;
	return true;
}
