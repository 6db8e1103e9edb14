/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries features of the kernel: lists of modules or versions do not say whether they work. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/doctor.h"
#include "kernel/fabric_ns.h"
#include "kernel/filter.h"
#include "kernel/limits.h"
#include "kernel/ns.h"
#include "kernel/ttl.h"
#include "lab/namespaces.h"
#include "plan/filter/fabric.h"

/* --- a scratch world --- */

static int wait_for_trial(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Runs one trial in a process of its own, which leaves its error in memory that is shared. */
static void try_one(int (*probe)(struct err *e), struct trial *t)
{
	fflush(NULL);
	pid_t pid = fork();

	if (pid < 0) {
		err_fork(&t->e, errno, "a trial");
		return;
	}
	if (pid == 0) {
		t->ok = probe(&t->e) == 0;
		_exit(0);
	}
	int status = wait_for_trial(pid);

	if (!t->ok && !*t->e.msg)
		err_set(&t->e, EIO, "the trial ended with status %#x", (unsigned)status);
}

/* Does what the first process of a lab does, in all of a lab's namespaces. */
static void first_process(struct trial *t)
{
	struct err e = { 0 };
	bool ready = lab_private_mounts(&e) == 0;

	for (size_t i = 0; i < N_FEATURES; i++)
		if (!FEATURES[i].alone && ready)
			try_one(FEATURES[i].probe, &t[i]);
		else if (!FEATURES[i].alone)
			t[i].e = e;
}

/* The lab's namespaces are taken by one process, and its first process is that one's child: as
 * lab/spawn.c does it. */
static void in_a_lab(struct trial *t)
{
	struct err e = { 0 };
	int r = lab_namespaces(false, &e);
	pid_t pid = r < 0 ? -1 : fork();

	if (pid == 0) {
		first_process(t);
		_exit(0);
	}
	if (pid > 0)
		wait_for_trial(pid);
	else if (r == 0)
		err_fork(&e, errno, "a trial");
	for (size_t i = 0; pid < 0 && i < N_FEATURES; i++)
		if (!FEATURES[i].alone)
			t[i].e = e;
}

int features_try(const struct trial **ret, struct err *e)
{
	struct trial *t = mmap(NULL, N_FEATURES * sizeof(*t), PROT_READ | PROT_WRITE,
	                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (t == MAP_FAILED)
		return err_sys(e, errno, "mmap");
	for (size_t i = 0; i < N_FEATURES; i++)
		if (FEATURES[i].alone)
			try_one(FEATURES[i].probe, &t[i]);
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0) {
		in_a_lab(t);
		_exit(0);
	}
	if (pid < 0)
		return err_fork(e, errno, "a trial");
	wait_for_trial(pid);
	*ret = t;
	return 0;
}

/* --- the trials --- */

static int try_users(struct err *e)
{
	return ns_take(CLONE_NEWUSER, e);
}

static int try_processes(struct err *e)
{
	int r = ns_take(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS, e);

	return r < 0 ? r : lab_private_mounts(e);
}

static int try_network(struct err *e)
{
	_cleanup_close_ int ns = -1;

	return ns_new(&ns, e);
}

/* A namespace with a socket of its own and one end of a veth pair called "a". */
static int scratch(int *ret_ns, struct nl **ret, struct err *e)
{
	int r = ns_new(ret_ns, e);

	if (r < 0 || (r = nl_open(*ret_ns, ret, e)) < 0)
		return r;
	struct nl_end a = { .name = "a", .ns_fd = -1, .up = true },
	              b = { .name = "b", .ns_fd = -1, .up = true };

	return nl_veth_add(*ret, &a, &b, e);
}

static int try_veth(struct err *e)
{
	int ns;
	struct nl *nl;

	return scratch(&ns, &nl, e);
}

static int try_rules(struct err *e)
{
	int ns, index, r;
	struct nl *nl;

	r = scratch(&ns, &nl, e);
	if (r < 0)
		return r;
	struct nl_rule rule = { .priority = 1000,
		                .mark = 1,
		                .mask = 0xffff,
		                .table = 10001,
		                .protocol = RTPROT_VNETLAB };

	r = nl_rule_add(nl, &rule, e);
	if (r < 0 || (index = r = nl_link_index(nl, "a", e)) < 0)
		return r;
	const struct prefix net = { IP4(10, 0, 0, 0), 24 };
	struct nl_route ecmp = {
		.table = 10001, .type = RTN_UNICAST, .protocol = RTPROT_VNETLAB, .n_hops = 2
	};

	for (uint32_t i = 0; i < 2; i++)
		ecmp.hops[i] = (struct nl_hop){ .via = prefix_at(net, 1 + i),
			                        .ifindex = index,
			                        .onlink = true };
	r = nl_addr_add(nl, index, prefix_at(net, 16), net.len, e);
	return r < 0 ? r : nl_route_replace(nl, &ecmp, e);
}

static int try_filter(struct nft *nft, struct err *e)
{
	const struct filter nothing = { .shape = &fabric_filter_shape },
	                    all = { .shape = &fabric_filter_shape, .parts = FAB_PARTS_ALL };
	size_t changes = 0;
	int r = filter_make(nft, &fabric_filter_shape, e);

	return r < 0 ? r : filter_apply(nft, &nothing, &all, &changes, e);
}

static int try_nft(struct err *e)
{
	int ns, r = ns_new(&ns, e);
	struct nft *nft;

	if (r < 0 || (r = nft_open(ns, &nft, e)) < 0)
		return r;
	return try_filter(nft, e);
}

static int try_nat(struct err *e)
{
	int ns, r = ns_new(&ns, e);
	struct nft *nft;

	if (r < 0 || (r = nft_open(ns, &nft, e)) < 0)
		return r;
	return nft_run_text(nft,
	                    "add table ip t\n"
	                    "add chain ip t c { type nat hook postrouting priority 100; }\n"
	                    "add rule ip t c ip daddr != 10.0.0.0/8 masquerade\n",
	                    e);
}

static int try_ttl(struct err *e)
{
	int ns, r = ns_new(&ns, e);

	return r < 0 ? r : ttl_keep(ns, e);
}

static int try_fabric(struct err *e)
{
	int ns, r = ns_new(&ns, e);

	return r < 0 ? r : fabric_ns_prepare(ns, e);
}

static int try_raw_socket(struct err *e)
{
	int ns, r = ns_new(&ns, e);

	if (r < 0)
		return r;
	r = ns_socket(ns, AF_INET, SOCK_RAW, IPPROTO_ICMP, e);
	return r < 0 ? r : 0;
}

/* Sends one request in a new namespace and waits for its acknowledgement. */
static int request_netlink(int ns, struct nlmsghdr *h, struct err *e)
{
	char buf[4096];
	_cleanup_close_ int fd =
	    ns_socket(ns, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE, e);

	if (fd < 0)
		return fd;
	h->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(fd, h, h->nlmsg_len, 0) < 0)
		return err_sys(e, errno, "netlink");
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n < 0)
		return err_sys(e, errno, "netlink");
	if (mnl_cb_run(buf, (size_t)n, 0, 0, NULL, NULL) == 0)
		return 0;
	if (errno == ENOENT || errno == EOPNOTSUPP)
		return err_set(e, errno, "this kernel does not have it");
	return err_sys(e, errno, "the kernel refuses it");
}

static int try_vxlan(struct err *e)
{
	char buf[1024];
	int ns, r = ns_new(&ns, e);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	if (r < 0)
		return r;
	h->nlmsg_type = RTM_NEWLINK;
	h->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(h, IFLA_IFNAME, "v");
	struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);

	mnl_attr_put_strz(h, IFLA_INFO_KIND, "vxlan");
	struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);

	mnl_attr_put_u32(h, IFLA_VXLAN_ID, 7);
	mnl_attr_put_u16(h, IFLA_VXLAN_PORT, htons(4789));
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, info);
	return request_netlink(ns, h, e);
}

static int try_qdisc(const char *kind, const void *options, size_t size, struct err *e)
{
	char buf[1024];
	int ns, r;
	struct nl *nl;
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	r = scratch(&ns, &nl, e);
	if (r < 0)
		return r;
	h->nlmsg_type = RTM_NEWQDISC;
	h->nlmsg_flags = NLM_F_CREATE;
	struct tcmsg *t = mnl_nlmsg_put_extra_header(h, sizeof(*t));

	r = nl_link_index(nl, "a", e);
	if (r < 0)
		return r;
	t->tcm_ifindex = r;
	t->tcm_parent = TC_H_ROOT;
	mnl_attr_put_strz(h, TCA_KIND, kind);
	if (options)
		mnl_attr_put(h, TCA_OPTIONS, size, options);
	return request_netlink(ns, h, e);
}

static int try_netem(struct err *e)
{
	const struct tc_netem_qopt opt = { .limit = 1000, .latency = 1000 };

	return try_qdisc("netem", &opt, sizeof(opt), e);
}

#define MODULE(m) "a kernel with " m ", or as root: modprobe " m
#define AS_SAID "as it says above; in a container: docs/containers.md"

const struct feature FEATURES[] = {
	{ "user namespaces", true, true, "no lab, but as root with --privileged-lab", AS_SAID,
	  try_users },
	{ "pid and mount namespaces", true, true, "a lab could not be ended as a whole", AS_SAID,
	  try_processes },
	{ "network namespaces", true, false, "no lab", AS_SAID, try_network },
	{ "veth pairs", true, false, "no NIC", MODULE("veth"), try_veth },
	{ "policy rules, multipath routes", true, false, "no effective routes, no ECMP",
	  "a kernel with CONFIG_IP_MULTIPLE_TABLES and CONFIG_IP_ROUTE_MULTIPATH", try_rules },
	{ "nftables", true, false, "no security rules, no Internet", MODULE("nf_tables"), try_nft },
	{ "source NAT", true, false, "no Internet", MODULE("nft_masq"), try_nat },
	{ "TTL change", true, false, "the virtual router would be seen by traceroute",
	  MODULE("nf_tables"), try_ttl },
	{ "fabric namespace", true, false, "no virtual router",
	  "a /proc/sys that can be written: in a container it is read-only unless it is started "
	  "with "
	  "podman's --security-opt unmask=ALL, Docker's --security-opt systempaths=unconfined "
	  "(docs/containers.md)",
	  try_fabric },
	{ "raw sockets in namespaces", true, false, "no ICMP probes", AS_SAID, try_raw_socket },
	{ "vxlan", false, false, "no tunnels between appliances", MODULE("vxlan"), try_vxlan },
	{ "netem", false, false, "no delay and no loss by 'fault impair'", MODULE("sch_netem"),
	  try_netem },
};
const size_t N_FEATURES = ARRAY_LEN(FEATURES);
