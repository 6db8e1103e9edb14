/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BIRD's control socket, as birdc speaks it: commands out, parsed replies in.  Used for Route
 * Server instances: session states, learned and advertised routes, reconfiguration.
 *
 * Asking is also a service to the daemon: BIRD 2 goes to sleep with the first routes of a fresh
 * session still in its queue, and any question wakes it (docs/convergence.md).  Who waits for
 * convergence should ask each instance every 25 ms or so. */
#pragma once

#include "azure/model.h"
#include "base/beneath.h"
#include "base/err.h"
#include "plan/bird_text.h"

struct bird_session {
	char protocol[64]; /* the protocol's name in the configuration */
	char state[16];    /* BGP state: Idle, Connect, Active, OpenSent, OpenConfirm, Established,
	                      Down (disabled, or waiting after an error) */
	char since[40];    /* of that state, ISO 8601: 2026-11-23T06:34:30.868, local time */
	char last_error[160];
	unsigned received, accepted, advertised; /* IPv4 routes */
	unsigned long updates;     /* IPv4 routes announced in this session, those that
	                              were known counted each time */
	unsigned long withdrawals; /* of routes that were there */
	ip4 local_ip;              /* the session's own address; 0 while it is down */
	uint32_t local_asn;
	bool can_refresh; /* the peer announced the route refresh capability */
	int dials_in;     /* ms: until BIRD dials; -1: it does not wait to */
};

struct bird_path { /* one route of a session */
	struct prefix network;
	ip4 next_hop;
	char as_path[256]; /* space separated, as received */
	bool filtered;     /* refused on import */
};

/* at: the socket.  timeout_ms bounds the whole exchange.  The text is what birdc would print,
 * without the greeting; the caller frees.  A command that BIRD refuses is -EPROTO with BIRD's own
 * words; -ETIMEDOUT, -ECONNREFUSED, -ENOENT ... when it cannot be asked. */
int bird_command(const struct sock_at *at, const char *command, int timeout_ms, char **ret_text,
                 struct err *e);

/* A connection that does not block, for questions from the loop; -1: there is none. */
int bird_dial(const struct sock_at *at);

/* Protocol name of a bgpConnection in the generated configuration.  Made from the peer's address,
 * so that removing one connection renames, and restarts, no other. */
void bird_protocol_name(const struct bgp_connection *c, char buf[64]);

/* Arrays are sorted (by protocol; by prefix, next hop); the caller frees each. */
int bird_sessions(const struct sock_at *at, struct bird_session **ret, size_t *ret_n,
                  struct err *e);
/* filtered too when the configuration keeps them. */
int bird_learned(const struct sock_at *at, const char *protocol, struct bird_path **ret,
                 size_t *ret_n, struct err *e);
/* As the peer gets them: BIRD's own address as next hop, its AS in front of the path. */
int bird_advertised(const struct sock_at *at, const char *protocol, struct bird_path **ret,
                    size_t *ret_n, struct err *e);

/* Takes its changed configuration file: sessions of unchanged protocols go on; when what is refused
 * has changed (a VNet came or went), BIRD does by itself what bird_refresh() does.  -EPROTO with
 * file, line and message when BIRD does not accept it; the old one is then still in force. */
int bird_configure(const struct sock_at *at, struct err *e);
/* The same from another file, as BIRD sees the path. */
int bird_configure_from(const struct sock_at *at, const char *file, struct err *e);
/* Does what a new VNet peering causes (azure-behaviour 7.3): a soft reset of every session, that is
 * a ROUTE-REFRESH, or a hard one where the peer has not that capability. protocol NULL: all. */
int bird_refresh(const struct sock_at *at, const char *protocol, struct err *e);
/* Ends a session with Cease/4 and lets it come back. */
int bird_restart(const struct sock_at *at, const char *protocol, struct err *e);
/* Takes a session down administratively and up again; unknown protocol: -EPROTO. */
int bird_enable(const struct sock_at *at, const char *protocol, bool enable, struct err *e);

/* Two `since` of one protocol: the same moment?  BIRD works it out anew each time it is asked, and
 * is off by a millisecond or two. */
bool bird_since_same(const char *a, const char *b);

/* The counts of what a kernel protocol has written: routes that are there, and how often one was
 * set or deleted. */
struct bird_export {
	unsigned long routes, updates, withdrawals;
};

/* The parsers alone, pure, for tests and fuzzing. */
int bird_parse_sessions(const char *text, struct bird_session **ret, size_t *ret_n);
/* False when there is no protocol of that name. */
bool bird_parse_export(const char *text, const char *protocol, struct bird_export *ret);
int bird_parse_routes(const char *text, struct bird_path **ret, size_t *ret_n);
/* Takes in what the socket gave; 1 when buf (n bytes, NUL behind) holds the end of a reply, whose
 * text goes to *ret_text (the caller frees) and whose code to *ret_code; 0: more is to come. */
int bird_parse_reply(const char *buf, size_t n, char **ret_text, int *ret_code);
