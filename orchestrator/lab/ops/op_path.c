/* SPDX-License-Identifier: GPL-2.0-or-later */
/* op path: hop by hop, no packet sent; see lab/client/client.h.  Takes one {from,to,protocol,port},
 * or many under "paths" (then the answer has a list "paths"). */
#include <errno.h>
#include <netinet/in.h>

#include "lab/ops/twowalk.h"
#include "lab/proc/op.h"
#include "probe/probe.h"

/* The port that look-ups hash when the sender's is free to choose. */
enum { SOURCE_PORT = 50000 };

static int packet_of(const json_t *o, struct walk_packet *ret, const char **ret_proto,
                     struct err *e)
{
	const char *proto = json_string_value(json_object_get(o, "protocol"));
	int kind = proto ? probe_protocol_parse(proto) : PROBE_ICMP;
	json_int_t port = json_integer_value(json_object_get(o, "port"));

	if (kind < 0)
		return err_set(e, EINVAL, "path: unknown protocol \"%s\": icmp, tcp, udp or http",
		               proto);
	if (kind == PROBE_HTTP && !port)
		port = 80;
	if (kind != PROBE_ICMP && (port < 1 || port > 65535))
		return err_set(e, EINVAL, "path: %s needs a port, 1 to 65535", proto);
	*ret = (struct walk_packet){ .ip_proto = probe_ip_protocol((enum probe_protocol)kind),
		                     .sport = kind == PROBE_ICMP ? 0 : SOURCE_PORT,
		                     .dport = kind == PROBE_ICMP ? 0 : (uint16_t)port };
	*ret_proto = probe_protocol_str((enum probe_protocol)kind);
	return 0;
}

static int one_path(struct lab *l, struct kwalk *k, const json_t *o, json_t **ret, struct err *e)
{
	const char *f = json_string_value(json_object_get(o, "from")), *proto = NULL;
	const char *t = json_string_value(json_object_get(o, "to"));
	_cleanup_endpoint_ struct endpoint from = { 0 }, to = { 0 };
	struct walk_packet p = { 0 };
	struct two_ways w;

	if (!f || !t)
		return err_set(e, EINVAL, "path: \"from\" and \"to\" are needed");
	int r = packet_of(o, &p, &proto, e);

	if (r == 0)
		r = endpoint_from(l, f, &from, e);
	if (r == 0)
		r = endpoint_to(l, &from, t, &to, e);
	if (r < 0)
		return r;
	p.src = from.ip;
	p.dst = to.ip;
	two_ways(k, &from, &to, p, &w);
	json_t *j = two_ways_json(&w);

	two_ways_done(&w);
	json_object_set_new(j, "from", json_string(from.name));
	json_object_set_new(j, "to", json_string(to.name));
	json_object_set_new(j, "address", json_string(IP4_STR(to.ip)));
	json_object_set_new(j, "protocol", json_string(proto));
	json_object_set_new(j, "port", p.dport ? json_integer(p.dport) : json_null());
	*ret = j;
	return 0;
}

static int op_path(struct lab *l, struct request *r, json_t **ret_reply, struct err *e)
{
	const json_t *list = json_object_get(r->body, "paths");
	_cleanup_(kwalk_close_p) struct kwalk *k = NULL;
	size_t i;
	json_t *o, *one = NULL;
	int rc = kwalk_open(l, &k, e);

	if (rc < 0)
		return rc;
	kwalk_heed_hands(k);
	if (!list) {
		rc = one_path(l, k, r->body, &one, e);
		if (rc < 0)
			return rc;
		*ret_reply = json_pack("{s:o}", "path", one);
		return 0;
	}
	json_t *paths = json_array();

	json_array_foreach (list, i, o) {
		rc = one_path(l, k, o, &one, e);
		if (rc < 0) {
			json_decref(paths);
			return rc;
		}
		json_array_append_new(paths, one);
	}
	*ret_reply = json_pack("{s:o}", "paths", paths);
	return 0;
}

LAB_OP(path, { .name = "path", .kind = OP_WORKER, .run = op_path });
