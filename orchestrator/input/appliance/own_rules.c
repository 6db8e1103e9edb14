/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/appliance/own_rules.h"

#include <ctype.h>
#include <string.h>

#include "base/addr.h"

static bool is_among(const char *w, const char *const *list)
{
	for (; *list; list++)
		if (streq(w, *list))
			return true;
	return false;
}

/* What the script does not set to a plain value. */
static bool is_open(char **w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strpbrk(w[i], "$`\n"))
			return true;
	return false;
}

/* --- words that every iptables knows ----------------------------------------------------------
 */

static const char *const TARGETS[] = { "ACCEPT", "DROP",     "REJECT", "RETURN",   "MASQUERADE",
	                               "SNAT",   "DNAT",     "LOG",    "REDIRECT", "MARK",
	                               "TCPMSS", "CONNMARK", NULL };
static const char *const MATCHES[] = { "tcp",       "udp",       "icmp",     "state",
	                               "conntrack", "multiport", "comment",  "limit",
	                               "iprange",   "mark",      "addrtype", NULL };
static const char *const PROTOCOLS[] = { "tcp", "udp", "icmp", "all", "gre", "esp", "ah",
	                                 "1",   "6",   "17",   "47",  "50",  NULL };

static bool is_any_word(const char *w)
{
	return *w != '-';
}

static bool is_target(const char *w)
{
	return is_among(w, TARGETS);
}

static bool is_match(const char *w)
{
	return is_among(w, MATCHES);
}

static bool is_protocol(const char *w)
{
	return is_among(w, PROTOCOLS);
}

/* Addresses and prefixes; a name would be asked of a server that the lab does not have. */
static bool is_prefixes(const char *w)
{
	_cleanup_free_ char *words = xstrdup(w);
	char *rest;

	for (char *p = strtok_r(words, ",", &rest); p; p = strtok_r(NULL, ",", &rest)) {
		char *slash = strchr(p, '/');
		struct prefix x;
		ip4 a;

		if (slash && prefix_parse(p, &x) == 0)
			continue;
		if (slash && ip4_parse(slash + 1, &a) == 0)
			*slash = '\0'; /* a mask */
		else if (slash && slash[1] &&
		         strspn(slash + 1, "0123456789") == strlen(slash + 1) &&
		         atoi(slash + 1) <= 32)
			*slash = '\0'; /* bits of a host */
		if (ip4_parse(p, &a) < 0)
			return false;
	}
	return *w;
}

static bool is_ports(const char *w)
{
	static const char *const known[] = { "ssh", "http", "https", "domain", "ntp", NULL };

	return (*w && strspn(w, "0123456789,:") == strlen(w)) || is_among(w, known);
}

static const struct {
	const char *brief, *full;
	bool (*value)(const char *w); /* NULL: it has none */
} OPTIONS[] = {
	{ "-p", "--protocol", is_protocol },
	{ "-s", "--source", is_prefixes },
	{ "-d", "--destination", is_prefixes },
	{ "-i", "--in-interface", is_any_word },
	{ "-o", "--out-interface", is_any_word },
	{ "-m", "--match", is_match },
	{ "-j", "--jump", is_target },
	{ "-g", "--goto", is_target },
	{ "--dport", "--destination-port", is_ports },
	{ "--sport", "--source-port", is_ports },
	{ "--dports", "--destination-ports", is_ports },
	{ "--sports", "--source-ports", is_ports },
	{ "--ports", "--to-ports", is_any_word },
	{ "--state", "--ctstate", is_any_word },
	{ "--to-destination", "--to-source", is_any_word },
	{ "--to", "--icmp-type", is_any_word },
	{ "--limit", "--limit-burst", is_any_word },
	{ "--comment", "--log-prefix", is_any_word },
	{ "--log-level", "--reject-with", is_any_word },
	{ "--set-mark", "--set-xmark", is_any_word },
	{ "--mark", "--set-mss", is_any_word },
	{ "--src-range", "--dst-range", is_any_word },
	{ "--src-type", "--dst-type", is_any_word },
	{ "--syn", "--clamp-mss-to-pmtu", NULL },
	{ "--random", "--random-fully", NULL },
	{ "--save-mark", "--restore-mark", NULL },
};

static bool is_spelled(const char *w, const char *brief, const char *full)
{
	return streq(w, brief) || streq(w, full);
}

static bool is_own_chain(json_t *table, const char *name)
{
	return json_object_get(json_object_get(table, "chains"), name) != NULL;
}

static const char *value_of(char **w, size_t n, const char *brief, const char *full)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (is_spelled(w[i], brief, full))
			return w[i + 1];
	return "";
}

static bool has_ports(char **w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(w[i], "--dport") || str_starts(w[i], "--sport") ||
		    str_starts(w[i], "--destination-port") || str_starts(w[i], "--source-port"))
			return true;
	return false;
}

/* Iptables refuses what has no meaning in its table, or in its chain. */
static bool is_in_place(const char *table, const char *chain, char **w, size_t n)
{
	static const char *const translate[] = { "MASQUERADE", "SNAT", "DNAT", "REDIRECT", NULL };
	static const char *const mark[] = { "MARK", "CONNMARK", NULL };
	static const char *const decide[] = { "DROP", "REJECT", NULL };
	const char *target = value_of(w, n, "-j", "--jump");
	const char *protocol = value_of(w, n, "-p", "--protocol");
	bool nat = streq(table, "nat");
	bool leaves = streq(chain, "POSTROUTING"), comes = streq(chain, "PREROUTING");

	if (is_among(target, translate) && !nat)
		return false;
	if ((streq(target, "MASQUERADE") || streq(target, "SNAT")) &&
	    (comes || streq(chain, "OUTPUT")))
		return false;
	if ((streq(target, "DNAT") || streq(target, "REDIRECT")) &&
	    (leaves || streq(chain, "INPUT")))
		return false;
	if ((is_among(target, mark) && !streq(table, "mangle")) ||
	    (is_among(target, decide) && nat) ||
	    (streq(target, "REJECT") && !streq(table, "filter")))
		return false;
	if (has_ports(w, n) && !streq(protocol, "tcp") && !streq(protocol, "udp"))
		return false;
	return !(*value_of(w, n, "-i", "--in-interface") && (leaves || streq(chain, "OUTPUT"))) &&
	       !(*value_of(w, n, "-o", "--out-interface") && (comes || streq(chain, "INPUT")));
}

static bool is_chain_of(json_t *table, const char *name, const char *chain)
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
		if (streq(built_in[i].table, name) && is_among(chain, built_in[i].chains))
			return true;
	return is_own_chain(table, chain);
}

/* What stands behind "-A CHAIN". */
static bool is_known_rule(json_t *table, char **w, size_t n)
{
	bool acts = false;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		if (streq(w[i], "!"))
			continue;
		if (streq(w[i], "--tcp-flags") && i + 2 < n) {
			i += 2;
			continue;
		}
		while (k < ARRAY_LEN(OPTIONS) &&
		       !is_spelled(w[i], OPTIONS[k].brief, OPTIONS[k].full))
			k++;
		if (k == ARRAY_LEN(OPTIONS))
			return false;
		bool jump = OPTIONS[k].value == is_target;

		acts |= jump;
		if (!OPTIONS[k].value)
			continue;
		if (i + 1 < n && streq(w[i + 1], "!")) /* "-d ! PREFIX", as it was written once */
			return false;
		if (++i >= n || !(OPTIONS[k].value(w[i]) || (jump && is_own_chain(table, w[i]))))
			return false;
	}
	return acts;
}

/* --- commands ---------------------------------------------------------------------------------
 */

static json_t *table_of(struct own_rules *o, const char *name)
{
	json_t *t = json_object_get(o->tables, name);

	if (t)
		return t;
	if (!o->tables)
		o->tables = json_object();
	t = json_pack("{s:{}, s:[]}", "chains", "lines");
	json_object_set_new(o->tables, name, t);
	return t;
}

static char *joined(char **w, size_t n, bool quoted)
{
	struct str b = { 0 };

	for (size_t i = 0; i < n; i++) {
		bool quote = quoted && (!*w[i] || strpbrk(w[i], " \t"));

		str_printf(&b, "%s%s%s%s", i ? " " : "", quote ? "\"" : "", w[i],
		           quote ? "\"" : "");
	}
	return str_take(&b);
}

static void drop_lines(json_t *table, const char *chain /* NULL: all */)
{
	json_t *lines = json_object_get(table, "lines");

	for (size_t i = json_array_size(lines); i-- > 0;) {
		const char *l = json_string_value(json_array_get(lines, i)) + strlen("-A ");
		size_t len = chain ? strlen(chain) : 0;

		if (!chain || (strncmp(l, chain, len) == 0 && (l[len] == ' ' || !l[len])))
			json_array_remove(lines, i);
	}
}

static void delete_line(json_t *table, const char *rule)
{
	json_t *lines = json_object_get(table, "lines"), *l;
	size_t i;

	json_array_foreach (lines, i, l)
		if (streq(json_string_value(l) + 2, rule + 2)) {
			json_array_remove(lines, i);
			return;
		}
}

/* "-A", for "--append" as well; 0: it is none of the commands that change rules. */
static char command_of(const char *w)
{
	static const struct {
		const char *brief, *full;
	} commands[] = { { "-A", "--append" },       { "-I", "--insert" }, { "-D", "--delete" },
		         { "-N", "--new-chain" },    { "-P", "--policy" }, { "-F", "--flush" },
		         { "-X", "--delete-chain" }, { "-R", "--replace" } };

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (is_spelled(w, commands[i].brief, commands[i].full))
			return commands[i].brief[1];
	return 0;
}

/* A rule of chain w[0]. */
static bool take_rule(json_t *table, const char *name, char command, char **w, size_t n)
{
	bool numbered = n > 1 && isdigit((unsigned char)*w[1]);

	if (!n || (numbered && command != 'I') || command == 'R' ||
	    !is_chain_of(table, name, w[0]) ||
	    !is_in_place(name, w[0], w + 1 + numbered, n - 1 - numbered) ||
	    !is_known_rule(table, w + 1 + numbered, n - 1 - numbered))
		return command == 'D'; /* what was never there */
	_cleanup_free_ char *rest = joined(w, n, true), *line = xasprintf("-%c %s", command, rest);

	if (command == 'D')
		delete_line(table, line);
	else
		json_array_append_new(json_object_get(table, "lines"), json_string(line));
	return true;
}

static bool take_command(json_t *table, const char *name, char command, char **w, size_t n)
{
	json_t *chains = json_object_get(table, "chains");

	switch (command) {
	case 'N':
		if (n)
			json_object_set_new(chains, w[0], json_string("-"));
		return n;
	case 'P':
		if (n < 2 || !is_chain_of(table, name, w[0]) || !is_target(w[1]))
			return false;
		json_object_set_new(chains, w[0], json_string(w[1]));
		return true;
	case 'F':
		drop_lines(table, n ? w[0] : NULL);
		return true;
	case 'X': /* chains that a script takes away first, so that it can be run again */
		return true;
	default:
		return take_rule(table, name, command, w, n);
	}
}

bool own_rules_iptables(struct own_rules *o, const char *table, char **w, size_t n)
{
	static const char *const tables[] = { "filter", "nat", "mangle", "raw", NULL };
	char command = 0, **rest = xcalloc(n + 1, sizeof(*rest));
	size_t k = 0;
	bool taken = true;

	for (size_t i = 0; i < n; i++) {
		if (is_spelled(w[i], "-t", "--table") && i + 1 < n)
			table = w[++i];
		else if (is_spelled(w[i], "-w", "--wait"))
			i += i + 1 < n && isdigit((unsigned char)*w[i + 1]);
		else if (!command && command_of(w[i]))
			command = command_of(w[i]);
		else
			rest[k++] = w[i];
	}
	if (command)
		taken = !is_open(w, n) && is_among(table, tables) &&
		        take_command(table_of(o, table), table, command, rest, k);
	free(rest);
	return taken;
}

/* Lists and tables of things that are elsewhere. */
static bool is_portable_nft(const char *text)
{
	static const char *const odd[] = { "include", "flowtable", "$", "`", "devices" };

	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		if (strstr(text, odd[i]))
			return false;
	return true;
}

bool own_rules_nft(struct own_rules *o, char **w, size_t n)
{
	static const char *const commands[] = { "add", "create", "insert", "flush", NULL };
	static const char *const families[] = {
		"ip", "ip6", "inet", "arp", "bridge", "netdev", NULL
	};
	_cleanup_free_ char *line = joined(w, n, false);

	if (!n || *w[0] == '-' || streq(w[0], "list"))
		return true;
	if (!is_among(w[0], commands) || !is_portable_nft(line))
		return false;
	/* A rule whose table comes from elsewhere would be an error. */
	bool family = n > 3 && is_among(w[2], families);
	_cleanup_free_ char *table = !family ? xasprintf("table %s", n > 2 ? w[2] : "")
	                                     : xasprintf("table %s %s", w[2], w[3]);

	if (n > 2 && !streq(w[1], "table") && !streq(w[1], "ruleset") &&
	    (!o->nft.n || !strstr(str_get(&o->nft), table)))
		return false;
	str_printf(&o->nft, "%s\n", line);
	return true;
}

bool own_rules_nft_file(struct own_rules *o, const char *text)
{
	if (!is_portable_nft(text))
		return false;
	str_add(&o->nft, text);
	if (o->nft.n && str_get(&o->nft)[o->nft.n - 1] != '\n')
		str_addc(&o->nft, '\n');
	return true;
}

void own_rules_free(struct own_rules *o)
{
	json_decref(o->tables);
	str_free_p(&o->nft);
}

/* --- files ------------------------------------------------------------------------------------
 */

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* Devices of other clouds' and of other systems' names, ens4 and enp0s5, in their order: the lab's
 * are eth0, eth1, ..., as those of Azure's images. */
struct devices {
	char **v;
	size_t n, cap;
};

static size_t device_word(const char *at)
{
	size_t n = 0;

	if (strncmp(at, "ens", 3) != 0 && strncmp(at, "enp", 3) != 0)
		return 0;
	while (is_name_char(at[n]))
		n++;
	return n > 3 && isdigit((unsigned char)at[3]) ? n : 0;
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static void find_devices(struct devices *d, const char *text)
{
	for (const char *at = text; *at; at++) {
		size_t n = at > text && is_name_char(at[-1]) ? 0 : device_word(at);
		bool known = !n;

		for (size_t i = 0; i < d->n && !known; i++)
			known = strlen(d->v[i]) == n && strncmp(d->v[i], at, n) == 0;
		if (!known)
			VEC_PUSH(d->v, d->n, d->cap) = xstrndup(at, n);
	}
	if (d->n)
		qsort(d->v, d->n, sizeof(*d->v), by_version);
}

static json_t *with_lab_devices(const struct devices *d, const char *text)
{
	_cleanup_str_ struct str b = { 0 };

	for (const char *at = text; *at;) {
		size_t n = at > text && is_name_char(at[-1]) ? 0 : device_word(at), i = 0;

		while (n && i < d->n && (strlen(d->v[i]) != n || strncmp(d->v[i], at, n) != 0))
			i++;
		if (n && i < d->n)
			str_printf(&b, "eth%zu", i);
		else
			str_addc(&b, *at);
		at += n && i < d->n ? n : 1;
	}
	return json_string(str_get(&b));
}

static void add_table(struct str *b, const char *name, json_t *table)
{
	const char *chain;
	json_t *policy, *line;
	size_t i;

	str_printf(b, "*%s\n", name);
	json_object_foreach (json_object_get(table, "chains"), chain, policy)
		str_printf(b, ":%s %s [0:0]\n", chain, json_string_value(policy));
	json_array_foreach (json_object_get(table, "lines"), i, line)
		str_printf(b, "%s\n", json_string_value(line));
	str_add(b, "COMMIT\n");
}

json_t *own_rules_files(const struct own_rules *o)
{
	_cleanup_str_ struct str b = { 0 };
	struct devices d = { 0 };
	json_t *files = json_object(), *table;
	const char *name;

	json_object_foreach (o->tables, name, table)
		if (json_array_size(json_object_get(table, "lines")) ||
		    json_object_size(json_object_get(table, "chains")))
			add_table(&b, name, table);
	const char *ipt = b.n ? str_get(&b) : "";
	const char *nft = o->nft.n ? str_get((struct str *)&o->nft) : "";

	find_devices(&d, ipt);
	find_devices(&d, nft);
	if (*ipt)
		json_object_set_new(files, "iptables.rules", with_lab_devices(&d, ipt));
	if (*nft)
		json_object_set_new(files, "nftables.conf", with_lab_devices(&d, nft));
	for (size_t i = 0; i < d.n; i++)
		free(d.v[i]);
	free(d.v);
	return files;
}
