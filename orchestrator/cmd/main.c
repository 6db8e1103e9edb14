/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab COMMAND: finds the command, parses its options, runs it, and makes sure that what was
 * printed has arrived. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/address.h"
#include "cmd/args.h"
#include "cmd/help.h"
#include "cmd/host.h"
#include "cmd/serve.h"
#include "lab/client/alive.h"

static const char *environment(const char *name)
{
	return getenv(name);
}

static void on_sigpipe(int sig)
{
	(void)sig;
}

/* A reader that went away is an error that write() reports.  A handler, not SIG_IGN: programs that
 * we start must not inherit it. */
static void catch_sigpipe(void)
{
	struct sigaction sa = { .sa_handler = on_sigpipe, .sa_flags = SA_RESTART };

	sigaction(SIGPIPE, &sa, NULL);
}

static void on_busy(const char *lab)
{
	ui_note("lab %s is busy: it builds, or works for somebody else; waiting for it", lab);
}

/* With 0, 1 or 2 closed, the next socket or file would be taken for a standard stream.  Standard
 * output is filled with something that cannot be written to, so that its loss is noticed. */
static void fill_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

/* Verbs of other tools, and ours for them. */
static const char *known_elsewhere(const char *verb)
{
	static const struct {
		const char *theirs, *ours;
	} words[] = {
		{ "apply", "up" },        { "create", "up" },       { "deploy", "up" },
		{ "start", "up" },        { "run", "up" },          { "delete", "down" },
		{ "destroy", "down" },    { "remove", "down" },     { "rm", "down" },
		{ "stop", "down" },       { "diff", "plan" },       { "validate", "check" },
		{ "lint", "check" },      { "verify", "test" },     { "list", "ls" },
		{ "ps", "ls" },           { "inspect", "status" },  { "show", "status" },
		{ "traceroute", "path" }, { "trace", "path" },      { "ping", "probe" },
		{ "curl", "probe" },      { "ssh", "shell" },       { "connect", "shell" },
		{ "console", "shell" },   { "tcpdump", "capture" }, { "draw", "graph" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strieq(words[i].theirs, verb) && command_find(words[i].ours))
			return words[i].ours;
	return NULL;
}

static int unknown_command(const char *verb)
{
	size_t n;
	const struct command *const *list = command_list(&n);
	_cleanup_free_ const char **names = xcalloc(n + 1, sizeof(*names));
	_cleanup_free_ char *clean = ui_clean(verb);

	for (size_t i = 0; i < n; i++)
		names[i] = list[i]->name;
	const char *near = known_elsewhere(verb);

	if (!near)
		near = str_nearest(verb, names, n);
	if (near)
		fprintf(stderr, "vnetlab: there is no command '%s'; did you mean '%s'?\n", clean,
		        near);
	else
		fprintf(stderr, "vnetlab: there is no command '%s'\n", clean);
	fputs("Try 'vnetlab help'.\n", stderr);
	return EX_WRONG_USAGE;
}

static int run_checked_command(const struct command *c, char **words)
{
	_cleanup_args_ struct args args = { 0 };
	struct err e = { 0 };
	int r = args_parse(c, words, environment, &args, &e);

	if (r < 0)
		return ui_usage(&args.a, "%s", e.msg);
	if (args.help) {
		help_command(stdout, c);
		return EX_DONE;
	}
	ui_init(args.a.quiet, args.a.verbose);
	return args.a.host && !c->here ? host_run(c, &args.a) : c->run(&args.a);
}

/* Runs the command with the options that stood before it in front of those behind it. */
static int run_verb(const struct args_before *b)
{
	const struct command *c = command_find(b->verb[0]);
	_cleanup_free_ char **words = NULL;
	size_t n = 0, cap = 0;

	if (!c)
		return unknown_command(b->verb[0]);
	for (char **w = b->words; *w; w++)
		VEC_PUSH(words, n, cap) = *w;
	for (char **w = b->verb + 1; *w; w++)
		VEC_PUSH(words, n, cap) = *w;
	VEC_PUSH(words, n, cap) = NULL;
	return run_checked_command(c, words);
}

static bool is_called(const char *program, const char *name)
{
	const char *slash = strrchr(program, '/');

	return streq(slash ? slash + 1 : program, name);
}

/* By that name az calls it (cmd/azure_cli.c). */
static int run_bicep(char **words)
{
	static char version[] = "version";
	char *instead[] = { version, NULL };
	bool asked = words[0] && (streq(words[0], "--version") || streq(words[0], "-v"));

	return run_checked_command(command_find("bicep"), asked ? instead : words);
}

static int dispatch(char **argv)
{
	_cleanup_(args_before_free) struct args_before b = { 0 };
	struct err e = { 0 };

	if (argv[0] && is_called(argv[0], "bicep"))
		return run_bicep(argv + 1);
	if (argv[0] && argv[1] && streq(argv[1], "--version"))
		return run_checked_command(command_find("version"), argv + 2);
	if (argv[0] && args_before_verb(argv + 1, &b, &e) < 0) {
		_cleanup_free_ char *clean = ui_clean(e.msg);

		fprintf(stderr,
		        "vnetlab: %s\nBefore the command stand the options that all commands have; "
		        "its own stand behind it.\nTry 'vnetlab help'.\n",
		        clean);
		return EX_WRONG_USAGE;
	}
	if (b.verb && b.verb[0])
		return run_verb(&b);
	bool asked = b.words && b.words[0] && streq(b.words[0], "--help");

	help_overview(asked ? stdout : stderr);
	return asked ? EX_DONE : EX_WRONG_USAGE;
}

/* Runs a command; fails as well when its output could not be written. */
static int run_words(char **argv)
{
	int status = dispatch(argv);

	ui_progress_end();
	address_cleanup();
	bool lost = ferror(stdout);
	int why = fclose(stdout) == 0 ? 0 : errno;

	if (why || lost) {
		fprintf(stderr, "vnetlab: cannot write to standard output%s%s\n", why ? ": " : "",
		        why ? strerror(why) : "");
		status = EX_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	fill_standard_fds();
	catch_sigpipe();
	setlocale(LC_CTYPE, "");
	if (argc == 3 && streq(argv[1], "--serve"))
		return serve(argv[2]);
	serve_terminals();
	alive_on_busy = on_busy;
	return run_words(argv);
}
