/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/help.h"

#include <ctype.h>
#include <errno.h>

#include "base/str.h"
#include "cmd/args.h"

enum { WIDTH = 79 };

/* Paragraphs are filled; lines that begin with a space (examples) stay as they are. */
static void print_filled(FILE *f, const char *text)
{
	int col = 0;

	for (const char *p = text; *p;) {
		const char *end = strchrnul(p, '\n');

		if (end == p || isspace((unsigned char)*p)) {
			fprintf(f, "%s%.*s\n", col ? "\n" : "", (int)(end - p), p);
			col = 0;
		} else {
			while (p < end) {
				int n = (int)strcspn(p, " \n");

				if (col && col + 1 + n > WIDTH) {
					fputc('\n', f);
					col = 0;
				}
				col += fprintf(f, "%s%.*s", col ? " " : "", n, p);
				p += n;
				while (*p == ' ')
					p++;
			}
		}
		p = *end ? end + 1 : end;
	}
	if (col)
		fputc('\n', f);
}

static void print_option(FILE *f, const struct option_def *o)
{
	char left[80];
	char letter[5] = "    ";

	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	snprintf(left, sizeof(left), "  %s--%s%s%s%s", letter, o->name,
	         !o->arg   ? ""
	         : o->dflt ? "[="
	                   : " ",
	         o->arg ? o->arg : "", o->dflt ? "]" : "");
	if (strlen(left) > 26)
		fprintf(f, "%s\n%-28s%s\n", left, "", o->help);
	else
		fprintf(f, "%-28s%s\n", left, o->help);
}

static const char *group_title(const char *group)
{
	static const char *const titles[][2] = {
		{ "Labs", "Labs: build, change, end" },
		{ "Look", "Look: what is there, and why" },
		{ "Prove", "Prove: does the design do what it must" },
		{ "Break", "Break: faults, to see what happens then" },
		{ "Teach", "Teach: exercises, exams and their grades" },
		{ "Tool", "Tools" },
	};

	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		if (streq(titles[i][0], group))
			return titles[i][1];
	return group;
}

static const char exit_statuses[][2][120] = {
	{ "0", "done, all held" },
	{ "1", "a check or probe did not hold" },
	{ "2", "wrong usage" },
	{ "3", "the design is invalid (the findings are printed)" },
	{ "4", "this machine lacks something (the message says what, and how to get it)" },
	{ "5", "the operation failed" },
	{ "6", "changes are pending (plan --detailed-exitcode)" },
	{ "124", "timed out" },
};

void help_overview(FILE *f)
{
	size_t n;
	const struct command *const *list = command_list(&n);
	const char *group = NULL;

	fputs("Usage: vnetlab COMMAND [ARGUMENT...] [OPTION...]\n"
	      "Options that all commands have (-n, -o, -H, -q, -v) may stand before it, too.\n\n"
	      "Builds an Azure virtual network design on this machine and proves what it does.\n",
	      f);
	for (size_t i = 0; i < n; i++) {
		if (!streq(group, list[i]->group))
			fprintf(f, "\n%s\n", group_title(list[i]->group));
		group = list[i]->group;
		fprintf(f, "  %-12s%s\n", list[i]->name, list[i]->summary);
	}
	fputs("\n'vnetlab help COMMAND' explains a command. Begin with:\n"
	      "  vnetlab doctor                  # has this machine all that it needs?\n"
	      "  vnetlab test my.vnetlab.json    # build, check, report, take down\n",
	      f);
}

/* NULL: there is none; the caller frees. */
static char *command_help(const struct command *c)
{
	return c->make_help ? c->make_help() : c->help ? xstrdup(c->help) : NULL;
}

void help_command(FILE *f, const struct command *c)
{
	size_t n;
	_cleanup_free_ struct option_def *opts = command_options(c, &n);
	bool own = false, common = false;

	fprintf(f, "vnetlab %s - %s\n\nUsage: vnetlab %s\n", c->name, c->summary, c->synopsis);
	_cleanup_free_ char *text = command_help(c);

	if (text) {
		fputc('\n', f);
		print_filled(f, text);
	}
	for (size_t i = 0; i < n; i++) {
		bool is_own = false;

		for (const struct option_def *o = c->opts; o && o->name; o++)
			is_own |= streq(o->name, opts[i].name);
		if (is_own && !own)
			fputs("\nOptions:\n", f);
		if (!is_own && !common)
			fputs("\nCommon options:\n", f);
		own |= is_own;
		common |= !is_own;
		print_option(f, &opts[i]);
	}
	fputs("\nEach option can be set by a variable of the environment: --lab by VNETLAB_LAB.\n",
	      f);
}

/* --- the manual page --- */

/* Text for roff: backslashes, and dots and quotes at the beginning of a line, mean something. */
static void roff(FILE *f, const char *s)
{
	for (bool start = true; *s; start = *s == '\n', s++) {
		if (start && (*s == '.' || *s == '\''))
			fputs("\\&", f);
		if (*s == '\\')
			fputs("\\e", f);
		else if (*s == '-')
			fputs("\\-", f);
		else
			fputc(*s, f);
	}
}

static void roff_paragraphs(FILE *f, const char *text)
{
	bool example = false;

	for (const char *p = text; *p;) {
		const char *end = strchrnul(p, '\n');
		bool indented = end > p && isspace((unsigned char)*p);
		_cleanup_free_ char *line = xstrndup(p, (size_t)(end - p));

		if (indented != example && end > p)
			fputs(indented ? ".nf\n" : ".fi\n", f);
		if (end > p)
			example = indented;
		if (end == p) {
			fputs(example ? "\n" : ".sp\n", f);
		} else {
			roff(f, line);
			fputc('\n', f);
		}
		p = *end ? end + 1 : end;
	}
	if (example)
		fputs(".fi\n", f);
}

/* Most options have no letter. */
static void man_option(FILE *f, const struct option_def *o)
{
	fputs(".TP\n.B ", f);
	if (o->letter)
		fprintf(f, "\\-%c, ", o->letter);
	fputs("\\-\\-", f);
	roff(f, o->name);
	if (o->arg) {
		fputs(o->dflt ? "[=\\fI" : " \\fI", f);
		roff(f, o->arg);
		fputs(o->dflt ? "\\fR]" : "\\fR", f);
	}
	fputc('\n', f);
	roff(f, o->help);
	fputc('\n', f);
}

static void man_command(FILE *f, const struct command *c)
{
	fputs(".SS \"vnetlab ", f);
	roff(f, c->synopsis);
	fputs("\"\n", f);
	roff(f, c->summary);
	fputs(".\n", f);
	_cleanup_free_ char *text = command_help(c);

	if (text) {
		fputs(".sp\n", f);
		roff_paragraphs(f, text);
	}
	for (const struct option_def *o = c->opts; o && o->name; o++)
		man_option(f, o);
}

void help_man(FILE *f)
{
	size_t n, n_common;
	const struct command *const *list = command_list(&n);
	_cleanup_free_ struct option_def *common = command_options(&command_any, &n_common);

	fputs(
	    ".\\\" made by 'vnetlab help --man'\n"
	    ".TH VNETLAB 1 \"\" vnetlab \"User commands\"\n"
	    ".SH NAME\nvnetlab \\- run and prove an Azure virtual network design on this machine\n"
	    ".SH SYNOPSIS\n.B vnetlab\n[\\fICOMMON OPTION\\fR...]\n.I "
	    "COMMAND\n[\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n"
	    ".SH DESCRIPTION\n"
	    "Builds an Azure virtual network design, Route Server and appliances included, out of\n"
	    "network namespaces and real routing daemons, waits until routing is quiet, and says\n"
	    "for each wish of its designer whether it holds and, if not, which route on which hop\n"
	    "broke it. Data goes to standard output, everything else to standard error.\n"
	    "Options may stand anywhere behind the command; those that all have, before it, too.\n"
	    ".SH COMMANDS\n",
	    f);
	for (size_t i = 0; i < n; i++)
		man_command(f, list[i]);
	fputs(".SH COMMON OPTIONS\n", f);
	for (size_t i = 0; i < n_common; i++)
		man_option(f, &common[i]);
	fputs(".SH EXIT STATUS\n", f);
	for (size_t i = 0; i < ARRAY_LEN(exit_statuses); i++) {
		fprintf(f, ".TP\n.B %s\n", exit_statuses[i][0]);
		roff(f, exit_statuses[i][1]);
		fputc('\n', f);
	}
	fputs(
	    ".PP\n\\fBvnetlab exec\\fR passes on the status of what it ran.\n"
	    ".SH ENVIRONMENT\n"
	    ".TP\n.B VNETLAB_\\fIOPTION\\fR\n"
	    "sets the option of that name: VNETLAB_LAB for \\-\\-lab, VNETLAB_OUTPUT=json for\n"
	    "\\-\\-output json. What the command line says comes first.\n"
	    ".TP\n.B VNETLAB_CGROUP\nthe folder of a cgroup of version 2 in which new labs bound "
	    "their "
	    "nodes, or none; else one that is delegated is looked for\n"
	    ".TP\n.B VNETLAB_RUN_DIR\nwhere running labs have their sockets; else a folder of the "
	    "user's, and in a\njob of a scheduler or a CI server (SLURM_JOB_ID, CI_JOB_ID and "
	    "others) of the job's\n"
	    ".TP\n.B VNETLAB_IMAGES\nfolder of appliance images\n"
	    ".TP\n.B NO_COLOR\nno colours\n",
	    f);
}

/* --- vnetlab help --- */

static int cmd_help(const struct cmd_args *a)
{
	if (arg_flag(a, "man")) {
		help_man(stdout);
		return EX_DONE;
	}
	if (!a->argc) {
		help_overview(stdout);
		return EX_DONE;
	}
	const struct command *c = command_find(a->argv[0]);

	if (c) {
		help_command(stdout, c);
		return EX_DONE;
	}
	size_t n;
	const struct command *const *list = command_list(&n);
	_cleanup_free_ const char **names = xcalloc(n + 1, sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = list[i]->name;
	const char *near = str_nearest(a->argv[0], names, n);

	return ui_usage(a, "there is no command '%s'%s%s%s", a->argv[0],
	                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

COMMAND(help_verb,
        { .name = "help",
          .group = "Tool",
          .synopsis = "help [COMMAND] [--man]",
          .summary = "explains a command, or lists them",
          .help = "Without an argument: all commands in a line each. With one: what it does, "
                  "its options, examples.\n\n"
                  "  vnetlab help routes\n"
                  "  vnetlab help --man | man -l -",
          .max_args = 1,
          .here = true,
          .opts = (const struct option_def[]){ { 0, "man", NULL,
                                                 "the whole manual page, for man(1)", false },
                                               { 0 } },
          .run = cmd_help });
