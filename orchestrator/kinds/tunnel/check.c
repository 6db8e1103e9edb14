/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels: the rules. */
#include "azure/check.h"
#include "azure/hybrid.h"
#include "base/str.h"

/* The VM that has an end of both; NULL: none. */
static const struct node *find_shared_vm(const struct tunnel *t, const struct tunnel *u)
{
	for (unsigned i = 0; i < 4; i++)
		if (t->end[i / 2].vm == u->end[i % 2].vm)
			return t->end[i / 2].vm;
	return NULL;
}

/* Linux tells them apart by nothing else: not by who is at the other end. */
static void check_vni(const struct model *m, const struct tunnel *t, struct findings *f)
{
	for (size_t i = 0; i < t->idx; i++) {
		const struct tunnel *u = &m->tunnels[i];
		const struct node *vm = u->broken ? NULL : find_shared_vm(t, u);

		if (vm && t->vni == u->vni && t->port == u->port)
			error_at(f, "TUN-VNI-01", NULL, t->ptr, "give it a vni of its own",
			         "tunnels \"%s\" and \"%s\" on \"%s\" have one vni, %u, and one "
			         "port, %u",
			         u->name, t->name, vm->name, t->vni, t->port);
	}
}

static void check_tunnel(const struct model *m, const struct tunnel *t, struct findings *f)
{
	const struct node *a = t->end[0].vm, *b = t->end[1].vm;

	if (strlen(t->name) > 15)
		error_at(f, "TUN-NAME-01", NULL, t->ptr, "shorten it",
		         "tunnel \"%s\": its devices have its name, of 15 characters at most",
		         t->name);
	if (t->broken)
		return;
	if (str_starts(t->name, "eth") || strieq(t->name, "lo"))
		error_at(f, "TUN-NAME-01", NULL, t->ptr, "use another name",
		         "tunnel \"%s\": that is the name of another device", t->name);
	if (a == b)
		error_at(f, "TUN-ENDS-02", NULL, t->ptr, "name two VMs",
		         "both ends of tunnel \"%s\" are \"%s\"", t->name, a->name);
	else if (t->end[0].address == t->end[1].address)
		error_at(f, "TUN-ADDR-02", NULL, t->ptr, "give each end an own one",
		         "both ends of tunnel \"%s\" have %s", t->name, IP4_STR(t->end[0].address));
	check_vni(m, t, f);
}

static void check_tunnels(const struct model *m, struct findings *f)
{
	for (size_t i = 0; i < m->n_tunnels; i++)
		check_tunnel(m, &m->tunnels[i], f);
}

const struct rules tunnel_rules = { check_tunnels };
