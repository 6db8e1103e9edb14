/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "azure/lb.h"

#include <netinet/in.h>
#include <string.h>

#define SEED 0x564e4c42u /* as in the packet filter */

const struct nic *lb_answers_by(const struct nic *n)
{
	const struct node *vm = n->vm;

	for (size_t i = 0; i < vm->guest.n_routes; i++)
		if (vm->guest.routes[i].from == n->ip &&
		    prefix_has(vm->guest.routes[i].prefix, PLATFORM_IP))
			return NULL;
	const struct nic *out = walk_source_nic(vm, PLATFORM_IP, IP4_NONE);

	return out == n ? NULL : out;
}

const struct lb_rule *lb_rule_of(const struct load_balancer *lb, const struct walk_packet *p)
{
	const struct lb_rule *ha = NULL;

	for (size_t i = 0; i < lb->n_rules; i++) {
		const struct lb_rule *r = &lb->rules[i];

		if (!r->protocol)
			ha = r;
		else if (r->protocol == p->ip_proto && r->frontend_port == p->dport)
			return r;
	}
	return ha;
}

const struct lb_nat_rule *lb_nat_rule_of(const struct load_balancer *lb,
                                         const struct walk_packet *p)
{
	for (size_t i = 0; p->dst == lb->ip && i < lb->n_nat_rules; i++)
		if (lb->nat_rules[i].protocol == p->ip_proto &&
		    lb->nat_rules[i].frontend_port == p->dport)
			return &lb->nat_rules[i];
	return NULL;
}

const struct load_balancer *lb_by_public_ip(const struct model *m, ip4 a)
{
	for (size_t i = 0; ip4_is_set(a) && i < m->n_load_balancers; i++)
		if (!m->load_balancers[i].subnet && m->load_balancers[i].ip == a)
			return &m->load_balancers[i];
	return NULL;
}

const struct subnet *lb_place(const struct load_balancer *lb)
{
	if (lb->subnet)
		return lb->subnet;
	if (lb->n_backends)
		return lb->backends[0]->subnet;
	return lb->n_nat_rules && lb->nat_rules[0].nic ? lb->nat_rules[0].nic->subnet : NULL;
}

bool lb_leads_to(const struct load_balancer *lb, const struct nic *n)
{
	bool leads = false;

	for (size_t i = 0; !lb->subnet && i < lb->n_backends; i++)
		leads |= lb->backends[i] == n;
	for (size_t i = 0; !lb->subnet && i < lb->n_nat_rules; i++)
		leads |= lb->nat_rules[i].nic == n;
	return leads;
}

/* --- Bob Jenkins' lookup3, as the kernel has it (include/linux/jhash.h) ------------------------
 */

static uint32_t rol(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t read_key_word(const uint8_t *k)
{
	uint32_t w;

	memcpy(&w, k, sizeof(w));
	return w;
}

/* For whole words only, which is what the filter hashes. */
static uint32_t jhash(const uint8_t *k, uint32_t length, uint32_t seed)
{
	uint32_t a, b, c;

	a = b = c = 0xdeadbeefu + length + seed;
	for (; length > 12; length -= 12, k += 12) {
		a += read_key_word(k), b += read_key_word(k + 4), c += read_key_word(k + 8);
		a -= c, a ^= rol(c, 4), c += b;
		b -= a, b ^= rol(a, 6), a += c;
		c -= b, c ^= rol(b, 8), b += a;
		a -= c, a ^= rol(c, 16), c += b;
		b -= a, b ^= rol(a, 19), a += c;
		c -= b, c ^= rol(b, 4), b += a;
	}
	if (length > 8)
		c += read_key_word(k + 8);
	if (length > 4)
		b += read_key_word(k + 4);
	if (length)
		a += read_key_word(k);
	c ^= b, c -= rol(b, 14);
	a ^= c, a -= rol(c, 11);
	b ^= a, b -= rol(a, 25);
	c ^= b, c -= rol(b, 16);
	a ^= c, a -= rol(c, 4);
	b ^= a, b -= rol(a, 14);
	c ^= b, c -= rol(b, 24);
	return c;
}

/* Packets that have no ports are told apart by their addresses and protocol. */
unsigned lb_slot(enum lb_mode mode, const struct walk_packet *p)
{
	uint8_t k[20] = { 0 };
	uint32_t src = htonl(p->src), dst = htonl(p->dst), n = 8;
	uint16_t sport = htons(p->sport), dport = htons(p->dport);
	bool ports = p->ip_proto == IPPROTO_TCP || p->ip_proto == IPPROTO_UDP;

	memcpy(k, &src, 4);
	memcpy(k + 4, &dst, 4);
	if (mode != LB_BY_IP) {
		k[8] = p->ip_proto;
		n = 12;
	}
	if (mode == LB_BY_FLOW && ports) {
		memcpy(k + 12, &sport, 2);
		memcpy(k + 16, &dport, 2);
		n = 20;
	}
	return (unsigned)((uint64_t)jhash(k, n, SEED) * LB_SLOTS >> 32);
}

/* --- the pool ----------------------------------------------------------------------------------
 */

bool lb_backend_up(const struct runtime *rt, const struct load_balancer *lb, size_t b)
{
	if (!vm_runs(rt, lb->backends[b]->vm))
		return false;
	return !rt || !rt->backend_down || !rt->backend_down[lb->first_backend + b];
}

const struct nic *lb_slot_backend(const struct runtime *rt, const struct load_balancer *lb,
                                  unsigned slot)
{
	size_t n = 0;

	for (size_t i = 0; i < lb->n_backends; i++)
		n += lb_backend_up(rt, lb, i);
	if (!n)
		return NULL;
	size_t k = slot % n;

	for (size_t i = 0; i < lb->n_backends; i++)
		if (lb_backend_up(rt, lb, i) && !k--)
			return lb->backends[i];
	return NULL;
}
