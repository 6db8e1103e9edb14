/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/failures.h"

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "base/str.h"

static const char *const kind_words[] = {
	[FAIL_APPLIANCE] = "appliance",
	[FAIL_BACKEND] = "backend of a load balancer",
	[FAIL_FIREWALL] = "Azure Firewall",
	[FAIL_INSTANCE] = "Route Server instance",
	[FAIL_GATEWAY] = "gateway instance",
	[FAIL_CIRCUIT] = "circuit",
	[FAIL_TUNNEL] = "tunnel",
	[FAIL_LINK] = "link",
	[FAIL_PAIR] = "pair",
};

const char *failure_kind_str(enum failure_kind k)
{
	return kind_words[k];
}

void failures_free(struct failures *f)
{
	free(f->v);
	arena_free(f->arena);
	*f = (struct failures){ 0 };
}

/* --- one of them -----------------------------------------------------------------------------
 */

static struct failure *add_failure(struct failures *all, enum failure_kind kind, const char *name)
{
	struct failure *x = &VEC_PUSH(all->v, all->n, all->cap);

	*x = (struct failure){ .name = arena_strdup(all->arena, name), .kind = kind };
	return x;
}

static void add_fault(struct failures *all, struct failure *x, char *words /* stolen */)
{
	const char **more = arena_array(all->arena, x->n_faults + 1, sizeof(*more));

	if (x->n_faults)
		memcpy(more, x->faults, x->n_faults * sizeof(*more));
	more[x->n_faults++] = arena_strdup(all->arena, words);
	x->faults = more;
	free(words);
}

static void add_away(struct failures *all, struct failure *x, const struct node *vm)
{
	const struct node **more = arena_array(all->arena, x->n_vms + 1, sizeof(struct node *));

	if (x->n_vms)
		memcpy(more, x->vms, x->n_vms * sizeof(struct node *));
	more[x->n_vms++] = vm;
	x->vms = more;
}

static void stop_vm(struct failures *all, struct failure *x, const struct node *vm)
{
	add_fault(all, x, xasprintf("stop %s", vm->name));
	add_away(all, x, vm);
}

static void cut_cable(struct failures *all, enum failure_kind kind, const struct nic *n)
{
	_cleanup_free_ char *name = n->tunnel && kind == FAIL_TUNNEL
	                                ? xstrdup(n->tunnel->name)
	                                : xasprintf("%s/%s", n->vm->name, n->name);

	struct failure *x = add_failure(all, kind, name);

	add_fault(all, x, xasprintf("link %s/%s down", n->vm->name, n->name));
	x->cables[x->n_cables++] = n;
}

/* --- what there is ---------------------------------------------------------------------------
 */

static bool is_in_pool(const struct model *m, const struct node *vm)
{
	for (size_t i = 0; i < m->n_load_balancers; i++)
		for (size_t k = 0; k < m->load_balancers[i].n_backends; k++)
			if (m->load_balancers[i].backends[k]->vm == vm)
				return true;
	return false;
}

static bool is_peer(const struct model *m, const struct node *vm)
{
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (size_t k = 0; k < m->route_servers[i].n_conns; k++)
			if (m->route_servers[i].conns[k].nic &&
			    m->route_servers[i].conns[k].nic->vm == vm)
				return true;
	return false;
}

static bool is_forwarder(const struct node *vm)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->forwarding && !vm->nics[i]->peer)
			return true;
	return false;
}

/* -1: its loss is nobody else's. */
static int kind_of_machine(const struct model *m, const struct node *vm)
{
	if (vm->broken || vm->deallocated)
		return -1;
	if (vm->role == VM_FIREWALL)
		return FAIL_FIREWALL;
	if (vm->role == VM_GATEWAY)
		return FAIL_GATEWAY;
	if (vm->role != VM_USER)
		return -1;
	return is_forwarder(vm) || is_peer(m, vm) ? FAIL_APPLIANCE
	       : is_in_pool(m, vm)                ? FAIL_BACKEND
	                                          : -1;
}

static void add_machine_failures(struct failures *all, const struct model *m,
                                 enum failure_kind kind)
{
	for (size_t i = 0; i < m->n_vms; i++)
		if (kind_of_machine(m, &m->vms[i]) == (int)kind)
			stop_vm(all, add_failure(all, kind, m->vms[i].name), &m->vms[i]);
}

static void add_instance_failures(struct failures *all, const struct model *m)
{
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (unsigned k = 0; k < 2 && m->route_servers[i].subnet; k++) {
			_cleanup_free_ char *name = xasprintf("%s/%u", m->route_servers[i].name, k);
			struct failure *x = add_failure(all, FAIL_INSTANCE, name);

			add_fault(all, x, xasprintf("kill %s --hold", name));
			x->rs[0] = &m->route_servers[i];
			x->instance[0] = k;
			x->n_instances = 1;
		}
}

static void add_circuits(struct failures *all, const struct model *m)
{
	for (size_t i = 0; i < m->n_circuits; i++) {
		const struct circuit *c = &m->circuits[i];

		if (c->broken)
			continue;
		struct failure *x = add_failure(all, FAIL_CIRCUIT, c->name);

		for (unsigned k = 0; k < 2; k++)
			stop_vm(all, x, c->vm[k]);
	}
}

/* Between the instances of a gateway, and between a site's hosts and its router, is nothing that
 * somebody ordered. */
static bool is_inner_wire(const struct nic *n)
{
	return (n->vm->role == VM_GATEWAY && vm_gateway(n->vm) == vm_gateway(n->peer->vm)) ||
	       n->vm->role == VM_SITE_HOST || n->peer->vm->role == VM_SITE_HOST;
}

/* Each wire once: by the end that comes first in the model. */
static void add_wires(struct failures *all, const struct model *m, enum failure_kind kind)
{
	for (size_t i = 0; i < m->n_vms; i++)
		for (size_t k = 0; k < m->vms[i].n_nics; k++) {
			const struct nic *n = m->vms[i].nics[k];

			if (!n->peer || n->peer->vm->idx < i || is_inner_wire(n))
				continue;
			if ((n->tunnel || n->ipsec ? FAIL_TUNNEL : FAIL_LINK) == kind)
				cut_cable(all, kind, n);
		}
}

static void add_nic_failures(struct failures *all, const struct model *m)
{
	for (size_t i = 0; i < m->n_vms; i++) {
		const struct node *vm = &m->vms[i];
		size_t n = 0;

		for (size_t k = 0; k < vm->n_nics; k++)
			n += !vm->nics[k]->peer;
		for (size_t k = 0; n > 1 && k < vm->n_nics; k++)
			if (!vm->nics[k]->peer && kind_of_machine(m, vm) == FAIL_APPLIANCE)
				cut_cable(all, FAIL_LINK, vm->nics[k]);
	}
}

/* --- pairs -----------------------------------------------------------------------------------
 */

static bool has_fault(const struct failure *x, const char *words)
{
	for (size_t i = 0; i < x->n_faults; i++)
		if (streq(x->faults[i], words))
			return true;
	return false;
}

/* A cable of what is away already. */
static bool is_cable_of(const struct failure *cable, const struct failure *x)
{
	for (size_t i = 0; i < x->n_vms; i++)
		for (size_t k = 0; k < cable->n_cables; k++) {
			const struct nic *n = cable->cables[k];

			if (n->vm == x->vms[i] || (n->peer && n->peer->vm == x->vms[i]))
				return true;
		}
	return false;
}

static bool can_fail_together(const struct failure *a, const struct failure *b)
{
	for (size_t i = 0; i < a->n_faults; i++)
		if (has_fault(b, a->faults[i]))
			return false;
	return !is_cable_of(a, b) && !is_cable_of(b, a);
}

static void join(struct failures *all, struct failure *x, const struct failure *part)
{
	for (size_t i = 0; i < part->n_faults; i++)
		add_fault(all, x, xstrdup(part->faults[i]));
	for (size_t i = 0; i < part->n_vms; i++)
		add_away(all, x, part->vms[i]);
	for (size_t i = 0; i < part->n_cables; i++)
		x->cables[x->n_cables++] = part->cables[i];
	for (size_t i = 0; i < part->n_instances; i++, x->n_instances++) {
		x->rs[x->n_instances] = part->rs[i];
		x->instance[x->n_instances] = part->instance[i];
	}
}

static void add_pairs(struct failures *all)
{
	size_t n = all->n;

	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			if (!can_fail_together(&all->v[i], &all->v[k]))
				continue;
			_cleanup_free_ char *name =
			    xasprintf("%s + %s", all->v[i].name, all->v[k].name);
			struct failure x = *add_failure(all, FAIL_PAIR, name);

			x.of[0] = i;
			x.of[1] = k;
			join(all, &x, &all->v[i]);
			join(all, &x, &all->v[k]);
			all->v[all->n - 1] = x;
		}
}

void failures_of(const struct model *m, bool pairs, struct failures *ret)
{
	*ret = (struct failures){ .arena = arena_new() };
	add_machine_failures(ret, m, FAIL_APPLIANCE);
	add_machine_failures(ret, m, FAIL_BACKEND);
	add_machine_failures(ret, m, FAIL_FIREWALL);
	add_instance_failures(ret, m);
	add_machine_failures(ret, m, FAIL_GATEWAY);
	add_circuits(ret, m);
	add_wires(ret, m, FAIL_TUNNEL);
	add_wires(ret, m, FAIL_LINK);
	add_nic_failures(ret, m);
	if (pairs)
		add_pairs(ret);
}

/* --- checks about what is away ---------------------------------------------------------------
 */

static bool is_away(const struct failure *f, const struct node *vm)
{
	for (size_t i = 0; i < f->n_vms; i++)
		if (f->vms[i] == vm)
			return true;
	return false;
}

static const struct node *machine_of(const struct model *m, const char *name)
{
	const struct node *vm = model_vm(m, name);
	const struct nic *n = vm ? NULL : model_nic(m, name);

	return n ? n->vm : vm;
}

/* Loopbacks are not its own: they stand for what is behind it. */
static bool has_nic_address(const struct node *vm, ip4 a)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->ip == a)
			return true;
	return vm_has_instance(vm, a);
}

/* A name, or an address of which all owners are away. */
static bool is_end_away(const struct failure *f, const struct model *m, const char *name)
{
	const struct node *vm = machine_of(m, name);
	bool some = false;
	ip4 a;

	if (vm || ip4_parse(name, &a) < 0)
		return vm && is_away(f, vm);
	for (size_t i = 0; i < m->n_vms; i++) {
		if (!has_nic_address(&m->vms[i], a))
			continue;
		if (!is_away(f, &m->vms[i]))
			return false;
		some = true;
	}
	return some;
}

static bool is_failed_instance(const struct failure *f, const struct route_server *rs, unsigned k)
{
	for (size_t i = 0; i < f->n_instances; i++)
		if (f->rs[i] == rs && (k == CHECK_BOTH_INSTANCES || f->instance[i] == k))
			return true;
	return false;
}

/* A session, the routes of a session, or the routes of a NIC. */
static bool is_subject_away(const struct failure *f, const struct model *m, const struct check *c)
{
	const struct bgp_connection *p = model_connection(m, c->subject);
	const struct node *vm = p ? NULL : machine_of(m, c->subject);

	if (p)
		return (p->nic && is_away(f, p->nic->vm)) ||
		       is_failed_instance(f, p->rs, c->instance);
	for (size_t i = 0; !vm && i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		if (hybrid_session_is(s, c->subject) &&
		    (is_away(f, s->vm) || (s->peer && is_away(f, s->peer)) ||
		     (s->rs && is_failed_instance(f, s->rs, s->instance))))
			return true;
	}
	return vm && is_away(f, vm);
}

bool failure_takes(const struct failure *f, const struct model *m, const struct check *c)
{
	return (c->from && is_end_away(f, m, c->from)) || (c->to && is_end_away(f, m, c->to)) ||
	       (c->subject && is_subject_away(f, m, c));
}
