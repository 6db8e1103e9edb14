/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* Talking to a lab's driver: one JSON object a line over a unix socket (0600) in the run directory:
 * $VNETLAB_RUN_DIR, else /run/vnetlab as root, else $XDG_RUNTIME_DIR/vnetlab, else /tmp/vnetlab-UID
 * (0700, owner checked).  <run>/<lab>/control is the socket, <run>/<lab>/lock is held (flock) by
 * the driver as long as it lives: a socket without a held lock is a left-over and is ignored and
 * removed.
 *
 * Request:  {"op":"status", ...}
 * Answers:  {"progress":{...}} any number, then one of
 *           {"ok":true, ...payload...}
 *           {"error":{"code":errno,"message":"...","status":exit status}}
 * Streams (events, logs -f): {"line":{...}} or {"text":"..."} until either side closes.
 *
 * op          request                              payload
 * apply       design, or designDigest (of the      changes, phases{buildMs,startMs,convergeMs},
 *             one that may run: json_digest()      converged, missing[], notes[], warnings[],
 *             without DESIGN_ADDED; ESTALE: it     sessions{up,of}
 *             does not), waitMs (0: do not), lab,
 *             diskMiB?, endsWithMe? (the lab is
 *             gone when this connection is),
 *             endpoint? (of who serves it),
 *             hide? {key,faults[]}, redeploy?
 *             (lab/build/exam.h)
 * exam        key                                  faults[] (plan/overlay.h), redeployed[]
 * serve       by                                   {"progress":{"served":true}}, and no end: until
 *                                                  this connection is gone, apply needs "endpoint"
 * plan        design                               changes
 * syntax      design (of no lab: its driver ends   objections[{pointer,words,decides}]
 *             with this client)
 * status      -                                    the object of interfaces.md, section 5
 * design      -                                    design, as applied
 * routes      nic (NIC or VM name), explain        value (interfaces.md, section 5), nic, vm
 * learned     connection ("RS/PEERING")            routes: the object of interfaces.md, section 5
 * advertised  connection                           same
 * probe       probes[{from,to,protocol,port,       results[{...}] (interfaces.md, section 5, and
 *             count,intervalMs,timeoutMs}]         address, detail, refused, errorFrom)
 *             ... with "watch": true, for one      {"progress":{no,atMs,rttMs|null}} for each packet
 *             ... with "watch": "losses"           the same with "probe", its number, of those that
 *                                                  are lost, the first behind them, and every tenth
 * matrix      from[], to[] (names; * and ? match   from[], to[] (nodes), rttMs[[...]]: a row for
 *             VMs), protocol, port, count,         each sender; null: not all were answered;
 *             timeoutMs                            sent, answered
 * walks       all; live: with packets; design: of  matrix (docs/matrix.md), lines (matrix/lines.h),
 *             a file to compare with               disagreements[{between,from,to,address,protocol,
 *                                                  port,model{...},kernel{...}}], packets (sent)
 * path        from, to, protocol, port; or         path: the object of interfaces.md, section 5, or
 *             paths[{...}]                         paths[{...}]
 * nsg         nic (NIC or VM name)                 value[] (azure/nsg.h, nsg_json), nic, vm
 * flow        nic, direction, protocol, local,     access, ruleName, networkSecurityGroup, nic,
 *             remote ("ADDRESS:PORT")              reason
 * audit       audits[] (interfaces.md, section 2;  under each name: [{from,to,detail}]; pairs: how
 *             not flaps)                           many were looked at
 * exec        node, argv + 3 fds                   exit (status; 128+n when killed); while it runs
 *                                                  the client may send {"signal":n}, which is
 *                                                  answered by {"signaled":n}
 *             ... with "terminal": true            the program gets a terminal of the node's; its
 *                                                  other end comes over the first fd, a socket
 * logs        node, follow                         stream of {"text"}
 * fault       argv                                 faults[]
 * events      since?                               stream of {"line":{time,lab,kind,subject,detail}}
 * sessions    -                                    converged, log[{time,routeServer,peering,
 *                                                  instance,from,to}] since the lab converged;
 *                                                  of gateways and sites: {session,time,from,to}
 * down        -                                    ended
 */
/* clang-format on */
#pragma once

#include <jansson.h>
#include <poll.h>
#include <stdbool.h>

#include "base/err.h"

struct lab_client;

/* The member of a design that the driver adds. */
#define DESIGN_ADDED "addresses"

/* lab NULL: $VNETLAB_LAB, or the only one that runs; an error that lists the candidates otherwise
 * (-ENOENT: none or no such lab; -ENOTUNIQ: several). */
int lab_connect(const char *lab, struct lab_client **ret, struct err *e);
struct lab_client *lab_disconnect(struct lab_client *c); /* returns NULL */
const char *lab_client_name(const struct lab_client *c);
int lab_client_fd(const struct lab_client *c);

int lab_send(struct lab_client *c, json_t *req /* stolen */, const int *fds, size_t n_fds,
             struct err *e);
/* poll() of p[0..n), at most 7, while waiting for the driver: p[0] is lab_client_fd() with the
 * events that are waited for.  More than 0 and 0 as poll(); -EINTR; -ETIMEDOUT within two seconds
 * when the driver does not answer (lab/client/alive.h). */
int lab_client_poll(struct lab_client *c, struct pollfd *p, size_t n, int timeout_ms,
                    struct err *e);
/* Next answer line; -ECONNRESET when the driver is gone; else as lab_client_poll(). */
int lab_recv(struct lab_client *c, json_t **ret, struct err *e);
/* Send, hand each progress object to on_progress (may be NULL), return the final payload.  A
 * driver's error becomes *e, and *ret_status (may be NULL) the exit status that it asked for. */
int lab_call(struct lab_client *c, json_t *req /* stolen */,
             void (*on_progress)(json_t *p, void *ctx), void *ctx, json_t **ret, int *ret_status,
             struct err *e);

/* Names of running labs (those whose lock is held), sorted; frees with free() each and the array.
 */
int lab_list(char ***ret, size_t *ret_n, struct err *e);
/* Starts a driver for a new lab and connects to it (lab/spawn.c). -EEXIST when it runs already.
 * privileged: lab/namespaces.h. */
int lab_spawn(const char *lab, bool privileged, struct lab_client **ret, struct err *e);
