/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security groups on the way: outbound NIC then subnet, inbound subnet then NIC; answers to what
 * has passed pass too (azure-behaviour 4). */
#include "azure/nsg.h"
#include "azure/walk_priv.h"

/* The packet answers one that passed n the other way. */
static bool answers_passed_flow(const struct walker *x, const struct nic *n, bool out)
{
	const struct walk *to = x->env->reply_to;

	for (size_t i = 0; to && i < to->n_flows; i++) {
		const struct walk_flow *f = &to->flows[i];

		if (f->nic == n && f->out != out && f->p.src == x->p.dst && f->p.dst == x->p.src &&
		    f->p.sport == x->p.dport && f->p.dport == x->p.sport)
			return true;
	}
	return false;
}

static bool groups_allow(struct walker *x, const struct nic *n, bool out, const char **ret_reason)
{
	enum nsg_direction d = out ? NSG_OUT : NSG_IN;
	const struct nsg *g = NULL;
	const struct nsg_rule *r = nsg_denies(
	    x->m, n, d, &x->p, eff_cache_get(x->tables, nic_routes(n), nic_instance(n)), &g, NULL);

	if (r)
		*ret_reason = nsg_reason(x->w->arena, n, d, &x->p, g, r);
	return !r;
}

enum step walk_filter(struct walker *x, const struct nic *n, bool out)
{
	const struct nsg *groups[2];
	const char *reason = NULL;
	char buf[256] = "";
	bool platform = out && (x->p.dst == PLATFORM_IP || x->p.dst == METADATA_IP);
	bool ok = true;

	if (!nsg_of_nic(n, out ? NSG_OUT : NSG_IN, groups))
		return STEP_NIC;
	/* azure-behaviour 1.7: what a NIC sends to the platform is not subject to them */
	if (!platform && !answers_passed_flow(x, n, out)) {
		if (x->env->filter)
			ok = x->env->filter(x->env->ctx, n, out, &x->p, buf);
		else
			ok = groups_allow(x, n, out, &reason);
	}
	if (!ok) {
		x->w->denied_at = n;
		x->w->denied_out = out;
		return walk_drop(x, "%s", reason ? reason : buf);
	}
	VEC_PUSH(x->w->flows, x->w->n_flows, x->w->cap_flows) = (struct walk_flow){ n, out, x->p };
	return STEP_NIC;
}

enum step walk_into_nic(struct walker *x, const struct nic *n)
{
	if (x->p.dst != n->ip && !n->forwarding)
		return walk_drop(x,
		                 "NIC %s of %s drops it: it is not for its address %s, and "
		                 "enableIPForwarding is off; set it to true on that NIC",
		                 n->name, n->vm->name, IP4_STR(n->ip));
	return walk_filter(x, n, false);
}
