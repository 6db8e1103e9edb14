/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/appliance/rule_words.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/str.h"

bool word_is_among(const char *w, const char *const *list)
{
	for (; *list; list++)
		if (streq(w, *list))
			return true;
	return false;
}

bool word_is_spelled(const char *w, const char *brief, const char *full)
{
	return streq(w, brief) || streq(w, full);
}

/* --- values ------------------------------------------------------------------------------------
 */

/* All of its parts, between commas. */
static bool all_parts(const char *w, bool (*fits)(char *part))
{
	_cleanup_free_ char *words = xstrdup(w);
	char *rest;

	for (char *p = strtok_r(words, ",", &rest); p; p = strtok_r(NULL, ",", &rest))
		if (!fits(p))
			return false;
	return *w;
}

static bool is_number(const char *w, unsigned long most)
{
	return *w && strlen(w) < 11 && strspn(w, "0123456789") == strlen(w) &&
	       strtoul(w, NULL, 10) <= most;
}

static bool is_target(const char *w)
{
	static const char *const known[] = { "ACCEPT", "DROP",   "REJECT",   "RETURN",
		                             "LOG",    "SNAT",   "DNAT",     "MASQUERADE",
		                             "MARK",   "TCPMSS", "REDIRECT", "CONNMARK",
		                             NULL };

	return word_is_among(w, known);
}

static bool is_match(const char *w)
{
	static const char *const known[] = { "tcp",   "udp",       "icmp",    "state",
		                             "limit", "conntrack", "comment", "multiport",
		                             "mark",  "addrtype",  "iprange", NULL };

	return word_is_among(w, known);
}

static bool is_protocol(const char *w)
{
	static const char *const known[] = {
		"tcp", "udp", "icmp", "all", "gre", "esp", "ah", NULL
	};

	return is_number(w, 255) || word_is_among(w, known);
}

/* An address or a prefix; a name would be asked of a server that the lab does not have. */
static bool is_prefix_word(char *p)
{
	char *slash = strchr(p, '/');
	ip4 a;

	if (slash && (ip4_parse(slash + 1, &a) == 0 || is_number(slash + 1, 32)))
		*slash = '\0';
	return ip4_parse(p, &a) == 0;
}

static bool is_prefixes(const char *w)
{
	return all_parts(w, is_prefix_word);
}

static bool is_port_word(char *p)
{
	static const char *const known[] = { "ssh", "http", "https", "domain", "ntp", NULL };
	char *to = strpbrk(p, ":-");

	if (!to)
		return is_number(p, 65535) || word_is_among(p, known);
	*to = '\0';
	return (!*p || is_number(p, 65535)) && (!to[1] || is_number(to + 1, 65535)) &&
	       (*p || to[1]);
}

static bool is_port(const char *w)
{
	return !strpbrk(w, ",-") && all_parts(w, is_port_word);
}

static bool is_ports(const char *w)
{
	return !strchr(w, '-') && all_parts(w, is_port_word);
}

static bool is_port_range(const char *w)
{
	return !strpbrk(w, ",:") && all_parts(w, is_port_word);
}

static bool is_device(const char *w)
{
	return *w && strlen(w) < IFNAMSIZ && *w != '-' && !strpbrk(w, " \t/");
}

static bool is_state_word(char *w)
{
	static const char *const known[] = { "NEW",       "ESTABLISHED", "RELATED", "INVALID",
		                             "UNTRACKED", "SNAT",        "DNAT",    NULL };

	return word_is_among(w, known);
}

static bool is_states(const char *w)
{
	return all_parts(w, is_state_word);
}

static bool is_state(const char *w)
{
	return !strstr(w, "NAT") && is_states(w);
}

/* "10.0.0.4", "10.0.0.4-10.0.0.9" */
static bool is_address_range(const char *w)
{
	_cleanup_free_ char *words = xstrdup(w);
	char *to = strchr(words, '-');
	ip4 a;

	if (to)
		*to++ = '\0';
	return ip4_parse(words, &a) == 0 && (!to || ip4_parse(to, &a) == 0);
}

/* The same with ports behind it, "10.0.0.4:80-90", or ports alone, ":80". */
static bool is_place(const char *w)
{
	_cleanup_free_ char *words = xstrdup(w);
	char *ports = strchr(words, ':');

	if (ports)
		*ports++ = '\0';
	return (!ports || (*ports && is_port_range(ports))) &&
	       ((ports && !*words) || is_address_range(words));
}

static bool is_icmp_type(const char *w)
{
	static const char *const known[] = { "echo-request",
		                             "echo-reply",
		                             "destination-unreachable",
		                             "time-exceeded",
		                             "any",
		                             "fragmentation-needed",
		                             NULL };

	return is_number(w, 255) || word_is_among(w, known);
}

static bool is_rate(const char *w)
{
	size_t digits = strspn(w, "0123456789");
	static const char *const per[] = { "",        "/s", "/sec",  "/second", "/m",   "/min",
		                           "/minute", "/h", "/hour", "/d",      "/day", NULL };

	return digits && digits < 6 && word_is_among(w + digits, per);
}

static bool is_mark(const char *w)
{
	return *w && strspn(w, "0123456789abcdefABCDEFx/") == strlen(w);
}

static bool is_reject_reason(const char *w)
{
	static const char *const known[] = { "icmp-net-unreachable",  "icmp-host-unreachable",
		                             "icmp-port-unreachable", "icmp-proto-unreachable",
		                             "icmp-net-prohibited",   "icmp-host-prohibited",
		                             "icmp-admin-prohibited", NULL };

	return word_is_among(w, known);
}

static bool is_level(const char *w)
{
	static const char *const known[] = { "debug", "info", "notice", "warning", "error", NULL };

	return is_number(w, 7) || word_is_among(w, known);
}

static bool is_mss(const char *w)
{
	return is_number(w, 65495);
}

static bool is_kind_of_address(const char *w)
{
	static const char *const known[] = { "LOCAL", "UNICAST", "BROADCAST", "MULTICAST", NULL };

	return word_is_among(w, known);
}

static bool is_text(const char *w)
{
	return strlen(w) < 30 && !strpbrk(w, "\"\\");
}

static bool is_burst(const char *w)
{
	return is_number(w, 10000);
}

/* --- options ----------------------------------------------------------------------------------
 */

static const struct word_option {
	const char *brief, *full;
	bool (*value)(const char *w); /* NULL: it has none */
	const char *of; /* values of -p, -m or -j, between commas, of which the rule has one */
} OPTIONS[] = {
	{ "-p", "--protocol", is_protocol, NULL },
	{ "-s", "--source", is_prefixes, NULL },
	{ "-d", "--destination", is_prefixes, NULL },
	{ "-i", "--in-interface", is_device, NULL },
	{ "-o", "--out-interface", is_device, NULL },
	{ "-m", "--match", is_match, NULL },
	{ "-j", "--jump", is_target, NULL },
	{ "-g", "--goto", is_target, NULL },
	{ "--dport", "--destination-port", is_port, "-p tcp,-p udp" },
	{ "--sport", "--source-port", is_port, "-p tcp,-p udp" },
	{ "--dports", "--destination-ports", is_ports, "-m multiport" },
	{ "--sports", "--source-ports", is_ports, "-m multiport" },
	{ "--ports", "--ports", is_ports, "-m multiport" },
	{ "--to-ports", "--to-port", is_port_range, "-j REDIRECT,-j MASQUERADE" },
	{ "--state", "--state", is_state, "-m state" },
	{ "--ctstate", "--ctstate", is_states, "-m conntrack" },
	{ "--to-destination", "--to-destination", is_place, "-j DNAT" },
	{ "--to-source", "--to-source", is_place, "-j SNAT" },
	{ "--to", "--to", is_place, "-j DNAT,-j SNAT" },
	{ "--icmp-type", "--icmp-type", is_icmp_type, "-p icmp" },
	{ "--limit", "--limit", is_rate, "-m limit" },
	{ "--limit-burst", "--limit-burst", is_burst, "-m limit" },
	{ "--comment", "--comment", is_text, "-m comment" },
	{ "--log-prefix", "--log-prefix", is_text, "-j LOG" },
	{ "--log-level", "--log-level", is_level, "-j LOG" },
	{ "--reject-with", "--reject-with", is_reject_reason, "-j REJECT" },
	{ "--set-mark", "--set-xmark", is_mark, "-j MARK,-j CONNMARK" },
	{ "--mark", "--mark", is_mark, "-m mark" },
	{ "--set-mss", "--set-mss", is_mss, "-j TCPMSS" },
	{ "--clamp-mss-to-pmtu", "--clamp-mss-to-pmtu", NULL, "-j TCPMSS" },
	{ "--src-range", "--dst-range", is_address_range, "-m iprange" },
	{ "--src-type", "--dst-type", is_kind_of_address, "-m addrtype" },
	{ "--syn", "--syn", NULL, "-p tcp" },
	{ "--random", "--random-fully", NULL, "-j MASQUERADE,-j SNAT" },
	{ "--save-mark", "--restore-mark", NULL, "-j CONNMARK" },
};

static const struct word_option *option_of(const char *w)
{
	for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++)
		if (word_is_spelled(w, OPTIONS[i].brief, OPTIONS[i].full))
			return &OPTIONS[i];
	return NULL;
}

/* The rule has the option brief with that value; NULL: with any. */
static bool has_value(char **w, size_t n, const char *brief, const char *value)
{
	const struct word_option *of = option_of(brief);

	for (size_t i = 0; of && i + 1 < n; i++)
		if (word_is_spelled(w[i], of->brief, of->full) &&
		    (!value || streq(w[i + 1], value)))
			return true;
	return false;
}

static bool has_one_of(char **w, size_t n, const char *list)
{
	_cleanup_free_ char *words = xstrdup(list);
	char *rest;

	for (char *p = strtok_r(words, ",", &rest); p; p = strtok_r(NULL, ",", &rest)) {
		char brief[3] = { p[0], p[1], 0 };

		if (has_value(w, n, brief, p + 3))
			return true;
	}
	return false;
}

static bool words_have(char **w, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (streq(w[i], word))
			return true;
	return false;
}

/* A match of its own option without it, or a target that lacks what it must have. */
static bool is_whole_match(char **w, size_t n)
{
	static const struct {
		const char *brief, *value, *with[3];
	} needs[] = {
		{ "-j", "DNAT", { "--to-destination", "--to" } },
		{ "-j", "SNAT", { "--to-source", "--to" } },
		{ "-j", "TCPMSS", { "--tcp-flags", "--syn" } },
		{ "-j", "TCPMSS", { "--set-mss", "--clamp-mss-to-pmtu" } },
		{ "-j", "MARK", { "--set-mark", "--set-xmark" } },
		{ "-m", "multiport", { "--dports", "--sports", "--ports" } },
		{ "-m", "icmp", { "--icmp-type" } },
		{ "-m", "state", { "--state" } },
		{ "-m", "conntrack", { "--ctstate" } },
		{ "-m", "comment", { "--comment" } },
		{ "-m", "mark", { "--mark" } },
		{ "-m", "iprange", { "--src-range", "--dst-range" } },
		{ "-m", "addrtype", { "--src-type", "--dst-type" } },
	};
	bool l4 = has_one_of(w, n, "-p tcp,-p udp");

	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		bool has = !has_value(w, n, needs[i].brief, needs[i].value);

		for (size_t k = 0; k < ARRAY_LEN(needs[i].with) && needs[i].with[k]; k++)
			has |= words_have(w, n, needs[i].with[k]);
		if (!has)
			return false;
	}
	for (size_t i = 0; i + 1 < n; i++) /* a port beside a translated address */
		if (str_starts(w[i], "--to") && strchr(w[i + 1], ':') && !l4)
			return false;
	if ((has_value(w, n, "-m", "tcp") && !has_value(w, n, "-p", "tcp")) ||
	    (has_value(w, n, "-m", "udp") && !has_value(w, n, "-p", "udp")) ||
	    (has_value(w, n, "-m", "icmp") && !has_value(w, n, "-p", "icmp")))
		return false;
	return true;
}

/* Iptables refuses what has no meaning in its table, or in its chain. */
static bool is_in_place(const char *table, const char *chain, char **w, size_t n)
{
	bool nat = streq(table, "nat"), leaves = streq(chain, "POSTROUTING");
	bool comes = streq(chain, "PREROUTING"), in = streq(chain, "INPUT"),
	     out = streq(chain, "OUTPUT");
	bool source = has_one_of(w, n, "-j MASQUERADE,-j SNAT");
	bool destination = has_one_of(w, n, "-j DNAT,-j REDIRECT");

	if ((source || destination) && !nat)
		return false;
	if ((source && (comes || out)) || (destination && (leaves || in)))
		return false;
	if ((in && has_value(w, n, "-j", "MASQUERADE")) || has_value(w, n, "-j", chain))
		return false;
	if (has_one_of(w, n, "-j MARK,-j CONNMARK") && !streq(table, "mangle"))
		return false;
	if (has_value(w, n, "-j", "DROP") && nat)
		return false;
	if (has_value(w, n, "-j", "REJECT") && !streq(table, "filter"))
		return false;
	return !(has_value(w, n, "-i", NULL) && (leaves || out)) &&
	       !(has_value(w, n, "-o", NULL) && (comes || in));
}

bool is_iptables_chain(const char *table, const char *chain, const json_t *chains)
{
	static const struct {
		const char *table, *chains[6];
	} built_in[] = {
		{ "filter", { "INPUT", "FORWARD", "OUTPUT" } },
		{ "nat", { "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING" } },
		{ "mangle", { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING" } },
		{ "raw", { "PREROUTING", "OUTPUT" } },
	};

	for (size_t i = 0; i < ARRAY_LEN(built_in); i++)
		if (streq(built_in[i].table, table) && word_is_among(chain, built_in[i].chains))
			return true;
	return json_object_get(chains, chain) != NULL;
}

/* Options are read in their order: what one belongs to, and the protocol of ports, stand before it.
 * But for -m, none stands twice. */
static bool is_option_there(char **w, size_t at, const struct word_option *o)
{
	bool l4 = o->value == is_ports || o->value == is_port_range;

	if (o->of && !has_one_of(w, at, o->of))
		return false;
	if (l4 && !has_one_of(w, at, "-p tcp,-p udp"))
		return false;
	for (size_t i = 0; i < at && o->value != is_match; i++)
		if (word_is_spelled(w[i], o->brief, o->full))
			return false;
	return true;
}

bool is_iptables_rule(const char *table, const char *chain, const json_t *chains, char **w,
                      size_t n)
{
	bool acts = false;

	for (size_t i = 0; i < n; i++) {
		if (streq(w[i], "!"))
			continue;
		if (streq(w[i], "--tcp-flags") && i + 2 < n && has_value(w, i, "-p", "tcp")) {
			i += 2;
			continue;
		}
		const struct word_option *o = option_of(w[i]);

		if (!o || !is_option_there(w, i, o))
			return false;
		bool jump = o->value == is_target;

		if (jump && acts)
			return false;
		acts |= jump;
		if (!o->value)
			continue;
		if (++i >= n || !(o->value(w[i]) || (jump && json_object_get(chains, w[i]))))
			return false;
	}
	return acts && is_whole_match(w, n) && is_in_place(table, chain, w, n);
}
