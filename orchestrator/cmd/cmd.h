/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command of the command line: one file in cmd/ registers one (or a few) of these.  One table of
 * options per command drives parsing, --help and shell completion.
 *
 * Common options (-o -n -t -H -q -v --help) are added by cmd/main.c to every command that says so;
 * each option OPT has an environment variable VNETLAB_OPT.  Options may stand anywhere after the
 * verb. Data goes to stdout, everything else to stderr. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/finding.h"

enum exit_status { /* interfaces.md, section 4 */
	           EX_DONE = 0,
	           EX_NOT_HELD = 1,
	           EX_WRONG_USAGE = 2,
	           EX_INVALID_DESIGN = 3,
	           EX_LACKS = 4,
	           EX_FAILED = 5,
	           EX_PENDING = 6,
	           EX_TIMED_OUT = 124
};

struct option_def {
	char letter;      /* 0: long only */
	const char *name; /* "protocol" */
	const char *arg;  /* "P": takes a value of this name; NULL: a flag */
	const char *help; /* one line; where values are fixed: "a|b|c" in arg, completion uses it */
	bool multiple;    /* may be given more than once */
	const char *dflt; /* its value when it stands alone, without "="; NULL: it needs one */
};

/* The kind of word that an argument is, for completion: */
enum arg_kind {
	ARG_NONE,
	ARG_FILE,
	ARG_LAB,
	ARG_NODE,
	ARG_NIC,
	ARG_PEERING,
	ARG_SESSION, /* a peering, or a gateway's session */
	ARG_GATEWAY,
	ARG_WORD
};

struct cmd_args {
	const char *prog_verb; /* "vnetlab up", for messages */
	int argc;              /* positional arguments */
	char **argv;           /* ... NULL-terminated */
	const struct option_def *opts;
	const char *const
	    *values; /* per option, as given or from the environment; NULL: absent; flags: "1" */
	const char *const *const *lists; /* per option: every value in order (see arg_values) */
	char **passthrough;              /* what stood behind "--", NULL-terminated, or NULL */
	/* common options, resolved */
	bool json;            /* -o json */
	const char *lab;      /* -n, or $VNETLAB_LAB; NULL */
	const char *topology; /* -t; NULL */
	const char *host;     /* -H, or $VNETLAB_HOST; NULL: this machine */
	bool quiet;
	int verbose;
};
const char *arg_value(const struct cmd_args *a, const char *name); /* NULL when absent */
bool arg_flag(const struct cmd_args *a, const char *name);
/* The values of an option that may be given more than once: NULL-terminated, never NULL. */
const char *const *arg_values(const struct cmd_args *a, const char *name);
/* Number option within bounds, or a usage error on stderr and false. */
bool arg_number(const struct cmd_args *a, const char *name, long min, long max, long dflt,
                long *ret);
bool arg_duration(const struct cmd_args *a, const char *name, long dflt_ms, long *ret_ms);

struct candidates;
struct command {
	const char *name;
	const char *group;        /* "Labs", "Look", "Prove", "Break", "Tool": sections of --help */
	const char *synopsis;     /* "up [FILE]" */
	const char *summary;      /* one line for the list */
	const char *help;         /* paragraphs, with an example or two */
	char *(*make_help)(void); /* or a function that makes the paragraphs; the caller frees */
	int min_args, max_args;   /* positional; max -1: any */
	enum arg_kind kinds[3];
	/* Instead of kinds where they depend on the first argument: what argument number position
	 * (0: the first) is; adds the fixed words that it may be to ret.  first may be NULL. */
	enum arg_kind (*complete)(const char *first, size_t position, struct candidates *ret);
	bool takes_passthrough;
	bool common_output;            /* has -o */
	bool here;                     /* runs on this machine even with -H */
	bool stream;                   /* runs until its reader goes away */
	bool reads_stdin;              /* -H passes standard input on */
	const struct option_def *opts; /* ends with an entry whose name is NULL; may be NULL */
	int (*run)(const struct cmd_args *a); /* returns an enum exit_status */
};

/* COMMAND(up, { .name = "up", ... .run = cmd_up }); */
#define COMMAND(sym, ...) \
	static const struct command sym##_command = __VA_ARGS__; \
	static const struct command *const sym##_command_reg \
	    __attribute__((used, section("vnl_commands"))) = &sym##_command

/* All registered commands, by group and name (cmd/registry.c). */
const struct command *const *command_list(size_t *ret_n);
const struct command *command_find(const char *name); /* exact; NULL */

/* Printing, cmd/ui.c.  ui_error prints "vnetlab: <message>" and maps the errno to an exit status
 * (ENOENT of a lab, ETIMEDOUT -> 124, EOPNOTSUPP/ENOPKG -> 4, else 5). */
int ui_error(const struct err *e);
int ui_usage(const struct cmd_args *a, const char *fmt, ...)
    PRINTF(2, 3);                                /* returns EX_WRONG_USAGE */
void ui_note(const char *fmt, ...) PRINTF(1, 2); /* a line on stderr unless -q */
/* A line on stderr even with -q: why the exit status is not 0, when there is no struct err. */
void ui_reason(const char *fmt, ...) PRINTF(1, 2);
void ui_findings(const struct findings *f);      /* human form, on stderr */
void ui_findings_data(const struct findings *f); /* the same on stdout, all, even with -q */
void ui_findings_of(const struct findings *f, const char *rule); /* those of one rule alone */
bool ui_color(int fd);                                           /* terminal and no NO_COLOR */
/* The line that moves: rewritten on a terminal, silent otherwise.  NULL ends it. */
void ui_progress(const char *fmt, ...) PRINTF(1, 2);
void ui_progress_end(void);
/* Text to stdout; what others wrote in it cannot drive the terminal (base/visible.h). */
void ui_print(const char *fmt, ...) PRINTF(1, 2);
void ui_print_text(const char *s, size_t n, bool keep_colors);
/* Empties the screen where standard output is a terminal: what follows stands at its top. */
void ui_clear_screen(void);
/* JSON to stdout with a newline; takes the reference. */
void ui_json(json_t *j);
/* For streams (events, logs -f): flushes stdout; false when nobody reads it any more.  Ordinary
 * commands need not care: main() checks stdout once at the end. */
bool ui_flush(void);
/* Sets how messages behave from here on; main() calls it with the parsed options. */
void ui_init(bool quiet, int verbose);
/* s with control characters made visible ("\x1b"), so that a design cannot drive the terminal.  The
 * caller frees. */
char *ui_clean(const char *s);
