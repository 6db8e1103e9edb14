/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks that a picture has of a lab that runs, beside its sessions: which nodes pass no traffic,
 * and why.  Pure: out of what `status` says. */
#pragma once

#include "azure/model.h"

enum nic_state {
	NIC_WELL,
	NIC_IMPAIRED, /* by a fault: it loses or delays packets */
	NIC_CUT,      /* a cable is unplugged, or a session held down by a fault */
	NIC_FROZEN,   /* hung */
	NIC_GONE,     /* a process of its node does not run */
	NIC_DEALLOCATED
};

struct live_nic {
	enum nic_state state;
	char *why; /* NULL: NIC_WELL */
};

struct picture_live {
	struct live_nic *nic; /* by idx */
	size_t n;
	const json_t *status; /* borrowed */
};

struct picture_live picture_live_of(const struct model *m, const json_t *status);
void picture_live_done(struct picture_live *l);

/* A class of the picture's style, with a blank before it; "": well. */
const char *nic_state_class(enum nic_state s);
/* For the chip, short: "does not run"; "": well. */
const char *nic_state_str(enum nic_state s);
/* Why a connection is down in the lab; NULL: it is up, or not known there. */
const char *live_connection_down(const struct picture_live *l, const char *connection);
/* Is a backend taken out by its probe? */
bool live_backend_down(const struct picture_live *l, const char *balancer, const char *nic);
