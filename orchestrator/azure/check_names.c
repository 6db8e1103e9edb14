/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes of a lab are called like what they play: no two kinds of these have a name in common, and
 * what every lab has keeps its name. */
#include "azure/check.h"
#include "azure/hybrid.h"
#include "base/str.h"

static void tell_same_name(const char *kind, const char *name, const char *ptr, const char *other,
                           struct findings *f)
{
	error_at(f, "EMU-NAME-01", NULL, ptr, "rename one of them",
	         "%s \"%s\" has the name of a %s: their nodes in the lab would be called alike",
	         kind, name, other);
}

struct named {
	const char *name, *kind, *ptr;
};

static int named_cmp(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	int d = strcasecmp(a->name, b->name);

	return d ? d : strcmp(a->kind, b->kind);
}

static void check_same_names(const struct model *m, struct findings *f)
{
	size_t n = 0;
	_cleanup_free_ struct named *v =
	    xcalloc(m->n_gateways + m->n_circuits + m->n_sites + m->n_route_servers + m->n_vms + 1,
	            sizeof(*v));

	for (size_t i = 0; i < m->n_gateways; i++)
		v[n++] = (struct named){ m->gateways[i].name, "gateway", m->gateways[i].ptr };
	for (size_t i = 0; i < m->n_circuits; i++)
		v[n++] = (struct named){ m->circuits[i].name, "circuit", m->circuits[i].ptr };
	for (size_t i = 0; i < m->n_sites; i++)
		v[n++] = (struct named){ m->sites[i].name, "site", m->sites[i].ptr };
	for (size_t i = 0; i < m->n_route_servers; i++)
		v[n++] = (struct named){ m->route_servers[i].name, "Route Server",
			                 m->route_servers[i].ptr };
	for (size_t i = 0; n && i < m->n_vms; i++)
		if (!vm_is_hybrid(&m->vms[i]) && model_site(m, m->vms[i].name))
			v[n++] = (struct named){ m->vms[i].name, "virtual machine", m->vms[i].ptr };
	qsort(v, n, sizeof(*v), named_cmp);
	for (size_t i = 1; i < n; i++)
		if (strieq(v[i].name, v[i - 1].name) && v[i].kind != v[i - 1].kind)
			tell_same_name(v[i].kind, v[i].name, v[i].ptr, v[i - 1].kind, f);
}

static const char *vm_word(const struct node *vm)
{
	return vm->role == VM_FIREWALL   ? "firewall"
	       : vm->role == VM_ENDPOINT ? "private endpoint"
	                                 : "virtual machine";
}

/* Warns of an object whose name has a meaning in every lab: in a command the name means that
 * object. */
static void check_usual_name(const struct model *m, const char *name, const char *what,
                             struct findings *f)
{
	const struct node *vm = model_vm(m, name);
	const struct load_balancer *lb = model_lb(m, name);

	if (!vm && !lb)
		return;
	warning_at(f, "NAME-01", NULL, vm ? vm->ptr : lb->ptr,
	           "call it otherwise to reach both by name",
	           "in commands and checks \"%s\" is this %s, not %s", vm ? vm->name : lb->name,
	           vm ? vm_word(vm) : "load balancer", what);
}

static void check_usual_names(const struct model *m, struct findings *f)
{
	check_usual_name(m, "internet", "the Internet", f);
	check_usual_name(m, "fabric", "the virtual router", f);
	for (size_t i = 0; i < m->n_internet; i++) {
		_cleanup_free_ char *what =
		    xasprintf("the Internet's host %s", IP4_STR(m->internet[i].ip));

		check_usual_name(m, m->internet[i].name, what, f);
	}
}

void check_node_names(const struct model *m, struct findings *f)
{
	check_same_names(m, f);
	check_usual_names(m, f);
}
