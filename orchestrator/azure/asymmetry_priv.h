/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the parts of the search for asymmetric ways only. */
#pragma once

#include "azure/asymmetry.h"
#include "azure/foreseen.h"
#include "azure/stand_in.h"

enum {
	ASYM_TRIES = 4,  /* pairs of a kind, when rules deny all packets of the ones before */
	ASYM_PORTS = 16, /* that are tried between two ends */
	ASYM_MAX_WALKS = 40000, /* a second's work */
	ASYM_MAX_PARTIES = 3000,
	ASYM_MAX_FORWARDERS = 64
};

struct asym_party {
	const char *name;            /* "Spoke/w", "dc1" */
	const struct nic *nic;       /* who sends: a VM's NIC, or one that stands in */
	const struct subnet *subnet; /* NULL: of a site */
	const struct site *site;     /* NULL: of a subnet */
	ip4 ip;
	bool answers_only; /* a private endpoint */
};

struct asym_search {
	const struct model *m;
	struct asymmetries *result;
	struct foreseen foreseen;
	struct eff_cache *tables;
	struct walk_env env;
	struct asym_party *parties;
	size_t n_parties, cap_parties;
	struct stand_ins stand_ins;                        /* in subnets where no VM is */
	const struct nic *forwarders[ASYM_MAX_FORWARDERS]; /* one of each kind of routes */
	size_t n_forwarders;
	uint16_t ports[ASYM_PORTS];
	size_t n_ports;
	bool unknown; /* of the walk that runs: something that the design does not say decides */
};

/* asym_parties.c */
void asym_search_init(struct asym_search *x, const struct model *m, struct asymmetries *result);
void asym_search_done(struct asym_search *x);
/* The effective routes of a NIC; subnets with the same ones share them. */
const struct eff_table *asym_table(const struct asym_search *x, const struct nic *n);
const struct nic *asym_stand_in(void *ctx, const struct vnet *v, ip4 a);

/* asym_judge.c */
enum asym_result {
	ASYM_NONE,   /* no hop sees one half, or the design does not say it */
	ASYM_DENIED, /* rules deny every packet that was tried */
	ASYM_FOUND
};
enum asym_result asym_judge(struct asym_search *x, const struct asym_party *from,
                            const struct asym_party *to, struct asymmetry *ret);
void asym_guest(void *ctx, const struct nic *in, const struct walk_packet *p,
                struct walk_guest *ret);
unsigned asym_ecmp(void *ctx, const struct nic *from, const struct eff_route *r,
                   const struct walk_packet *p);
