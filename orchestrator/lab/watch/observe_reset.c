/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instances come and go; what is known of sessions that stay is kept. */
#include "lab/proc/node.h"
#include "lab/watch/observe_priv.h"
#include "lab/watch/room.h"
#include "lab/watch/sessions.h"

static struct instance *instance_new(struct driver *d, struct lab_node *n)
{
	struct instance *in = xcalloc(1, sizeof(*in));

	in->d = d;
	in->node = n;
	in->src.fd = -1;
	in->timer.fn = observe_on_timer;
	if (!n->rs) {
		in->n = observed_of(d->lab.model, n->vm, &in->sessions);
		return in;
	}
	in->n = n->rs->n_conns;
	in->sessions = xcalloc(in->n, sizeof(*in->sessions));
	for (size_t i = 0; i < in->n; i++) {
		in->sessions[i].conn = &n->rs->conns[i];
		in->sessions[i].instance = n->instance;
	}
	return in;
}

static void instance_free(struct instance *in)
{
	loop_timer_stop(in->d->loop, &in->timer);
	observe_hang_up(in);
	free(in->sessions);
	free(in);
}

/* Sessions are the same when names and addresses are: BIRD keeps those up. The old model is still
 * alive. */
static void inherit_sessions(struct instance *in, const struct instance *old)
{
	const struct lab *l = &in->d->lab;

	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < old->n; k++) {
			const struct hybrid_session *hybrid = in->sessions[i].session;

			if (hybrid) {
				if (hybrid_same(l, hybrid, old->sessions[k].session)) {
					in->sessions[i] = old->sessions[k];
					in->sessions[i].session = hybrid;
					in->sessions[i].stable = 0;
				}
				continue;
			}
			const struct bgp_connection *a = in->sessions[i].conn,
			                            *b = old->sessions[k].conn;

			const struct lab_node *peer =
			    a->nic ? node_find(l, a->nic->vm->name) : NULL;

			/* A peer that starts anew has lost its session, whether or not BIRD has
			 * noticed. */
			if (strieq(a->name, b->name) && a->peer_ip == b->peer_ip &&
			    a->peer_asn == b->peer_asn && !(peer && peer->fresh)) {
				in->sessions[i] = old->sessions[k];
				in->sessions[i].conn = a;
				in->sessions[i].stable = 0;
			}
		}
}

void observe_reset(struct driver *d)
{
	struct observer *o = d->watch->observer;
	struct instance **old = o->inst;
	size_t n_old = o->n;

	while (o->waiters) /* their counts are of instances that go */
		observe_waiter_done(o->waiters);
	o->inst = NULL;
	o->n = o->cap = 0;
	for (size_t i = 0; i < d->lab.n_nodes; i++) {
		struct lab_node *n = d->lab.nodes[i];

		if (!node_has_our_bird(n)) /* it has no BIRD of ours */
			continue;
		struct instance *in = instance_new(d, n);

		for (size_t k = 0; k < n_old; k++)
			if (old[k]->node == n)
				inherit_sessions(in, old[k]);
		VEC_PUSH(o->inst, o->n, o->cap) = in;
		loop_timer(d->loop, &in->timer, 0);
	}
	for (size_t k = 0; k < n_old; k++)
		instance_free(old[k]);
	free(old);
	o->converged = false;
}

void observe_forget(struct driver *d, const struct lab_node *n)
{
	struct observer *o = d->watch->observer;

	for (size_t i = 0; i < o->n; i++) {
		if (o->inst[i]->node != n)
			continue;
		while (o->waiters)
			observe_waiter_done(o->waiters);
		instance_free(o->inst[i]);
		memmove(&o->inst[i], &o->inst[i + 1], (o->n - i - 1) * sizeof(o->inst[0]));
		o->n--;
		return;
	}
}
