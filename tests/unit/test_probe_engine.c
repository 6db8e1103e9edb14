/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The probe engine between real namespaces: A - R - B, with a server in B, and everything that can
 * go wrong on the way. Needs root or user namespaces; skipped where there are neither. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/nl.h"
#include "kernel/ns.h"
#include "probe/probe.h"

static int ns_a = -1, ns_r = -1, ns_b = -1;
static pid_t server;

#define IP(a, b, c, d) ((ip4)((a) << 24 | (b) << 16 | (c) << 8 | (d)))
#define A_IP IP(10u, 0, 0, 1)
#define R_IP IP(10u, 0, 0, 254)
#define B_IP IP(10u, 1, 0, 1)

static int listen_on(int type, uint16_t port)
{
	int fd = ns_socket(ns_b, AF_INET, type, 0, NULL), on = 1;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 4096) < 0))
		abort();
	return fd;
}

/* So late do tcp/82 and udp/55 answer, one after the other. */
static void be_late(void)
{
	poll(NULL, 0, 120);
}

static void answer_http(int listener, bool late)
{
	static const char answer[] =
	    "HTTP/1.1 204 No Content\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
	char buf[2048];
	int c = accept(listener, NULL, NULL);

	/* A probe of plain TCP closes without a word. */
	if (read(c, buf, sizeof(buf)) > 0) {
		if (late)
			be_late();
		send(c, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
	}
	close(c);
}

static void echo_datagram(int fd, bool late)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[2048];
	ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);

	if (n < 0)
		return;
	if (late)
		be_late();
	sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&from, len);
}

/* tcp/80 speaks HTTP, tcp/81 accepts and says nothing, udp/53 echoes, udp/54 hears and is silent;
 * tcp/82 and udp/55 are late, in a process of their own. */
static void serve(void)
{
	bool late = fork() == 0;
	struct pollfd p[] = { { listen_on(SOCK_STREAM, late ? 82 : 80), POLLIN, 0 },
		              { listen_on(SOCK_DGRAM, late ? 55 : 53), POLLIN, 0 },
		              { late ? -1 : listen_on(SOCK_STREAM, 81), POLLIN, 0 } };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!late)
		listen_on(SOCK_DGRAM, 54);
	for (;;) {
		poll(p, ARRAY_LEN(p), -1);
		if (p[0].revents & POLLIN)
			answer_http(p[0].fd, late);
		if (p[1].revents & POLLIN)
			echo_datagram(p[1].fd, late);
		if (p[2].revents & POLLIN)
			accept(p[2].fd, NULL, NULL);
	}
}

static void route(struct nl *nl, const char *prefix, uint8_t type, ip4 via, int ifindex)
{
	struct nl_route r = { .type = type,
		              .protocol = RTPROT_STATIC,
		              .hops = { { via, ifindex, false } },
		              .n_hops = via ? 1 : 0 };
	struct err e = { 0 };

	assert_int_equal(prefix_parse(prefix, &r.dst), 0);
	if (nl_route_replace(nl, &r, &e) < 0)
		fail_msg("%s: %s", prefix, e.msg);
}

static int link_up(struct nl *nl, const char *name, ip4 ip)
{
	struct err e = { 0 };
	int i = nl_link_index(nl, name, &e);

	if (i <= 0 || nl_addr_add(nl, i, ip, 24, &e) < 0 || nl_link_set_up(nl, i, true, &e) < 0)
		fail_msg("%s: %s", name, e.msg);
	return i;
}

static void join(int ns, const char *name, int peer, const char *peer_name)
{
	struct nl *nl = NULL;
	struct err e = { 0 };

	if (nl_open(ns, &nl, &e) < 0 ||
	    nl_veth_add(nl, &(struct nl_end){ .name = name, .ns_fd = -1 },
	                &(struct nl_end){ .name = peer_name, .ns_fd = peer }, &e) < 0)
		fail_msg("%s", e.msg);
	nl_close(nl);
}

static bool write_file(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, s, strlen(s)) == (ssize_t)strlen(s);

	close(fd);
	return ok;
}

static int set_up(void **state)
{
	(void)state;
	uid_t uid = geteuid();
	struct nl *a, *r, *b;
	char map[64];

	if (unshare((uid ? CLONE_NEWUSER : 0) | CLONE_NEWNET) < 0)
		return 0; /* each test skips */
	if (uid) {
		snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
		if (!write_file("/proc/self/setgroups", "deny") ||
		    !write_file("/proc/self/uid_map", map))
			return 0;
	}
	assert_int_equal(ns_new(&ns_a, NULL), 0);
	assert_int_equal(ns_new(&ns_r, NULL), 0);
	assert_int_equal(ns_new(&ns_b, NULL), 0);
	join(ns_r, "r0", ns_a, "a0");
	join(ns_r, "r1", ns_b, "b0");
	nl_open(ns_a, &a, NULL);
	nl_open(ns_r, &r, NULL);
	nl_open(ns_b, &b, NULL);
	int a0 = link_up(a, "a0", A_IP), r0 = link_up(r, "r0", R_IP), b0 = link_up(b, "b0", B_IP);

	link_up(r, "r1", IP(10u, 1, 0, 254));
	assert_int_equal(ns_sysctl(ns_r, "ipv4/ip_forward", "1", NULL), 0);
	assert_int_equal(ns_sysctl(ns_a, "ipv4/ip_forward", "1", NULL), 0);
	assert_int_equal(ns_sysctl(ns_r, "ipv4/conf/all/send_redirects", "0", NULL), 0);
	assert_int_equal(ns_sysctl(ns_r, "ipv4/conf/r0/send_redirects", "0", NULL), 0);
	assert_int_equal(ns_sysctl(ns_r, "ipv4/icmp_ratelimit", "0", NULL), 0);
	assert_int_equal(ns_sysctl(ns_a, "ipv4/icmp_ratelimit", "0", NULL), 0);
	assert_int_equal(ns_sysctl(ns_b, "ipv4/icmp_ratelimit", "0", NULL), 0);
	route(a, "10.1.0.0/16", RTN_UNICAST, R_IP, a0);
	route(a, "10.2.0.0/16", RTN_UNICAST, R_IP, a0);
	route(a, "10.3.0.0/16", RTN_UNICAST, R_IP, a0);
	route(a, "10.4.0.0/16", RTN_UNICAST, R_IP, a0);
	route(a, "10.5.0.0/16", RTN_BLACKHOLE, 0, 0);
	route(b, "0.0.0.0/0", RTN_UNICAST, IP(10u, 1, 0, 254), b0);
	route(r, "10.2.0.0/16", RTN_UNREACHABLE, 0, 0);
	route(r, "10.3.0.0/16", RTN_UNICAST, A_IP, r0); /* a loop */
	route(r, "10.4.0.0/16", RTN_BLACKHOLE, 0, 0);
	nl_close(a);
	nl_close(r);
	nl_close(b);
	server = fork();
	if (!server)
		serve();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	return 0;
}

static void need_namespaces(void)
{
	if (ns_b < 0)
		skip();
}

static struct probe to(ip4 dst, enum probe_protocol proto, uint16_t port)
{
	return (struct probe){ .ns_fd = ns_a,
		               .dst = dst,
		               .protocol = proto,
		               .port = port,
		               .count = 1,
		               .interval_ms = 10,
		               .timeout_ms = 400 };
}

static void run(struct probe *p, size_t n)
{
	struct err e = { 0 };

	if (probe_run(p, n, &e) < 0)
		fail_msg("%s", e.msg);
}

/* The server may not listen yet: asked until it does, with a deadline. */
static void wait_for_server(void)
{
	for (int i = 0; i < 200; i++) {
		struct probe p = to(B_IP, PROBE_UDP, 53);

		run(&p, 1);
		if (p.received)
			return;
	}
	fail_msg("the server does not answer");
}

static void all_that_answer(void **state)
{
	(void)state;
	need_namespaces();
	wait_for_server();
	struct probe p[] = { to(B_IP, PROBE_ICMP, 0), to(B_IP, PROBE_TCP, 80),
		             to(B_IP, PROBE_UDP, 53), to(B_IP, PROBE_HTTP, 80),
		             to(R_IP, PROBE_ICMP, 0), to(A_IP, PROBE_ICMP, 0) };

	p[0].count = 5;
	p[1].count = 3;
	p[3].count = 2;
	p[2].src = A_IP;
	p[0].src = A_IP;
	run(p, ARRAY_LEN(p));
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		if (p[i].received != p[i].count || p[i].sent != p[i].count)
			fail_msg("probe %zu: %u of %u: %s", i, p[i].received, p[i].sent,
			         p[i].detail);
		assert_true(p[i].rtt_min > 0 && p[i].rtt_min <= p[i].rtt_avg);
		assert_true(p[i].rtt_avg <= p[i].rtt_max && p[i].rtt_max < 400);
		assert_int_equal(p[i].error_from, 0);
		assert_false(p[i].refused);
	}
	assert_string_equal(p[0].detail, "answered, TTL 63");
	assert_string_equal(p[1].detail, "connected");
	assert_string_equal(p[2].detail, "answered");
	assert_string_equal(p[3].detail, "HTTP 204");
}

static void failures_say_who_and_why(void **state)
{
	(void)state;
	need_namespaces();
	wait_for_server();
	static const struct {
		ip4 dst;
		enum probe_protocol proto;
		uint16_t port;
		const char *detail;
		ip4 from;
		bool refused;
	} t[] = {
		{ B_IP, PROBE_TCP, 99, "connection refused", 0, true },
		{ B_IP, PROBE_HTTP, 99, "connection refused", 0, true },
		{ B_IP, PROBE_UDP, 99, "port unreachable from 10.1.0.1", B_IP, true },
		{ B_IP, PROBE_UDP, 54, "no answer", 0, false },
		{ B_IP, PROBE_HTTP, 81, "no answer", 0, false },
		{ IP(10u, 2, 0, 1), PROBE_ICMP, 0, "host unreachable from 10.0.0.254", R_IP,
		  false },
		{ IP(10u, 2, 0, 1), PROBE_TCP, 80, "host unreachable from 10.0.0.254", R_IP,
		  false },
		{ IP(10u, 2, 0, 1), PROBE_UDP, 53, "host unreachable from 10.0.0.254", R_IP,
		  false },
		{ IP(10u, 2, 0, 1), PROBE_HTTP, 80,
		  "host unreachable, says the sender's own kernel", 0, false },
		/* sent by B, for a kernel drops its own packets when they come back */
		{ IP(10u, 3, 0, 1), PROBE_ICMP, 0, "TTL exceeded from 10.0.0.1", A_IP, false },
		{ IP(10u, 3, 0, 1), PROBE_UDP, 53, "TTL exceeded from 10.0.0.1", A_IP, false },
		{ IP(10u, 3, 0, 1), PROBE_TCP, 80, "TTL exceeded from 10.0.0.1", A_IP, false },
		{ IP(10u, 4, 0, 1), PROBE_ICMP, 0, "no answer", 0, false },
		{ IP(10u, 4, 0, 1), PROBE_TCP, 80, "no answer", 0, false },
		{ IP(10u, 4, 0, 1), PROBE_HTTP, 80, "no answer", 0, false },
		{ IP(10u, 5, 0, 1), PROBE_ICMP, 0,
		  "the sender's routing table has a blackhole for it", 0, false },
		{ IP(10u, 5, 0, 1), PROBE_TCP, 80,
		  "the sender's routing table has a blackhole for it", 0, false },
		{ IP(10u, 9, 0, 1), PROBE_ICMP, 0, "the sender's routing table has no route to it",
		  0, false },
		{ IP(10u, 9, 0, 1), PROBE_UDP, 53, "the sender's routing table has no route to it",
		  0, false },
	};
	struct probe p[ARRAY_LEN(t)];

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		p[i] = to(t[i].dst, t[i].proto, t[i].port);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		if (t[i].from == A_IP)
			p[i].ns_fd = ns_b;
	run(p, ARRAY_LEN(t));
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		if (strcmp(p[i].detail, t[i].detail) != 0)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, p[i].detail, t[i].detail);
		assert_int_equal(p[i].sent, 1);
		assert_int_equal(p[i].received, 0);
		assert_int_equal(p[i].error_from, t[i].from);
		assert_int_equal(p[i].refused, t[i].refused);
		assert_true(p[i].rtt_max == 0);
	}
}

static void a_source_that_the_sender_does_not_have(void **state)
{
	(void)state;
	need_namespaces();
	struct probe p[] = { to(B_IP, PROBE_ICMP, 0), to(B_IP, PROBE_TCP, 80),
		             to(B_IP, PROBE_UDP, 53) };

	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		p[i].src = IP(192u, 0, 2, 1);
	run(p, ARRAY_LEN(p));
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		assert_int_equal(p[i].received, 0);
		assert_true(p[i].detail[0]);
	}
	assert_string_equal(p[1].detail, "the sender does not have the source address");
}

static void thousands_at_once(void **state)
{
	(void)state;
	need_namespaces();
	wait_for_server();
	enum { N = 6000 };
	struct probe *p = xcalloc(N, sizeof(*p));

	for (size_t i = 0; i < N; i++) {
		p[i] = i % 10    ? to(B_IP, PROBE_ICMP, 0)
		       : i % 20  ? to(B_IP, PROBE_TCP, 80)
		       : i % 300 ? to(R_IP, PROBE_ICMP, 0)
		                 : to(B_IP, PROBE_UDP, 53);
		p[i].ns_fd = i % 3 ? ns_a : ns_r;
		p[i].timeout_ms = 5000;
	}
	run(p, N);
	for (size_t i = 0; i < N; i++)
		if (p[i].received != 1)
			fail_msg("probe %zu: %s", i, p[i].detail);
	free(p);
}

static void bad_counts_are_refused(void **state)
{
	(void)state;
	struct probe p = { .ns_fd = -1, .count = 0 };
	struct err e = { 0 };

	assert_int_equal(probe_run(&p, 1, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "1 to 65535"));
	p.count = PROBE_MAX_COUNT + 1;
	assert_int_equal(probe_run(&p, 1, &e), -EINVAL);
	assert_int_equal(probe_run(NULL, 0, &e), 0);
	p = (struct probe){ .ns_fd = -1, .count = 1, .protocol = PROBE_ICMP };
	assert_true(probe_run(&p, 1, &e) < 0);
}

/* What this process sends to itself needs 21 ms then.  False: there is no tc(8), or no such queue.
 */
static bool slow_loopback(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		execlp("tc", "tc", "qdisc", "replace", "dev", "lo", "root", "tbf", "rate", "16kbit",
		       "burst", "64", "latency", "1s", NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* Answers need 120 ms, and a probe waits for 60; what the machine is behind with needs 600. */
static void a_late_answer_counts_while_the_machine_is_behind(void **state)
{
	(void)state;
	need_namespaces();
	wait_for_server();
	struct probe late[] = { to(B_IP, PROBE_UDP, 55), to(B_IP, PROBE_HTTP, 82) };
	enum { N = ARRAY_LEN(late) };
	cpu_set_t ours, one;

	for (size_t i = 0; i < N; i++)
		late[i].timeout_ms = 60;
	assert_int_equal(ns_lo_up(-1, NULL), 0);
	run(late, N);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(late[i].received, 0);
		assert_string_equal(late[i].detail, "no answer");
	}
	if (!slow_loopback())
		skip();
	/* Each processor has a queue. */
	assert_int_equal(sched_getaffinity(0, sizeof(ours), &ours), 0);
	CPU_ZERO(&one);
	for (int cpu = 0; !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &ours))
			CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	run(late, N);
	assert_int_equal(sched_setaffinity(0, sizeof(ours), &ours), 0);
	for (size_t i = 0; i < N; i++)
		if (late[i].received != 1)
			fail_msg("%s: %s", probe_protocol_str(late[i].protocol), late[i].detail);
}

static void names(void **state)
{
	(void)state;
	for (enum probe_protocol i = PROBE_ICMP; i <= PROBE_HTTP; i++) {
		assert_int_equal(probe_protocol_parse(probe_protocol_str(i)), i);
		assert_true(probe_ip_protocol(i) > 0);
	}
	assert_int_equal(probe_protocol_parse("TCP"), PROBE_TCP);
	assert_int_equal(probe_protocol_parse("sctp"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(bad_counts_are_refused),
		cmocka_unit_test(all_that_answer),
		cmocka_unit_test(failures_say_who_and_why),
		cmocka_unit_test(a_source_that_the_sender_does_not_have),
		cmocka_unit_test(thousands_at_once),
		cmocka_unit_test(a_late_answer_counts_while_the_machine_is_behind),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
