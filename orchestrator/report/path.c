/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/path.h"

#include "base/json.h"

static void append_names(const json_t *a, struct str *out)
{
	size_t i;
	json_t *v;

	json_array_foreach (a, i, v)
		str_printf(out, "%s%s", i ? ", " : "", json_string_value(v));
}

void route_text(const json_t *r, struct str *out)
{
	const json_t *hops = json_object_get(r, "nextHopIpAddress");

	append_names(json_object_get(r, "addressPrefix"), out);
	str_printf(out, " %s, next hop %s", member_text(r, "source", ""),
	           member_text(r, "nextHopType", ""));
	if (json_array_size(hops)) {
		str_addc(out, ' ');
		append_names(hops, out);
	}
	if (*member_text(r, "name", ""))
		str_printf(out, " (%s)", member_text(r, "name", ""));
}

static void add_colored(struct str *out, bool color, const char *code, const char *s)
{
	str_printf(out, "%s%s%s", color ? code : "", s, color ? "\033[0m" : "");
}

static void show_verdict(const json_t *w, bool color, struct str *out)
{
	const char *v = member_text(w, "verdict", "");

	bool open = json_is_array(json_object_get(w, "notWalked"));

	add_colored(out, color,
	            !streq(v, "delivered") ? "\033[31m"
	            : open                 ? "\033[33m"
	                                   : "\033[32m",
	            v);
	if (open)
		str_add(out, " (a packet filter is not walked)");
}

/* verdict: the reason why the walk ended, which is printed below the hops and not repeated here. */
static void hop_line(const json_t *hop, size_t no, bool with_route, const char *verdict, bool color,
                     struct str *out)
{
	const json_t *route = json_object_get(hop, "route");
	const char *prefix =
	    json_string_value(json_array_get(json_object_get(route, "addressPrefix"), 0));
	const char *reason =
	    streq(member_text(hop, "reason", ""), verdict) ? "" : member_text(hop, "reason", "");

	str_printf(out, "  %2zu  ", no);
	add_colored(out, color, "\033[1m", member_text(hop, "node", ""));
	if (*member_text(hop, "nic", ""))
		str_printf(out, " (%s)", member_text(hop, "nic", ""));
	if (*member_text(hop, "nextHop", ""))
		str_printf(out, " -> %s", member_text(hop, "nextHop", ""));
	str_addc(out, '\n');
	/* Skip the route when the reason names it. */
	if (with_route && prefix && !strstr(reason, prefix)) {
		str_add(out, "      route: ");
		route_text(route, out);
		str_addc(out, '\n');
	}
	if (*reason)
		str_printf(out, "      %s\n", reason);
}

/* Prints one list, with the kernel's reason below each hop, if both walks have the same hops; else
 * two lists. */
/* half: packets after the first one are dropped; append_flow_verdict() reports that at the end. */
static void append_walk(const json_t *w, bool half, bool color, struct str *out)
{
	const json_t *kernel = json_object_get(w, "kernel"), *hops = json_object_get(w, "hops");
	const json_t *other = json_object_get(kernel, "hops");
	/* A cable that is cut ends the kernel's walk a hop before the model's. */
	bool agree = !json_is_false(json_object_get(w, "agree"));
	size_t i;
	json_t *hop;

	json_array_foreach (hops, i, hop) {
		const char *says = member_text(json_array_get(other, i), "reason", "");

		hop_line(hop, i + 1, true, member_text(w, "reason", ""), color, out);
		if (agree && *says && !streq(says, member_text(hop, "reason", "")) &&
		    !streq(says, member_text(kernel, "reason", ""))) {
			_cleanup_free_ char *line = xasprintf("      kernel: %s\n", says);

			add_colored(out, color, "\033[2m", line);
		}
	}
	if (half) {
		str_add(out, "  => its first packet arrives\n");
	} else {
		str_add(out, "  => ");
		show_verdict(w, color, out);
		if (*member_text(w, "reason", ""))
			str_printf(out, ": %s", member_text(w, "reason", ""));
		str_addc(out, '\n');
	}
	if (!json_is_object(kernel))
		return;
	if (agree) {
		str_add(out, "     the kernel's tables say the same\n");
		return;
	}
	str_add(out, "  but the kernel's own tables lead another way:\n");
	json_array_foreach (other, i, hop)
		hop_line(hop, i + 1, false, member_text(kernel, "reason", ""), color, out);
	str_add(out, "  => ");
	show_verdict(kernel, color, out);
	if (*member_text(kernel, "reason", ""))
		str_printf(out, ": %s", member_text(kernel, "reason", ""));
	str_addc(out, '\n');
	str_add(out,
	        "  Routing may still be changing; if this stays, it is a bug of vnetlab: please "
	        "report it with the output of -o json.\n");
}

/* "agree" of the object is for both directions: when it is false, compare the forward one here. */
static json_t *only_there(const json_t *path)
{
	json_t *there = json_copy((json_t *)path);
	const json_t *k = json_object_get(path, "kernel"), *a = json_object_get(path, "hops");
	const json_t *b = json_object_get(k, "hops");
	bool same = streq(member_text(path, "verdict", ""), member_text(k, "verdict", "")) &&
	            json_array_size(a) == json_array_size(b);

	for (size_t i = 0; same && i < json_array_size(a); i++)
		same = streq(member_text(json_array_get(a, i), "node", ""),
		             member_text(json_array_get(b, i), "node", ""));
	if (!json_is_true(json_object_get(path, "agree")))
		json_object_set_new(there, "agree", json_boolean(same));
	return there;
}

static bool is_half(const json_t *path)
{
	return json_is_true(json_object_get(json_object_get(path, "flow"), "half"));
}

/* The verdict about the whole flow, where it is not that of its first packets. */
static void append_flow_verdict(const json_t *flow, bool color, struct str *out)
{
	str_add(out, "\nand what follows\n  => ");
	show_verdict(flow, color, out);
	str_printf(out, ": %s\n", member_text(flow, "reason", ""));
}

void path_text(const json_t *path, bool color, struct str *out)
{
	const json_t *back = json_object_get(path, "return"), *flow = json_object_get(path, "flow");
	json_t *there = only_there(path);

	str_printf(out, "%s to %s", member_text(path, "from", ""), member_text(path, "to", ""));
	if (*member_text(path, "address", "") &&
	    !streq(member_text(path, "address", ""), member_text(path, "to", "")))
		str_printf(out, " (%s)", member_text(path, "address", ""));
	str_printf(out, ", %s",
	           *member_text(path, "protocol", "") ? member_text(path, "protocol", "") : "icmp");
	if (json_is_integer(json_object_get(path, "port")))
		str_printf(out, "/%lld",
		           (long long)json_integer_value(json_object_get(path, "port")));
	str_addc(out, '\n');
	append_walk(there, is_half(path), color, out);
	json_decref(there);
	if (!json_is_object(back))
		return;
	str_printf(out, "\nand back%s\n",
	           streq(member_text(path, "verdict", ""), "delivered") || is_half(path)
	               ? ""
	               : ", what the other side would send on its own");
	append_walk(back, is_half(path), color, out);
	if (is_half(path))
		append_flow_verdict(flow, color, out);
	else if (*member_text(flow, "tcpBreaks", ""))
		str_printf(out, "\nTCP is another matter\n  => %s\n",
		           member_text(flow, "tcpBreaks", ""));
}
