/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures of a design: VNets, subnets, NICs, Route Servers, peerings, BGP connections, and what
 * gateways connect to; of a
 * running lab with the states of its sessions.  Pure: text out of a model. */
#pragma once

#include "azure/model.h"
#include "report/picture_live.h"

enum session_state {
	SESSION_UNKNOWN, /* a file, not a lab */
	SESSION_UP,      /* Established with both instances */
	SESSION_HALF,    /* with one */
	SESSION_DOWN,
};
const char *session_state_str(enum session_state s); /* "up", "up with one instance", ... */

struct picture {
	const struct model *m;
	/* By route_server->idx, then bgp_connection->idx; NULL: a file. */
	enum session_state *const *states;
	/* Set for a page that follows a lab: the SVG has no style of its own, and objects that one
	 * can ask about are buttons.  NULL: the picture stands still. */
	const struct picture_live *live;
};

/* states[rs][connection] of what `status` says; NULL without a status. */
enum session_state **picture_states(const struct model *m, const json_t *status);
void picture_states_free(enum session_state **states, size_t n_route_servers);

enum session_state picture_session(const struct picture *p, const struct bgp_connection *c);

/* The caller frees. */
char *picture_dot(const struct picture *p);     /* Graphviz */
char *picture_mermaid(const struct picture *p); /* a flowchart, for Markdown pages */
char *picture_svg(const struct picture *p);
extern const char picture_style[]; /* CSS of the SVG */

/* Functions that all pictures share.  A peering is drawn once: true for the half that comes first.
 */
bool picture_draws_peering(const struct peering *p);
/* The image that a node runs, for its label; NULL: none. */
const char *picture_image(const struct node *vm);
/* "172.16.1.4", with the image of an appliance and a public address behind it. */
void picture_nic_detail(const struct nic *n, char *buf, size_t cap);
/* The same for a box of limited width, with the AS number: "172.16.1.4 frr AS 65001"; a sign stands
 * for a public address. */
void picture_chip_detail(const struct nic *n, char *buf, size_t cap);
/* The AS number that the machine has in BGP; 0: not known. */
uint32_t picture_asn(const struct nic *n);
/* "rs AS 65515"; the caller frees. */
char *picture_route_server_name(const struct route_server *rs);
/* "10.0.1.100 to 2 NICs" */
void picture_balancer_detail(const struct load_balancer *lb, char *buf, size_t cap);
/* Lines to its backends: none when there are so many that the number says it. */
size_t picture_n_backends(const struct load_balancer *lb);
/* The wire of a connection or circuit; of several between the same two ends, the first. */
struct picture_wire {
	const struct nic *from, *to; /* a gateway's instance; the far one, or a VM; or */
	const struct circuit *circuit;
	const struct site *site; /* of circuit or from, whichever is there */
	const char *name, *down; /* down: why; NULL: it is not */
};
/* The caller frees. */
size_t picture_wires(const struct model *m, struct picture_wire **ret);
/* Its ends as the texts of dot and mermaid name them: n1 a NIC, c0 a circuit, t2 a site. */
enum { PICTURE_ID = 24 };
void picture_wire_ends(const struct picture_wire *w, char from[PICTURE_ID], char to[PICTURE_ID]);
/* "10.40.0.0/16 AS 65010"; "MSEEs 100.65.0.4 100.65.0.5" */
void picture_site_detail(const struct site *s, char *buf, size_t cap);
void picture_circuit_detail(const struct circuit *c, char *buf, size_t cap);
/* "AS 65000" */
void picture_session_label(const struct bgp_connection *c, char *buf, size_t cap);
