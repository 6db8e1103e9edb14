/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/endpoint.h"

#include <errno.h>
#include <netinet/in.h>

#include "azure/lb.h"
#include "base/str.h"
#include "lab/proc/node.h"

void endpoint_done(struct endpoint *p)
{
	free(p->name);
	*p = (struct endpoint){ 0 };
}

/* The design's own names come first: see NAME-01. */
static const struct internet_host *internet_host(const struct lab *l, const char *name)
{
	if (model_vm(l->model, name) || model_lb(l->model, name))
		return NULL;
	for (size_t i = 0; i < l->model->n_internet; i++)
		if (strieq(l->model->internet[i].name, name))
			return &l->model->internet[i];
	return NULL;
}

static ip4 internet_ip(const struct lab *l)
{
	return l->model->n_internet ? l->model->internet[0].ip : IP4_NONE;
}

/* "VM/nic": that NIC; "VM": NULL. */
static int named_nic(const struct lab_node *n, const char *name, const struct nic **ret,
                     struct err *e)
{
	const char *slash = strrchr(name, '/');
	_cleanup_str_ struct str names = { 0 };

	if (!n->vm || !slash || strieq(n->name, name)) /* "dc1/srv" is a node */
		return 0;
	for (size_t i = 0; i < n->vm->n_nics; i++) {
		if (strieq(n->vm->nics[i]->name, slash + 1)) {
			*ret = n->vm->nics[i];
			return 0;
		}
		str_printf(&names, "%s%s", i ? ", " : "", n->vm->nics[i]->name);
	}
	return err_set(e, ENOENT, "%s has no NIC %s; it has %s", n->name, slash + 1,
	               str_get(&names));
}

int endpoint_from(struct lab *l, const char *name, struct endpoint *ret, struct err *e)
{
	const struct internet_host *host = internet_host(l, name);
	struct lab_node *n;
	int r = 0;

	if (host)
		n = node_always(l, NODE_INTERNET);
	else
		r = lab_node(l, name, &n, e);

	if (r < 0)
		return r;
	if (n->kind == NODE_FABRIC)
		return err_set(e, EINVAL,
		               "the fabric sends no packets of its own; name a VM, "
		               "ROUTESERVER/0 or internet");
	struct endpoint p = { .node = n };

	r = named_nic(n, name, &p.nic, e);
	if (r < 0)
		return r;
	if (host)
		p.ip = host->ip;
	else if (n->kind == NODE_INTERNET)
		p.ip = internet_ip(l);
	else if (p.nic)
		p.ip = p.nic->ip;
	p.name = p.nic ? xasprintf("%s/%s", n->name, p.nic->name) : xstrdup(host ? name : n->name);
	*ret = p;
	return 0;
}

/* From the Internet a VM is its public address; one without is asked by its private one, which
 * leads nowhere, as in Azure. */
static ip4 vm_address(const struct endpoint *from, const struct node *vm, const struct nic **nic)
{
	if (!*nic)
		*nic = vm->nics[0];
	if (from->node->kind != NODE_INTERNET)
		return (*nic)->ip;
	if (ip4_is_set((*nic)->public_ip))
		return (*nic)->public_ip;
	for (size_t i = 0; i < vm->n_nics; i++)
		if (ip4_is_set(vm->nics[i]->public_ip)) {
			*nic = vm->nics[i];
			return vm->nics[i]->public_ip;
		}
	return (*nic)->ip;
}

int endpoint_to(struct lab *l, const struct endpoint *from, const char *name, struct endpoint *ret,
                struct err *e)
{
	const struct internet_host *host = internet_host(l, name);
	struct endpoint p = { 0 };
	int r = ip4_parse(name, &p.ip);

	if (r == 0) {
		p.name = xstrdup(name);
		*ret = p;
		return 0;
	}
	if (r == -EAFNOSUPPORT)
		return err_set(e, EINVAL, "%s: only IPv4 is supported", name);
	const struct load_balancer *lb = model_lb(l->model, name);

	if (lb && !model_vm(l->model, name)) { /* its frontend */
		p.name = xstrdup(lb->name);
		p.ip = lb->ip;
		*ret = p;
		return 0;
	}
	r = 0;
	if (host)
		p.node = node_always(l, NODE_INTERNET);
	else
		r = lab_node(l, name, &p.node, e);
	if (r < 0)
		return r;
	r = named_nic(p.node, name, &p.nic, e);
	if (r < 0)
		return r;
	switch (p.node->kind) {
	case NODE_VM:
		p.ip = vm_address(from, p.node->vm, &p.nic);
		break;
	case NODE_ROUTE_SERVER:
		p.ip = p.node->rs->instance[p.node->instance];
		break;
	case NODE_INTERNET:
		p.ip = host ? host->ip : internet_ip(l);
		break;
	case NODE_FABRIC:
		p.ip = PLATFORM_IP;
		break;
	}
	p.name = xstrdup(host ? name : p.node->name);
	*ret = p;
	return 0;
}

static bool vm_listens(const struct node *vm, uint32_t port)
{
	for (size_t i = 0; i < vm->n_listen; i++)
		if (vm->listen[i].proto == LISTEN_TCP && vm->listen[i].port == port)
			return true;
	return false;
}

static bool pool_listens(const struct load_balancer *lb, uint16_t port)
{
	const struct walk_packet p = { .dst = lb->ip, .ip_proto = IPPROTO_TCP, .dport = port };
	const struct lb_nat_rule *nat = lb_nat_rule_of(lb, &p);
	const struct lb_rule *r = lb_rule_of(lb, &p);

	if (nat)
		return vm_listens(nat->nic->vm, nat->floating ? port : nat->backend_port);
	bool all = r && lb->n_backends;

	for (size_t i = 0; all && i < lb->n_backends; i++)
		all = vm_listens(lb->backends[i]->vm,
		                 r->protocol && !r->floating ? r->backend_port : port);
	return all;
}

/* Several may have the address, in VNets that do not see each other: all of them must listen. */
bool endpoint_echoes(const struct model *m, ip4 dst, uint16_t port)
{
	size_t n = 0, listens = 0;

	for (size_t i = 0; i < m->n_internet; i++)
		if (m->internet[i].ip == dst)
			return port == 80 || port == 443;
	for (size_t i = 0; i < m->n_vms; i++) {
		const struct node *vm = &m->vms[i];
		bool has = vm_has_address(vm, dst);

		for (size_t k = 0; k < vm->n_nics && !has; k++)
			has = vm->nics[k]->public_ip == dst;
		/* what a firewall gets for itself, it hands on */
		if (has && vm->role == VM_FIREWALL)
			return false;
		n += has;
		listens += has && vm_listens(vm, port);
	}
	for (size_t i = 0; i < m->n_load_balancers; i++)
		if (m->load_balancers[i].ip == dst) {
			n++;
			listens += pool_listens(&m->load_balancers[i], port);
		}
	return n && n == listens;
}
