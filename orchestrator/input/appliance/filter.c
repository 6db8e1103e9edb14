/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what a guest's scripts say to iptables and nft.  MASQUERADE becomes sourceNat, as it is
 * written: without "! -d" everything is translated.  Where rules drop, or translate otherwise (of
 * what leaves by one of several NICs, too), all of them become files that the lab runs
 * (own_rules.h); what cannot be taken is counted, and the first of it named. */
#include "base/addr.h"
#include "input/appliance/guest.h"

static bool is_prefix_text(const char *word)
{
	struct prefix p;
	ip4 a;

	return prefix_parse(word, &p) == 0 || ip4_parse(word, &a) == 0;
}

static void add_prefix(json_t *list, const char *word)
{
	_cleanup_free_ char *whole = strchr(word, '/') ? xstrdup(word) : xasprintf("%s/32", word);
	json_t *v;
	size_t i;

	if (!is_prefix_text(word))
		return;
	json_array_foreach (list, i, v)
		if (streq(json_string_value(v), whole))
			return;
	json_array_append_new(list, json_string(whole));
}

/* The prefixes of "10.0.0.0/8,172.16.0.0/12", of "{ 10.0.0.0/8, 172.16.0.0/12 }". */
static void add_listed_prefixes(json_t *list, char **w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *words = xstrdup(w[i]);
		char *rest;
		bool any = false;

		for (char *p = strtok_r(words, ",{} ", &rest); p;
		     p = strtok_r(NULL, ",{} ", &rest)) {
			if (!is_prefix_text(p) && strcspn(w[i], "{}") == strlen(w[i]))
				return;
			add_prefix(list, p);
			any = true;
		}
		if (any && !strchr(w[i], '{') && w[i][strlen(w[i]) - 1] != ',' && strchr(w[i], '}'))
			return;
	}
}

static bool is_option(const char *w, const char *brief, const char *full)
{
	return streq(w, brief) || streq(w, full);
}

/* A rule that translates the source: all rules together leave alone what each of them does. */
static void take_masquerade(struct guest *g, json_t *except)
{
	if (!g->source_nat) {
		json_array_extend(g->nat_except, except);
	} else {
		for (size_t i = json_array_size(g->nat_except); i-- > 0;) {
			json_t *v;
			size_t k;
			bool kept = false;

			json_array_foreach (except, k, v)
				kept |= json_equal(v, json_array_get(g->nat_except, i));
			if (!kept)
				json_array_remove(g->nat_except, i);
		}
	}
	g->source_nat = true;
}

/* A rule that drops, or translates otherwise than sourceNat. */
static void note_rule(struct guest *g, const char *line, bool taken)
{
	g->decides |= taken;
	if (!taken && !g->n_rules++)
		g->first_rule = xasprintf("%.160s", line);
}

static void note_left(struct guest *g, const char *line)
{
	if (!g->n_left++)
		g->first_left = xasprintf("%.160s", line);
}

/* An iptables command behind its name, or a line of a file for iptables-restore. */
static void read_iptables(struct guest *g, const char *line, char **w, size_t n, const char *table)
{
	bool taken = own_rules_iptables(&g->rules, table, w, n), nat = streq(table, "nat");
	json_t *except = json_array(), *to = json_array();
	const char *target = "", *chain = "", *policy = "";
	bool narrow = false;

	for (size_t i = 0; i < n; i++) {
		bool inverted = i && streq(w[i - 1], "!");

		if (i + 1 >= n)
			break;
		if (is_option(w[i], "-t", "--table"))
			nat = streq(w[i + 1], "nat");
		else if (is_option(w[i], "-j", "--jump") || is_option(w[i], "-g", "--goto"))
			target = w[i + 1];
		else if (is_option(w[i], "-A", "--append") || is_option(w[i], "-I", "--insert"))
			chain = w[i + 1];
		else if (is_option(w[i], "-P", "--policy") && i + 2 < n)
			policy = w[i + 2];
		else if (is_option(w[i], "-d", "--destination") && streq(w[i + 1], "!") &&
		         i + 2 < n)
			add_listed_prefixes(except, &w[i + 2], 1);
		else if (is_option(w[i], "-d", "--destination"))
			add_listed_prefixes(inverted ? except : to, &w[i + 1], 1);
		else if (is_option(w[i], "-o", "--out-interface") ||
		         is_option(w[i], "-s", "--source"))
			narrow = true;
	}
	if (!taken)
		note_left(g, line);
	bool outward = nat && streq(chain, "POSTROUTING");

	g->by_device |= narrow && streq(target, "MASQUERADE");
	if (streq(target, "MASQUERADE") && !json_array_size(to))
		take_masquerade(g, except);
	else if (outward && (streq(target, "ACCEPT") || streq(target, "RETURN")) &&
	         json_array_size(to))
		json_array_extend(g->nat_skip, to);
	else if (*policy
	             ? !streq(policy, "ACCEPT")
	             : *chain && *target && !streq(target, "ACCEPT") && !streq(target, "RETURN") &&
	                   !streq(target, "LOG") && !streq(target, "TCPMSS"))
		note_rule(g, line, taken);
	json_decref(except);
	json_decref(to);
}

/* A statement of nft, of a command or of a file. */
static void read_nft(struct guest *g, const char *line, char **w, size_t n, bool taken)
{
	static const char *const DECIDE[] = { "drop", "drop;", "drop;}",   "reject",
		                              "dnat", "snat",  "redirect", "tproxy" };
	json_t *except = json_array();
	bool masquerade = false, decides = false, to = false, narrow = false;

	for (size_t i = 0; i < n; i++) {
		masquerade |= str_starts(w[i], "masquerade");
		for (size_t k = 0; k < ARRAY_LEN(DECIDE); k++)
			decides |= streq(w[i], DECIDE[k]);
		narrow |= streq(w[i], "oif") || streq(w[i], "oifname") || streq(w[i], "saddr");
		if (!streq(w[i], "daddr") || i + 1 >= n)
			continue;
		if (streq(w[i + 1], "!="))
			add_listed_prefixes(except, &w[i + 2], n - i - 2);
		else
			to = true;
	}
	g->by_device |= masquerade && narrow;
	if (masquerade && !to)
		take_masquerade(g, except);
	else if (masquerade || decides)
		note_rule(g, line, taken);
	json_decref(except);
}

/* Returns how many words at w the shell takes for a redirection; 0: it takes none. */
static size_t redirection(char **w, size_t n)
{
	size_t digits = strspn(w[0], "0123456789&");

	if (w[0][digits] != '>' && w[0][digits] != '<')
		return 0;
	return w[0][digits + 1 + (w[0][digits + 1] == '>')] || n < 2 ? 1 : 2;
}

static void read_simple_command(struct guest *g, const char *line)
{
	static const char *const FRONTS[] = { "ufw", "firewall-cmd" };
	char **w, **kept;
	size_t all = words_split(line, &w), n = 0;

	kept = xcalloc(all + 1, sizeof(*kept));
	for (size_t i = 0, skip; i < all; i += skip ? skip : 1) {
		skip = redirection(w + i, all - i);
		if (!skip)
			kept[n++] = w[i];
	}
	for (size_t i = 0; i + 1 < n && !streq(kept[i], "netns"); i++) {
		const char *slash = strrchr(kept[i], '/'), *name = slash ? slash + 1 : kept[i];
		char **rest = kept + i + 1;

		if (streq(name, "iptables") || streq(name, "iptables-nft") ||
		    streq(name, "iptables-legacy")) {
			read_iptables(g, line, rest, n - i - 1, "filter");
			break;
		}
		if (streq(name, "nft")) {
			bool taken = own_rules_nft(&g->rules, rest, n - i - 1);

			if (!taken)
				note_left(g, line);
			read_nft(g, line, rest, n - i - 1, taken);
			break;
		}
		for (size_t k = 0; i < 2 && k < ARRAY_LEN(FRONTS); k++)
			if (streq(name, FRONTS[k]) && !streq(rest[0], "disable") &&
			    !streq(rest[0], "status")) {
				note_left(g, line);
				note_rule(g, line, false);
			}
	}
	free(kept);
	words_free(w, all);
}

/* Up to what ends a simple command in a shell: ; & | and the end of the line. */
static size_t simple_command(const char *line)
{
	char quote = 0;
	size_t n = 0;

	for (; line[n]; n++) {
		char c = line[n];

		if (quote && c == quote)
			quote = 0;
		else if (c == '\\' && quote != '\'' && line[n + 1])
			n++;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else if (!quote && (c == ';' || c == '|' ||
		                    (c == '&' && line[n + 1] != '>' && (!n || line[n - 1] != '>'))))
			break;
	}
	return n;
}

void read_filter_command(struct guest *g, const char *line)
{
	while (*line) {
		size_t n = simple_command(line);
		_cleanup_free_ char *one = xstrndup(line, n);

		read_simple_command(g, one + strspn(one, " \t"));
		line += n + strspn(line + n, ";&|");
	}
}

/* A line of iptables-save. */
static void read_saved(struct guest *g, const char *l, char **w, size_t n, char **table)
{
	if (*w[0] == '*') {
		free(*table);
		*table = xstrdup(w[0] + 1);
	} else if (*w[0] == ':' && n > 1) {
		bool own = streq(w[1], "-");
		char command[] = { '-', own ? 'N' : 'P', 0 };
		char *as[] = { command, w[0] + 1, w[1] };

		read_iptables(g, l, as, own ? 2 : 3, *table);
	} else {
		read_iptables(g, l, w, n, *table);
	}
}

void read_filter_file(struct guest *g, const char *path, const char *text)
{
	bool nft = strstr(path, "nftables") != NULL;
	bool taken = nft && own_rules_nft_file(&g->rules, text);
	_cleanup_free_ char *table = xstrdup("filter");
	const char *at = text;

	if (nft && !taken)
		note_left(g, path);
	for (char *l; (l = next_line(&at)); free(l)) {
		char **w;
		size_t n = words_split(l, &w);

		if (n && *w[0] != '#') {
			if (nft)
				read_nft(g, l, w, n, taken);
			else
				read_saved(g, l, w, n, &table);
		}
		words_free(w, n);
	}
}

bool is_filter_file(const char *path)
{
	return strstr(path, "/iptables/rules") || strstr(path, "/sysconfig/iptables") ||
	       strstr(path, "iptables.rules") || strstr(path, "/etc/nftables.conf") ||
	       strstr(path, "/nftables/");
}
