/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a VM's own files say of BGP, as far as it can be read without being the daemon: AS numbers,
 * neighbours, and prefixes that are announced for certain.  What is not plain (filters, variables,
 * peers by range) is left out: nothing is concluded from what is not there. */
#pragma once

#include "azure/model.h"

struct own_neighbor {
	const char *name; /* as the file has it: an address, or a group */
	ip4 address;      /* 0: a group */
	const char *group;
	uint32_t remote_as, local_as; /* 0: not said here */
	unsigned remote_line, local_line;
	bool multihop;  /* it need not be on the link */
	bool connected; /* unless told otherwise, the daemon uses routes only of who is on a link */
	bool strict;    /* and has no session with anybody else */
	bool filtered;  /* announces what a filter lets pass, which is not known */
	bool muted;     /* announces nothing for want of a policy (FRR) */
	const struct config_file *file;
};

struct own_network {
	struct prefix prefix;
	unsigned line;
	const struct config_file *file;
};

struct own_bgp {
	uint32_t asn; /* 0: not said */
	unsigned asn_line;
	const struct config_file *file; /* that says it */
	struct own_neighbor *neighbors;
	size_t n_neighbors, cap_neighbors;
	struct own_network *networks;
	size_t n_networks, cap_networks;
};

/* Fills in vm->guest.own of every VM that has files of its own. */
void own_bgp_read(struct model *m);
/* Fills in *ret with what the files, their groups included, say of the neighbour with that address;
 * false: nothing. */
bool own_bgp_neighbor(const struct node *vm, ip4 address, struct own_neighbor *ret);
/* The AS number that the VM tells that neighbour, and the line that says so; 0: not known. */
uint32_t own_bgp_asn(const struct node *vm, ip4 neighbor, const struct config_file **ret_file,
                     unsigned *ret_line);
/* Its files announce that prefix to that neighbour for certain. */
bool own_bgp_announces(const struct node *vm, ip4 neighbor, struct prefix p);

/* Its daemon wants neighbours on a link of the VM, and that one is on none. */
bool own_neighbor_too_far(const struct node *vm, const struct own_neighbor *n);

/* Between the readers: azure/own_*.c. */
struct own_reader {
	struct arena *a;
	struct own_bgp *b;
	const struct config_file *file;
	unsigned line;
};
struct own_neighbor *own_neighbor_add(struct own_reader *r, const char *name);
void own_network_add(struct own_reader *r, const char *prefix);
uint32_t own_number(const char *word); /* 0: none */
/* Words of a line, at most max, without what follows a comment character; how many. */
size_t own_words(char *line, const char *comments, char **words, size_t max);
void own_read_frr(struct own_reader *r, const char *text);
void own_read_bird(struct own_reader *r, const char *text);
void own_read_exabgp(struct own_reader *r, const char *text);
void own_read_openbgpd(struct own_reader *r, const char *text);
void own_read_gobgp(struct own_reader *r, const char *text);
