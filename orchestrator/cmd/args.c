/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/args.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>

#include "base/str.h"

static const struct option_def output_option = { 'o', "output", "table|json",
	                                         "how to print data: for people or for programs",
	                                         false };
static const struct option_def lab_options[] = {
	{ 'n', "lab", "LAB", "the lab; default: the only one that runs", false },
	{ 't', "topology", "FILE", "the topology; default: the only *.vnetlab.json here", false },
};
static const struct option_def host_options[] = {
	{ 'H', "host", "ssh://USER@HOST", "the lab is on another machine, reached by SSH", false },
	{ 0, "identity", "FILE", "the private key for -H; default: the agent's, ~/.ssh/id_ed25519",
	  false },
	{ 0, "remote-path", "PATH", "where vnetlab is on that machine; default: in its PATH",
	  false },
	{ 0, "connect-timeout", "DURATION",
	  "how long -H, or an https:// design, waits in vain; default: 15s", false },
};
static const struct option_def common_options[] = {
	{ 'q', "quiet", NULL, "only errors on standard error", false },
	{ 'v', "verbose", NULL, "say more; twice: even more", true },
	{ 'h', "help", NULL, "this text", false },
};

const struct command command_any = {
	.name = "any", .group = "Look", .synopsis = "any", .common_output = true
};

/* A command's own option of the same letter or name comes first and hides the common one. */
static void add_option(struct option_def **opts, size_t *n, struct option_def o)
{
	for (size_t i = 0; i < *n; i++) {
		if (streq((*opts)[i].name, o.name))
			return;
		if (o.letter && (*opts)[i].letter == o.letter)
			o.letter = 0;
	}
	*opts = xrealloc(*opts, *n + 2, sizeof(**opts));
	(*opts)[(*n)++] = o;
	(*opts)[*n] = (struct option_def){ 0 };
}

struct option_def *command_options(const struct command *c, size_t *ret_n)
{
	struct option_def *opts = NULL;
	size_t n = 0;

	for (const struct option_def *o = c->opts; o && o->name; o++)
		add_option(&opts, &n, *o);
	if (c->common_output)
		add_option(&opts, &n, output_option);
	for (size_t i = 0; i < ARRAY_LEN(lab_options) && !streq(c->group, "Tool"); i++)
		add_option(&opts, &n, lab_options[i]);
	for (size_t i = 0; i < ARRAY_LEN(host_options); i++)
		add_option(&opts, &n, host_options[i]);
	for (size_t i = 0; i < ARRAY_LEN(common_options); i++)
		add_option(&opts, &n, common_options[i]);
	*ret_n = n;
	return opts;
}

char *option_env(const char *name)
{
	char *s = xasprintf("VNETLAB_%s", name);

	for (char *p = s; *p; p++)
		*p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
	return s;
}

char **fixed_values(const struct option_def *o)
{
	if (!o->arg || !strchr(o->arg, '|'))
		return NULL;
	char **list = NULL;
	size_t n = 0, cap = 0;

	for (const char *p = o->arg, *end; p; p = *end ? end + 1 : NULL) {
		end = strchrnul(p, '|');
		VEC_PUSH(list, n, cap) = xstrndup(p, (size_t)(end - p));
	}
	VEC_PUSH(list, n, cap) = NULL;
	return list;
}

char **fixed_values_free(char **v)
{
	for (char **p = v; p && *p; p++)
		free(*p);
	free(v);
	return NULL;
}

/* --- one option --- */

static int set_value(struct args *p, size_t i, const char *value, const char *where, struct err *e)
{
	const struct option_def *o = &p->opts[i];
	char **fixed = fixed_values(o);

	if (fixed) {
		size_t n = 0;
		bool known = false;

		for (; fixed[n]; n++)
			known |= streq(fixed[n], value);
		if (!known) {
			const char *near = str_nearest(value, (const char *const *)fixed, n);

			err_set(e, EINVAL, "%s: '%s' is not one of %s%s%s%s", where, value, o->arg,
			        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
			fixed_values_free(fixed);
			return -EINVAL;
		}
		fixed_values_free(fixed);
	}
	p->values[i] = value;
	p->lists[i] = xrealloc(p->lists[i], p->counts[i] + 2, sizeof(*p->lists[i]));
	p->lists[i][p->counts[i]++] = value;
	p->lists[i][p->counts[i]] = NULL;
	return 0;
}

static int unknown_option(const struct args *p, const char *name, struct err *e)
{
	_cleanup_free_ const char **names = xcalloc(p->n_opts + 1, sizeof(*names));

	for (size_t i = 0; i < p->n_opts; i++)
		names[i] = p->opts[i].name;
	const char *near = str_nearest(name, names, p->n_opts);

	if (near)
		return err_set(e, EINVAL, "unknown option '--%s'; did you mean '--%s'?", name,
		               near);
	return err_set(e, EINVAL, "unknown option '--%s'", name);
}

/* word is "--name" or "--name=value"; *next is the word behind it. */
static int long_option(struct args *p, const char *word, char ***next, struct err *e)
{
	const char *eq = strchr(word, '=');
	_cleanup_free_ char *name = xstrndup(word + 2, eq ? (size_t)(eq - word - 2) : INT_MAX);

	for (size_t i = 0; i < p->n_opts; i++) {
		_cleanup_free_ char *where = xasprintf("--%s", name);

		if (!streq(p->opts[i].name, name))
			continue;
		if (!p->opts[i].arg) {
			if (eq)
				return err_set(e, EINVAL, "option '--%s' takes no value", name);
			return set_value(p, i, "1", where, e);
		}
		if (eq)
			return set_value(p, i, eq + 1, where, e);
		if (p->opts[i].dflt)
			return set_value(p, i, p->opts[i].dflt, where, e);
		if (!**next)
			return err_set(e, EINVAL, "option '--%s' needs a value: --%s %s", name,
			               name, p->opts[i].arg);
		return set_value(p, i, *(*next)++, where, e);
	}
	return unknown_option(p, name, e);
}

/* word is "-x", "-xyz" (flags), "-xVALUE". */
static int short_options(struct args *p, const char *word, char ***next, struct err *e)
{
	for (const char *c = word + 1; *c; c++) {
		size_t i = 0;

		while (i < p->n_opts && p->opts[i].letter != *c)
			i++;
		if (i == p->n_opts)
			return err_set(e, EINVAL, "unknown option '-%c'%s%s%s", *c,
			               c == word + 1 ? "" : " in '", c == word + 1 ? "" : word,
			               c == word + 1 ? "" : "'");
		char where[3] = { '-', *c, 0 };
		int r;

		if (!p->opts[i].arg) {
			r = set_value(p, i, "1", where, e);
			if (r < 0)
				return r;
			continue;
		}
		if (c[1])
			return set_value(p, i, c + 1, where, e);
		if (!**next)
			return err_set(e, EINVAL, "option '-%c' needs a value: -%c %s", *c, *c,
			               p->opts[i].arg);
		return set_value(p, i, *(*next)++, where, e);
	}
	return 0;
}

static int read_environment_options(struct args *p, const char *(*lookup)(const char *),
                                    struct err *e)
{
	for (size_t i = 0; i < p->n_opts; i++) {
		_cleanup_free_ char *env = option_env(p->opts[i].name);
		const char *v = p->values[i] ? NULL : lookup(env);

		if (!v || !*v || streq(p->opts[i].name, "help"))
			continue;
		if (p->opts[i].arg) {
			int r = set_value(p, i, v, env, e);

			if (r < 0)
				return r;
		} else if (!streq(v, "0") && !strieq(v, "false") && !strieq(v, "no") &&
		           !strieq(v, "off")) {
			int r = set_value(p, i, "1", env, e);

			/* "VNETLAB_VERBOSE=2" is -vv. */
			if (r == 0 && p->opts[i].multiple && streq(v, "2"))
				r = set_value(p, i, "1", env, e);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* --- all of them --- */

static size_t option_index(const struct cmd_args *a, const char *name)
{
	size_t i = 0;

	while (a->opts[i].name && !streq(a->opts[i].name, name))
		i++;
	if (!a->opts[i].name) /* the table and the code of a command disagree */
		abort();
	return i;
}

static bool has_option(const struct args *p, const char *name)
{
	for (size_t i = 0; i < p->n_opts; i++)
		if (streq(p->opts[i].name, name))
			return true;
	return false;
}

static int check_count(const struct command *c, const struct args *p, struct err *e)
{
	if (p->a.argc < c->min_args)
		return err_set(e, EINVAL,
		               p->a.argc ? "an argument is missing" : "it needs an argument");
	if (c->max_args >= 0 && p->a.argc > c->max_args)
		return err_set(e, EINVAL, "unexpected argument '%s'%s", p->a.argv[c->max_args],
		               c->takes_passthrough && !p->a.passthrough
		                   ? "; what is to be run in the node stands behind '--'"
		                   : "");
	return 0;
}

static void prepare_options(const struct command *c, struct args *p)
{
	*p = (struct args){ 0 };
	p->opts = command_options(c, &p->n_opts);
	p->values = xcalloc(p->n_opts, sizeof(*p->values));
	p->lists = xcalloc(p->n_opts, sizeof(*p->lists));
	p->counts = xcalloc(p->n_opts, sizeof(*p->counts));
}

int args_before_verb(char **words, struct args_before *ret, struct err *e)
{
	_cleanup_args_ struct args p;
	size_t n = 0, cap = 0;
	int r = 0;

	*ret = (struct args_before){ 0 };
	prepare_options(&command_any, &p);
	while (r == 0 && *words && (*words)[0] == '-' && (*words)[1] && !streq(*words, "--")) {
		char *word = *words++;

		r = str_starts(word, "--") ? long_option(&p, word, &words, e)
		                           : short_options(&p, word, &words, e);
	}
	for (size_t i = 0; i < p.n_opts; i++)
		for (size_t k = 0; k < p.counts[i]; k++)
			VEC_PUSH(ret->words, n, cap) =
			    xasprintf("--%s%s%s", p.opts[i].name, p.opts[i].arg ? "=" : "",
			              p.opts[i].arg ? p.lists[i][k] : "");
	VEC_PUSH(ret->words, n, cap) = NULL;
	ret->verb = words;
	return r;
}

void args_before_free(struct args_before *b)
{
	for (char **w = b->words; w && *w; w++)
		free(*w);
	free(b->words);
	*b = (struct args_before){ 0 };
}

int args_parse(const struct command *c, char **words, const char *(*lookup)(const char *name),
               struct args *p, struct err *e)
{
	size_t n_words = 0;

	while (words[n_words])
		n_words++;
	prepare_options(c, p);
	p->words = xcalloc(n_words + 1, sizeof(*p->words));
	p->verb = xasprintf("vnetlab %s", c->name);
	p->a = (struct cmd_args){
		.prog_verb = p->verb,
		.argv = p->words,
		.opts = p->opts,
		.values = p->values,
		.lists = (const char *const *const *)p->lists,
	};
	for (size_t i = 0; words[i] && !streq(words[i], "--"); i++)
		p->help |= streq(words[i], "--help") || streq(words[i], "-h");
	if (p->help)
		return 0;
	for (char **w = words; *w;) {
		char *word = *w++;
		int r = 0;

		if (streq(word, "--")) {
			if (c->takes_passthrough)
				p->a.passthrough = w;
			else
				while (*w)
					p->words[p->a.argc++] = *w++;
			break;
		}
		if (str_starts(word, "--"))
			r = long_option(p, word, &w, e);
		else if (word[0] == '-' && word[1])
			r = short_options(p, word, &w, e);
		else
			p->words[p->a.argc++] = word;
		if (r < 0)
			return r;
	}
	int r = read_environment_options(p, lookup, e);

	if (r < 0 || (r = check_count(c, p, e)) < 0)
		return r;
	p->a.json = c->common_output && streq(arg_value(&p->a, "output"), "json");
	p->a.lab = has_option(p, "lab") ? arg_value(&p->a, "lab") : NULL;
	p->a.topology = has_option(p, "topology") ? arg_value(&p->a, "topology") : NULL;
	p->a.host = arg_value(&p->a, "host");
	p->a.quiet = arg_flag(&p->a, "quiet");
	p->a.verbose = (int)p->counts[option_index(&p->a, "verbose")];
	return 0;
}

void args_free(struct args *p)
{
	for (size_t i = 0; p->lists && i < p->n_opts; i++)
		free(p->lists[i]);
	free(p->lists);
	free(p->counts);
	free(p->values);
	free(p->opts);
	free(p->words);
	free(p->verb);
	*p = (struct args){ 0 };
}

/* --- what commands ask --- */

const char *arg_value(const struct cmd_args *a, const char *name)
{
	return a->values[option_index(a, name)];
}

bool arg_flag(const struct cmd_args *a, const char *name)
{
	return arg_value(a, name) != NULL;
}

const char *const *arg_values(const struct cmd_args *a, const char *name)
{
	static const char *const none[] = { NULL };
	const char *const *list = a->lists[option_index(a, name)];

	return list ? list : none;
}

bool arg_number(const struct cmd_args *a, const char *name, long min, long max, long dflt,
                long *ret)
{
	const char *v = arg_value(a, name);
	char *end;

	if (!v) {
		*ret = dflt;
		return true;
	}
	errno = 0;
	long n = strtol(v, &end, 10);

	if (errno || end == v || *end || isspace((unsigned char)*v) || n < min || n > max) {
		ui_usage(a, "--%s: '%s' is not a number from %ld to %ld", name, v, min, max);
		return false;
	}
	*ret = n;
	return true;
}

bool arg_duration(const struct cmd_args *a, const char *name, long dflt_ms, long *ret_ms)
{
	const char *v = arg_value(a, name);

	if (!v) {
		*ret_ms = dflt_ms;
		return true;
	}
	if (str_duration(v, ret_ms) < 0) {
		ui_usage(a, "--%s: '%s' is not a duration such as 500ms, 30s or 2m (at most 24h)",
		         name, v);
		return false;
	}
	return true;
}
