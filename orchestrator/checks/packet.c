/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A check of packets: whether they arrive, and by whom they go. */
#include <errno.h>
#include <strings.h>

#include "checks/fields.h"

enum { REACH, DROP, LOOP };

enum {
	/* A packet that arrives does so in microseconds; a machine that is busy needs longer. */
	REACH_TIMEOUT_MS = 700,
	/* That something is dropped is believed of several packets. */
	DROP_COUNT = 3,
	DROP_INTERVAL_MS = 40,
	DROP_TIMEOUT_MS = 400
};

/* Packets that arrive have answers at once: they do not wait for those that are dropped. */
enum { TURN_REACH = 1, TURN_WAY, TURN_DROP, TURN_LOOP };

static const struct enum_value packet_results[] = {
	{ "reach", REACH, "it arrives", NULL },
	{ "drop", DROP, "it does not", NULL },
	{ "loop", LOOP, "it comes back to a node that it already left, and never arrives", NULL },
	END
};

/* --- names ---------------------------------------------------------------------------------- */

static void refer_receiver(struct check_reader *r, const struct check *c)
{
	const char *ptr = check_ptr(r, c->ptr, "to");
	ip4 ip;
	int rc = ip4_parse(c->to, &ip);

	if (rc == -EAFNOSUPPORT)
		check_error(r, "EMU-IPV6-01", ptr, NULL,
		            "\"to\" is \"%s\": this version emulates IPv4 only", c->to);
	else if (rc < 0 && !model_lb(r->m, c->to)) /* its frontend */
		check_refer_node(r, c->to, ptr);
}

void check_refer_packet(struct check_reader *r, const struct check *c)
{
	const char *protocol = check_protocol(c);
	bool port = json_object_get(c->spec, "port");

	if (c->from)
		check_refer_node(r, c->from, check_ptr(r, c->ptr, "from"));
	if (c->to)
		refer_receiver(r, c);
	if (!port && (streq(protocol, "tcp") || streq(protocol, "udp")))
		check_error(r, "CHECK-PORT-01", c->ptr, "add \"port\"",
		            "a check with protocol %s needs a port", protocol);
	if (port && streq(protocol, "icmp"))
		check_error(r, "CHECK-PORT-01", check_ptr(r, c->ptr, "port"),
		            "add \"protocol\": \"tcp\", or remove the port",
		            "icmp, the default protocol, has no ports");
}

static void refer_packet(struct check_reader *r, const struct check *c)
{
	check_refer_packet(r, c);
	check_refer_hops(r, json_object_get(c->spec, "via"), check_ptr(r, c->ptr, "via"));
	check_refer_hops(r, json_object_get(c->spec, "notVia"), check_ptr(r, c->ptr, "notVia"));
}

/* --- questions ------------------------------------------------------------------------------ */

json_t *check_packet_json(const struct check *c)
{
	json_t *o = json_pack("{s:s, s:s, s:s}", "from", c->from, "to", c->to, "protocol",
	                      check_protocol(c));

	if (check_port(c))
		json_object_set_new(o, "port", json_integer(check_port(c)));
	return o;
}

bool check_has_way(const struct check *c)
{
	return json_object_get(c->spec, "via") || json_object_get(c->spec, "notVia");
}

static struct check_question path_question(const struct check *c, unsigned turn)
{
	return (struct check_question){
		.request = json_pack("{s:s, s:[o]}", "op", "path", "paths", check_packet_json(c)),
		.sharing = CHECK_SHARE_LIST,
		.list = "paths",
		.payload = "paths",
		.turn = turn,
	};
}

static size_t ask_packet(const struct check *c, struct check_question ret[CHECK_QUESTIONS])
{
	bool reach = c->expect == REACH;
	json_t *probe = check_packet_json(c);

	if (!reach) {
		json_object_set_new(probe, "count", json_integer(DROP_COUNT));
		json_object_set_new(probe, "intervalMs", json_integer(DROP_INTERVAL_MS));
	}
	json_object_set_new(probe, "timeoutMs",
	                    json_integer(reach ? REACH_TIMEOUT_MS : DROP_TIMEOUT_MS));
	ret[0] = (struct check_question){
		.request = json_pack("{s:s, s:[o]}", "op", "probe", "probes", probe),
		.sharing = CHECK_SHARE_LIST,
		.list = "probes",
		.payload = "results",
		.turn = reach ? TURN_REACH : TURN_DROP,
	};
	if (!check_has_way(c) && c->expect != LOOP)
		return 1;
	ret[1] = path_question(c, reach ? TURN_WAY : TURN_LOOP);
	return 2;
}

static bool ask_way(const struct check *c, struct check_question *ret)
{
	*ret = path_question(c, 0);
	return true;
}

/* --- judgement ------------------------------------------------------------------------------ */

/* The kernel's walk if there is one: packets follow it, not the model. */
static const json_t *walk_taken(const json_t *path)
{
	const json_t *k = json_object_get(path, "kernel");

	return json_is_object(k) ? k : path;
}

bool check_arrives(const struct check *c)
{
	return c->expect == REACH && !c->inverted;
}

void check_way(const json_t *path, struct str *out)
{
	const json_t *hops = json_object_get(walk_taken(path), "hops");
	size_t i;
	json_t *hop;

	json_array_foreach (hops, i, hop) {
		str_printf(out, "%s%s", i ? " -> " : "", check_text(hop, "node"));
	}
}

static bool same_node(const char *want, const char *node)
{
	const char *slash = strrchr(want, '/');
	size_t n = slash ? (size_t)(slash - want) : 0;

	/* "dc1/srv" and "vpngw/0" are nodes; of "VM/nic" the VM is. */
	return strieq(want, node) || (n && !strncasecmp(want, node, n) && !node[n]);
}

bool check_way_holds(const struct check *c, const json_t *path, struct str *out)
{
	const json_t *hops = json_object_get(walk_taken(path), "hops");
	const json_t *via = json_object_get(c->spec, "via");
	const json_t *not_via = json_object_get(c->spec, "notVia");
	size_t at = 0, n = json_array_size(hops), i;
	json_t *v;

	json_array_foreach (via, i, v) {
		const char *name = json_string_value(v);

		/* [0] is the sender itself */
		for (at++; at < n; at++)
			if (same_node(name, check_text(json_array_get(hops, at), "node")))
				break;
		if (at < n)
			continue;
		str_printf(out, "the packet does not go via %s%s, its way is ", name,
		           i ? " behind the ones before it" : "");
		check_way(path, out);
		return false;
	}
	json_array_foreach (not_via, i, v) {
		const char *name = json_string_value(v);

		for (size_t k = 1; k < n; k++) {
			if (!same_node(name, check_text(json_array_get(hops, k), "node")))
				continue;
			str_printf(out, "the packet goes via %s, its way is ", name);
			check_way(path, out);
			return false;
		}
	}
	return true;
}

static void show_walk(const json_t *w, const char *label, struct str *out)
{
	size_t i;
	json_t *hop;

	str_printf(out, "%s%s: %s", out->n ? "\n" : "", label, check_text(w, "verdict"));
	if (*check_text(w, "reason"))
		str_printf(out, ": %s", check_text(w, "reason"));
	json_array_foreach (json_object_get(w, "hops"), i, hop) {
		str_printf(out, "\n  %s", check_text(hop, "node"));
		if (*check_text(hop, "nextHop"))
			str_printf(out, " -> %s", check_text(hop, "nextHop"));
		if (*check_text(hop, "reason") &&
		    !streq(check_text(hop, "reason"), check_text(w, "reason")))
			str_printf(out, ": %s", check_text(hop, "reason"));
	}
}

static void explain_packet(const struct check *c, const json_t *path, struct str *out)
{
	const json_t *back = json_object_get(path, "return");
	bool agree = !json_is_false(json_object_get(path, "agree"));
	/* The model knows Azure's reasons; the kernel knows better what happens. */
	const json_t *there = agree ? path : walk_taken(path);

	if (!json_is_object(path))
		return;
	bool half = json_is_true(json_object_get(json_object_get(path, "flow"), "half"));

	show_walk(there, "the way there", out);
	if (json_is_object(back) &&
	    (half || (streq(check_text(there, "verdict"), "delivered") &&
	              !streq(check_text(agree ? back : walk_taken(back), "verdict"), "delivered"))))
		show_walk(agree ? back : walk_taken(back), "the way back", out);
	if (!agree)
		str_printf(out, "\nmodel and kernel disagree: the model says %s",
		           check_text(path, "verdict"));
	str_printf(out, "\nhop by hop, in the running lab: vnetlab path %s %s", c->from, c->to);
	if (check_port(c))
		str_printf(out, " --protocol %s --port %u", check_protocol(c), check_port(c));
}

static void show_probe(const json_t *probe, struct str *out)
{
	long long sent = json_integer_value(json_object_get(probe, "sent"));
	long long got = json_integer_value(json_object_get(probe, "received"));

	str_printf(out, "%lld of %lld answered", got, sent);
	if (*check_text(probe, "detail"))
		str_printf(out, " (%s)", check_text(probe, "detail"));
}

static bool is_loop(const json_t *path)
{
	const json_t *k = json_object_get(path, "kernel");

	return streq(check_text(path, "verdict"), "loop") &&
	       (!json_is_object(k) || streq(check_text(k, "verdict"), "loop"));
}

static struct judgement judge_packet(const struct check *c, const struct check_answers *a,
                                     void *memory)
{
	_cleanup_str_ struct str out = { 0 };
	const json_t *probe = a->a[0], *path = a->a[1];
	bool reached = json_is_true(json_object_get(probe, "ok")), holds = reached;

	(void)memory;
	if (*check_text(probe, "error")) { /* could not be sent at all */
		str_add(&out, check_text(probe, "error"));
		return check_judged(false, &out);
	}
	show_probe(probe, &out);
	if (c->expect == DROP) {
		holds = !reached;
	} else if (c->expect == LOOP) {
		holds = !reached && is_loop(path);
		if (!holds && !reached)
			str_add(&out, ", but it does not loop");
	} else if (reached && check_has_way(c)) {
		_cleanup_str_ struct str why = { 0 };

		holds = check_way_holds(c, path, &why);
		if (why.n)
			str_printf(&out, "; %s", why.s);
	}
	return check_judged(holds, &out);
}

const struct check_sort sort_packet = {
	.place = 20,
	/* clang-format off */
	.fields = {
		"check-packet", "a check of packets", "Packets from one node to another.",
		(const struct field[]){
			{ .name = "from", .type = T_NODE, .required = true,
			  .at = AT(struct check, from), .help = "a node" },
			{ .name = "to", .type = T_NODE, .required = true,
			  .at = AT(struct check, to), .help = "a node or an address" },
			CHECK_FIELDS_PROTOCOL,
			{ .name = "expect", .type = T_ENUM, .values = packet_results, .required = true,
			  .at = AT(struct check, expect), .help = "what happens" },
			{ .name = "via", .type = T_LIST, .item = T_NODE,
			  .help = "VMs on the forward path, in this order." },
			{ .name = "notVia", .type = T_LIST, .item = T_NODE,
			  .help = "VMs that must not be on it." },
			CHECK_FIELDS_TIME, END } },
	/* clang-format on */
	.refer = refer_packet,
	.ask = ask_packet,
	.judge = judge_packet,
	.ask_why = ask_way,
	.explain = explain_packet,
};
