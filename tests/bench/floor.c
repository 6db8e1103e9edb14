/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The floor: N network namespaces, each with a veth pair into a common one, an address and a
 * default route, by raw netlink in one process, with as few system calls as the kernel allows.
 * Nothing of vnetlab is used: what building a lab costs is measured against this.
 *
 *	floor [N] [--settings]
 *
 * --settings adds what every fabric needs of its ports (permanent neighbours, ARP answered at once)
 * and every guest (no IPv6 address).  Prints {"nodes":N,"upMs":...,"perNodeMs":...,"downMs":...}.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buf[256 * 1024];
static size_t used;
static unsigned seq;

static void die(const char *what)
{
	perror(what);
	exit(4);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* --- messages ------------------------------------------------------------------------------- */

static struct nlmsghdr *msg(int type, int flags, const void *head, size_t n)
{
	struct nlmsghdr *h = (void *)(buf + used);

	memset(h, 0, sizeof(*h) + NLMSG_ALIGN(n));
	h->nlmsg_type = (unsigned short)type;
	h->nlmsg_flags = (unsigned short)(NLM_F_REQUEST | flags);
	h->nlmsg_seq = ++seq;
	h->nlmsg_len = (unsigned)NLMSG_LENGTH(n);
	memcpy(NLMSG_DATA(h), head, n);
	return h;
}

static struct rtattr *attr(struct nlmsghdr *h, int type, const void *data, size_t n)
{
	struct rtattr *a = (void *)((char *)h + NLMSG_ALIGN(h->nlmsg_len));

	memset(a, 0, RTA_SPACE(n));
	a->rta_type = (unsigned short)type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	if (n)
		memcpy(RTA_DATA(a), data, n);
	h->nlmsg_len = (unsigned)(NLMSG_ALIGN(h->nlmsg_len) + RTA_SPACE(n));
	return a;
}

static void attr32(struct nlmsghdr *h, int type, uint32_t v)
{
	attr(h, type, &v, 4);
}

static void end(struct nlmsghdr *h, struct rtattr *nest)
{
	nest->rta_len = (unsigned short)((char *)h + NLMSG_ALIGN(h->nlmsg_len) - (char *)nest);
}

static void put(const struct nlmsghdr *h)
{
	used += NLMSG_ALIGN(h->nlmsg_len);
}

static int nl_socket(void)
{
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (s < 0)
		die("netlink");
	return s;
}

/* All that was put, in one go; the last message is acknowledged, refusals always are. */
static void flush(int s)
{
	char answer[8192];

	if (!used)
		return;
	struct nlmsghdr *h = (void *)buf;

	while ((char *)h + NLMSG_ALIGN(h->nlmsg_len) < buf + used)
		h = (void *)((char *)h + NLMSG_ALIGN(h->nlmsg_len));
	h->nlmsg_flags |= NLM_F_ACK;
	unsigned last = h->nlmsg_seq;

	if (send(s, buf, used, 0) < 0)
		die("send");
	used = 0;
	for (bool done = false; !done;) {
		int n = (int)recv(s, answer, sizeof(answer), 0);

		if (n < 0)
			die("recv");
		for (h = (void *)answer; NLMSG_OK(h, (unsigned)n); h = NLMSG_NEXT(h, n)) {
			const struct nlmsgerr *e = NLMSG_DATA(h);

			if (h->nlmsg_type == NLMSG_ERROR && e->error) {
				errno = -e->error;
				die("netlink message");
			}
			done = done || h->nlmsg_seq == last;
		}
	}
}

static void link_up(int ifindex)
{
	struct ifinfomsg i = { .ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };

	put(msg(RTM_NEWLINK, 0, &i, sizeof(i)));
}

/* eth0 here, up; its other end in the common namespace. */
static void veth(int node, int common_ns)
{
	struct ifinfomsg near = { .ifi_index = 2, .ifi_flags = IFF_UP, .ifi_change = IFF_UP },
	                 far = { .ifi_index = node + 2 };
	struct nlmsghdr *h = msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &near, sizeof(near));
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "n%d", node);
	attr(h, IFLA_IFNAME, "eth0", 5);
	struct rtattr *info = attr(h, IFLA_LINKINFO, NULL, 0);

	attr(h, IFLA_INFO_KIND, "veth", 5);
	struct rtattr *data = attr(h, IFLA_INFO_DATA, NULL, 0);
	struct rtattr *peer = attr(h, VETH_INFO_PEER, &far, sizeof(far));

	attr(h, IFLA_IFNAME, name, strlen(name) + 1);
	attr32(h, IFLA_NET_NS_FD, (uint32_t)common_ns);
	end(h, peer);
	end(h, data);
	end(h, info);
	put(h);
}

static void no_ipv6_address(int ifindex)
{
	struct ifinfomsg i = { .ifi_index = ifindex };
	struct nlmsghdr *h = msg(RTM_NEWLINK, 0, &i, sizeof(i));
	uint8_t none = IN6_ADDR_GEN_MODE_NONE;
	struct rtattr *af = attr(h, IFLA_AF_SPEC, NULL, 0);
	struct rtattr *v6 = attr(h, AF_INET6, NULL, 0);

	attr(h, IFLA_INET6_ADDR_GEN_MODE, &none, 1);
	end(h, v6);
	end(h, af);
	put(h);
}

static void address_and_route(uint32_t ip)
{
	struct ifaddrmsg a = { .ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 2 };
	struct nlmsghdr *h = msg(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &a, sizeof(a));

	attr32(h, IFA_LOCAL, htonl(ip));
	attr32(h, IFA_ADDRESS, htonl(ip));
	put(h);
	struct rtmsg r = { .rtm_family = AF_INET,
		           .rtm_table = RT_TABLE_MAIN,
		           .rtm_protocol = RTPROT_DHCP,
		           .rtm_type = RTN_UNICAST };

	h = msg(RTM_NEWROUTE, NLM_F_CREATE, &r, sizeof(r));
	attr32(h, RTA_GATEWAY, htonl((ip & ~255u) + 1));
	attr32(h, RTA_OIF, 2);
	put(h);
}

static void neighbour(int ifindex, uint32_t ip)
{
	struct ndmsg n = { .ndm_family = AF_INET,
		           .ndm_ifindex = ifindex,
		           .ndm_state = NUD_PERMANENT };
	struct nlmsghdr *h = msg(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));

	attr32(h, NDA_DST, htonl(ip));
	attr(h, NDA_LLADDR, "\x12\x34\x56\x78\x9a\xbc", 6);
	put(h);
}

static void answer_at_once(int ifindex)
{
	struct ndtmsg t = { .ndtm_family = AF_INET };
	struct nlmsghdr *h = msg(RTM_SETNEIGHTBL, 0, &t, sizeof(t));
	uint64_t zero = 0;

	attr(h, NDTA_NAME, "arp_cache", 10);
	struct rtattr *params = attr(h, NDTA_PARMS, NULL, 0);

	attr32(h, NDTPA_IFINDEX, (uint32_t)ifindex);
	attr(h, NDTPA_PROXY_DELAY, &zero, 8);
	end(h, params);
	put(h);
}

/* --- the loop ------------------------------------------------------------------------------- */

static int new_ns(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		die("unshare");
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("/proc/thread-self/ns/net");
	return fd;
}

int main(int argc, char **argv)
{
	int n = 1000;
	bool settings = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--settings") == 0)
			settings = true;
		else
			n = atoi(argv[i]);
	}
	struct rlimit files = { (rlim_t)n + 64, (rlim_t)n + 64 };

	if (n < 1 || n > 60000 || (n > 900 && setrlimit(RLIMIT_NOFILE, &files) < 0))
		die("number of nodes");
	int *ns = calloc((size_t)n, sizeof(*ns));
	double start = now();
	int common = new_ns(), common_socket = nl_socket();

	for (int i = 0; i < n; i++) {
		uint32_t ip = 0x0a000000u + (uint32_t)(i / 250) * 256 + (uint32_t)(i % 250) + 4;

		ns[i] = new_ns();
		int s = nl_socket();

		link_up(1);
		veth(i, common);
		if (settings)
			no_ipv6_address(2);
		address_and_route(ip);
		if (settings)
			neighbour(2, (ip & ~255u) + 1);
		flush(s);
		close(s);
		link_up(i + 2);
		if (settings) {
			neighbour(i + 2, ip);
			answer_at_once(i + 2);
		}
		flush(common_socket);
	}
	double up = now();

	for (int i = 0; i < n; i++)
		close(ns[i]);
	close(common_socket);
	close(common);
	if (unshare(CLONE_NEWNET) < 0) /* out of the last one too */
		die("unshare");
	double down = now();

	printf("{\"nodes\":%d,\"upMs\":%.1f,\"perNodeMs\":%.3f,\"downMs\":%.1f}\n", n, up - start,
	       (up - start) / n, down - up);
	free(ns);
	return 0;
}
