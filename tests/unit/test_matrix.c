/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix against packets: on random designs the answer of a class, and of a span of ports, is
 * that of the walk of a packet at random, from any NIC; then what it says of a few designs. */
#include "matrix/matrix.h"

#include <netinet/in.h>

#include "azure/guest_filter.h"
#include "base/str.h"
#include "input/topology.h"
#include "matrix/lines.h"
#include "matrix/sweep.h"
#include "random_design.h"

enum { DESIGNS = 30, PACKETS = 1000, RULES = 6 };

/* ---- a design, with security groups and machines that nothing tells apart ---- */

static void random_side(struct model *m, struct nsg_side *s, uint64_t *seed)
{
	s->text = "*";
	if (rnd_below(seed, 2)) {
		s->n_prefixes = 1;
		s->prefixes = arena_array(m->arena, 1, sizeof(*s->prefixes));
		s->prefixes[0] = any_prefix(seed);
	} else if (!rnd_below(seed, 3)) {
		s->tag = (enum nsg_tag)(1 + rnd_below(seed, 2));
	}
}

static void random_groups(struct model *m, uint64_t *seed)
{
	m->n_nsgs = 2;
	m->nsgs = arena_array(m->arena, m->n_nsgs, sizeof(*m->nsgs));
	for (size_t i = 0; i < m->n_nsgs; i++) {
		struct nsg *g = &m->nsgs[i];

		g->name = arena_printf(m->arena, "g%zu", i);
		g->idx = i;
		g->rules = arena_array(m->arena, RULES, sizeof(*g->rules));
		for (; g->n_rules < RULES; g->n_rules++) {
			struct security_rule *r = &g->rules[g->n_rules];
			static const uint32_t protocols[] = { 0, IPPROTO_TCP, IPPROTO_UDP,
				                              IPPROTO_ICMP };

			*r = (struct security_rule){ .name =
				                         arena_printf(m->arena, "r%zu", g->n_rules),
				                     .priority = 100 + (uint32_t)g->n_rules,
				                     .direction = rnd_below(seed, 2),
				                     .deny = rnd_below(seed, 2),
				                     .protocol = protocols[rnd_below(seed, 4)] };
			random_side(m, &r->src, seed);
			random_side(m, &r->dst, seed);
			if (rnd_below(seed, 2)) {
				uint16_t lo = (uint16_t)(1 + rnd_below(seed, 100));

				r->dst.n_ports = 1;
				r->dst.ports = arena_array(m->arena, 1, sizeof(*r->dst.ports));
				r->dst.ports[0] =
				    (struct port_span){ lo, (uint16_t)(lo + rnd_below(seed, 50)) };
			}
		}
	}
	for (size_t i = 0; i < m->n_subnets; i++)
		if (!streq(m->subnets[i].name, "RouteServerSubnet") && rnd_below(seed, 2))
			m->subnets[i].nsg = &m->nsgs[rnd_below(seed, 2)];
	if (rnd_below(seed, 2))
		m->nics[rnd_below(seed, (unsigned)m->n_nics)].nsg = &m->nsgs[0];
}

static void plain_machines(struct design *d, uint64_t *seed)
{
	for (unsigned i = 0; i < 4; i++) {
		struct subnet *s = i % 2 ? d->s : d->peer[0]->subnets[0];

		mini_vm(d->m, s, arena_printf(d->m->arena, "w%u", i),
		        IP4_STR(prefix_at(s->prefix, 20 + i)), false);
	}
	d->m->nics[rnd_below(seed, 4)].public_ip = A("20.100.0.4");
	d->m->vms[rnd_below(seed, 3)].guest.source_nat = rnd_below(seed, 2);
}

/* Rules of every sort that tells packets apart, in a router's own packet filter. */
static const char *random_rules(struct arena *a, uint64_t *seed)
{
	static const char *const acts[] = { "ACCEPT", "DROP", "REJECT", "RETURN" };
	_cleanup_str_ struct str s = { 0 };

	str_printf(&s, "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD %s [0:0]\n:OUTPUT ACCEPT [0:0]\n",
	           rnd_below(seed, 3) ? "ACCEPT" : "DROP");
	if (rnd_below(seed, 2))
		str_add(&s, "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n");
	for (unsigned i = 0; i < RULES; i++) {
		struct prefix p = any_prefix(seed);
		unsigned port = 1 + rnd_below(seed, 150);

		str_printf(&s, "-A %s",
		           rnd_below(seed, 3) ? "FORWARD"
		           : i % 2            ? "INPUT"
		                              : "OUTPUT");
		if (rnd_below(seed, 2))
			str_printf(&s, " -%c %s", rnd_below(seed, 2) ? 's' : 'd', PREFIX_STR(p));
		if (!rnd_below(seed, 3))
			str_printf(&s, " -m iprange --dst-range %s-%s", IP4_STR(p.addr + 1),
			           IP4_STR(prefix_last(p)));
		if (rnd_below(seed, 2))
			str_printf(&s, " -p %s --%s %u:%u", rnd_below(seed, 2) ? "tcp" : "udp",
			           rnd_below(seed, 4) ? "dport" : "sport", port,
			           port + rnd_below(seed, 40));
		str_printf(&s, " -j %s\n", acts[rnd_below(seed, ARRAY_LEN(acts))]);
	}
	str_add(&s, "COMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n");
	if (rnd_below(seed, 2))
		str_printf(&s, "-A PREROUTING -p tcp --dport %u -j DNAT --to-destination %s:%u\n",
		           1 + rnd_below(seed, 150), IP4_STR(any_prefix(seed).addr + 4),
		           1 + rnd_below(seed, 150));
	if (rnd_below(seed, 2))
		str_add(&s, "-A POSTROUTING -o eth0 -p udp -j MASQUERADE\n");
	str_add(&s, "COMMIT\n");
	return arena_strdup(a, str_get(&s));
}

static void random_filters(struct model *m, uint64_t *seed)
{
	for (size_t i = 0; i < m->n_vms; i++) {
		struct guest_config *g = &m->vms[i].guest;

		if (m->vms[i].role != VM_USER || rnd_below(seed, 3))
			continue;
		g->filters = arena_array(m->arena, 1, sizeof(*g->filters));
		g->n_filters = 1;
		g->filters[0] = (struct config_file){ .name = "iptables.rules",
			                              .path = "rules",
			                              .content = random_rules(m->arena, seed) };
		g->filters[0].size = strlen(g->filters[0].content);
		g->source_nat = false;
	}
	guest_filters_read(m);
}

/* ---- packets ---- */

static unsigned any_leg(void *ctx, const struct nic *from, const struct eff_route *r,
                        const struct walk_packet *p)
{
	(void)from;
	(void)p;
	return rnd_below(ctx, r->n_next_hops);
}

static ip4 any_destination(const struct design *d, uint64_t *seed)
{
	struct prefix p = any_prefix(seed);

	switch (rnd_below(seed, 4)) {
	case 0:
		return d->m->nics[rnd_below(seed, (unsigned)d->m->n_nics)].ip;
	case 1:
		return p.addr + (uint32_t)(rnd(seed) % prefix_size(p));
	case 2:
		return rnd_below(seed, 2) ? p.addr - 1 : prefix_last(p) + 1;
	default:
		return rnd_below(seed, 4) ? (ip4)rnd(seed) : A("20.100.0.4");
	}
}

static enum matrix_verdict lost(const struct walk *w)
{
	return w->verdict == WALK_LOOP ? MX_LOOP : w->denied_at ? MX_DENIED : MX_DROPPED;
}

static bool saw(const struct walk *there, const struct nic *n)
{
	for (size_t i = 0; i < there->n_flows; i++)
		if (there->flows[i].nic == n)
			return true;
	for (size_t i = 0; n->vm->guest.filter && i < there->n; i++)
		if (there->hops[i].nic && there->hops[i].nic->vm == n->vm)
			return true;
	return false;
}

/* What becomes of one packet, its answer included. */
static enum matrix_verdict verdict_of(struct walk_env *env, const struct nic *from,
                                      const struct walk_packet *p, struct str *way)
{
	struct walk *there = walk_packet_path(env, from, p), *back = NULL;
	const struct walk_hop *end = &there->hops[there->n - 1];
	enum matrix_verdict v = lost(there);
	struct walk_break b;

	for (size_t i = 1; i < there->n - (there->verdict == WALK_DELIVERED); i++)
		str_printf(way, "%s%s", way->n ? ", " : "",
		           from && there->hops[i].nic && there->hops[i].nic->vm == from->vm
		               ? "the sender"
		               : there->hops[i].node);
	if (there->verdict == WALK_DELIVERED) {
		v = MX_DELIVERED;
		if (there->n > 1 && (end->nic || streq(end->node, "internet"))) {
			struct walk_packet answer = walk_reply(there);

			env->reply_to = there;
			back = walk_packet_path(
			    env,
			    end->nic ? walk_source_nic(end->nic->vm, answer.dst, answer.src) : NULL,
			    &answer);
			env->reply_to = NULL;
		}
		if (back && back->verdict != WALK_DELIVERED)
			v = back->half_at || (back->denied_at && !saw(there, back->denied_at))
			        ? MX_BROKEN
			        : lost(back);
		else if (back && p->ip_proto == IPPROTO_TCP && walk_find_break(there, back, &b))
			v = MX_BROKEN;
	}
	walk_free(back);
	walk_free(there);
	return v;
}

static size_t end_of(const struct matrix *x, const char *name)
{
	for (size_t i = 0; i < x->n_ends; i++)
		for (size_t k = 0; k < x->ends[i].n_members; k++)
			if (streq(x->ends[i].members[k], name))
				return i;
	return SIZE_MAX;
}

static void one_packet(const struct design *d, const struct matrix *x, struct walk_env *env,
                       uint64_t *seed, size_t *asked)
{
	static const uint8_t protocols[] = { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP };
	const struct nic *n =
	    rnd_below(seed, 12) ? &d->m->nics[rnd_below(seed, (unsigned)d->m->n_nics)] : NULL;
	size_t end = end_of(x, n ? n->vm->name : "internet");
	struct walk_packet p = { .dst = any_destination(d, seed),
		                 .ip_proto = protocols[rnd_below(seed, 3)] };
	_cleanup_str_ struct str way = { 0 };

	p.src = n ? n->ip : A("8.8.8.8");
	if (p.ip_proto != IPPROTO_ICMP) {
		p.sport = 50000;
		p.dport = (uint16_t)(rnd_below(seed, 4) ? 1 + rnd_below(seed, 160)
		                                        : 1 + rnd_below(seed, 65535));
	}
	if (end == SIZE_MAX) /* stopped, or one that only answers */
		return;
	const struct matrix_class *c = matrix_class_of(x, p.dst);
	const struct matrix_outcome *o = matrix_ask(x, end, p.dst, p.ip_proto, p.dport);

	if (!p.dst || ip4_is_loopback(p.dst) || (n && vm_has_address(n->vm, p.dst)) ||
	    c->kind == CLASS_SUBNET)
		return;
	if (!o)
		fail_msg("%s to %s: its class \"%s\" is not asked", n ? n->vm->name : "internet",
		         IP4_STR(p.dst), c->name);
	enum matrix_verdict v = verdict_of(env, n, &p, &way);

	(*asked)++;
	if (o->legs == 1 ? v == o->verdict && streq(o->way, str_get(&way))
	                 : o->verdict == MX_PARTLY || v <= o->verdict)
		return;
	fail_msg("%s to %s, protocol %u, port %u: the packet is %s by \"%s\", its class \"%s\" %s "
	         "by \"%s\", %u legs: %s",
	         n ? n->vm->name : "internet", IP4_STR(p.dst), p.ip_proto, p.dport,
	         matrix_verdict_str(v), str_get(&way), c->name, matrix_verdict_str(o->verdict),
	         o->way, o->legs, o->reason);
}

static void classes_answer_like_packets(void **state)
{
	uint64_t seed = rnd_seed();
	size_t asked = 0, ends = 0, nics = 0;

	(void)state;
	random_init();
	for (unsigned i = 0; i < DESIGNS; i++) {
		struct design d;

		random_design(&d, &seed);
		plain_machines(&d, &seed);
		random_groups(d.m, &seed);
		if (i % 3 == 0)
			random_filters(d.m, &seed);
		struct eff_cache *tables = eff_cache_new(d.m, d.rib, &d.rt);
		struct walk_env env = { .m = d.m, .rib = d.rib, .rt = &d.rt, .tables = tables };
		struct matrix *x = matrix_of_world(&(struct matrix_world){ .m = d.m, .env = env });

		env.ctx = &seed;
		env.ecmp_choice = any_leg;
		env.whole_internet = true;
		ends += x->n_ends;
		nics += d.m->n_nics;
		for (unsigned k = 0; k < PACKETS; k++)
			one_packet(&d, x, &env, &seed, &asked);
		matrix_free(x);
		eff_cache_free(tables);
		random_done(&d);
	}
	printf("# %zu packets asked, %zu NICs are %zu senders\n", asked, nics, ends);
	assert_true(asked > DESIGNS * PACKETS / 2);
}

/* ---- cuts of the address space ---- */

static void space_is_cut_at_borders(void **state)
{
	struct sweep s = { 0 };

	(void)state;
	sweep_add(&s, P("10.0.0.0/8"), 1);
	sweep_add(&s, P("10.1.0.0/16"), 2);
	sweep_add(&s, P("255.255.255.255/32"), 4);
	sweep_run(&s);
	assert_int_equal(s.n_atoms, 6);
	assert_int_equal(sweep_find(&s, A("0.0.0.0"))->key, 0);
	assert_int_equal(sweep_find(&s, A("10.0.255.255"))->key, 1);
	assert_int_equal(sweep_find(&s, A("10.1.0.0"))->key, 3);
	assert_int_equal(sweep_find(&s, A("10.2.0.0"))->lo, A("10.2.0.0"));
	assert_int_equal(sweep_find(&s, A("255.255.255.255"))->key, 4);
	sweep_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(space_is_cut_at_borders),
		cmocka_unit_test(classes_answer_like_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
