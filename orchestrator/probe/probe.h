/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real packets from inside nodes: one process, sockets that belong to the nodes' namespaces, one
 * epoll loop; no fork per probe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/err.h"

enum probe_protocol { PROBE_ICMP, PROBE_TCP, PROBE_UDP, PROBE_HTTP };
const char *probe_protocol_str(enum probe_protocol p);
int probe_protocol_parse(const char *s);          /* -EINVAL */
uint8_t probe_ip_protocol(enum probe_protocol p); /* IPPROTO_... that is on the wire */

struct probe {
	int ns_fd; /* of the sender */
	ip4 src;   /* 0: the kernel chooses */
	ip4 dst;
	enum probe_protocol protocol;
	uint16_t port;
	/* ICMP: after so many packets come those of another flow, as it is with a connection for
	 * each; 0: all are of one. */
	unsigned flow_packets;
	bool echoes;          /* TCP: what is there sends back what it gets */
	unsigned count;       /* packets or connections; at least 1, at most PROBE_MAX_COUNT */
	unsigned interval_ms; /* between them */
	unsigned timeout_ms;  /* for each */
	/* Called at the end of each packet; may be NULL.  rtt_ms below zero: no answer; at_ms: when
	 * it was due, since the first.  Negative: the whole run ends early, as it is. */
	int (*on_shot)(void *ctx, const struct probe *p, unsigned no, double at_ms, double rtt_ms);
	void *ctx;
	/* results */
	unsigned sent, received;
	double rtt_min, rtt_avg, rtt_max; /* ms; 0 when none */
	char detail[160]; /* "no answer", "connection refused", "TTL exceeded from 172.16.1.4",
	                     "HTTP 200" */
	bool refused;     /* something answered that nobody listens: the packets did get there */
	ip4 error_from;   /* who sent an ICMP error; 0: nobody */
};

enum { PROBE_MAX_COUNT = 65535 };

/* Runs all of them side by side and fills in the results.  0, or -errno when sockets cannot be had.
 * What a single probe meets (no route, no answer, ...) is its result, never an error. */
int probe_run(struct probe *probes, size_t n, struct err *e);
