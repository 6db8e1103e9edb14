/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that are not sent: the walk's answer in the words of a probe. */
#include <netinet/in.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "azure/nsg.h"
#include "azure/sessions.h"
#include "base/json.h"
#include "base/str.h"
#include "proof/foretell_priv.h"

enum { SOURCE_PORT = 50000 };

/* ---- ends ---- */

struct end {
	const struct node *vm; /* NULL: the Internet, or an address */
	const struct nic *nic; /* that is named; NULL: whichever the guest takes */
	bool internet;
	ip4 ip;
};

static const struct node *vm_of_nic_name(const struct model *m, const char *name,
                                         const struct nic **ret)
{
	const char *slash = strrchr(name, '/');
	_cleanup_free_ char *first = slash ? xstrndup(name, (size_t)(slash - name)) : NULL;
	const struct node *vm = model_vm(m, name);

	if (vm || !first)
		return vm;
	vm = model_vm(m, first);
	for (size_t i = 0; vm && i < vm->n_nics; i++)
		if (strieq(vm->nics[i]->name, slash + 1))
			*ret = vm->nics[i];
	return *ret ? vm : NULL;
}

static bool find_outside(const struct model *m, const char *name, struct end *ret)
{
	ret->internet = strieq(name, "internet");
	if (ret->internet)
		ret->ip = m->n_internet ? m->internet[0].ip : 0;
	for (size_t i = 0; i < m->n_internet; i++)
		if (strieq(m->internet[i].name, name)) {
			ret->internet = true;
			ret->ip = m->internet[i].ip;
		}
	return ret->internet;
}

/* False: it is nobody that a walk knows. */
static bool find_end(const struct model *m, const char *name, struct end *ret)
{
	const struct load_balancer *lb;

	*ret = (struct end){ 0 };
	if (ip4_parse(name, &ret->ip) == 0)
		return true;
	ret->vm = vm_of_nic_name(m, name, &ret->nic);
	if (ret->vm) {
		ret->ip = (ret->nic ? ret->nic : ret->vm->nics[0])->ip;
		return ret->vm->n_nics > 0;
	}
	lb = model_lb(m, name);
	if (lb)
		ret->ip = lb->ip;
	return lb || find_outside(m, name, ret);
}

/* From the Internet a VM is its public address. */
static ip4 choose_target_address(const struct end *from, const struct end *to)
{
	if (!from->internet || !to->vm)
		return to->ip;
	for (size_t i = 0; i < to->vm->n_nics; i++)
		if (ip4_is_set(to->vm->nics[i]->public_ip) &&
		    (!to->nic || to->nic == to->vm->nics[i]))
			return to->vm->nics[i]->public_ip;
	return to->ip;
}

/* ---- who listens ---- */

static bool vm_has_listener(const struct node *vm, unsigned ip_proto, uint16_t port)
{
	for (size_t i = 0; i < vm->n_listen; i++)
		if ((vm->listen[i].proto == LISTEN_TCP) == (ip_proto == IPPROTO_TCP) &&
		    vm->listen[i].port == port)
			return true;
	return false;
}

static bool is_answered(const struct walk *w)
{
	const struct walk_hop *last = w->n ? &w->hops[w->n - 1] : NULL;
	uint16_t port = w->arrived.dport;

	if (w->arrived.ip_proto == IPPROTO_ICMP || !last)
		return true;
	if (!last->nic)
		return port == 80 || port == 443;
	return vm_has_listener(last->nic->vm, w->arrived.ip_proto, port);
}

static bool probe_fails(const struct teller *t, const struct load_balancer *lb, const struct nic *n)
{
	const struct walk_packet p = { .src = PLATFORM_IP,
		                       .dst = n->ip,
		                       .ip_proto = IPPROTO_TCP,
		                       .sport = SOURCE_PORT,
		                       .dport = (uint16_t)lb->probe.port };
	const struct nsg *g;

	return nsg_denies(t->m, n, NSG_IN, &p,
	                  eff_cache_get(t->tables, nic_routes(n), nic_instance(n)), &g, NULL) ||
	       lb_answers_by(n) ||
	       (!n->vm->guest.n_configs && !n->vm->guest.bgp.present &&
	        !vm_has_listener(n->vm, IPPROTO_TCP, p.dport));
}

void teller_probe_backends(struct teller *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->m->n_load_balancers; i++)
		n += t->m->load_balancers[i].n_backends;
	t->backend_down = xcalloc(n + 1, sizeof(*t->backend_down));
	for (size_t i = 0; i < t->m->n_load_balancers; i++) {
		const struct load_balancer *lb = &t->m->load_balancers[i];

		for (size_t k = 0; lb->probe.port && k < lb->n_backends; k++)
			t->backend_down[lb->first_backend + k] =
			    probe_fails(t, lb, lb->backends[k]);
	}
	t->rt.backend_down = t->backend_down;
}

/* ---- walks ---- */

/* A guest that hears of the Route Server's own address by BGP: its table is not its design's. */
static bool hears_recursively(const struct model *m, const struct node *vm)
{
	for (const struct bgp_connection *c = NULL; (c = vm_connection(m, vm, c));)
		if (connection_recursive(c))
			return true;
	return false;
}

/* Routers of sites and circuits learn what the walk does not know: it is certain only when it gets
 * through. */
static bool is_lost_outside(const struct walk *w)
{
	const struct nic *last = w->n ? w->hops[w->n - 1].nic : NULL;
	bool outside = last && vm_is_hybrid(last->vm);

	for (size_t i = 0; w->verdict == WALK_LOOP && i < w->n; i++)
		outside |= w->hops[i].nic && vm_is_hybrid(w->hops[i].nic->vm);
	return w->verdict != WALK_DELIVERED && outside;
}

static void note_unforeseen(struct teller *t, const struct walk *w)
{
	if (w->n_unwalked)
		t->why = "an appliance's own packet filter is on the way";
	if (is_lost_outside(w))
		t->why = "what a site's router or a gateway has learned decides";
	for (size_t i = 0; i < w->n; i++) {
		const struct nic *n = w->hops[i].nic;

		if (!n)
			continue;
		if (n->subnet && w->hops[i].route &&
		    (!foreseen_decides(&t->foreseen, nic_routes(n), w->sent.dst) ||
		     !foreseen_decides(&t->foreseen, nic_routes(n), w->arrived.dst)))
			t->why = "what a Route Server or gateway learns may decide, and the design "
			         "does not say it";
		if (hears_recursively(t->m, n->vm))
			t->why = "an appliance on the way reaches the Route Server by a BGP route "
			         "alone";
		if (i + 1 < w->n && !foreseen_way_out(n->vm))
			t->why = "the daemon of an appliance on the way decides";
	}
}

static struct walk *walk_from(struct teller *t, const struct end *from, struct walk_packet p,
                              const struct walk *reply_to)
{
	const struct nic *n = from->nic;

	if (!n && from->vm)
		n = walk_source_nic(from->vm, p.dst, p.src);
	t->env.reply_to = reply_to;
	struct walk *w = walk_packet_path(&t->env, n, &p);

	t->env.reply_to = NULL;
	note_unforeseen(t, w);
	return w;
}

static struct walk *walk_answer(struct teller *t, const struct walk *there)
{
	const struct walk_hop *last = &there->hops[there->n - 1];
	const struct end by = { .vm = last->nic ? last->nic->vm : NULL, .internet = !last->nic };

	return there->n < 2 ? NULL : walk_from(t, &by, walk_reply(there), there);
}

static json_t *probe_json(const struct walk *there, const struct walk *back)
{
	const char *why = "";
	bool ok = false;

	if (there->verdict != WALK_DELIVERED)
		why = there->reason;
	else if (back && back->verdict != WALK_DELIVERED)
		why = back->reason;
	else if (!is_answered(there))
		why = "nobody listens";
	else
		ok = true;
	return json_pack("{s:b, s:i, s:i, s:o}", "ok", ok, "sent", 1, "received", ok, "detail",
	                 text_json_of(why));
}

static json_t *make_path_json(const struct walk *there, const struct walk *back)
{
	json_t *o = walk_json(there);

	json_object_set_new(o, "return", back ? walk_json(back) : json_null());
	return o;
}

static unsigned protocol_number(const char *s)
{
	return streq(s, "icmp") ? IPPROTO_ICMP : streq(s, "udp") ? IPPROTO_UDP : IPPROTO_TCP;
}

void teller_send(struct teller *t, const json_t *packet, json_t **ret_probe, json_t **ret_path)
{
	const char *protocol = json_string_value(json_object_get(packet, "protocol"));
	struct walk_packet p = { .ip_proto = (uint8_t)protocol_number(protocol),
		                 .dport = (uint16_t)json_integer_value(
		                     json_object_get(packet, "port")) };
	struct end from, to;

	*ret_probe = json_object();
	*ret_path = json_object();
	if (!find_end(t->m, json_string_value(json_object_get(packet, "from")), &from) ||
	    !find_end(t->m, json_string_value(json_object_get(packet, "to")), &to) ||
	    (!from.vm && !from.internet)) {
		t->why = "one of the ends is nobody that a walk knows";
		return;
	}
	p.sport = p.ip_proto == IPPROTO_ICMP ? 0 : SOURCE_PORT;
	p.src = from.internet ? from.ip : from.nic ? from.nic->ip : 0;
	p.dst = choose_target_address(&from, &to);
	if (from.vm && vm_has_address(from.vm, p.dst)) {
		t->why = "it is the sender's own address";
		return;
	}
	struct walk *there = walk_from(t, &from, p, NULL), *back = NULL;

	if (there->verdict == WALK_DELIVERED)
		back = walk_answer(t, there);
	if (back)
		walk_judge_rest(there, back);
	json_decref(*ret_probe);
	json_decref(*ret_path);
	*ret_probe = probe_json(there, back);
	*ret_path = make_path_json(there, back);
	walk_free(back);
	walk_free(there);
}
