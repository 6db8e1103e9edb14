/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger of faults: what was broken on purpose, and is remembered until it is mended or its
 * target goes.  lab/fault/ does the breaking; here is what those read who build and wait. */
#pragma once

#include "lab/proc/driver.h"

struct fault {
	char *what; /* "stop", "start", "kill", "freeze", "link", "session", "impair", "maintenance"
	             */
	char *target; /* node, NIC, or peering */
	char *detail; /* "down", "--hold", "rate 1mbit", "30s"; "" */
};

struct hybrid_session;

/* target: any case of its letters. */
bool fault_there(const struct driver *d, const char *what, const char *target);
/* "stop" or "start": whether a VM runs. */
bool fault_is_power(const struct fault *f);
/* Remembers a fault, once for each target, and makes an event of it. */
void fault_note(struct driver *d, const char *what, const char *target, const char *detail);
void fault_forget(struct driver *d, const char *what, const char *target);
void fault_drop(struct driver *d, size_t i);
/* Forgotten, with an event that says how. */
void fault_mended(struct driver *d, const char *what, const char *target, const char *how);
/* The design has changed: faults of what is gone are forgotten, and those that say what the design
 * says. */
void ledger_reset(struct driver *d);

/* True if a VM runs: as the design says (powerState), or as a fault says instead.  A fault "stop"
 * is known only of a VM that the design wants running, "start" of one that it wants deallocated: so
 * what is listed as broken is what differs from the design. */
bool power_wanted(const struct driver *d, const struct node *vm);

/* The peering that "RS/PEERING" or "RS/PEERING/0" is about; *ret_instance is -1 for both of it. */
const struct bgp_connection *session_peering(const struct model *m, const char *name,
                                             int *ret_instance);
/* "GATEWAY/CONNECTION[/0|1]", "GATEWAY/ROUTESERVER[/0|1]": some session is called so. */
bool session_of_gateway(const struct model *m, const char *target);
/* Either of them. */
bool session_known(const struct model *m, const char *target);
/* The fault that keeps a gateway's session down, as a command; the caller frees.  NULL: none. */
char *fault_of_session(const struct driver *d, const struct hybrid_session *s);
