/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts of the kernel's walk only. */
#pragma once

#include "kernel/nl.h"
#include "lab/ops/kwalk.h"
#include "plan/filter/filter.h"

struct kwalk_device {
	int ifindex;
	char name[IFNAMSIZ];
	bool up;
};

struct kwalk_ns { /* one namespace, opened when first asked */
	struct lab_node *node;
	struct nl *nl;
	struct kwalk_device *devices;
	size_t n_devices, cap_devices;
	bool broken;
};

struct kwalk_port { /* the fabric's side of something; sorted by name */
	char name[IFNAMSIZ];
	const struct nic *nic;
	const struct route_server *rs; /* with instance */
	unsigned instance;
	const struct load_balancer *lb;
	bool edge;
};

/* A Route Server instance as if it were a VM with one NIC: the walk may start at it. */
struct stand_in {
	struct node vm;
	struct nic nic, *nics[1];
	const struct route_server *rs;
	unsigned instance;
};

enum kwalk_known { KNOWN_NOT, KNOWN_SAME, KNOWN_DIFFERENT };

struct kwalk {
	struct lab *l;
	struct kwalk_ns *kernels; /* by the node's place in the lab */
	struct kwalk_ns *fabric;
	struct kwalk_ns **by_vm;
	struct kwalk_port *ports;
	size_t n_ports, cap_ports;
	struct stand_in *stand_ins;
	size_t n_stand_ins;
	struct rib *rib;
	struct filter filter; /* the fabric's, once it was read; kwalk_read.c */
	bool filter_read;
	enum kwalk_known *firewalls; /* by fw->idx; kwalk_firewall.c */
	bool *stopped;               /* by vm->idx, and one more for the stand-ins */
	bool *backend_down;          /* see struct runtime */
	struct runtime rt;
	struct eff_cache *tables;
	struct walk_env model, kernel;
};

/* False: the namespace cannot be asked. */
bool kwalk_kernel_open(struct kwalk_ns *kn);
const struct kwalk_device *kwalk_device(const struct kwalk_ns *kn, const char *name);
const char *kwalk_device_name(const struct kwalk_ns *kn, int ifindex); /* "?": unknown */
struct kwalk_ns *kwalk_ns_of(struct kwalk *k, const struct nic *n);
const struct nic *kwalk_nic_of(struct kwalk *k, const struct lab_node *n, const char *device);

/* kwalk_tunnel.c: the tunnel callback, by the kernels' devices, whoever made them. */
bool kwalk_tunnel(void *ctx, const struct nic *from, struct walk_packet *outer, char *reason);
/* The callbacks sends_by and next_hop, by the guest's tables. */
ip4 kwalk_next_hop(void *ctx, const struct nic *from, const struct walk_packet *p);
const struct nic *kwalk_sends_by(void *ctx, const struct node *vm, const struct walk_packet *p);

/* Asks where the fabric's tables send a packet that comes in from a port with a mark: *ret_port is
 * the port that it leaves by, with what is behind it; NULL: none. */
int kwalk_fabric_query(struct kwalk *k, const char *port, uint32_t mark,
                       const struct walk_packet *p, struct nl_route *ret,
                       const struct kwalk_port **ret_port, struct err *e);

/* kwalk_read.c: false and NULL: it cannot be read. */
bool kwalk_read_filter(int ns_fd, const struct filter_shape *shape, struct filter *ret);
/* The fabric's, read once. */
const struct filter *kwalk_fabric_filter(struct kwalk *k);

/* kwalk.c: the fabric callback of struct walk_env, and which of equal routes the kernel takes. */
void kwalk_fabric(void *ctx, const struct nic *from, const struct nic *back,
                  const struct walk_packet *p, struct walk_fabric *ret);
unsigned kwalk_ecmp(void *ctx, const struct nic *from, const struct eff_route *e,
                    const struct walk_packet *p);
/* By name, for qsort() and bsearch() of struct kwalk_port. */
int kwalk_port_order(const void *a, const void *b);

/* kwalk_lb.c: the balance callback of struct walk_env, by the packet filter's own maps. */
void kwalk_balance(void *ctx, const struct load_balancer *lb, const struct walk_packet *p,
                   struct walk_choice *ret);

/* kwalk_nsg.c: the filter callback. */
bool kwalk_filter(void *ctx, const struct nic *n, bool out, const struct walk_packet *p,
                  char *reason);

/* kwalk_firewall.c: the firewall callback. */
bool kwalk_firewall(void *ctx, const struct firewall *fw, char *reason);

/* kwalk_guest.c: the guest callback of struct walk_env. */
void kwalk_guest(void *ctx, const struct nic *in, const struct walk_packet *p,
                 struct walk_guest *ret);
