/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A load balancer on the way (azure-behaviour 5): as the next hop of a route it hands the packet to
 * a backend as it is; what is for its own address gets the backend's address and port, unless the
 * rule has a floating IP. */
#include <netinet/in.h>
#include <stdio.h>

#include "azure/lb.h"
#include "azure/outside.h"
#include "azure/subnet.h"
#include "azure/walk_priv.h"

static const char *const MODES[] = { [LB_BY_FLOW] = "the five-tuple",
	                             [LB_BY_IP] = "both addresses",
	                             [LB_BY_PROTOCOL] = "both addresses and the protocol" };

static size_t count_healthy_backends(const struct runtime *rt, const struct load_balancer *lb)
{
	size_t n = 0;

	for (size_t i = 0; i < lb->n_backends; i++)
		n += lb_backend_up(rt, lb, i);
	return n;
}

static void choose_by_nat_rule(const struct lb_nat_rule *r, struct walk_choice *ret)
{
	ret->backend = r->nic;
	if (!r->floating) {
		ret->ip = r->nic->ip;
		ret->port = (uint16_t)r->backend_port;
	}
	snprintf(ret->reason, sizeof(ret->reason), "inbound NAT rule %.80s: to %.80s", r->name,
	         r->nic->vm->name);
}

/* Nobody is healthy: the first one whose answers to probes leave by another NIC says what to do. */
static void say_unhealthy(const struct walk_env *env, const struct load_balancer *lb, char *buf,
                          size_t cap)
{
	int n =
	    snprintf(buf, cap,
	             "no backend of load balancer %.40s is healthy: of %zu none runs and passes "
	             "its probe",
	             lb->name, lb->n_backends);

	for (size_t i = 0; lb->probe.present && i < lb->n_backends; i++) {
		const struct nic *b = lb->backends[i], *by = lb_answers_by(b);

		if (!by || !vm_runs(env->rt, b->vm))
			continue;
		snprintf(buf + n, cap - (size_t)n,
		         "; %.20s answers it by NIC %.20s, where Azure drops that: routes { "
		         "\"prefix\": \"0.0.0.0/0\", \"via\": \"%s\", \"from\": \"%s\" }",
		         b->vm->name, by->name, IP4_STR(subnet_gateway(b->subnet->prefix)),
		         IP4_STR(b->ip));
		return;
	}
}

void walk_balance_default(const struct walk_env *env, const struct load_balancer *lb,
                          const struct walk_packet *p, struct walk_choice *ret)
{
	const struct lb_nat_rule *nat = lb_nat_rule_of(lb, p);
	const struct lb_rule *r = lb_rule_of(lb, p);
	size_t n = count_healthy_backends(env->rt, lb);

	*ret = (struct walk_choice){ 0 };
	if (nat) {
		choose_by_nat_rule(nat, ret);
		return;
	}
	if (!r && !lb->subnet) {
		snprintf(ret->reason, sizeof(ret->reason),
		         "no rule of load balancer %.80s takes it; add one for its protocol and "
		         "port, or an inbound NAT rule",
		         lb->name);
		return;
	}
	if (!r) {
		snprintf(ret->reason, sizeof(ret->reason),
		         "no rule of load balancer %.80s takes it; add one for its protocol and "
		         "port, or HA ports (protocol All, both ports 0)",
		         lb->name);
		return;
	}
	if (p->dst == lb->ip && p->ip_proto != IPPROTO_TCP && p->ip_proto != IPPROTO_UDP) {
		snprintf(ret->reason, sizeof(ret->reason),
		         "the frontend of load balancer %.80s answers no ping; probe one of its "
		         "ports, or a backend",
		         lb->name);
		return;
	}
	if (!n) {
		say_unhealthy(env, lb, ret->reason, sizeof(ret->reason));
		return;
	}
	ret->backend = lb_slot_backend(env->rt, lb, lb_slot((enum lb_mode)r->mode, p));
	if (p->dst == lb->ip && !r->floating) {
		ret->ip = ret->backend->ip;
		ret->port = (uint16_t)r->backend_port;
	}
	snprintf(ret->reason, sizeof(ret->reason), "rule %.80s: to %.80s, one of %zu healthy by %s",
	         r->name, ret->backend->vm->name, n, MODES[r->mode]);
}

/* The flow's backend, when this is the way back of a packet that came by here. */
static const struct nic *find_pinned_backend(struct walker *x, const struct load_balancer *lb)
{
	const struct walk *to = x->env->reply_to;

	for (size_t i = 0; to && i < to->n_pins; i++) {
		const struct walk_pin *q = &to->pins[i];

		if (q->lb == lb && q->p.src == x->p.dst && q->p.dst == x->p.src)
			return q->backend;
	}
	return NULL;
}

static void translate_to_backend(struct walker *x, const struct load_balancer *lb,
                                 const struct walk_choice *c, struct walk_hop *hop)
{
	struct walk_packet before = x->p;

	x->p.dst = c->ip;
	if (c->port)
		x->p.dport = c->port;
	VEC_PUSH(x->w->nats, x->w->n_nats, x->w->cap_nats) =
	    (struct walk_nat){ .nic = c->backend, .lb = lb, .before = before, .after = x->p };
	hop->reason = TEXT(x, "%s; destination becomes %s%s", hop->reason, IP4_STR(c->ip),
	                   c->port && c->port != before.dport ? TEXT(x, " port %u", c->port) : "");
}

/* Hands a packet from the Internet to NIC `to` without a route; only security groups stand between.
 */
static enum step receive_from_internet(struct walker *x, const struct load_balancer *lb,
                                       const struct nic *to)
{
	if (!vm_runs(x->env->rt, to->vm))
		return walk_drop(x,
		                 "%s, which load balancer %s leads to, is stopped (deallocated); "
		                 "start it",
		                 to->vm->name, lb->name);
	if (balancer_closed(lb, to))
		return walk_drop(
		    x,
		    "load balancer %s is of SKU Standard, which lets nothing in from the Internet "
		    "until a security group of the backend does, and neither NIC %s of %s nor "
		    "subnet %s has one; attach a group with an inbound rule that allows it",
		    lb->name, to->name, to->vm->name, to->subnet->name);
	return walk_into_nic(x, to);
}

enum step walk_to_balancer(struct walker *x, const struct nic *n, const struct load_balancer *lb,
                           const struct nic **ret)
{
	const struct nic *back = find_pinned_backend(x, lb);
	struct walk_choice c = { .backend = back };

	if (n && walk_pass(x, n, lb->subnet) == STEP_END)
		return STEP_END;
	x->at_balancer = true;
	struct walk_hop *hop = walk_hop_add(x, lb->name, NULL);

	if (back) {
		hop->reason = TEXT(x, "the flow is at %s already, and stays there", back->vm->name);
	} else {
		if (x->env->balance)
			x->env->balance(x->env->ctx, lb, &x->p, &c);
		else
			walk_balance_default(x->env, lb, &x->p, &c);
		hop->reason = TEXT(x, "%s", c.reason);
		if (!c.backend)
			return walk_drop(x, "%s", c.reason);
	}
	VEC_PUSH(x->w->pins, x->w->n_pins, x->w->cap_pins) =
	    (struct walk_pin){ lb, c.backend, x->p };
	if (ip4_is_set(c.ip))
		translate_to_backend(x, lb, &c, hop);
	*ret = c.backend;
	return n ? walk_receive(x, n, c.backend) : receive_from_internet(x, lb, c.backend);
}

void walk_balancer_reply(struct walker *x, const struct nic *n)
{
	const struct walk *to = x->env->reply_to;

	for (size_t i = to ? to->n_nats : 0; i--;) {
		const struct walk_nat *t = &to->nats[i];

		if (t->lb && t->nic == n && t->after.dst == x->p.src && t->after.src == x->p.dst) {
			x->p.src = t->before.dst;
			x->p.sport = t->before.dport;
			return;
		}
	}
}
