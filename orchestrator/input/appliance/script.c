/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shell scripts, as far as they write daemons' files: here-documents, echo and printf into files,
 * tee, vtysh -c, shells around these, and the few commands that change how the guest forwards.
 * Variables that the script sets to plain values are put in.  Nothing is executed; what touches a
 * routing daemon and was not understood is noted with its line. */
#include <ctype.h>

#include "input/appliance/script.h"

struct script {
	struct guest *g;
	const char *where;
	json_t *vars;
	unsigned line;
};

/* $name, ${name}, ${name:-default}; what is not known stays as it is written. */
static char *expand_variables(struct script *s, const char *text, bool *ret_unknown)
{
	_cleanup_str_ struct str b = { 0 };

	while (*text) {
		const char *start = text + 1 + (text[1] == '{');
		size_t n = 0;

		if (*text == '\\' && text[1] == '$') {
			str_addc(&b, '$');
			text += 2;
			continue;
		}
		if (*text != '$') {
			str_addc(&b, *text++);
			continue;
		}
		while (isalnum((unsigned char)start[n]) || start[n] == '_')
			n++;
		_cleanup_free_ char *name = xstrndup(start, n);
		const char *value = n ? json_string_value(json_object_get(s->vars, name)) : NULL;
		const char *end = start + n;

		if (text[1] == '{') {
			size_t len = strcspn(end, "}");
			_cleanup_free_ char *rest = xstrndup(end, len);

			end += len + (end[len] == '}');
			if (!value && str_starts(rest, ":-")) {
				str_add(&b, rest + 2);
				text = end;
				continue;
			}
		}
		if (value) {
			str_add(&b, value);
		} else {
			*ret_unknown = true;
			str_addn(&b, text, (size_t)(end - text));
			if (end == text + 1 && !n) { /* a lone $ */
				text++;
				continue;
			}
		}
		text = end;
	}
	return str_take(&b);
}

/* $(ip -o -4 route show to default | awk '{print $5}'): the primary NIC, in ways that are usual. */
static bool finds_default_device(const char *value)
{
	return (strstr(value, "$(") || strchr(value, '`')) && strstr(value, "ip ") &&
	       strstr(value, "route") && (strstr(value, "default") || strstr(value, " get ")) &&
	       !strstr(value, "$3") && (strstr(value, "$5") || strstr(value, "dev"));
}

/* NAME=value, also behind export. */
static bool read_assignment(struct script *s, const char *line)
{
	const char *start = str_starts(line, "export ") ? line + 7 : line;
	size_t n = 0;

	while (isalnum((unsigned char)start[n]) || start[n] == '_')
		n++;
	if (!n || isdigit((unsigned char)*start) || start[n] != '=')
		return false;
	_cleanup_free_ char *name = xstrndup(start, n);
	bool unknown = false;
	char **words;
	size_t k = words_split(start + n + 1, &words);
	_cleanup_free_ char *value = expand_variables(s, k ? words[0] : "", &unknown);

	if (finds_default_device(start + n + 1)) {
		json_object_set_new(s->vars, name, json_string("eth0"));
		words_free(words, k);
		return true;
	}

	if (strstr(value, "$(") || strchr(value, '`') || unknown)
		json_object_del(s->vars, name);
	else
		json_object_set_new(s->vars, name, json_string(value));
	words_free(words, k);
	return true;
}

/* The first place where `what` stands outside of quotes, or NULL. */
static const char *find_unquoted(const char *line, const char *what)
{
	char quote = 0;

	for (; *line; line++) {
		if (quote && *line == quote)
			quote = 0;
		else if (!quote && (*line == '\'' || *line == '"'))
			quote = *line;
		else if (!quote && str_starts(line, what))
			return line;
	}
	return NULL;
}

/* The file that a command line writes: behind > or >>, or behind tee. */
static char *parse_target_file(struct script *s, const char *line, bool *ret_append)
{
	const char *to = find_unquoted(line, ">"), *tee = find_unquoted(line, "tee ");
	bool unknown = false;
	char **words, *found = NULL;
	size_t n;

	if (to && to > line && strchr("12&", to[-1]) && (to - 1 == line || to[-2] == ' '))
		to = find_unquoted(to + 1, ">"); /* 2>file is not what is meant */
	if (tee && to && strstr(to, "/dev/null"))
		to = NULL;
	if (!to && !tee)
		return NULL;
	*ret_append = false;
	if (to) {
		*ret_append = to[1] == '>';
		n = words_split(to + 1 + *ret_append, &words);
		if (n)
			found = expand_variables(s, words[0], &unknown);
	} else {
		n = words_split(tee + 4, &words);
		for (size_t i = 0; i < n && !found; i++) {
			if (streq(words[i], "-a") || streq(words[i], "--append"))
				*ret_append = true;
			else if (*words[i] != '-')
				found = expand_variables(s, words[i], &unknown);
		}
	}
	words_free(words, n);
	if (found)
		found[strcspn(found, ";")] = '\0'; /* another command follows */
	if (found && !strncmp(found, "/dev/null", 9)) {
		free(found);
		return NULL;
	}
	return found;
}

static void resolve_escapes(char *t)
{
	char *to = t;

	for (; *t; t++) {
		if (*t == '\\' && t[1] == 'n')
			*to++ = '\n', t++;
		else if (*t == '\\' && t[1] == 't')
			*to++ = '\t', t++;
		else
			*to++ = *t;
	}
	*to = '\0';
}

/* echo "text" >> file, printf 'text\n' | tee file */
static bool read_echo(struct script *s, const char *line)
{
	bool print = str_starts(line, "printf "), append = false, unknown = false, newline = !print;
	bool special = print;
	_cleanup_free_ char *path = NULL, *command = NULL, *text = NULL;
	_cleanup_str_ struct str b = { 0 };
	const char *pipe = find_unquoted(line, "|"), *to = find_unquoted(line, ">");
	char **words;
	size_t n, i = 1;

	if (!print && !str_starts(line, "echo "))
		return false;
	path = parse_target_file(s, line, &append);
	if (!path)
		return true;
	if (!to || (pipe && pipe < to))
		to = pipe;
	command = xstrndup(line, to ? (size_t)(to - line) : strlen(line));
	n = words_split(command, &words);
	for (; i < n && words[i][0] == '-' && strspn(words[i] + 1, "neE") == strlen(words[i] + 1);
	     i++) {
		newline &= !strchr(words[i], 'n');
		special |= strchr(words[i], 'e') != NULL;
	}
	for (size_t k = i; k < n; k++) {
		if (k > i)
			str_addc(&b, ' ');
		str_add(&b, words[k]);
	}
	words_free(words, n);
	if (newline)
		str_addc(&b, '\n');
	/* In single quotes a $ is a $; daemons' files have few. */
	text = strchr(command, '\'') ? str_take(&b) : expand_variables(s, str_get(&b), &unknown);
	if (special)
		resolve_escapes(text);
	guest_write(s->g, path, text, append);
	return true;
}

/* vtysh -c 'conf t' -c 'router bgp 65001' ... */
static bool read_vtysh(struct script *s, const char *line)
{
	const char *at = strstr(line, "vtysh ");
	bool unknown = false, any = false;
	char **words;
	size_t n;

	if (!at)
		return false;
	n = words_split(at, &words);
	for (size_t i = 0; i + 1 < n; i++) {
		if (!streq(words[i], "-c"))
			continue;
		_cleanup_free_ char *text = expand_variables(s, words[++i], &unknown);

		script_vtysh_line(s->g, text);
		any = true;
	}
	words_free(words, n);
	return any;
}

/* cp, mv and install of a file that the script wrote, and cat FILE > FILE: what daemons read is
 * often put together elsewhere.  A folder as target keeps the name. */
static bool read_copy(struct script *s, const char *line)
{
	bool unknown = false, append = false;
	_cleanup_free_ char *text = expand_variables(s, line, &unknown), *target = NULL;
	char **w, *from = NULL, *to = NULL;
	size_t n = words_split(text, &w);
	bool copies = n && (streq(w[0], "cp") || streq(w[0], "mv") || streq(w[0], "install"));

	for (size_t i = 1; copies && i < n && !streq(w[i], "&&") && !streq(w[i], ";"); i++) {
		if (*w[i] == '-' || *w[i] != '/')
			continue;
		from = to;
		to = w[i];
		if (strchr(to, ';')) {
			*strchr(to, ';') = '\0';
			break;
		}
	}
	if (n > 2 && streq(w[0], "cat") && *w[1] == '/' && strchr(">|", *w[2])) {
		to = target = parse_target_file(s, text, &append);
		from = to ? w[1] : NULL;
	}
	const char *have = from ? json_string_value(json_object_get(s->g->files, from)) : NULL;

	if (have) {
		const char *name = strrchr(from, '/') + 1;
		bool folder = to[strlen(to) - 1] == '/';
		_cleanup_free_ char *path = xasprintf("%s%s", to, folder ? name : ""),
		                    *content = xstrdup(have);

		guest_write(s->g, path, content, append);
	}
	words_free(w, n);
	return have;
}

/* The commands that say something of forwarding, wherever they stand in a line. */
static void read_forwarding_command(struct script *s, const char *line)
{
	static const char *const on[] = { "ip_forward=1", "ip_forward = 1", "conf.all.forwarding=1",
		                          "conf.all.forwarding = 1", "conf.default.forwarding=1" };
	const char *route = strstr(line, "ip route add ");
	char **words;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(on); i++)
		s->g->forwarding |= strstr(line, on[i]) != NULL;
	if (strstr(line, "ip_forward") && str_starts(line, "echo 1"))
		s->g->forwarding = true;
	if (strstr(line, "iptables") || strstr(line, "nft ") || strstr(line, "ufw ") ||
	    strstr(line, "firewall-cmd ")) {
		bool open = false;
		_cleanup_free_ char *text = expand_variables(s, line, &open);

		read_filter_command(s->g, text);
	}
	if (!route)
		route = strstr(line, "ip route replace ");
	if (!route)
		return;
	bool unknown = false;
	_cleanup_free_ char *text = expand_variables(s, route, &unknown);

	n = words_split(text, &words);
	for (size_t i = 4; i + 1 < n; i++) {
		if (!streq(words[i], "via") || unknown || streq(words[3], "default"))
			continue;
		_cleanup_free_ char *prefix =
		    strchr(words[3], '/') ? xstrdup(words[3]) : xasprintf("%s/32", words[3]);
		size_t len = strspn(words[i + 1], "0123456789.");

		words[i + 1][len] = '\0';
		guest_route(s->g, prefix, words[i + 1]);
	}
	words_free(words, n);
}

/* "<<EOF", "<<-'EOF'": the word, and whether variables are put in.  NULL: none. */
static char *parse_here_document(const char *line, bool *ret_expand, bool *ret_strip)
{
	const char *at = find_unquoted(line, "<<");
	size_t n;

	if (!at || at[2] == '<')
		return NULL;
	at += 2;
	*ret_strip = *at == '-';
	at += *ret_strip;
	while (*at == ' ')
		at++;
	*ret_expand = *at != '\'' && *at != '"' && *at != '\\';
	at += !*ret_expand;
	for (n = 0; isalnum((unsigned char)at[n]) || strchr("_-!.", at[n] ? at[n] : ' '); n++)
		;
	return n ? xstrndup(at, n) : NULL;
}

static void read_heredoc(struct script *s, const char *line, const char *word, bool put_in,
                         bool strip, const char **at)
{
	_cleanup_str_ struct str body = { 0 };
	bool unknown = false, append = false;
	_cleanup_free_ char *path = parse_target_file(s, line, &append), *text = NULL;
	unsigned start = s->line;

	for (;;) {
		_cleanup_free_ char *l = next_line(at);
		const char *t = l;

		if (!l)
			break;
		s->line++;
		while (strip && *t == '\t')
			t++;
		if (streq(t, word))
			break;
		str_add(&body, t);
		str_addc(&body, '\n');
	}
	text = put_in ? expand_variables(s, str_get(&body), &unknown) : str_take(&body);
	if (path) {
		guest_write(s->g, path, text, append);
		if (unknown)
			guest_note(
			    s->g,
			    "%s, line %u: %s holds a variable that the script does not set to a "
			    "plain value",
			    s->where, start, path);
	} else if (str_starts(line, "vtysh") || strstr(line, "| vtysh") ||
	           strstr(line, "sudo vtysh")) {
		const char *p = text;

		for (char *l; (l = next_line(&p)); free(l))
			script_vtysh_line(s->g, l);
	}
}

/* Lines about a routing daemon's files that do more than prepare them. */
static bool worth_a_note(const char *line)
{
	static const char *const about[] = { "/etc/frr/", "/etc/quagga/", "/etc/bird", "vtysh" };
	static const char *const harmless[] = { "touch ",     "chown ", "chmod ",  "mkdir ",
		                                "systemctl ", "apt",    "usermod", "cat /etc/",
		                                "cp -p",      "ls " };

	for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
		if (strstr(line, harmless[i]))
			return false;
	if (strstr(line, "sed ") && strstr(line, "daemons")) /* the image starts what has a file */
		return false;
	for (size_t i = 0; i < ARRAY_LEN(about); i++)
		if (strstr(line, about[i]))
			return true;
	return false;
}

static void read_script_line(struct script *s, const char *raw, const char **at);

/* bash -c 'commands': as if they stood in the script.  That a shell knows exported variables alone
 * is not looked at. */
static bool read_inner_shell(struct script *s, const char *line, const char **at)
{
	unsigned lines = 0, start = s->line;
	_cleanup_free_ char *text = script_inner_shell(line, at, &lines);
	const char *p = text;
	size_t i = 0;

	if (!text)
		return false;
	for (char *l; (l = next_line(&p)); free(l)) {
		s->line += i++ > 0;
		read_script_line(s, l, &p);
	}
	s->line = start + lines;
	return true;
}

static void read_script_line(struct script *s, const char *raw, const char **at)
{
	const char *line = raw + strspn(raw, " \t");
	bool put_in = true, strip = false;
	_cleanup_free_ char *word = NULL;

	if (!*line || *line == '#')
		return;
	if (str_starts(line, "sudo "))
		line += 5 + strspn(line + 5, " ");
	if (read_assignment(s, line) || read_inner_shell(s, line, at))
		return;
	word = parse_here_document(line, &put_in, &strip);
	if (word) {
		read_heredoc(s, line, word, put_in, strip, at);
		return;
	}
	read_forwarding_command(s, line);
	if (!read_echo(s, line) && !read_vtysh(s, line) && !read_copy(s, line) &&
	    worth_a_note(line))
		guest_note(s->g, "%s, line %u is not interpreted: %.120s", s->where, s->line, line);
}

void script_vtysh_line(struct guest *g, const char *line)
{
	static const char *const skip[] = { "conf t",       "configure terminal",
		                            "conf term",    "end",
		                            "exit",         "write",
		                            "write memory", "wr",
		                            "wr mem",       "copy running-config startup-config" };
	const char *t = line + strspn(line, " \t");

	for (size_t i = 0; i < ARRAY_LEN(skip); i++)
		if (strieq(t, skip[i]))
			return;
	if (str_starts(t, "show ") || !*t)
		return;
	str_add(&g->vtysh, line);
	str_addc(&g->vtysh, '\n');
}

void read_script(struct guest *g, const char *text, const char *where, const char *args)
{
	struct script s = { .g = g, .where = where, .vars = json_object() };
	char **words = NULL;
	size_t n = args ? words_split(args, &words) : 0;
	const char *at = text;

	for (size_t i = 0; i < n && i < 9; i++)
		json_object_set_new(s.vars, (char[]){ (char)('1' + i), 0 }, json_string(words[i]));
	words_free(words, n);
	for (char *line; (line = next_line(&at)); free(line)) {
		size_t len;

		s.line++;
		/* A line that goes on in the next. */
		while ((len = strlen(line)) && line[len - 1] == '\\') {
			char *more = next_line(&at), *joined;

			line[len - 1] = '\0';
			if (!more)
				break;
			s.line++;
			joined = xasprintf("%s%s", line, more);
			free(line);
			free(more);
			line = joined;
		}
		read_script_line(&s, line, &at);
	}
	json_decref(s.vars);
}
