/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line's words: options anywhere, environment, "--", and every refusal. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/str.h"
#include "cmd/args.h"

static const struct option_def probe_options[] = {
	{ 'p', "protocol", "icmp|tcp|udp", "what to send", false },
	{ 'c', "count", "N", "how many", false },
	{ 0, "wait", "DURATION", "how long", false },
	{ 'f', "filter", "GLOB", "which", true },
	{ 0, "dry-run", NULL, "only say", false },
	{ .name = "rounds", .arg = "1|2", .dflt = "1", .help = "once, or twice" },
	{ 0 },
};
static const struct command probe = { .name = "probe",
	                              .group = "Prove",
	                              .synopsis = "probe FROM TO",
	                              .min_args = 1,
	                              .max_args = 2,
	                              .common_output = true,
	                              .opts = probe_options };
static const struct command exec = { .name = "exec",
	                             .group = "Look",
	                             .synopsis = "exec NODE -- CMD",
	                             .min_args = 1,
	                             .max_args = 1,
	                             .takes_passthrough = true };
static const struct command tool = { .name = "tool", .group = "Tool", .synopsis = "tool" };

static const char *env_name, *env_value;

static const char *environment(const char *name)
{
	return streq(name, env_name) ? env_value : NULL;
}

#define WORDS(...) ((char **)(const char *[]){ __VA_ARGS__, NULL })

static void options_stand_anywhere(void **state)
{
	(void)state;
	_cleanup_args_ struct args p = { 0 };
	struct err e = { 0 };

	assert_int_equal(
	    args_parse(&probe,
	               WORDS("-c3", "a", "--protocol=tcp", "-qvv", "b", "-o", "json", "-n", "lab1",
	                     "--dry-run", "-t", "x.json", "-f", "1", "--filter", "2"),
	               environment, &p, &e),
	    0);
	assert_int_equal(p.a.argc, 2);
	assert_string_equal(p.a.argv[0], "a");
	assert_string_equal(p.a.argv[1], "b");
	assert_null(p.a.argv[2]);
	assert_string_equal(arg_value(&p.a, "protocol"), "tcp");
	assert_true(arg_flag(&p.a, "dry-run"));
	assert_null(arg_value(&p.a, "wait"));
	assert_true(p.a.json && p.a.quiet);
	assert_int_equal(p.a.verbose, 2);
	assert_string_equal(p.a.lab, "lab1");
	assert_string_equal(p.a.topology, "x.json");
	assert_string_equal(arg_values(&p.a, "filter")[0], "1");
	assert_string_equal(arg_values(&p.a, "filter")[1], "2");
	assert_null(arg_values(&p.a, "filter")[2]);
	assert_null(arg_values(&p.a, "wait")[0]);

	long n = 0;

	assert_true(arg_number(&p.a, "count", 1, 10, 5, &n));
	assert_int_equal(n, 3);
}

static void a_value_may_be_left_out(void **state)
{
	(void)state;
	static const struct {
		const char *word, *value;
	} t[] = { { "--rounds", "1" }, { "--rounds=2", "2" } };

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_args_ struct args p = { 0 };
		struct err e = { 0 };

		assert_int_equal(args_parse(&probe, WORDS(t[i].word, "2"), environment, &p, &e), 0);
		assert_string_equal(arg_value(&p.a, "rounds"), t[i].value);
		assert_int_equal(p.a.argc, 1); /* "2" is no value of it */
	}
	_cleanup_args_ struct args wrong = { 0 };
	struct err e = { 0 };

	assert_int_equal(args_parse(&probe, WORDS("--rounds=3", "a"), environment, &wrong, &e),
	                 -EINVAL);
	assert_non_null(strstr(e.msg, "'3' is not one of 1|2"));
}

static void the_last_value_counts(void **state)
{
	(void)state;
	_cleanup_args_ struct args p = { 0 };
	struct err e = { 0 };

	assert_int_equal(
	    args_parse(&probe, WORDS("a", "-p", "tcp", "-p", "udp"), environment, &p, &e), 0);
	assert_string_equal(arg_value(&p.a, "protocol"), "udp");
}

static void behind_two_dashes(void **state)
{
	(void)state;
	_cleanup_args_ struct args p = { 0 }, q = { 0 };
	struct err e = { 0 };

	assert_int_equal(
	    args_parse(&exec, WORDS("NVA", "--", "ping", "-c", "1", "--help"), environment, &p, &e),
	    0);
	assert_false(p.help);
	assert_int_equal(p.a.argc, 1);
	assert_string_equal(p.a.passthrough[0], "ping");
	assert_string_equal(p.a.passthrough[3], "--help");
	assert_null(p.a.passthrough[4]);
	assert_int_equal(args_parse(&probe, WORDS("--", "-x", "--"), environment, &q, &e), 0);
	assert_int_equal(q.a.argc, 2);
	assert_string_equal(q.a.argv[0], "-x");
	assert_null(q.a.passthrough);
}

static void environment_is_a_default(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value, *option, *expect;
	} cases[] = {
		{ "VNETLAB_PROTOCOL", "udp", "protocol", "udp" },
		{ "VNETLAB_PROTOCOL", "", "protocol", NULL },
		{ "VNETLAB_DRY_RUN", "1", "dry-run", "1" },
		{ "VNETLAB_DRY_RUN", "yes", "dry-run", "1" },
		{ "VNETLAB_DRY_RUN", "0", "dry-run", NULL },
		{ "VNETLAB_DRY_RUN", "False", "dry-run", NULL },
		{ "VNETLAB_LAB", "env", "lab", "env" },
		{ "VNETLAB_OUTPUT", "json", "output", "json" },
		{ "VNETLAB_HELP", "1", "help", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_args_ struct args p = { 0 };
		struct err e = { 0 };

		env_name = cases[i].name;
		env_value = cases[i].value;
		assert_int_equal(args_parse(&probe, WORDS("a"), environment, &p, &e), 0);
		const char *v = arg_value(&p.a, cases[i].option);

		if (cases[i].expect)
			assert_string_equal(v, cases[i].expect);
		else
			assert_null(v);
	}
	env_name = "VNETLAB_PROTOCOL", env_value = "udp";
	_cleanup_args_ struct args p = { 0 };
	struct err e = { 0 };

	assert_int_equal(args_parse(&probe, WORDS("a", "-p", "tcp"), environment, &p, &e), 0);
	assert_string_equal(arg_value(&p.a, "protocol"), "tcp");
	env_name = NULL;
}

static void refusals(void **state)
{
	(void)state;
	static const struct {
		const struct command *c;
		const char *words[5];
		const char *says;
	} cases[] = {
		{ &probe,
		  { "a", "--protcol", "tcp" },
		  "unknown option '--protcol'; did you mean '--protocol'?" },
		{ &probe, { "a", "--proto", "tcp" }, "unknown option '--proto'" },
		{ &probe, { "a", "--zzzzzzzz" }, "unknown option '--zzzzzzzz'" },
		{ &probe, { "a", "-x" }, "unknown option '-x'" },
		{ &probe, { "a", "-qx" }, "unknown option '-x' in '-qx'" },
		{ &probe, { "a", "-c" }, "option '-c' needs a value: -c N" },
		{ &probe, { "a", "--wait" }, "option '--wait' needs a value: --wait DURATION" },
		{ &probe, { "a", "--dry-run=1" }, "option '--dry-run' takes no value" },
		{ &probe,
		  { "a", "-p", "tpc" },
		  "-p: 'tpc' is not one of icmp|tcp|udp; did you mean 'tcp'?" },
		{ &probe,
		  { "a", "--output", "qqqqqqqq" },
		  "--output: 'qqqqqqqq' is not one of table|json" },
		{ &probe, { NULL }, "it needs an argument" },
		{ &probe, { "a", "b", "c" }, "unexpected argument 'c'" },
		{ &exec,
		  { "a", "ls" },
		  "unexpected argument 'ls'; what is to be run in the node stands behind '--'" },
		{ &tool, { "-n", "x" }, "unknown option '-n'" },
		{ &tool, { "-o", "json" }, "unknown option '-o'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_args_ struct args p = { 0 };
		struct err e = { 0 };

		assert_int_equal(
		    args_parse(cases[i].c, (char **)cases[i].words, environment, &p, &e), -EINVAL);
		if (streq(cases[i].says, "unknown option '--proto'"))
			assert_true(
			    str_starts(e.msg, cases[i].says)); /* never taken for --protocol */
		else
			assert_string_equal(e.msg, cases[i].says);
	}
	env_name = "VNETLAB_PROTOCOL", env_value = "x";
	_cleanup_args_ struct args p = { 0 };
	struct err e = { 0 };

	assert_int_equal(args_parse(&probe, WORDS("a"), environment, &p, &e), -EINVAL);
	assert_true(str_starts(e.msg, "VNETLAB_PROTOCOL: 'x' is not one of icmp|tcp|udp"));
	env_name = NULL;
}

static void help_wins(void **state)
{
	(void)state;
	_cleanup_args_ struct args p = { 0 };
	struct err e = { 0 };

	assert_int_equal(args_parse(&probe, WORDS("--nonsense", "--help"), environment, &p, &e), 0);
	assert_true(p.help);
}

static void own_options_hide_common_ones(void **state)
{
	(void)state;
	static const struct option_def own[] = { { 'n', "name", "N", "a name", false },
		                                 { 0, "quiet", "HOW", "its own", false },
		                                 { 0 } };
	const struct command c = { .name = "x", .group = "Look", .synopsis = "x", .opts = own };
	size_t n, lab = 0, quiet = 0;
	_cleanup_free_ struct option_def *opts = command_options(&c, &n);

	for (size_t i = 0; i < n; i++) {
		if (streq(opts[i].name, "lab")) {
			assert_int_equal(opts[i].letter, 0);
			lab++;
		}
		quiet += streq(opts[i].name, "quiet");
	}
	assert_int_equal(lab, 1);
	assert_int_equal(quiet, 1);
	assert_null(opts[n].name);
}

static void numbers_and_durations(void **state)
{
	(void)state;
	/* What is said to the user is not looked at here. */
	assert_non_null(freopen("/dev/null", "w", stderr));
	static const struct {
		const char *count;
		bool ok;
	} counts[] = { { "1", true },    { "10", true },
		       { "0", false },   { "11", false },
		       { "x", false },   { "3x", false },
		       { "", false },    { " 3", false },
		       { "1e1", false }, { "99999999999999999999", false } };

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		_cleanup_args_ struct args p = { 0 };
		struct err e = { 0 };
		long n = -1;

		assert_int_equal(
		    args_parse(&probe, WORDS("a", "-c", counts[i].count), environment, &p, &e), 0);
		assert_int_equal(arg_number(&p.a, "count", 1, 10, 5, &n), counts[i].ok);
	}
	_cleanup_args_ struct args p = { 0 }, q = { 0 };
	struct err e = { 0 };
	long ms = 0;

	assert_int_equal(args_parse(&probe, WORDS("a", "--wait", "1.5s"), environment, &p, &e), 0);
	assert_true(arg_duration(&p.a, "wait", 9, &ms));
	assert_int_equal(ms, 1500);
	assert_int_equal(args_parse(&probe, WORDS("a", "--wait", "soon"), environment, &q, &e), 0);
	assert_false(arg_duration(&q.a, "wait", 9, &ms));
}

static void options_before_the_verb(void **state)
{
	(void)state;
	const struct {
		char **words;
		const char *out, *verb; /* verb NULL: none; out NULL: refused */
	} cases[] = {
		{ WORDS("up", "-q"), "", "up" },
		{ WORDS("-H", "host", "status", "-o", "json"), "--host=host ", "status" },
		{ WORDS("-qvv", "--output=json", "-nlab", "ls"),
		  "--output=json --lab=lab --quiet --verbose --verbose ", "ls" },
		{ WORDS("-o", "table", "import", "x"), "--output=table ", "import" },
		{ WORDS("-q", "--", "ls"), "--quiet ", "--" },
		{ WORDS("-", "ls"), "", "-" },
		{ WORDS("-q"), "--quiet ", NULL },
		{ WORDS("-h", "ls"), "--help ", "ls" },
		{ WORDS("-H"), NULL, NULL },
		{ WORDS("-c", "3", "probe"), NULL, NULL },
		{ WORDS("-o", "yaml", "ls"), NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_(args_before_free) struct args_before b;
		_cleanup_str_ struct str all = { 0 };
		struct err e = { 0 };
		int r = args_before_verb(cases[i].words, &b, &e);

		assert_int_equal(r, cases[i].out ? 0 : -EINVAL);
		if (r < 0)
			continue;
		for (char **w = b.words; *w; w++)
			str_printf(&all, "%s ", *w);
		assert_string_equal(str_get(&all), cases[i].out);
		assert_true(cases[i].verb ? streq(b.verb[0], cases[i].verb) : !b.verb[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(a_value_may_be_left_out),
		cmocka_unit_test(the_last_value_counts),
		cmocka_unit_test(behind_two_dashes),
		cmocka_unit_test(environment_is_a_default),
		cmocka_unit_test(refusals),
		cmocka_unit_test(help_wins),
		cmocka_unit_test(own_options_hide_common_ones),
		cmocka_unit_test(numbers_and_durations),
		cmocka_unit_test(options_before_the_verb),
	};

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
