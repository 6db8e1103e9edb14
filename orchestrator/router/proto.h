/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol between the driver and vnetlab-router: JSON objects, one a line, over a connected
 * stream socket that the router finds as descriptor 3.  When the driver closes it, or dies, the
 * router ends; what it wrote into the kernel stays, and forwards on.
 *
 * The driver starts the router inside the fabric namespace, which fabric_ns_prepare() has made
 * ready.  Ports (guest_build_*, edge_apply) are plugged in before the model that names them, and
 * unplugged after the model that does not.
 *
 * Driver -> router
 *   {"op":"model","design":{...},"stopped":["VM",...],"maintained":["RS/0",...],"lost":[...],
 *    "silent":[...],"generation":n}
 *         design as design_read() made it.  With it come, as SCM_RIGHTS of the same sendmsg() as
 * the first byte of the line, the network namespaces of all instances of Route Servers, then of
 * gateways: the tables' order (azure/hybrid.h).
 *   {"op":"stopped","vms":["VM",...],"generation":n}   which VMs are stopped now, all of them
 *   {"op":"maintained","instances":["RS/0",...],"generation":n}   which Route Server instances are
 * in maintenance now, all of them: what their siblings select is programmed in their place
 *   {"op":"silent","instances":["GATEWAY/0",...],"generation":n}   by which instances of gateways
 * NICs get nothing, all of them; "model" may say it too
 *   {"op":"health","down":[["LB",0],...],"generation":n}   which backends of load balancers get no
 * new flows, by place in the pool, all of them; "model" may say it too
 *   {"op":"resync"}     read the kernel, correct what differs; answered by "applied"
 *   {"op":"look","mend":false}   answered by "looked"; mend: also put back what differs
 *   {"op":"read","mark":n,"doubt":["RS/0",...]}   read what instances' kernels hold now, those in
 *         doubt anew from the first to the last; answered by "read" when all of that is applied
 *   {"op":"rib"}        answered by {"rib":[...]}
 *   {"op":"show"}       answered by {"show":{...}}: introspection
 *
 * Router -> driver
 *   {"event":"applied","generation":n,"changes":k,"missing":p,"ms":t,"version":v,"more":false}
 *         the kernel is what design, stopped VMs and routes want; after each of the requests above
 *         and after each batch of route changes.  generation: of the last request that said one.
 *         missing: ports that were not there (they are tried again when links change).  version:
 *         of what NICs are programmed with.  more: further changes are there already.
 *   {"event":"read","mark":n,"tables":[{"routeServer":"RS","instance":0,"count":32000},...]}
 *         count: routes in the instance's kernel table, -1 when that is not known
 *   {"event":"route","routeServer":"RS","instance":0,"prefix":"10.0.0.0/8","nextHops":["..."],
 *    "action":"add"|"change"|"delete","inMs":30000}
 *         an instance's selection changed; NICs follow in so many milliseconds (-1: they do not
 *         change)
 *   {"event":"programmed","routeServer":"RS","instance":0,"prefix":"10.0.0.0/8","nextHops":["..."],
 *    "step":"injection"|"withdrawal"|"switch"|"replacement","waitedMs":30000}
 *         with timing "azure": NICs have it now
 *   {"event":"looked","routes":n,"rules":n,"neighbours":n,"filter":false,"settings":n}
 *         what somebody else has changed in the fabric since we last did: how many routes, ...;
 *         whether its packet filter; how many settings of the namespace
 *   {"event":"routes","routeServer":"RS","instance":0,"added":n,"changed":n,"deleted":n,"inMs":t}
 *   {"event":"programmed","routeServer":"RS","instance":0,"routes":n,"step":"...","waitedMs":t}
 *         the same of many routes together: of more than REPORT_RATE in a second, those above
 *   {"event":"error","message":"..."}       nothing is given up; it is tried again
 *   {"rib":[{"routeServer":"RS","instance":0,"silent":false,
 *            "routes":"10.0.0.0/8 10.0.1.4 10.0.1.5,10.1.0.0/16 10.0.1.4"}],"version":v}
 *         what NICs are programmed with: prefixes with their next hops
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "azure/model.h"
#include "azure/rib.h"
#include "base/err.h"

#define ROUTER_FD 3
enum { REPORT_RATE = 200 }; /* events about single routes in a second */

/* One end of the connection.  Lines may be large (a design of 1,000 VMs), so both directions are
 * buffered and nothing blocks. */
struct peer;
struct peer *peer_new(int fd); /* takes fd, makes it non-blocking */
struct peer *peer_free(struct peer *p);
int peer_fd_of(const struct peer *p);

/* Queues an object (stolen), with descriptors (duplicated) for its first byte, and sends what the
 * socket takes.  -EPIPE: the other end is gone. */
int peer_send(struct peer *p, json_t *msg, const int *fds, size_t n_fds, struct err *e);
/* Sends what is queued; 1: there is more, wait for EPOLLOUT. */
int peer_flush(struct peer *p, struct err *e);
/* Reads what is there.  0; -ECONNRESET: the other end is gone. */
int peer_fill(struct peer *p, struct err *e);
/* The next whole line, or NULL.  A line that is no JSON object gives -EBADMSG in *e. */
json_t *peer_next(struct peer *p, struct err *e);
/* Takes n received descriptors, oldest first; false (and none) when there are fewer. */
bool peer_take_fds(struct peer *p, int *ret, size_t n);

/* {"rib":[...]} and back; the driver and its workers use rib_from_json. */
json_t *rib_to_json(const struct model *m, const struct rib *r, json_int_t version);
int rib_from_json(const struct model *m, const json_t *j, struct rib **ret, struct err *e);
/* Lists of names, which of them are: by vm->idx; by table and instance.  The caller frees. */
bool *stopped_from_json(const struct model *m, const json_t *names);
/* struct runtime, backend_down; what *p was before is freed. */
void down_from_json(const struct model *m, const json_t *list, bool **p);
bool *instances_from_json(const struct model *m, const json_t *names);
