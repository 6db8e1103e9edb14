/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/packet.h"

#include "lab/client/client.h"
#include "probe/probe.h"

json_t *packet_request(const struct cmd_args *a)
{
	const char *s = arg_value(a, "protocol");
	int p = s ? probe_protocol_parse(s) : PROBE_ICMP;
	long port;

	if (p < 0) {
		ui_usage(a, "--protocol must be icmp, tcp, udp or http");
		return NULL;
	}
	if (!arg_number(a, "port", 1, 65535, p == PROBE_HTTP ? 80 : 0, &port))
		return NULL;
	if (p == PROBE_ICMP && port) {
		ui_usage(a, "icmp has no ports: add --protocol tcp, udp or http");
		return NULL;
	}
	if (p != PROBE_ICMP && !port) {
		ui_usage(a, "--protocol %s needs --port", s);
		return NULL;
	}
	json_t *o = json_pack("{s:s, s:s, s:s}", "from", a->argv[0], "to", a->argv[1], "protocol",
	                      probe_protocol_str((enum probe_protocol)p));

	if (!o) /* words that are not UTF-8 name nothing */
		ui_usage(a, "FROM and TO are names of nodes, or addresses");
	else if (port)
		json_object_set_new(o, "port", json_integer(port));
	return o;
}

int packet_call(const struct cmd_args *a, json_t *req, json_t **ret_reply)
{
	struct lab_client *c = NULL;
	struct err e = { 0 };
	int status = 0, r = lab_connect(a->lab, &c, &e);

	if (r < 0)
		json_decref(req);
	else
		r = lab_call(c, req, NULL, NULL, ret_reply, &status, &e);
	lab_disconnect(c);
	if (r >= 0)
		return EX_DONE;
	int mapped = ui_error(&e);

	return status ? status : mapped;
}
