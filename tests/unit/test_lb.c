/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers: rules, hash, pools. */
#include <netinet/in.h>

#include "azure/lb.h"
#include "mini.h"

static struct walk_packet packet(uint8_t proto, const char *src, uint16_t sport, const char *dst,
                                 uint16_t dport)
{
	return (struct walk_packet){
		.src = A(src), .dst = A(dst), .ip_proto = proto, .sport = sport, .dport = dport
	};
}

static void rules(void **state)
{
	struct lb_rule r[] = {
		{ .name = "ha", .mode = LB_BY_FLOW },
		{ .name = "web", .protocol = IPPROTO_TCP, .frontend_port = 80, .mode = LB_BY_IP },
	};
	struct load_balancer lb = { .rules = r, .n_rules = 2 };
	struct walk_packet web = packet(IPPROTO_TCP, "10.0.0.4", 5, "10.0.0.5", 80),
	                   udp = packet(IPPROTO_UDP, "10.0.0.4", 5, "10.0.0.5", 80);

	(void)state;
	assert_ptr_equal(lb_rule_of(&lb, &web), &r[1]); /* the exact one first */
	assert_ptr_equal(lb_rule_of(&lb, &udp), &r[0]);
	lb.rules++, lb.n_rules--;
	assert_null(lb_rule_of(&lb, &udp));
}

/* What goes into the hash, and what does not. */
static void modes(void **state)
{
	unsigned same_ip = 0, same_flow = 0, same_proto = 0;

	(void)state;
	for (uint16_t i = 1; i <= 500; i++) {
		struct walk_packet a = packet(IPPROTO_TCP, "10.0.0.4", i, "10.0.0.5", 80),
		                   b = packet(IPPROTO_TCP, "10.0.0.4", 1000, "10.0.0.5", 80),
		                   c = packet(IPPROTO_UDP, "10.0.0.4", i, "10.0.0.5", 80);

		a.src += i, b.src += i, c.src += i;
		assert_in_range(lb_slot(LB_BY_FLOW, &a), 0, LB_SLOTS - 1);
		same_flow += lb_slot(LB_BY_FLOW, &a) == lb_slot(LB_BY_FLOW, &b);
		same_ip += lb_slot(LB_BY_IP, &a) == lb_slot(LB_BY_IP, &b) &&
		           lb_slot(LB_BY_IP, &a) == lb_slot(LB_BY_IP, &c);
		assert_int_equal(lb_slot(LB_BY_PROTOCOL, &a), lb_slot(LB_BY_PROTOCOL, &b));
		same_proto += lb_slot(LB_BY_PROTOCOL, &a) == lb_slot(LB_BY_PROTOCOL, &c);
	}
	assert_int_equal(same_ip, 500);
	assert_true(same_flow < 50);
	assert_true(same_proto < 50);
}

/* Who is down gets no slot, the others share them. */
static void pool(void **state)
{
	struct model *m = mini_new();
	struct vnet *v = mini_vnet(m, "V", "10.0.0.0/16");
	struct subnet *s = mini_subnet(m, v, "s", "10.0.0.0/24");
	struct nic *nics[4];
	struct load_balancer lb = { .backends = nics, .n_backends = 4, .first_backend = 2 };
	bool down[6] = { 0 }, stopped[MINI_MAX] = { 0 };
	struct runtime rt = { .vm_stopped = stopped, .backend_down = down };

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		nics[i] = mini_vm(m, s, arena_printf(m->arena, "vm%u", i),
		                  IP4_STR(A("10.0.0.4") + i), false);
	for (unsigned out = 0; out < 16; out++) {
		unsigned got[4] = { 0 }, up = 0;

		for (unsigned i = 0; i < 4; i++) {
			/* one by its probe, another because its VM is stopped */
			down[2 + i] = i % 2 && out >> i & 1;
			stopped[nics[i]->vm->idx] = i % 2 == 0 && out >> i & 1;
			up += !(out >> i & 1);
		}
		for (unsigned slot = 0; slot < LB_SLOTS; slot++) {
			const struct nic *n = lb_slot_backend(&rt, &lb, slot);

			if (!up)
				assert_null(n);
			for (unsigned i = 0; i < 4; i++)
				got[i] += n == nics[i];
		}
		for (unsigned i = 0; i < 4; i++)
			assert_int_equal(got[i], out >> i & 1 ? 0 : LB_SLOTS / up);
	}
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(rules), cmocka_unit_test(modes),
		                            cmocka_unit_test(pool) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
