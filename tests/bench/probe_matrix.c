/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long does an N x N matrix of echo requests take?  N nodes, each in a namespace and subnet of
 * its own, around one forwarding namespace, as in a lab's fabric.  Prints the median of the rounds
 * and fails when an answer is missing.
 *
 *	probe_matrix [NODES [ROUNDS]]        default 100 5 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "kernel/nl.h"
#include "kernel/ns.h"
#include "probe/probe.h"

static void must(int r, const struct err *e)
{
	if (r >= 0)
		return;
	fprintf(stderr, "probe_matrix: %s\n", e->msg);
	exit(1);
}

static bool write_file(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, s, strlen(s)) == (ssize_t)strlen(s);

	if (fd >= 0)
		close(fd);
	return ok;
}

static void private_world(void)
{
	uid_t uid = geteuid();
	char map[64];

	snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
	if (unshare((uid ? CLONE_NEWUSER : 0) | CLONE_NEWNET) < 0 ||
	    (uid && (!write_file("/proc/self/setgroups", "deny") ||
	             !write_file("/proc/self/uid_map", map)))) {
		perror("probe_matrix: unshare");
		exit(1);
	}
}

static ip4 node_ip(size_t i)
{
	return 0x0a000004u | (ip4)(i + 1) << 8;
}

static int node_new(struct nl *fabric, size_t i)
{
	struct err e = { 0 };
	char name[IFNAMSIZ];
	struct nl *nl;
	int ns, dev;

	snprintf(name, sizeof(name), "n%zu", i);
	must(ns_new(&ns, &e), &e);
	must(nl_veth_add(fabric, &(struct nl_end){ .name = name, .ns_fd = -1 },
	                 &(struct nl_end){ .name = "eth0", .ns_fd = ns }, &e),
	     &e);
	must(dev = nl_link_index(fabric, name, &e), &e);
	must(nl_addr_add(fabric, dev, (node_ip(i) & ~0xffu) | 1, 24, &e), &e);
	must(nl_link_set_up(fabric, dev, true, &e), &e);
	must(nl_open(ns, &nl, &e), &e);
	must(dev = nl_link_index(nl, "eth0", &e), &e);
	must(nl_addr_add(nl, dev, node_ip(i), 24, &e), &e);
	must(nl_link_set_up(nl, dev, true, &e), &e);
	struct nl_route dflt = { .type = RTN_UNICAST,
		                 .protocol = RTPROT_STATIC,
		                 .hops = { { (node_ip(i) & ~0xffu) | 1, dev, false } },
		                 .n_hops = 1 };

	must(nl_route_replace(nl, &dflt, &e), &e);
	nl_close(nl);
	return ns;
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? (size_t)atoi(argv[1]) : 100, k = 0, missing = 0;
	size_t rounds = argc > 2 ? (size_t)atoi(argv[2]) : 5;
	struct err e = { 0 };
	struct nl *fabric;
	int fabric_ns;

	if (n < 1 || n > 250 || rounds < 1 || rounds > 1000)
		return 2;
	private_world();
	must(ns_new(&fabric_ns, &e), &e);
	must(ns_sysctl(fabric_ns, "ipv4/ip_forward", "1", &e), &e);
	must(nl_open(fabric_ns, &fabric, &e), &e);
	int *ns = xcalloc(n, sizeof(*ns));
	struct probe *p = xcalloc(n * n, sizeof(*p));
	double *ms = xcalloc(rounds, sizeof(*ms));

	for (size_t i = 0; i < n; i++)
		ns[i] = node_new(fabric, i);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			p[k++] = (struct probe){ .ns_fd = ns[i],
				                 .dst = node_ip(j),
				                 .protocol = PROBE_ICMP,
				                 .count = 1,
				                 .timeout_ms = 2000 };
	for (size_t r = 0; r < rounds; r++) {
		double t = now_ms();

		must(probe_run(p, k, &e), &e);
		ms[r] = now_ms() - t;
		for (size_t i = 0; i < k; i++)
			missing += !p[i].received;
	}
	qsort(ms, rounds, sizeof(*ms), by_value);
	printf("%zu x %zu icmp probes: %.1f ms (best %.1f, worst %.1f), %.0f probes/s, %zu "
	       "unanswered\n",
	       n, n, ms[rounds / 2], ms[0], ms[rounds - 1], (double)k / ms[rounds / 2] * 1e3,
	       missing);
	return missing ? 1 : 0;
}
