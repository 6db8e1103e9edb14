/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/complete.h"

#include <ctype.h>

#include "base/str.h"
#include "cmd/args.h"

typedef void names_fn(enum arg_kind, const char *, const char *, struct candidates *);

void candidates_free(struct candidates *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->items[i].word);
		free(c->items[i].help);
	}
	free(c->items);
	*c = (struct candidates){ 0 };
}

void candidates_add(struct candidates *c, const char *word, const char *help)
{
	VEC_PUSH(c->items, c->n, c->cap) =
	    (struct candidate){ xstrdup(word), help ? xstrdup(help) : NULL };
}

/* The command line before the word that is being typed, parsed. */
struct line {
	const struct command *c;
	struct option_def *opts;
	size_t n_opts;
	const struct option_def *pending; /* an option that waits for its value */
	const struct option_def *alone;   /* one that has a value if "=" follows */
	size_t positional;                /* arguments so far */
	bool passthrough;                 /* behind "--" */
	const char *lab, *topology;
	const char *first; /* first argument */
};

static const struct option_def *find_option(const struct line *l, const char *word, size_t n)
{
	for (size_t i = 0; i < l->n_opts; i++) {
		const struct option_def *o = &l->opts[i];

		if (word[0] == '-' && word[1] == '-'
		        ? strlen(o->name) == n - 2 && !strncmp(o->name, word + 2, n - 2)
		        : n == 2 && o->letter && o->letter == word[1])
			return o;
	}
	return NULL;
}

static void note_value(struct line *l, const struct option_def *o, const char *value)
{
	if (streq(o->name, "lab"))
		l->lab = value;
	if (streq(o->name, "topology"))
		l->topology = value;
}

/* Bash splits words at "=": "--format", "=", "svg". */
static void read_line_word(struct line *l, const char *word)
{
	const char *eq = strchr(word, '=');

	if (l->alone && streq(word, "="))
		l->pending = l->alone;
	l->alone = NULL;
	if (l->passthrough || (l->pending && streq(word, "=")))
		return;
	if (l->pending) {
		note_value(l, l->pending, word);
		l->pending = NULL;
	} else if (streq(word, "--")) {
		l->passthrough = true;
	} else if (word[0] == '-' && word[1]) {
		const struct option_def *o =
		    find_option(l, word, eq ? (size_t)(eq - word) : strlen(word));

		if (o && o->arg && eq)
			note_value(l, o, eq + 1);
		else if (o && o->arg && o->dflt)
			l->alone = o;
		else if (o && o->arg)
			l->pending = o;
	} else if (l->positional++ == 0) {
		l->first = word;
	}
}

/* --- candidates --- */

static void add_if(struct candidates *ret, const char *prefix, const char *before, const char *word,
                   const char *help)
{
	_cleanup_free_ char *whole = xasprintf("%s%s", before, word);

	if (str_starts(whole, prefix))
		candidates_add(ret, whole, help);
}

static void add_name_candidates(struct line *l, enum arg_kind kind, const char *prefix,
                                const char *before, names_fn *names, struct candidates *ret)
{
	struct candidates all = { 0 };

	if (kind == ARG_FILE)
		ret->files = true;
	names(kind, l->lab, l->topology, &all);
	for (size_t i = 0; i < all.n; i++)
		add_if(ret, prefix, before, all.items[i].word, all.items[i].help);
	candidates_free(&all);
}

static void add_values(struct line *l, const struct option_def *o, const char *prefix,
                       const char *before, names_fn *names, struct candidates *ret)
{
	static const struct {
		const char *arg;
		enum arg_kind kind;
	} kinds[] = { { "FILE", ARG_FILE }, { "DIR", ARG_FILE }, { "LAB", ARG_LAB },
		      { "NODE", ARG_NODE }, { "NIC", ARG_NIC },  { "PEERING", ARG_PEERING } };
	char **fixed = fixed_values(o);

	for (char **v = fixed; v && *v; v++)
		add_if(ret, prefix, before, *v, NULL);
	for (size_t i = 0; !fixed && i < ARRAY_LEN(kinds); i++)
		if (streq(o->arg, kinds[i].arg))
			add_name_candidates(l, kinds[i].kind, prefix, before, names, ret);
	fixed_values_free(fixed);
}

static void add_commands(const char *prefix, struct candidates *ret)
{
	size_t n;
	const struct command *const *list = command_list(&n);

	for (size_t i = 0; i < n; i++)
		add_if(ret, prefix, "", list[i]->name, list[i]->summary);
}

/* Fixed words stand in the synopsis, "completion bash|zsh|fish": those of the i-th argument. */
static void add_synopsis_words(struct line *l, const char *prefix, names_fn *names,
                               struct candidates *ret)
{
	const char *p = strchr(l->c->synopsis, ' ');

	for (size_t i = 0; p && i < l->positional; i++)
		p = strchr(p + 1, ' ');
	if (!p)
		return;
	p += 1 + strspn(p + 1, "[");
	size_t n = strcspn(p, " ].");
	_cleanup_free_ char *token = xstrndup(p, n);
	const struct option_def as_option = { 0, "", token, NULL, false };
	char **fixed = fixed_values(&as_option);

	if (streq(token, "COMMAND"))
		add_commands(prefix, ret);
	for (char **v = fixed; v && *v; v++)
		if (islower((unsigned char)**v))
			add_if(ret, prefix, "", *v, NULL);
		else if (streq(*v, "LAB")) /* "FILE|LAB" */
			add_name_candidates(l, ARG_LAB, prefix, "", names, ret);
	fixed_values_free(fixed);
}

static void add_argument_candidates(struct line *l, const char *prefix, names_fn *names,
                                    struct candidates *ret)
{
	const struct command *c = l->c;
	size_t last = ARRAY_LEN(c->kinds) - 1;

	while (last > 0 && c->kinds[last] == ARG_NONE)
		last--;
	if (c->max_args >= 0 && l->positional >= (size_t)c->max_args)
		return;
	enum arg_kind kind = c->kinds[l->positional < last ? l->positional : last];

	/* Behind the last one that has a kind, only commands that take any number go on with it. */
	if (l->positional > last && c->max_args >= 0)
		kind = ARG_NONE;
	if (c->complete) {
		struct candidates fixed = { 0 };

		kind = c->complete(l->first, l->positional, &fixed);
		for (size_t i = 0; i < fixed.n; i++)
			add_if(ret, prefix, "", fixed.items[i].word, fixed.items[i].help);
		candidates_free(&fixed);
	} else {
		add_synopsis_words(l, prefix, names, ret);
	}
	if (kind != ARG_NONE && kind != ARG_WORD)
		add_name_candidates(l, kind, prefix, "", names, ret);
}

static void add_option_candidates(const struct line *l, const char *prefix, struct candidates *ret)
{
	for (size_t i = 0; i < l->n_opts; i++)
		add_if(ret, prefix, "--", l->opts[i].name, l->opts[i].help);
}

/* Completes the value of an option, or an option.  False: the word is neither. */
static bool complete_option(struct line *l, const char *typed, names_fn *names,
                            struct candidates *ret)
{
	const char *eq = strchr(typed, '=');

	if (l->alone && streq(typed, "="))
		l->pending = l->alone;
	if (l->pending) {
		add_values(l, l->pending, streq(typed, "=") ? "" : typed, "", names, ret);
	} else if (typed[0] == '-' && eq) {
		const struct option_def *o = find_option(l, typed, (size_t)(eq - typed));
		_cleanup_free_ char *before = xstrndup(typed, (size_t)(eq - typed) + 1);

		if (o && o->arg)
			add_values(l, o, typed, before, names, ret);
	} else if (typed[0] == '-') {
		add_option_candidates(l, typed, ret);
	} else {
		return false;
	}
	return true;
}

/* Reads the options before the verb.  Returns the verb, or the last word where none stands before
 * it. */
static char *const *skip_common(struct line *l, char *const *words)
{
	while (words[1] && (l->pending || (words[0][0] == '-' && words[0][1])))
		read_line_word(l, *words++);
	return words;
}

void complete(char *const *words, names_fn *names, struct candidates *ret)
{
	struct line l = { 0 };

	if (!words[0])
		return;
	l.opts = command_options(&command_any, &l.n_opts);
	words = skip_common(&l, words);
	if (!words[1]) {
		if (!complete_option(&l, words[0], names, ret))
			add_commands(words[0], ret);
		goto out;
	}
	l.c = command_find(words[0]);
	if (!l.c)
		goto out;
	free(l.opts);
	l.opts = command_options(l.c, &l.n_opts);
	for (words++; words[1]; words++)
		read_line_word(&l, *words);
	if (l.passthrough)
		ret->files = l.c->takes_passthrough;
	else if (!complete_option(&l, *words, names, ret))
		add_argument_candidates(&l, *words, names, ret);
out:
	free(l.opts);
}
