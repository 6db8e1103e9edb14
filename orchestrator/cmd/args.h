/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of the command line -> struct cmd_args, by a command's table of options.
 *
 * getopt_long is not used: it accepts any unique beginning of a long option, so that a script's
 * "--to" changes its meaning, or breaks, when an option is added; and it cannot say what was meant
 * instead. */
#pragma once

#include "cmd/cmd.h"

struct args { /* owns what the cmd_args in it points at, apart from the words themselves */
	struct cmd_args a;
	bool help; /* --help or -h was given: nothing else was checked */
	struct option_def *opts;
	const char **values;
	const char ***lists;
	size_t *counts;
	size_t n_opts;
	char **words;
	char *verb;
};

/* A command's own options and the common ones that it has; ends with a NULL name, freed with
 * free(). */
struct option_def *command_options(const struct command *c, size_t *ret_n);

/* Stands for any command that has all of the common options and none of its own. */
extern const struct command command_any;

/* Options that stand before the verb, as long words: a command's own option of the same letter does
 * not take them.  They go in front of what stands behind the verb. */
struct args_before {
	char **words; /* NULL-terminated */
	char **verb;  /* the first word that is no option; *verb is NULL when there is none */
};
/* words is what stands behind "vnetlab".  -EINVAL with a sentence. ret must be freed in either
 * case. */
int args_before_verb(char **words, struct args_before *ret, struct err *e);
void args_before_free(struct args_before *b);

/* "VNETLAB_COUNT" of "count"; the caller frees. */
char *option_env(const char *name);
/* The fixed values of an option ("a|b|c"), NULL-terminated; NULL when it takes any word.  Freed
 * with fixed_values_free. */
char **fixed_values(const struct option_def *o);
char **fixed_values_free(char **v); /* returns NULL */

/* words: what stands behind the verb, NULL-terminated; must outlive p.  lookup: getenv, or a
 * test's own.  -EINVAL with a sentence for the user. p must be freed in either case. */
int args_parse(const struct command *c, char **words, const char *(*lookup)(const char *name),
               struct args *p, struct err *e);
void args_free(struct args *p);
#define _cleanup_args_ _cleanup_(args_free)
