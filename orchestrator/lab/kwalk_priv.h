/* Shared by the parts of the kernel's walk only. */
#pragma once

#include "kernel/nl.h"
#include "lab/kwalk.h"

struct kwalk_device {
	int ifindex;
	char name[IFNAMSIZ];
	bool up, carrier;
};

struct kwalk_ns { /* one namespace, opened when first asked */
	struct node *node;
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
	bool edge;
};

/* A Route Server instance as if it were a VM with one NIC: the walk may start at it. */
struct stand_in {
	struct vm vm;
	struct nic nic, *nics[1];
	const struct route_server *rs;
	unsigned instance;
};

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
	bool *stopped; /* by vm->idx, and one more for the stand-ins */
	struct runtime rt;
	struct eff_cache *tables;
	struct walk_env model, kernel;
};

/* False: the namespace cannot be asked. */
bool kwalk_kernel_open(struct kwalk_ns *kn);
const struct kwalk_device *kwalk_device(const struct kwalk_ns *kn, const char *name);
const char *kwalk_device_name(const struct kwalk_ns *kn, int ifindex); /* "?": unknown */
struct kwalk_ns *kwalk_ns_of(struct kwalk *k, const struct nic *n);
const struct nic *kwalk_nic_of(struct kwalk *k, const struct node *n, const char *device);

const struct nic *kwalk_sends_by(void *ctx, const struct vm *vm, const struct walk_packet *p);
/* kwalk_guest.c: the guest callback of struct walk_env. */
void kwalk_guest(void *ctx, const struct nic *in, const struct walk_packet *p,
                 struct walk_guest *ret);
