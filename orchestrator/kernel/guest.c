#include "kernel/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "kernel/nft.h"
#include "kernel/nl.h"
#include "kernel/ns.h"
#include "plan/bgp_open.h"
#include "plan/firewall_nft.h"

enum {
	FIRST_IFINDEX = 2, /* in a new namespace: 1 is lo */
	METRIC = 100,      /* of the default route, as the images' DHCP client sets it */
	DOOMED = 0x766e6c, /* group of links that are being deleted */
};

struct plug {
	struct nl *fabric;
	int next_ifindex;
	/* What new namespaces inherit from this machine: known after the first guest. */
	bool known, forwards, filters;
};

/* --- the fabric's side ---------------------------------------------------------------------- */

static int highest(const struct nl_link *l, void *arg)
{
	int *max = arg;

	if (l->ifindex > *max)
		*max = l->ifindex;
	return 0;
}

int plug_open(int fabric_ns, struct plug **ret, struct err *e)
{
	struct plug *p = xcalloc(1, sizeof(*p));
	int r = nl_open(fabric_ns, &p->fabric, e);

	if (r == 0)
		r = nl_links(p->fabric, highest, &p->next_ifindex, e);
	p->next_ifindex++;
	if (r < 0) {
		plug_close(p);
		return err_wrap(e, "fabric");
	}
	*ret = p;
	return 0;
}

struct plug *plug_close(struct plug *p)
{
	if (!p)
		return NULL;
	nl_close(p->fabric);
	free(p);
	return NULL;
}

int plug_link(struct plug *p, const char *port, const char *alias, int ns_fd, const char *name,
              int ifindex, const uint8_t mac[6], struct err *e)
{
	const struct nl_end near = { .name = port,
		                     .mac = FABRIC_MAC,
		                     .alias = alias,
		                     .ns_fd = -1,
		                     .up = true,
		                     .group = port_group(port),
		                     .ifindex = p->next_ifindex },
	                    far = { .name = name, .mac = mac, .ns_fd = ns_fd, .ifindex = ifindex };
	int r = nl_veth_add(p->fabric, &near, &far, e);

	if (r == 0)
		r = nl_proxy_delay_none(p->fabric, p->next_ifindex, e);
	p->next_ifindex++;
	return r;
}

int plug_loop(struct plug *p, const char *out, const char *in, const char *alias,
              const uint8_t in_mac[6], struct err *e)
{
	int far_index = p->next_ifindex + 1;
	const struct nl_end near = { .name = out,
		                     .mac = FABRIC_MAC,
		                     .alias = alias,
		                     .ns_fd = -1,
		                     .up = true,
		                     .ifindex = p->next_ifindex },
	                    far = { .name = in, .mac = in_mac, .ns_fd = -1, .ifindex = far_index };
	int r = nl_veth_add(p->fabric, &near, &far, e);

	if (r == 0)
		r = nl_link_set_up(p->fabric, far_index, true, e);
	p->next_ifindex += 2;
	return r;
}

int guest_unplug(struct plug *p, const char (*ports)[IFNAMSIZ], size_t n, struct err *e)
{
	struct err why = { 0 };
	int last = 0, r = 0;
	size_t found = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		int ifindex = nl_link_index(p->fabric, ports[i], &why);

		if (ifindex == -ENODEV)
			continue;
		r = ifindex < 0 ? ifindex : nl_link_set_group(p->fabric, ifindex, DOOMED, &why);
		last = ifindex;
		found++;
	}
	if (r == 0 && found)
		r = found == 1 ? nl_link_del(p->fabric, last, &why)
		               : nl_link_del_group(p->fabric, DOOMED, &why);
	if (r < 0 && e)
		*e = why;
	return r;
}

static int strip_one(const struct nl_link *l, void *arg)
{
	struct nl *nl = arg;

	return l->ifindex == 1 ? 0 : nl_link_set_group(nl, l->ifindex, DOOMED, NULL);
}

int guest_strip(int ns_fd, struct err *e)
{
	struct nl *nl = NULL;
	int r = nl_open(ns_fd, &nl, e);

	if (r == 0)
		r = nl_links(nl, strip_one, nl, e);
	if (r == 0) {
		r = nl_link_del_group(nl, DOOMED, e);
		r = r == -ENODEV ? 0 : r; /* it has none */
	}
	nl_close(nl);
	return r;
}

/* --- the guest's side ----------------------------------------------------------------------- */

/* Opened once; a file that cannot be read counts as the kernel's own default, 0. */
static bool is_set(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = '0';

	return fd >= 0 && read(fd, &c, 1) == 1 && c != '0';
}

static int look(void *arg, struct err *e)
{
	struct plug *p = arg;

	(void)e;
	p->forwards = is_set("/proc/sys/net/ipv4/ip_forward");
	p->filters = is_set("/proc/sys/net/ipv4/conf/all/rp_filter");
	p->known = true;
	return 0;
}

/* New namespaces take the machine's IPv4 settings (on one with containers, forwarding is on), so
 * they are written where they are not what is wanted, and only there: a file costs 50 us. */
int guest_sysctls(struct plug *p, int ns_fd, bool forwarding, struct err *e)
{
	int r = 0;

	if (!p->known)
		r = ns_call(ns_fd, look, p, e);
	if (r == 0 && forwarding != p->forwards)
		r = ns_sysctl(ns_fd, "ipv4/ip_forward", forwarding ? "1" : "0", e);
	if (r == 0 && p->filters)
		r = ns_sysctl(ns_fd, "ipv4/conf/all/rp_filter", "0", e);
	return r;
}

static ip4 gateway(const struct subnet *s)
{
	return s->prefix.addr + 1;
}

/* All neighbour entries of a machine that may age share one table of 1,024 (a setting of the
 * machine that is not ours to change): a hundred guests of one subnet that talk to each other would
 * fill it, for the machine itself too.  So the gateway's entry, whose address never changes, is
 * permanent, and does not count; and a plain VM reaches its own subnet through the gateway.  The
 * frame is the same, since the fabric answers ARP for everybody with one address (azure-semantics
 * 3.1).  An appliance has its subnet attached, as its daemons expect. */
static int attach_subnet(struct nl *nl, const struct nic *n, int ifindex, struct err *e)
{
	const struct subnet *s = n->subnet;
	bool appliance = n->vm->image && !strieq(n->vm->image, "host");
	const struct nl_route r = {
		.dst = s->prefix,
		.type = RTN_UNICAST,
		.protocol = RTPROT_DHCP,
		.metric = METRIC,
		.src = n->ip,
		.n_hops = 1,
		.hops[0] = { .via = gateway(s), .ifindex = ifindex, .onlink = true },
	};
	int rc = nl_neigh_replace(nl, ifindex, gateway(s), FABRIC_MAC, e);

	if (rc < 0)
		return rc;
	if (appliance)
		return nl_addr_add(nl, ifindex, n->ip, s->prefix.len, e);
	rc = nl_addr_add_alone(nl, ifindex, n->ip, s->prefix.len, e);
	return rc < 0 ? rc : nl_route_replace(nl, &r, e);
}

static int configure_nic(struct nl *nl, const struct nic *n, struct err *e)
{
	int ifindex = FIRST_IFINDEX + (int)n->index;
	const struct nl_route all = {
		.type = RTN_UNICAST,
		.protocol = RTPROT_DHCP,
		.metric = METRIC,
		.n_hops = 1,
		.hops[0] = { .via = gateway(n->subnet), .ifindex = ifindex, .onlink = true },
	};
	int r = nl_link_up4(nl, ifindex, e);

	if (r == 0)
		r = attach_subnet(nl, n, ifindex, e);
	if (r == 0 && n->index == 0)
		r = nl_route_replace(nl, &all, e);
	return r;
}

static int add_static(struct nl *nl, const struct vm *vm, const struct guest_route *g,
                      struct err *e)
{
	struct nl_route r = {
		.dst = g->prefix,
		.type = RTN_UNICAST,
		.protocol = RTPROT_STATIC,
		.n_hops = 1,
		/* The fabric takes what it is sent, by any name; so no address is out of reach. */
		.hops[0] = { .via = g->via, .ifindex = FIRST_IFINDEX, .onlink = true },
	};

	for (size_t i = 0; i < vm->n_nics; i++) {
		if (!vm->nics[i]->peer && prefix_has(vm->nics[i]->subnet->prefix, g->via)) {
			r.hops[0].ifindex = FIRST_IFINDEX + (int)i;
			break;
		}
	}
	return nl_route_replace(nl, &r, e);
}

static int configure_vm(struct nl *nl, const struct vm *vm, struct err *e)
{
	int r = 0;

	nl_batch_begin(nl);
	for (size_t i = 0; i < vm->n_loopbacks && r == 0; i++)
		r = nl_addr_add(nl, 1, vm->loopbacks[i], 32, e);
	for (size_t i = 0; i < vm->n_nics && r == 0; i++)
		if (!vm->nics[i]->peer)
			r = configure_nic(nl, vm->nics[i], e);
	for (size_t i = 0; i < vm->n_routes && r == 0; i++)
		if (!vm_tunnel_to(vm, vm->routes[i].via)) /* that one comes later */
			r = add_static(nl, vm, &vm->routes[i], e);
	int end = nl_batch_end(nl, r < 0 ? NULL : e);

	return r < 0 ? r : end;
}

/* interfaces.md: what the guest forwards to destinations outside RFC 1918 leaves with its own
 * address, which is what Azure translates further (azure-semantics 3.5). */
static const char SOURCE_NAT[] =
    "table ip vnetlab {\n"
    "	chain source_nat {\n"
    "		type nat hook postrouting priority 100; policy accept;\n"
    "		fib saddr type local accept\n"
    "		ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } accept\n"
    "		oifname \"eth*\" masquerade\n"
    "	}\n"
    "}\n";

static int filter(int ns_fd, const char *rules, const char *what, struct err *e)
{
	struct nft *nft = NULL;
	int r = nft_open(ns_fd, &nft, e);

	if (r == 0)
		r = nft_run_text(nft, rules, e);
	nft_close(nft);
	return r < 0 ? err_wrap(e, "%s", what) : 0;
}

int guest_firewall(int ns_fd, const struct firewall *fw, struct err *e)
{
	_cleanup_str_ struct str rules = { 0 };

	firewall_nft_text(fw, &rules);
	return filter(ns_fd, str_get(&rules), "firewall rules", e);
}

int guest_build_vm(struct plug *p, int ns_fd, const struct vm *vm, bool forwarding, struct err *e)
{
	struct nl *nl = NULL;
	int r = 0;

	nl_batch_begin(p->fabric);
	for (size_t i = 0; i < vm->n_nics && r == 0; i++) {
		const struct nic *n = vm->nics[i];
		char port[IFNAMSIZ], eth[32], alias[256];
		uint8_t mac[6];

		if (n->peer)
			continue;
		snprintf(eth, sizeof(eth), "eth%zu", i);
		snprintf(alias, sizeof(alias), "%s/%s", vm->name, n->name);
		mac_nic(n, mac);
		r = plug_link(p, port_name_nic(n, port), alias, ns_fd, eth, FIRST_IFINDEX + (int)i,
		              mac, e);
	}
	int end = nl_batch_end(p->fabric, r < 0 ? NULL : e);

	r = r < 0 ? r : end;
	if (r == 0)
		r = guest_sysctls(p, ns_fd, forwarding, e);
	if (r == 0)
		r = nl_open(ns_fd, &nl, e);
	if (r == 0)
		r = configure_vm(nl, vm, e);
	nl_close(nl);
	if (r == 0 && vm->endpoint)
		r = ns_sysctl(ns_fd, "ipv4/icmp_echo_ignore_all", "1", e);
	if (r == 0 && vm->source_nat)
		r = filter(ns_fd, SOURCE_NAT, "source NAT", e);
	if (r == 0 && vm->firewall)
		r = guest_firewall(ns_fd, vm->firewall, e);
	return r < 0 ? err_wrap(e, "links of %s", vm->name) : 0;
}

static int configure_rs(struct nl *nl, ip4 ip, struct err *e)
{
	const struct nl_route all = {
		.type = RTN_UNICAST,
		.protocol = RTPROT_STATIC,
		.scope = RT_SCOPE_LINK,
		.n_hops = 1,
		.hops[0] = { .ifindex = FIRST_IFINDEX },
	};
	int r;

	nl_batch_begin(nl);
	r = nl_link_up4(nl, FIRST_IFINDEX, e);
	if (r == 0)
		r = nl_addr_add(nl, FIRST_IFINDEX, ip, 32, e);
	if (r == 0)
		r = nl_route_replace(nl, &all, e);
	int end = nl_batch_end(nl, r < 0 ? NULL : e);

	return r < 0 ? r : end;
}

int guest_bgp_open(int ns_fd, struct err *e)
{
	static bool old_kernel; /* found out once */
	struct nft *nft = NULL;
	int r = nft_open(ns_fd, &nft, e);

	if (r < 0)
		return r;
	_cleanup_free_ char *rules = bgp_open_nft(true), *old_rules = bgp_open_nft(false);

	r = old_kernel ? -EOPNOTSUPP : nft_run_text(nft, rules, e);
	if (r < 0) {
		r = nft_run_text(nft, old_rules, e);
		old_kernel = r == 0;
	}
	nft_close(nft);
	return r < 0 ? err_wrap(e, "rules for BGP's OPEN") : 0;
}

int guest_build_rs(struct plug *p, int ns_fd, const struct route_server *rs, unsigned instance,
                   bool answers_ping, struct err *e)
{
	_cleanup_free_ char *name = node_name_rs(rs, instance);
	struct nl *nl = NULL;
	char port[IFNAMSIZ];
	uint8_t mac[6];
	int r;

	/* Before there is a way out. */
	r = guest_bgp_open(ns_fd, e);
	if (r < 0)
		return err_wrap(e, "%s", name);
	mac_rs(rs, instance, mac);
	nl_batch_begin(p->fabric);
	r = plug_link(p, port_name_rs(rs, instance, port), name, ns_fd, "eth0", FIRST_IFINDEX, mac,
	              e);
	int end = nl_batch_end(p->fabric, r < 0 ? NULL : e);

	r = r < 0 ? r : end;
	if (r == 0)
		r = guest_sysctls(p, ns_fd, false, e);
	if (r == 0 && !answers_ping)
		r = ns_sysctl(ns_fd, "ipv4/icmp_echo_ignore_all", "1", e);
	if (r == 0)
		r = nl_open(ns_fd, &nl, e);
	if (r == 0)
		r = configure_rs(nl, rs->instance[instance], e);
	nl_close(nl);
	return r < 0 ? err_wrap(e, "link of %s", name) : 0;
}
