/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/appliance/outside.h"

#include <ctype.h>

#include "base/str.h"
#include "base/utf8.h"

enum { SHOWN_MAX = 100, SHORTEST = 2, ARGUMENTS_MAX = 64 };

struct token {
	const char *s; /* without its quotes */
	size_t n;
	bool quoted;
	unsigned line;
	const char *from, *to; /* with them */
};

struct scan {
	const char *at;
	unsigned line;
	bool by_lines;      /* a statement ends with its line */
	bool abbreviated;   /* words may be cut short, as on a command line */
	const char *folder; /* what paths without a leading slash are below */
	const json_t *comments, *rows;
	struct token *t; /* of the statement */
	size_t n, cap;
	void (*found)(const struct outside_use *u, void *ctx);
	void *ctx;
};

/* --- paths -------------------------------------------------------------------------------------
 */

/* The path without "..", "." and doubled slashes; the caller frees. */
static char *plain_path(const char *folder, const char *path)
{
	_cleanup_free_ char *all =
	    *path == '/' ? xstrdup(path) : xasprintf("%s/%s", folder ? folder : "", path);
	_cleanup_str_ struct str out = { 0 };
	char *rest;

	str_add(&out, "");
	for (char *part = strtok_r(all, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
		const char *slash = out.s ? strrchr(out.s, '/') : NULL;

		if (streq(part, ".."))
			out.n = slash ? (size_t)(slash - out.s) : 0;
		else if (!streq(part, "."))
			str_printf(&out, "/%s", part);
		if (out.s)
			out.s[out.n] = '\0';
	}
	return str_take(&out);
}

/* Is the path in the node's own folders?  A path with "$" or an escape is not, since its value
 * is not known here. */
static bool is_own_path(const char *folder, const char *path)
{
	static const char *const own[] = { "/etc/",     "/run/",       "/var/",      "/tmp/",
		                           "/dev/null", "/dev/stdout", "/dev/stderr" };
	_cleanup_free_ char *plain = plain_path(folder, path);

	for (size_t i = 0; i < ARRAY_LEN(own) && *path != '$' && !strchr(path, '\\'); i++)
		if (str_starts(plain, own[i]))
			/* A folder of the host may be mounted below the node's. */
			return !str_starts(plain, "/run/.");
	return false;
}

/* --- words -------------------------------------------------------------------------------------
 */

static bool is_word_token(const struct scan *s, const struct token *t, const char *word)
{
	size_t n = strlen(word);

	if (s->abbreviated)
		return t->n >= SHORTEST && t->n <= n && !memcmp(t->s, word, t->n);
	if (t->n == n)
		return !memcmp(t->s, word, n);
	/* "mrt-dump.config.file-name" */
	return t->n > n && t->s[t->n - n - 1] == '.' && !memcmp(t->s + t->n - n, word, n);
}

static bool statement_begins_with(const struct scan *s, size_t at, const json_t *words)
{
	size_t n = json_array_size(words);

	/* At the statement's beginning, or a line's: some daemons include wherever they are. */
	if (at && s->t[at].line == s->t[at - 1].line)
		return false;
	for (size_t i = 0; i < n; i++)
		if (at + i >= s->n ||
		    !is_word_token(s, &s->t[at + i], json_string_value(json_array_get(words, i))))
			return false;
	return n > 0;
}

/* The statement in one line, shortened; the caller frees. */
static char *shown_statement(const struct scan *s)
{
	_cleanup_str_ struct str b = { 0 };

	for (size_t i = 0; i < s->n && b.n < SHOWN_MAX; i++) {
		str_add(&b, i ? " " : "");
		str_addn(&b, s->t[i].from, (size_t)(s->t[i].to - s->t[i].from));
	}
	if (b.n > SHOWN_MAX) {
		b.n = utf8_cut(b.s, SHOWN_MAX);
		str_add(&b, " ...");
	}
	return str_take(&b);
}

/* False: the statement does not begin so. */
static bool report_statement(const struct scan *s, size_t at, const json_t *row)
{
	const json_t *words = json_object_get(row, "words");
	bool program = json_is_true(json_object_get(row, "program"));
	size_t first = at + json_array_size(words);

	if (!statement_begins_with(s, at, words))
		return false;
	_cleanup_free_ char *statement = shown_statement(s);

	for (size_t i = first; i < s->n && i < first + ARGUMENTS_MAX; i++) {
		const struct token *t = &s->t[i];
		bool next = i == first && (program || json_is_true(json_object_get(row, "next")));
		_cleanup_free_ char *word = xstrndup(t->s, t->n);
		const char *path = str_starts(word, "unix:") ? word + strlen("unix:") : word;

		if (program && i > first) /* the rest are its arguments */
			break;
		if (!next && !t->quoted && *path != '/' && *path != '$')
			continue;
		if (!*path || (!program && is_own_path(s->folder, path)))
			continue;
		s->found(&(struct outside_use){ .line = t->line,
		                                .statement = statement,
		                                .path = path,
		                                .program = program,
		                                .does = json_string_value(
		                                    json_object_get(row, "does")) },
		         s->ctx);
	}
	return true;
}

static void statement_ends(struct scan *s)
{
	const json_t *row;
	size_t i;

	for (size_t at = 0; at < s->n; at++)
		json_array_foreach (s->rows, i, row)
			if (report_statement(s, at, row))
				break;
	s->n = 0;
}

/* --- tokens ------------------------------------------------------------------------------------
 */

static bool skip_comment(struct scan *s)
{
	const json_t *c;
	size_t i;

	json_array_foreach (s->comments, i, c) {
		const char *mark = json_string_value(c);

		if (!*mark || !str_starts(s->at, mark))
			continue;
		bool block = streq(mark, "/*");
		const char *end = strstr(s->at, block ? "*/" : "\n");

		end = !end ? s->at + strlen(s->at) : block ? end + 2 : end;
		for (; s->at < end; s->at++)
			s->line += *s->at == '\n';
		return true;
	}
	return false;
}

static void take_token(struct scan *s)
{
	struct token t = { .line = s->line, .from = s->at };
	char quote = *s->at == '"' || *s->at == '\'' ? *s->at : 0;

	if (quote) {
		t.quoted = true;
		t.s = ++s->at;
		for (; *s->at && *s->at != quote && !(s->by_lines && *s->at == '\n'); s->at++)
			s->line += *s->at == '\n';
		t.n = (size_t)(s->at - t.s);
		s->at += *s->at == quote;
	} else {
		t.s = s->at;
		do
			s->at++;
		while (*s->at && !isspace((unsigned char)*s->at) && !strchr("\"';{}=,", *s->at));
		t.n = (size_t)(s->at - t.s);
	}
	t.to = s->at;
	VEC_PUSH(s->t, s->n, s->cap) = t;
}

static void scan_file(struct scan *s)
{
	for (char c; (c = *s->at);) {
		if (skip_comment(s))
			continue;
		if (c == '\\' && s->at[1] == '\n') { /* it goes on in the next line */
			s->line++;
			s->at += 2;
		} else if (c == '\n') {
			s->line++;
			s->at++;
			if (s->by_lines)
				statement_ends(s);
		} else if (strchr(";{}", c) || (s->by_lines && c == ',')) {
			statement_ends(s);
			s->at++;
		} else if (isspace((unsigned char)c) || strchr("=,", c)) {
			s->at++;
		} else {
			take_token(s);
		}
	}
	statement_ends(s);
}

void outside_scan(const char *text, const json_t *table,
                  void (*found)(const struct outside_use *u, void *ctx), void *ctx)
{
	struct scan s = { .at = text,
		          .line = 1,
		          .by_lines = json_is_true(json_object_get(table, "byLines")),
		          .abbreviated = json_is_true(json_object_get(table, "abbreviated")),
		          .folder = json_string_value(json_object_get(table, "folder")),
		          .comments = json_object_get(table, "comments"),
		          .rows = json_object_get(table, "words"),
		          .found = found,
		          .ctx = ctx };

	if (table)
		scan_file(&s);
	free(s.t);
}
