/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of Azure Firewalls, as ARM has them. */
#include "kinds/firewall/import.h"

struct reading {
	struct import *im;
	const struct res *r; /* for findings: the firewall, or a group of its policy */
	const char *name;    /* of the rule */
	const json_t *from;
	json_t *to;
};

json_t *firewall_texts(const json_t *list, const char *const *words)
{
	json_t *out = json_array(), *v;
	size_t i;

	json_array_foreach ((json_t *)list, i, v) {
		const char *s = json_string_value(v);

		if (s)
			json_array_append_new(out, json_string(words ? arm_word(s, words) : s));
		else if (json_is_integer(v))
			json_array_append_new(
			    out, json_sprintf("%lld", (long long)json_integer_value(v)));
	}
	return out;
}

void firewall_put_list(json_t *to, const char *key, json_t *list)
{
	if (json_array_size(list))
		json_object_set(to, key, list);
	json_decref(list);
}

/* IP groups are lists of addresses by reference. */
static void add_groups(const struct reading *r, const char *key, json_t *to)
{
	json_t *v, *a;
	size_t i, k;

	json_array_foreach (arm_list(r->from, key), i, v) {
		const struct res *g = im_ref(r->im, r->r, json_string_value(v), "IP group");

		json_array_foreach (g ? arm_list(g->j, "ipAddresses") : NULL, k, a)
			if (json_is_string(a))
				json_array_append(to, a);
	}
}

/* False: there are some, and all of them are IPv6. */
static bool put_addresses(const struct reading *r, const char *key, const char *groups,
                          const char *one)
{
	json_t *list = firewall_texts(arm_list(r->from, key), NULL), *kept;
	const char *single = one ? arm_str(r->from, one) : NULL;
	size_t n, n_kept;

	if (single)
		json_array_append_new(list, json_string(single));
	add_groups(r, groups, list);
	n = json_array_size(list);
	kept = arm_only_ip4(r->im, r->r, list);
	n_kept = json_array_size(kept);
	json_decref(list);
	firewall_put_list(r->to, key, kept);
	return n_kept || !n;
}

static bool put_target(const struct reading *r)
{
	const char *port = arm_str(r->from, "translatedPort");
	json_int_t n;

	if (!arm_str(r->from, "translatedAddress")) {
		im_note(r->im, SEV_WARNING, "IMPORT-PROP-02", r->r, NULL,
		        "NAT rule \"%s\" translates to a name; it is left out", r->name);
		return false;
	}
	put_str(r->to, "translatedAddress", arm_str(r->from, "translatedAddress"));
	if (port)
		put_str(r->to, "translatedPort", port);
	else if (arm_int(r->from, "translatedPort", &n))
		json_object_set_new(r->to, "translatedPort", json_sprintf("%lld", (long long)n));
	return true;
}

/* False, and reported: the rule lacks something without which the topology does not take it.
 * Most often its IP groups are not among the resources. */
static bool is_whole_rule(const struct reading *r)
{
	const char *lacks = !json_object_get(r->to, "protocols")          ? "protocols"
	                    : !json_object_get(r->to, "sourceAddresses")  ? "sources"
	                    : !json_object_get(r->to, "destinationPorts") ? "ports"
	                    : !json_object_get(r->to, "destinationAddresses") &&
	                            !json_object_get(r->to, "destinationFqdns")
	                        ? "destinations"
	                        : NULL;

	if (lacks)
		im_note(r->im, SEV_WARNING, "IMPORT-FORM-01", r->r,
		        "export its IP groups, too, or write the rule into the topology",
		        "rule \"%s\" has no %s that are known here; it is left out", r->name,
		        lacks);
	return !lacks;
}

static bool put_rule(const struct reading *r, bool nat)
{
	static const char *const protocols[] = { "Any", "TCP", "UDP", "ICMP", NULL };
	json_t *list = arm_list(r->from, "protocols");

	firewall_put_list(
	    r->to, "protocols",
	    firewall_texts(json_array_size(list) ? list : arm_list(r->from, "ipProtocols"),
	                   protocols));
	bool source = put_addresses(r, "sourceAddresses", "sourceIpGroups", NULL);
	bool destination =
	    put_addresses(r, "destinationAddresses", "destinationIpGroups", "destinationAddress");

	firewall_put_list(r->to, "destinationPorts",
	                  firewall_texts(arm_list(r->from, "destinationPorts"), NULL));
	firewall_put_list(r->to, "destinationFqdns",
	                  firewall_texts(arm_list(r->from, "destinationFqdns"), NULL));
	if (!source || (!destination && !json_object_get(r->to, "destinationFqdns")))
		return false; /* a rule about IPv6: reported with its addresses */
	return is_whole_rule(r) && (!nat || put_target(r));
}

void firewall_put_rules(struct import *im, const struct res *r, json_t *to, const json_t *rules,
                        bool nat)
{
	json_t *v, *have;
	size_t i;

	json_array_foreach ((json_t *)rules, i, v) {
		const char *name = arm_str(v, "name");
		struct reading one = { im, r, name ? name : arena_printf(im->a, "rule %zu", i), v,
			               json_object() };

		have = json_object_get(to, "rules");
		if (json_object_get(have, one.name))
			one.name = arena_printf(im->a, "%s (%zu)", one.name, i);
		if (put_rule(&one, nat))
			im_set_in(to, "rules", one.name, json_incref(one.to));
		json_decref(one.to);
	}
}
