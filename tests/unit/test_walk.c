/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path walk: who holds the packet in turn, the verdict, and the reason, as cases; then what
 * callers can plug in. */
#include "azure/walk.h"
#include "base/str.h"
#include "cases.h"
#include "mini.h"

static const struct nic *sender(const struct cases_state *s, const char *name, ip4 dst)
{
	const struct node *vm = model_vm(s->m, name);

	if (streq(name, "internet"))
		return NULL;
	if (vm)
		return walk_source_nic(vm, dst, IP4_NONE);
	if (!model_nic(s->m, name))
		fail_msg("no %s", name);
	return model_nic(s->m, name);
}

static ip4 target(const struct cases_state *s, const char *name)
{
	const struct node *vm = model_vm(s->m, name);

	return vm ? vm->nics[0]->ip : A(name);
}

static void show(const struct walk *w)
{
	json_t *j = walk_json(w);
	char *text = json_dumps(j, JSON_INDENT(1));

	print_message("%s\n", text);
	free(text);
	json_decref(j);
}

static void check_walk(const struct walk *w, json_t *want)
{
	const char *verdict = json_string_value(json_object_get(want, "verdict")), *key;
	const char *reason = json_string_value(json_object_get(want, "reason"));
	json_t *nodes = json_object_get(want, "nodes"), *v;
	size_t i;
	bool ok = streq(verdict_str(w->verdict), verdict) &&
	          (!reason || strstr(w->reason, reason)) &&
	          (!nodes || json_array_size(nodes) == w->n);

	json_array_foreach (nodes, i, v)
		ok &= i < w->n && streq(w->hops[i].node, json_string_value(v));
	json_object_foreach (json_object_get(want, "hops"), key, v) {
		i = (size_t)atoi(key);
		ok &= i < w->n && strstr(w->hops[i].reason, json_string_value(v));
	}
	for (i = 0; i < w->n; i++)
		ok &= w->hops[i].reason && *w->hops[i].reason;
	if (ok)
		return;
	char *text = json_dumps(want, 0);

	show(w);
	print_message("want %s\n", text);
	free(text);
	fail();
}

/* "breaks": who drops what follows, and in which words; without it nobody does. */
static void check_break(struct walk *there, struct walk *back, json_t *want)
{
	struct walk_break b = { 0 };
	bool breaks = walk_find_break(there, back, &b);
	const char *node = json_string_value(json_object_get(want, "node"));
	const char *reason = json_string_value(json_object_get(want, "reason"));

	if (breaks != (want != NULL) ||
	    (want && (!streq(b.node, node) || !strstr(b.reason, reason))))
		fail_msg("breaks at %s: %s", b.node ? b.node : "nobody", b.reason ? b.reason : "");
	bool tcp = there->sent.ip_proto == 6;

	walk_judge_rest(there, back);
	if (!breaks || !tcp) {
		assert_null(there->breaks_at);
		assert_null(back->breaks_at);
		return;
	}
	assert_int_equal(b.way->verdict, WALK_DROPPED);
	assert_string_equal(b.way->reason, b.reason);
	assert_string_equal(b.way->breaks_at, node);
}

static void check_path(const struct cases_state *s, json_t *j)
{
	const char *from = json_string_value(json_object_get(j, "from"));
	const char *src = json_string_value(json_object_get(j, "src"));
	struct walk_env env = { .m = s->m, .rib = s->rib, .rt = &s->rt };
	json_int_t port = json_integer_value(json_object_get(j, "port"));
	struct walk_packet p = { .ip_proto = json_is_true(json_object_get(j, "tcp"))   ? 6
		                             : json_is_true(json_object_get(j, "udp")) ? 17
		                                                                       : 1,
		                 .dport = (uint16_t)port,
		                 .sport = port ? 40000 : 0,
		                 .dst = target(s, json_string_value(json_object_get(j, "to"))),
		                 .src = src ? A(src) : 0 };
	struct walk *w = walk_packet_path(&env, sender(s, from, p.dst), &p), *back = NULL;
	json_t *ret = json_object_get(j, "return");

	check_walk(w, j);
	if (ret) {
		struct walk_packet answer = walk_reply(w);

		assert_int_equal(w->verdict, WALK_DELIVERED);
		env.reply_to = w;
		back = walk_packet_path(&env, w->hops[w->n - 1].nic, &answer);
		check_walk(back, ret);
		check_break(w, back, json_object_get(j, "breaks"));
	}
	walk_free(back);
	walk_free(w);
}

static void check_state(const struct cases_state *s)
{
	json_t *path;
	size_t i;

	json_array_foreach (json_object_get(s->j, "paths"), i, path)
		check_path(s, path);
}

static void cases(void **state)
{
	(void)state;
	cases_run("walk", check_state);
}

/* --- what callers plug in -------------------------------------------------------------------- */

struct plugs {
	struct model *m;
	struct rib *rib;
	struct nic *vm, *a, *b;
	unsigned leg, asked;
};

static void plugs_init(struct plugs *x)
{
	*x = (struct plugs){ .m = mini_new() };
	struct vnet *v = mini_vnet(x->m, "V", "10.0.0.0/16");
	struct subnet *s = mini_subnet(x->m, v, "s", "10.0.0.0/24");

	x->vm = mini_vm(x->m, s, "vm", "10.0.0.4", false);
	x->a = mini_vm(x->m, s, "a", "10.0.0.5", true);
	x->b = mini_vm(x->m, s, "b", "10.0.0.6", true);
	mini_rs(x->m, mini_subnet(x->m, v, "RouteServerSubnet", "10.0.1.0/26"), "RS");
	x->rib = rib_new(1);
	for (unsigned k = 0; k < 2; k++)
		rib_set(&x->rib->tables[0][k], P("198.18.0.0/15"), (ip4[]){ x->a->ip, x->b->ip },
		        2);
}

static void plugs_done(struct plugs *x)
{
	rib_free(x->rib);
	model_free(x->m);
}

static unsigned leg(void *ctx, const struct nic *from, const struct eff_route *r,
                    const struct walk_packet *p)
{
	struct plugs *x = ctx;

	assert_non_null(from);
	assert_int_equal(r->n_next_hops, 2);
	assert_int_equal(p->dport, 443);
	return x->leg;
}

static void local_at_b(void *ctx, const struct nic *in, const struct walk_packet *p,
                       struct walk_guest *ret)
{
	struct plugs *x = ctx;

	(void)p;
	x->asked++;
	*ret = (struct walk_guest){ .act = in == x->b ? GUEST_LOCAL : GUEST_FORWARD,
		                    .out = in,
		                    .reason = "its kernel says so" };
}

static void ecmp_and_guest(void **state)
{
	struct plugs x;

	(void)state;
	plugs_init(&x);
	struct walk_env env = { .m = x.m, .rib = x.rib, .ctx = &x, .ecmp_choice = leg };
	struct walk_packet p = { .dst = A("198.18.0.1"), .ip_proto = 6, .dport = 443 };

	for (x.leg = 0; x.leg < 2; x.leg++) {
		struct walk *w = walk_packet_path(&env, x.vm, &p);

		assert_string_equal(w->hops[1].node, x.leg ? "b" : "a");
		assert_int_equal(w->hops[0].next_hop, x.leg ? x.b->ip : x.a->ip);
		assert_int_equal(w->sent.src, x.vm->ip);
		walk_free(w);
	}
	env.guest = local_at_b;
	x.leg = 1;
	struct walk *w = walk_packet_path(&env, x.vm, &p);

	assert_int_equal(w->verdict, WALK_DELIVERED);
	assert_string_equal(w->hops[1].reason, "its kernel says so");
	assert_int_equal(x.asked, 1);
	walk_free(w);
	plugs_done(&x);
}

static void drops(void *ctx, const struct nic *in, const struct walk_packet *p,
                  struct walk_guest *ret)
{
	(void)ctx;
	(void)in;
	(void)p;
	*ret = (struct walk_guest){ .act = GUEST_DROP, .reason = "its packet filter drops it" };
}

static void guest_drops(void **state)
{
	struct plugs x;

	(void)state;
	plugs_init(&x);
	struct walk_env env = { .m = x.m, .rib = x.rib, .guest = drops };
	struct walk_packet p = { .dst = x.b->ip };
	struct walk *w = walk_packet_path(&env, x.vm, &p);

	assert_int_equal(w->verdict, WALK_DROPPED);
	assert_string_equal(w->reason, "b drops it: its packet filter drops it");
	walk_free(w);
	plugs_done(&x);
}

static void default_guest(void **state)
{
	struct plugs x;

	(void)state;
	plugs_init(&x);
	struct walk_guest g;
	struct walk_packet p = { .src = A("10.9.9.9"), .dst = A("8.8.8.8") };

	walk_guest_default(NULL, x.vm, &p, &g);
	assert_int_equal(g.act, GUEST_DROP);
	assert_non_null(strstr(g.reason, "ip_forward is off in the guest; set enableIPForwarding"));
	x.a->vm->guest.source_nat = true;
	walk_guest_default(NULL, x.a, &p, &g);
	assert_int_equal(g.act, GUEST_FORWARD);
	assert_int_equal(g.src, x.a->ip);
	p.dst = A("192.168.1.1"); /* within RFC 1918 nothing is translated */
	walk_guest_default(NULL, x.a, &p, &g);
	assert_int_equal(g.src, 0);
	assert_string_equal(g.reason, "forwards by its default route, out of NIC aVMNic");
	x.a->vm->guest.routes[x.a->vm->guest.n_routes++] =
	    (struct guest_route){ .prefix = P("192.168.0.0/16"), .via = A("10.0.0.1") };
	walk_guest_default(NULL, x.a, &p, &g);
	assert_string_equal(g.reason, "forwards by its route 192.168.0.0/16 via 10.0.0.1");
	p.dst = A("10.0.0.77");
	walk_guest_default(NULL, x.a, &p, &g);
	assert_string_equal(g.reason, "forwards by its connected subnet, out of NIC aVMNic");
	assert_ptr_equal(walk_source_nic(x.a->vm, A("8.8.8.8"), x.a->ip), x.a);
	plugs_done(&x);
}

static void as_json(void **state)
{
	struct plugs x;

	(void)state;
	plugs_init(&x);
	struct walk_env env = { .m = x.m };
	struct walk_packet p = { .dst = x.b->ip };
	struct walk *w = walk_packet_path(&env, x.vm, &p);
	json_t *j = walk_json(w);
	char *text = json_dumps(j, 0);

	assert_string_equal(
	    text, "{\"verdict\": \"delivered\", \"reason\": \"b has 10.0.0.6\", \"hops\": ["
	          "{\"node\": \"vm\", \"nic\": \"vmVMNic\", \"route\": {\"name\": null, "
	          "\"source\": \"Default\", \"state\": \"Active\", "
	          "\"addressPrefix\": [\"10.0.0.0/16\"], \"nextHopType\": \"VnetLocal\", "
	          "\"nextHopIpAddress\": [], \"disableBgpRoutePropagation\": false}, "
	          "\"nextHop\": null, \"reason\": \"route 10.0.0.0/16 (Default): directly to b\"}, "
	          "{\"node\": \"b\", \"nic\": \"bVMNic\", \"route\": null, \"nextHop\": null, "
	          "\"reason\": \"has the address\"}]}");
	free(text);
	json_decref(j);
	assert_null(walk_free(w));
	assert_null(walk_free(NULL));
	plugs_done(&x);
}

/* No verdict without the word that a packet filter on the way was not walked: its file is not
 * there. */
static void own_filters(void **state)
{
	struct config_file f = { .name = "iptables.rules", .path = "b/rules" };
	struct plugs x;

	(void)state;
	plugs_init(&x);
	x.b->vm->guest.filters = &f;
	x.b->vm->guest.n_filters = 1;
	struct walk_env env = { .m = x.m };

	for (int drop = 0; drop < 2; drop++) {
		struct walk_packet p = { .dst = x.b->ip };

		env.guest = drop ? drops : NULL;
		struct walk *w = walk_packet_path(&env, x.vm, &p);
		json_t *j = walk_json(w), *open = json_object_get(j, "notWalked");

		assert_int_equal(w->verdict, drop ? WALK_DROPPED : WALK_DELIVERED);
		assert_non_null(strstr(w->reason, "own packet filter of b (b/rules)"));
		assert_int_equal(json_array_size(open), 1);
		assert_string_equal(
		    json_string_value(json_object_get(json_array_get(open, 0), "file")), "b/rules");
		json_decref(j);
		walk_free(w);
	}
	struct walk_packet p = { .dst = x.a->ip };
	struct walk *w = walk_packet_path(&(struct walk_env){ .m = x.m }, x.vm, &p);

	assert_int_equal(w->n_unwalked, 0);
	assert_string_equal(w->reason, "a has 10.0.0.5");
	walk_free(w);
	plugs_done(&x);
}

static bool is_changed_b(void *ctx, const struct node *vm)
{
	return ctx && streq(vm->name, "b");
}

/* What somebody changed inside a node is said at its hop, with the verdict, and in JSON. */
static void changed_filters(void **state)
{
	struct plugs x;

	(void)state;
	plugs_init(&x);
	struct walk_env env = { .m = x.m, .ctx = &x, .filter_changed = is_changed_b };
	struct walk_packet p = { .dst = x.b->ip };
	struct walk *w = walk_packet_path(&env, x.vm, &p);
	json_t *j = walk_json(w);
	char *open = json_dumps(json_object_get(j, "notWalked"), 0);

	assert_int_equal(w->verdict, WALK_DELIVERED);
	assert_string_equal(w->hops[w->n - 1].reason,
	                    "has the address; its packet filter was changed by hand, inside the "
	                    "node: the design has no rules for it");
	assert_non_null(strstr(w->reason, "packet filter of b (changed by hand inside the node)"));
	assert_string_equal(open, "[{\"node\": \"b\", \"changedByHand\": true}]");
	free(open);
	json_decref(j);
	walk_free(w);
	plugs_done(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),           cmocka_unit_test(ecmp_and_guest),
		cmocka_unit_test(guest_drops),     cmocka_unit_test(default_guest),
		cmocka_unit_test(as_json),         cmocka_unit_test(own_filters),
		cmocka_unit_test(changed_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
