/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual router's parts that need no kernel: delays, the connection, routes as JSON. */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "router/programmer.h"
#include "router/proto.h"
#include "unit.h"

/* --- programmer ------------------------------------------------------------------------------ */

static void see(struct programmer *p, const char *prefix, const char *hop, int64_t now)
{
	struct rib_table *t = &programmer_seen(p)->tables[0][1];
	ip4 nh = hop ? A(hop) : 0;

	if (hop)
		rib_set(t, P(prefix), &nh, 1);
	else
		rib_del(t, P(prefix));
	programmer_changed(p, 0, 1, P(prefix), now);
}

static const struct program_times AZURE = {
	.delay = { [STEP_INJECT] = 30000,
	           [STEP_WITHDRAW] = 25000,
	           [STEP_SWITCH] = 35000,
	           [STEP_REPLACE] = 3000 },
	.damping = 30000,
};
#define PROGRAM_INJECT_MS AZURE.delay[STEP_INJECT]
#define PROGRAM_WITHDRAW_MS AZURE.delay[STEP_WITHDRAW]
#define PROGRAM_REPLACE_MS AZURE.delay[STEP_REPLACE]
#define PROGRAM_DAMPING_MS AZURE.damping

/* 10.0.0.4 to .7 are load balancers here, 10.0.0.8 and above are peers. */
static bool is_peer(size_t rs, ip4 hop, void *arg)
{
	(void)rs;
	(void)arg;
	return (hop & 255) >= 8;
}

static struct programmer *azure(size_t n)
{
	struct programmer *p = programmer_new(n, &AZURE);

	programmer_peers(p, is_peer, NULL);
	return p;
}

static bool run(struct programmer *p, int64_t now)
{
	return programmer_run(p, now, NULL, NULL);
}

static const char *programmed(struct programmer *p, const char *prefix)
{
	const struct rib_route *r = rib_get(&programmer_rib(p)->tables[0][1], P(prefix));
	static char s[IP4_STRLEN];

	return r ? ip4_str(r->next_hops[0], s) : "none";
}

static void test_fast(void **state)
{
	struct programmer *p = programmer_new(1, NULL);

	(void)state;
	assert_false(run(p, 0));
	see(p, "10.0.0.0/8", "10.0.0.4", 0);
	assert_true(run(p, 0));
	assert_false(run(p, 0));
	assert_string_equal(programmed(p, "10.0.0.0/8"), "10.0.0.4");
	see(p, "10.0.0.0/8", "10.0.0.5", 0);
	see(p, "10.0.0.0/8", "10.0.0.5", 0);
	assert_true(run(p, 0));
	assert_string_equal(programmed(p, "10.0.0.0/8"), "10.0.0.5");
	see(p, "10.0.0.0/8", NULL, 0);
	assert_true(run(p, 0));
	assert_string_equal(programmed(p, "10.0.0.0/8"), "none");
	assert_int_equal(programmer_next(p), -1);
	programmer_free(p);
}

/* azure-behaviour 7.12 */
static void test_azure_delays(void **state)
{
	struct programmer *p = azure(1);

	(void)state;
	see(p, "10.0.0.0/8", "10.0.0.4", 1000);
	assert_int_equal(programmer_next(p), 1000 + PROGRAM_INJECT_MS);
	assert_int_equal(programmer_waiting(p), 1);
	assert_false(run(p, 1000 + PROGRAM_INJECT_MS - 1));
	assert_string_equal(programmed(p, "10.0.0.0/8"), "none");
	assert_true(run(p, 1000 + PROGRAM_INJECT_MS));
	assert_string_equal(programmed(p, "10.0.0.0/8"), "10.0.0.4");

	/* Long after: an update in place is quick, a withdrawal is not. */
	see(p, "10.0.0.0/8", "10.0.0.5", 200000);
	assert_int_equal(programmer_next(p), 200000 + PROGRAM_REPLACE_MS);
	assert_true(run(p, 200000 + PROGRAM_REPLACE_MS));
	see(p, "10.0.0.0/8", NULL, 300000);
	assert_int_equal(programmer_next(p), 300000 + PROGRAM_WITHDRAW_MS);
	assert_true(run(p, 300000 + PROGRAM_WITHDRAW_MS));
	assert_string_equal(programmed(p, "10.0.0.0/8"), "none");
	programmer_free(p);
}

struct heard {
	enum program_step step;
	int64_t waited;
	unsigned hops, times;
};

static void hear(size_t rs, unsigned instance, struct prefix p, const struct rib_route *route,
                 enum program_step step, int64_t waited, void *arg)
{
	struct heard *h = arg;

	assert_int_equal(rs, 0);
	assert_int_equal(instance, 1);
	assert_string_equal(PREFIX_STR(p), "10.0.0.0/8");
	h->step = step;
	h->waited = waited;
	h->hops = route ? route->n_next_hops : 0;
	h->times++;
}

/* From these next hops to those: which step it is, and how long that takes. */
static void test_steps(void **state)
{
	static const struct {
		const char *from, *to; /* last octets */
		enum program_step step;
	} cases[] = {
		{ "", "8", STEP_INJECT },    { "8", "", STEP_WITHDRAW },
		{ "8", "89", STEP_INJECT },  { "89", "8", STEP_WITHDRAW },
		{ "8", "9", STEP_SWITCH },   { "89", "8:", STEP_SWITCH },
		{ "4", "5", STEP_REPLACE },  { "48", "58", STEP_REPLACE },
		{ "48", "49", STEP_SWITCH },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct programmer *p = azure(1);
		struct rib_table *t = &programmer_seen(p)->tables[0][1];
		const char *const both[] = { cases[i].from, cases[i].to };
		struct heard h = { 0 };
		int64_t want = AZURE.delay[cases[i].step];

		for (int k = 0; k < 2; k++) {
			ip4 hops[4];
			size_t n = strlen(both[k]);

			for (size_t j = 0; j < n; j++)
				hops[j] = A("10.0.0.0") + (ip4)(both[k][j] - '0');
			if (n)
				rib_set(t, P("10.0.0.0/8"), hops, n);
			else
				rib_del(t, P("10.0.0.0/8"));
			if (k == 0)
				programmer_catch_up(p);
		}
		run(p, 0);
		assert_int_equal(programmer_changed(p, 0, 1, P("10.0.0.0/8"), 1000), want);
		/* Asked again: what is left of it. */
		assert_int_equal(programmer_changed(p, 0, 1, P("10.0.0.0/8"), 1500), want - 500);
		assert_false(programmer_run(p, 1000 + want - 1, hear, &h));
		assert_true(programmer_run(p, 1000 + want, hear, &h));
		assert_int_equal(h.times, 1);
		assert_int_equal(h.step, cases[i].step);
		assert_int_equal(h.waited, want);
		assert_int_equal(h.hops, strlen(cases[i].to));
		programmer_free(p);
	}
}

static void test_settings(void **state)
{
	struct model *m = model_new();
	struct program_times t;

	(void)state;
	assert_false(program_times_of(&m->settings, &t));
	m->settings.timing_azure = true;
	assert_true(program_times_of(&m->settings, &t));
	assert_int_equal(t.delay[STEP_SWITCH], 30000);
	m->settings.timing_scale = 5;
	m->settings.injection_ms = 45000;
	program_times_of(&m->settings, &t);
	assert_int_equal(t.delay[STEP_INJECT], 2250);
	assert_int_equal(t.damping, 1500);
	model_free(m);
}

static void test_azure_damping(void **state)
{
	struct programmer *p = azure(1);
	int64_t t = PROGRAM_INJECT_MS;

	(void)state;
	see(p, "10.0.0.0/8", "10.0.0.4", 0);
	assert_true(run(p, t));
	see(p, "10.0.0.0/8", "10.0.0.5", t + 1); /* not again within 30 s */
	assert_int_equal(programmer_next(p), t + PROGRAM_DAMPING_MS);
	see(p, "10.0.0.0/8", "10.0.0.6", t + 2); /* the last one counts when its time has come */
	assert_int_equal(programmer_next(p), t + PROGRAM_DAMPING_MS);
	assert_true(run(p, t + PROGRAM_DAMPING_MS));
	assert_string_equal(programmed(p, "10.0.0.0/8"), "10.0.0.6");
	/* Gone and back before anything was due: NICs never notice. */
	see(p, "10.0.0.0/8", NULL, 500000);
	see(p, "10.0.0.0/8", "10.0.0.6", 501000);
	assert_int_equal(programmer_next(p), -1);
	assert_int_equal(programmer_waiting(p), 0);
	assert_false(run(p, 600000));
	/* Other routes are not damped by this one. */
	see(p, "10.0.0.0/8", "10.0.0.7", 600000);
	see(p, "11.0.0.0/8", "10.0.0.7", 600000);
	assert_int_equal(programmer_waiting(p), 2);
	assert_int_equal(programmer_next(p), 600000 + PROGRAM_REPLACE_MS);
	programmer_free(p);
}

static void test_new_design(void **state)
{
	struct programmer *old = azure(1), *p = azure(2);

	(void)state;
	see(old, "10.0.0.0/8", "10.0.0.4", 0);
	see(old, "11.0.0.0/8", "10.0.0.4", 0);
	programmer_catch_up(old);
	assert_string_equal(programmed(old, "10.0.0.0/8"), "10.0.0.4");
	/* The Route Server of old is p's too; one of its routes has gone, one has come. */
	programmer_adopt(p, 0, 1, &programmer_rib(old)->tables[0][1]);
	see(p, "10.0.0.0/8", "10.0.0.4", 5);
	see(p, "12.0.0.0/8", "10.0.0.4", 5);
	programmer_compare(p, 5);
	assert_true(run(p, 5));
	assert_string_equal(programmed(p, "10.0.0.0/8"), "10.0.0.4");
	assert_string_equal(programmed(p, "11.0.0.0/8"), "10.0.0.4");
	assert_string_equal(programmed(p, "12.0.0.0/8"), "none");
	assert_int_equal(programmer_waiting(p), 2);
	assert_true(run(p, 5 + PROGRAM_INJECT_MS));
	assert_string_equal(programmed(p, "11.0.0.0/8"), "none");
	assert_string_equal(programmed(p, "12.0.0.0/8"), "10.0.0.4");
	programmer_free(old);
	programmer_free(p);
}

/* --- the connection -------------------------------------------------------------------------- */

struct ends {
	struct peer *a, *b;
};

static struct ends connect_peers(void)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	return (struct ends){ peer_new(pair[0]), peer_new(pair[1]) };
}

/* A full table of one peer comes, goes half, and what is left is not programmed twice. */
static void test_many_at_once(void **state)
{
	enum { MANY = 4000 };
	struct programmer *p = azure(1);
	ip4 hop = A("10.0.0.8");

	(void)state;
	for (int64_t pass = 0; pass < 2; pass++)
		for (ip4 i = 0; i < MANY; i++) {
			struct prefix x = { 100u << 24 | i << 8, 24 };

			if (pass && i % 2)
				rib_del(&programmer_seen(p)->tables[0][1], x);
			else
				rib_set(&programmer_seen(p)->tables[0][1], x, &hop, 1);
			programmer_changed(p, 0, 1, x, pass * 1000);
		}
	assert_int_equal(programmer_waiting(p), MANY / 2);
	assert_int_equal(programmer_next(p), PROGRAM_INJECT_MS);
	assert_false(programmer_run(p, PROGRAM_INJECT_MS - 1, NULL, NULL));
	assert_true(programmer_run(p, PROGRAM_INJECT_MS, NULL, NULL));
	assert_int_equal(programmer_rib(p)->tables[0][1].n, MANY / 2);
	assert_int_equal(programmer_waiting(p), 0);
	assert_int_equal(programmer_next(p), -1);
	assert_false(programmer_run(p, PROGRAM_INJECT_MS + 1, NULL, NULL));
	programmer_free(p);
}

static void test_lines_and_descriptors(void **state)
{
	struct ends x = connect_peers();
	struct err e = { 0 };
	int fds[2], pipe_fds[2];
	char c = 0;

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(peer_send(x.a, json_pack("{s:i}", "n", 1), NULL, 0, &e), 0);
	assert_int_equal(peer_send(x.a, json_pack("{s:i}", "n", 2), pipe_fds, 2, &e), 0);
	close(pipe_fds[0]);
	close(pipe_fds[1]); /* the message has its own */
	assert_int_equal(peer_fill(x.b, &e), 0);
	for (int i = 1; i <= 2; i++) {
		json_t *m = peer_next(x.b, &e);

		assert_int_equal(json_integer_value(json_object_get(m, "n")), i);
		json_decref(m);
	}
	assert_null(peer_next(x.b, &e));
	assert_int_equal(e.code, 0);
	assert_false(peer_take_fds(x.b, fds, 3));
	assert_true(peer_take_fds(x.b, fds, 2));
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(c, 'x');
	close(fds[0]);
	close(fds[1]);
	peer_free(x.a);
	assert_int_equal(peer_fill(x.b, &e), -ECONNRESET);
	peer_free(x.b);
}

/* More than any socket buffer takes at once. */
static void test_large(void **state)
{
	struct ends x = connect_peers();
	struct err e = { 0 };
	json_t *big = json_array(), *m = NULL;
	int more = 1;

	(void)state;
	for (int i = 0; i < 200000; i++)
		json_array_append_new(big, json_string("a string of some length"));
	assert_int_equal(peer_send(x.a, json_pack("{s:o}", "big", big), NULL, 0, &e), 0);
	while (!m) {
		more = peer_flush(x.a, &e);
		assert_true(more >= 0);
		assert_int_equal(peer_fill(x.b, &e), 0);
		m = peer_next(x.b, &e);
		assert_int_equal(e.code, 0);
	}
	assert_int_equal(more, 0);
	assert_int_equal(json_array_size(json_object_get(m, "big")), 200000);
	json_decref(m);
	peer_free(x.a);
	peer_free(x.b);
}

static void test_nonsense(void **state)
{
	struct ends x = connect_peers();
	struct err e = { 0 };

	(void)state;
	assert_int_equal(write(peer_fd_of(x.a), "[1]\nnonsense\n{}\n", 16), 16);
	assert_int_equal(peer_fill(x.b, &e), 0);
	assert_null(peer_next(x.b, &e));
	assert_int_equal(e.code, EBADMSG);
	assert_non_null(strstr(e.msg, "not a JSON object"));
	e.code = 0;
	assert_null(peer_next(x.b, &e));
	assert_int_equal(e.code, EBADMSG);
	e.code = 0;
	json_t *m = peer_next(x.b, &e);

	assert_non_null(m);
	json_decref(m);
	peer_free(x.a);
	assert_int_equal(peer_send(x.b, json_object(), NULL, 0, &e), -EPIPE);
	peer_free(x.b);
}

/* --- routes as JSON -------------------------------------------------------------------------- */

static void test_rib_json(void **state)
{
	struct route_server servers[2] = { { .name = "One", .idx = 0 },
		                           { .name = "Two", .idx = 1 } };
	const struct model m = { .route_servers = servers, .n_route_servers = 2 };
	struct rib *r = rib_new(2), *back = NULL;
	struct err e = { 0 };
	ip4 hops[] = { A("10.0.1.5"), A("10.0.1.4") };

	(void)state;
	rib_set(&r->tables[0][0], P("0.0.0.0/0"), hops, 2);
	rib_set(&r->tables[1][1], P("10.0.0.0/8"), hops, 1);
	r->tables[1][0].silent = true;
	json_t *j = rib_to_json(&m, r, 7);

	assert_int_equal(rib_from_json(&m, j, &back, &e), 0);
	assert_int_equal(back->tables[0][0].n, 1);
	assert_int_equal(back->tables[0][1].n, 0);
	assert_true(back->tables[1][0].silent);
	assert_false(back->tables[1][1].silent);
	assert_int_equal(rib_get(&back->tables[0][0], P("0.0.0.0/0"))->n_next_hops, 2);
	assert_int_equal(rib_get(&back->tables[1][1], P("10.0.0.0/8"))->next_hops[0], hops[0]);
	rib_free(back);
	json_decref(j);
	static const char *const nonsense[] = {
		"10.0.0.0/8 10.0.0",    "10.0.0.0/8", "10.0.0.0 10.0.0.4",
		"10.0.0.0/8  10.0.0.4", "x",          "100.100.100.100/100 1.1"
	};

	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		_cleanup_free_ char *text = xasprintf("10.9.0.0/16 10.0.0.4,%s", nonsense[i]);

		j = json_pack("{s:[{s:s,s:i,s:s}]}", "rib", "routeServer", "one", "instance", 1,
		              "routes", text);
		assert_int_equal(rib_from_json(&m, j, &back, &e), -EPROTO);
		assert_string_equal(e.msg, "virtual router: route 1 of one/1 cannot be read");
		json_decref(j);
	}
	rib_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fast),          cmocka_unit_test(test_azure_delays),
		cmocka_unit_test(test_steps),         cmocka_unit_test(test_settings),
		cmocka_unit_test(test_azure_damping), cmocka_unit_test(test_new_design),
		cmocka_unit_test(test_many_at_once),  cmocka_unit_test(test_lines_and_descriptors),
		cmocka_unit_test(test_large),         cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_rib_json),
	};

	return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
