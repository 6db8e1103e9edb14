/* Features of the kernel, tried out: a list of modules or of versions would say less. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/doctor.h"
#include "kernel/fabric_nft.h"
#include "kernel/fabric_ns.h"
#include "kernel/ns.h"
#include "kernel/ttl.h"

/* --- a scratch world --- */

static int write_file(const char *path, const char *text, struct err *e)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_sys(e, errno, "%s", path);
	return 0;
}

static int try_users(struct err *e)
{
	(void)e; /* feature_probe() has made one */
	return 0;
}

/* As an ordinary user: root of a user namespace, as a lab's driver is. */
static int become_root(struct err *e)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (uid == 0)
		return 0;
	if (unshare(CLONE_NEWUSER) < 0)
		return err_sys(e, errno, "making a user namespace");
	int r = write_file("/proc/self/setgroups", "deny", e);

	if (r < 0)
		return r;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	r = write_file("/proc/self/uid_map", map, e);
	if (r < 0)
		return r;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map, e);
}

int feature_probe(const struct feature *f, struct err *e)
{
	int fds[2], status;
	struct err theirs = { 0 };

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	fflush(NULL);
	pid_t pid = fork();

	if (pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return err_sys(e, errno, "fork");
	}
	if (pid == 0) {
		int r = become_root(&theirs);

		/* Only from a network namespace of its own can it come and go. */
		if (r == 0 && f->probe != try_users && unshare(CLONE_NEWNET) < 0)
			r = err_sys(&theirs, errno, "making a network namespace");
		if (r == 0)
			r = f->probe(&theirs);
		if (r < 0)
			(void)!write(fds[1], &theirs, sizeof(theirs));
		_exit(r < 0);
	}
	close(fds[1]);
	ssize_t n = read(fds[0], &theirs, sizeof(theirs));

	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (n == (ssize_t)sizeof(theirs))
		return err_set(e, theirs.code, "%s", theirs.msg);
	return err_set(e, EIO, "the trial ended with status %#x", (unsigned)status);
}

/* --- the trials --- */

static int try_processes(struct err *e)
{
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		return err_sys(e, errno, "making pid and mount namespaces");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, errno, "making mounts private");
	if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) < 0)
		return err_sys(e, errno, "mounting a tmpfs");
	pid_t pid = fork();
	int status = 0;

	if (pid < 0)
		return err_sys(e, errno, "starting a process in a new pid namespace");
	if (pid == 0)
		_exit(mount("proc", "/proc", "proc", 0, NULL) < 0 ? errno : 0);
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return err_set(e, EIO, "a process in a new pid namespace did not end well");
	if (WEXITSTATUS(status))
		return err_sys(e, WEXITSTATUS(status), "mounting proc in a pid namespace");
	return 0;
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
	struct nl_route ecmp = {
		.table = 10001, .type = RTN_UNICAST, .protocol = RTPROT_VNETLAB, .n_hops = 2
	};

	for (unsigned i = 0; i < 2; i++)
		ecmp.hops[i] =
		    (struct nl_hop){ .via = 0x0a000001 + i, .ifindex = index, .onlink = true };
	r = nl_addr_add(nl, index, 0x0a000010, 24, e);
	return r < 0 ? r : nl_route_replace(nl, &ecmp, e);
}

static int try_nft(struct err *e)
{
	int ns, r = ns_new(&ns, e);
	struct nft *nft;

	if (r < 0 || (r = nft_open(ns, &nft, e)) < 0)
		return r;
	_cleanup_str_ struct str parts = { 0 };

	fabric_nft_parts_text(0, 0, FAB_PARTS_ALL, &parts);
	r = nft_run_text(nft, FABRIC_NFT_SKELETON, e);
	return r < 0 ? r : nft_run_text(nft, str_get(&parts), e);
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
static int ask(int ns, struct nlmsghdr *h, struct err *e)
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
	return ask(ns, h, e);
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
	return ask(ns, h, e);
}

static int try_netem(struct err *e)
{
	const struct tc_netem_qopt opt = { .limit = 1000, .latency = 1000 };

	return try_qdisc("netem", &opt, sizeof(opt), e);
}

#define MODULE(m) "a kernel with " m ", or as root: modprobe " m

const struct feature FEATURES[] = {
	{ "user namespaces", true, "only root can run labs",
	  "as root: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
	  "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), "
	  "user.max_user_namespaces=10000; "
	  "or run vnetlab as root",
	  try_users },
	{ "pid and mount namespaces", true, "a lab could not be ended as a whole",
	  "in a container: run it with --privileged, or with --cap-add SYS_ADMIN and an unmasked "
	  "/proc",
	  try_processes },
	{ "network namespaces", true, "no lab",
	  "a kernel with CONFIG_NET_NS; in a container: --privileged", try_network },
	{ "veth pairs", true, "no NIC", MODULE("veth"), try_veth },
	{ "policy rules, multipath routes", true, "no effective routes, no ECMP",
	  "a kernel with CONFIG_IP_MULTIPLE_TABLES and CONFIG_IP_ROUTE_MULTIPATH", try_rules },
	{ "nftables", true, "no security rules, no Internet", MODULE("nf_tables"), try_nft },
	{ "source NAT", true, "no Internet", MODULE("nft_masq"), try_nat },
	{ "TTL change", true, "the virtual router would be seen by traceroute", MODULE("nf_tables"),
	  try_ttl },
	{ "fabric namespace", true, "no virtual router",
	  "a kernel that allows these settings in a network namespace", try_fabric },
	{ "raw sockets in namespaces", true, "no ICMP probes", "CAP_NET_RAW", try_raw_socket },
	{ "vxlan", false, "no tunnels between appliances", MODULE("vxlan"), try_vxlan },
	{ "netem", false, "no delay and no loss by 'fault impair'", MODULE("sch_netem"),
	  try_netem },
};
const size_t N_FEATURES = ARRAY_LEN(FEATURES);
