/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses what runs in a virtual machine: by what its template says inside (input/appliance/), and
 * what the design around it says. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Signals that a machine is an appliance, in the order in which they are trusted. */
struct guest_facts {
	bool bgp_peer;      /* a NIC's address is the peerIp of a Route Server's connection */
	int64_t peer_asn;   /* the AS number that the connection expects */
	char rs_prefix[24]; /* RouteServerSubnet, and the NIC's way there */
	char rs_via[16];
	bool forwards;     /* a NIC has enableIPForwarding */
	bool next_hop;     /* a route has a NIC, or a load balancer before it, as its next hop */
	bool vendor_image; /* the image's publisher sells appliances */
	bool named_so;     /* nva, fw, router, ... */
};

/* vm: the resource; children: its extensions and runCommands; folder: of the template, or NULL.
 *
 * {"image": "frr", "files": {"frr.conf": "text"}, "bgp", "routes", "loopbacks", "sourceNat",
 *  "sourceNatExcept",
 *  "listen", "notes": [{"severity": "warning|info", "rule", "text", "hint"}]}; all but image and
 * notes are optional.  New reference. */
json_t *choose_guest(json_t *vm, json_t *children, const char *folder, const struct guest_facts *f);

/* Azure runs Windows in this virtual machine, by its disk, its profile or its image.  In the lab it
 * is a node as any other. */
bool import_is_windows(const json_t *vm);
