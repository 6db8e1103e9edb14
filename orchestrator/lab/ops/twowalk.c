/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/twowalk.h"

#include <netinet/in.h>

#include "base/str.h"

static bool same_nodes(const struct walk *a, const struct walk *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!streq(a->hops[i].node, b->hops[i].node))
			return false;
	return true;
}

static bool same_hops(const struct walk *a, const struct walk *b)
{
	return a->verdict == b->verdict && a->n == b->n && same_nodes(a, b, a->n);
}

/* The model drops a packet at the NIC whose cable is cut, the kernel at the other end of the cable:
 * one hop before. */
static bool ends_at_cut(struct kwalk *k, const struct walk *model, const struct walk *kernel)
{
	const struct walk_hop *last = model->n ? &model->hops[model->n - 1] : NULL;

	return model->verdict == WALK_DROPPED && kernel->verdict == WALK_DROPPED &&
	       model->n == kernel->n + 1 && same_nodes(model, kernel, kernel->n) && last &&
	       last->nic && kwalk_is_cut(k, last->nic);
}

static void walk_both(struct kwalk *k, const struct lab_node *sender, struct walk_packet p,
                      const struct one_way *reply_to, struct one_way *ret)
{
	*ret = (struct one_way){ .sender = sender->name, .agree = true };
	kwalk_start(k, sender, &p, &ret->start);
	if (!ret->start.nic && !ret->start.internet)
		return;
	struct walk_env m = *kwalk_model(k), real = *kwalk_kernel(k);

	if (reply_to) {
		m.reply_to = reply_to->model;
		real.reply_to = reply_to->kernel;
	}
	ret->model = walk_packet_path(&m, ret->start.nic, &p);
	ret->kernel = walk_packet_path(&real, ret->start.nic, &p);
	ret->agree = same_hops(ret->model, ret->kernel) || ends_at_cut(k, ret->model, ret->kernel);
}

enum verdict one_way_verdict(const struct one_way *w)
{
	if (w->model)
		return w->model->verdict;
	return w->start.local ? WALK_DELIVERED : WALK_DROPPED;
}

enum verdict one_way_kernel_verdict(const struct one_way *w)
{
	return w->kernel ? w->kernel->verdict : one_way_verdict(w);
}

const char *one_way_reason(const struct one_way *w)
{
	return w->model ? w->model->reason : w->start.reason;
}

static const struct lab_node *node_named(struct kwalk *k, const struct walk *w)
{
	const struct walk_hop *last = &w->hops[w->n - 1];

	return last->nic ? kwalk_node_of(k, last->nic) : kwalk_node_named(k, last->node);
}

void two_ways(struct kwalk *k, const struct endpoint *from, const struct endpoint *to,
              struct walk_packet p, struct two_ways *ret)
{
	*ret = (struct two_ways){ 0 };
	walk_both(k, from->node, p, NULL, &ret->there);
	if (one_way_verdict(&ret->there) == WALK_DELIVERED && ret->there.model) {
		const struct walk *w = ret->there.model;
		const struct lab_node *n = node_named(k, w);

		/* The platform answers by itself: there is no way to tell of. */
		if (!n || n->kind == NODE_FABRIC)
			return;
		ret->has_back = true;
		walk_both(k, n, walk_reply(w), &ret->there, &ret->back);
		if (ret->back.model) {
			walk_judge_rest(ret->there.model, ret->back.model);
			walk_judge_rest(ret->there.kernel, ret->back.kernel);
		}
		return;
	}
	/* It does not arrive.  Would what the other side sends arrive?  That halves the search. */
	if (!to || !to->node || to->node->kind == NODE_FABRIC || !ret->there.model)
		return;
	struct walk_packet sent = ret->there.model->sent;
	struct walk_packet back = { .src = to->nic ? to->nic->ip : to->ip,
		                    .dst = sent.src,
		                    .ip_proto = sent.ip_proto,
		                    .sport = sent.dport,
		                    .dport = sent.sport };

	if (to->node->kind == NODE_INTERNET || from->node->kind == NODE_INTERNET)
		return; /* translated on the way: unasked it means nothing */
	ret->has_back = true;
	walk_both(k, to->node, back, NULL, &ret->back);
}

void two_ways_done(struct two_ways *w)
{
	/* what walks back refers to what walked there */
	walk_free(w->back.model);
	walk_free(w->back.kernel);
	walk_free(w->there.model);
	walk_free(w->there.kernel);
	*w = (struct two_ways){ 0 };
}

bool two_ways_answered(const struct two_ways *w)
{
	return one_way_kernel_verdict(&w->there) == WALK_DELIVERED &&
	       (!w->has_back || one_way_kernel_verdict(&w->back) == WALK_DELIVERED);
}

bool two_ways_unwalked(const struct two_ways *w)
{
	return (w->there.model && w->there.model->n_unwalked) ||
	       (w->has_back && w->back.model && w->back.model->n_unwalked);
}

bool two_ways_agree(const struct two_ways *w)
{
	return w->there.agree && (!w->has_back || w->back.agree);
}

/* Describes a packet that never left its sender: one hop that says why. */
static json_t *stayed_json(const struct one_way *w)
{
	const char *v = verdict_str(one_way_verdict(w));

	return json_pack("{s:s, s:s, s:[{s:s, s:n, s:n, s:n, s:s}]}", "verdict", v, "reason",
	                 w->start.reason, "hops", "node", w->sender, "nic", "route", "nextHop",
	                 "reason", w->start.reason);
}

static json_t *one_way_json(const struct one_way *w)
{
	if (!w->model) {
		json_t *o = stayed_json(w);

		json_object_set_new(o, "kernel", stayed_json(w));
		json_object_set_new(o, "agree", json_true());
		return o;
	}
	json_t *o = walk_json(w->model);

	json_object_set_new(o, "kernel", walk_json(w->kernel));
	json_object_set_new(o, "agree", json_boolean(w->agree));
	return o;
}

/* Says why TCP would break, which a ping or a datagram does not show; NULL: it would not. */
static const char *tcp_breaks(const struct two_ways *w)
{
	struct walk_break b;

	if (!w->has_back || !w->back.model || w->there.model->sent.ip_proto == IPPROTO_TCP ||
	    !walk_find_break(w->there.model, w->back.model, &b))
		return NULL;
	return b.reason;
}

/* Describes what becomes of the flow: the way that does not deliver decides, there before back. */
static json_t *flow_json(const struct two_ways *w)
{
	bool there = one_way_verdict(&w->there) == WALK_DELIVERED;
	const struct one_way *end = there && w->has_back ? &w->back : &w->there;
	const struct walk *m = end->model;
	const char *node = !m ? end->sender : m->breaks_at ? m->breaks_at : m->hops[m->n - 1].node;

	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:b, s:s?}", "verdict",
	                      verdict_str(one_way_verdict(end)), "reason", one_way_reason(end),
	                      "node", node, "way", end == &w->there ? "there" : "back", "half",
	                      m && m->breaks_at, "tcpBreaks", tcp_breaks(w));

	if (two_ways_unwalked(w))
		json_object_set_new(o, "notWalked", json_true());
	return o;
}

json_t *two_ways_json(const struct two_ways *w)
{
	json_t *o = one_way_json(&w->there);

	json_object_set_new(o, "return", w->has_back ? one_way_json(&w->back) : json_null());
	json_object_set_new(o, "flow", flow_json(w));
	json_object_set_new(o, "agree", json_boolean(two_ways_agree(w)));
	return o;
}
