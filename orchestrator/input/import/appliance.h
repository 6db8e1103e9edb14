/* What runs in a virtual machine of a template. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Signals that a machine is an appliance, in the order in which they are trusted. */
struct appliance_facts {
	bool bgp_peer;     /* a NIC's address is the peerIp of a Route Server's connection */
	int64_t peer_asn;  /* the AS number that the connection expects */
	bool forwards;     /* a NIC has enableIPForwarding */
	bool next_hop;     /* a route has a NIC, or a load balancer before it, as its next hop */
	bool vendor_image; /* the image's publisher sells appliances */
	bool named_so;     /* nva, fw, router, ... */
};

/* vm: the resource as it came, with "extensions" and "runCommands" (lists of resources) put in.
 *
 * {"image": "frr",
 *  "files": {"frr.conf": "text"},   the configuration that was found, as the image calls it; or
 *  "bgp": {...},                    what to generate one from
 *  "sourceNat": true, "listen": ["tcp/80"], "routes": [...]     as in the topology; all optional
 *  "notes": [{"severity": "warning|info", "rule": "IMPORT-GUEST-..", "text", "hint"}]}
 *
 * New reference. */
json_t *appliance_of(const json_t *vm, const struct appliance_facts *facts);
