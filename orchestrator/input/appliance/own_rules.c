/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/appliance/own_rules.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "input/appliance/rule_words.h"

/* True if the rule has a word that the script does not set to a plain value. */
static bool is_open_rule(char **w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strpbrk(w[i], "$`\n"))
			return true;
	return false;
}

/* --- commands ---------------------------------------------------------------------------------
 */

static json_t *get_rule_table(struct own_rules *o, const char *name)
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

static char *join_words(char **w, size_t n, bool quoted)
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
static char read_rule_command(const char *w)
{
	static const struct {
		const char *brief, *full;
	} commands[] = { { "-A", "--append" },       { "-I", "--insert" }, { "-D", "--delete" },
		         { "-N", "--new-chain" },    { "-P", "--policy" }, { "-F", "--flush" },
		         { "-X", "--delete-chain" }, { "-R", "--replace" } };

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (word_is_spelled(w, commands[i].brief, commands[i].full))
			return commands[i].brief[1];
	return 0;
}

static size_t count_chain_lines(json_t *table, const char *chain)
{
	json_t *lines = json_object_get(table, "lines"), *l;
	size_t n = 0, len = strlen(chain), i;

	json_array_foreach (lines, i, l)
		n += strncmp(json_string_value(l) + 3, chain, len) == 0 &&
		     json_string_value(l)[3 + len] == ' ';
	return n;
}

/* A rule of chain w[0]. */
static bool take_rule(json_t *table, const char *name, char command, char **w, size_t n)
{
	const json_t *chains = json_object_get(table, "chains");
	bool numbered = n > 1 && isdigit((unsigned char)*w[1]);
	unsigned long at = numbered ? strtoul(w[1], NULL, 10) : 1;

	if (!n || (numbered && command != 'I') || command == 'R' ||
	    !is_iptables_chain(name, w[0], chains) || !at ||
	    at > count_chain_lines(table, w[0]) + 1 ||
	    !is_iptables_rule(name, w[0], chains, w + 1 + numbered, n - 1 - numbered))
		return command == 'D'; /* what was never there */
	_cleanup_free_ char *rest = join_words(w, n, true),
	                    *line = xasprintf("-%c %s", command, rest);

	if (command == 'D')
		delete_line(table, line);
	else
		json_array_append_new(json_object_get(table, "lines"), json_string(line));
	return true;
}

static bool take_policy(json_t *table, const char *name, char **w, size_t n)
{
	static const char *const policies[] = { "ACCEPT", "DROP", NULL };

	if (n < 2 || !is_iptables_chain(name, w[0], NULL) || !word_is_among(w[1], policies))
		return false;
	json_object_set_new(json_object_get(table, "chains"), w[0], json_string(w[1]));
	return true;
}

static bool take_command(json_t *table, const char *name, char command, char **w, size_t n)
{
	switch (command) {
	case 'N':
		if (!n || is_iptables_chain(name, w[0], NULL) || strlen(w[0]) > 28)
			return false;
		json_object_set_new(json_object_get(table, "chains"), w[0], json_string("-"));
		return true;
	case 'P':
		return take_policy(table, name, w, n);
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
		if (word_is_spelled(w[i], "-t", "--table") && i + 1 < n)
			table = w[++i];
		else if (word_is_spelled(w[i], "-w", "--wait"))
			i += i + 1 < n && isdigit((unsigned char)*w[i + 1]);
		else if (!command && read_rule_command(w[i]))
			command = read_rule_command(w[i]);
		else
			rest[k++] = w[i];
	}
	if (command)
		taken = !is_open_rule(w, n) && word_is_among(table, tables) &&
		        take_command(get_rule_table(o, table), table, command, rest, k);
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
	_cleanup_free_ char *line = join_words(w, n, false);

	if (!n || *w[0] == '-' || streq(w[0], "list"))
		return true;
	if (!word_is_among(w[0], commands) || !is_portable_nft(line))
		return false;
	/* A rule whose table comes from elsewhere would be an error. */
	bool family = n > 3 && word_is_among(w[2], families);
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

static bool is_shell_name_char(char c)
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
	while (is_shell_name_char(at[n]))
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
		size_t n = at > text && is_shell_name_char(at[-1]) ? 0 : device_word(at);
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
		size_t n = at > text && is_shell_name_char(at[-1]) ? 0 : device_word(at), i = 0;

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

static void append_rule_table(struct str *b, const char *name, json_t *table)
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
			append_rule_table(&b, name, table);
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
