/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output for people: uniform messages on standard error, data on standard output. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/str.h"
#include "base/term.h"
#include "base/visible.h"
#include "cmd/cmd.h"
#include "cmd/excerpt.h"

/* Global state: a process has one terminal. */
static struct {
	bool quiet;
	int verbose;
	bool line_shown; /* the line that moves is on the screen */
	int64_t drawn;   /* ms */
} ui;

void ui_init(bool quiet, int verbose)
{
	ui.quiet = quiet;
	ui.verbose = verbose;
}

bool ui_color(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return term_is(fd) && !(no && *no) && !streq(term, "dumb");
}

static const char *color_of(FILE *f, const char *code)
{
	return ui_color(fileno(f)) ? code : "";
}

static const char *stderr_color(const char *code)
{
	return color_of(stderr, code);
}

char *ui_clean(const char *s)
{
	return text_visible(s, strlen(s), false);
}

/* Indents all lines but the first, so that a daemon's message stays together. */
static void print_indented(FILE *f, const char *s, int indent)
{
	_cleanup_free_ char *clean = ui_clean(s);
	size_t n = strlen(clean);

	while (n && clean[n - 1] == '\n')
		clean[--n] = 0;
	for (const char *p = clean; *p; p++) {
		fputc(*p, f);
		if (*p == '\n')
			fprintf(f, "%*s", indent, "");
	}
	fputc('\n', f);
}

int ui_error(const struct err *e)
{
	ui_progress_end();
	fflush(stdout);
	fprintf(stderr, "%svnetlab:%s ", stderr_color("\033[1;31m"), stderr_color("\033[0m"));
	print_indented(stderr, e->msg, 2);
	switch (e->code) {
	case ETIMEDOUT:
		return EX_TIMED_OUT;
	case EOPNOTSUPP:
	case ENOPKG:
		return EX_LACKS;
	case ENOTUNIQ: /* several labs run: one must be named */
		return EX_WRONG_USAGE;
	default:
		return EX_FAILED;
	}
}

int ui_usage(const struct cmd_args *a, const char *fmt, ...)
{
	const char *verb = strchr(a->prog_verb, ' ');
	const struct command *c = verb ? command_find(verb + 1) : NULL;
	char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	ui_progress_end();
	fprintf(stderr, "%s%s:%s ", stderr_color("\033[1;31m"), a->prog_verb,
	        stderr_color("\033[0m"));
	print_indented(stderr, msg, 2);
	if (c)
		fprintf(stderr, "Usage: vnetlab %s\nTry 'vnetlab help %s'.\n", c->synopsis,
		        c->name);
	free(msg);
	return EX_WRONG_USAGE;
}

PRINTF(1, 0) static void print_line(const char *fmt, va_list ap)
{
	char *msg = NULL;

	msg = xvasprintf(fmt, ap);
	ui_progress_end();
	fflush(stdout);
	print_indented(stderr, msg, 2);
	free(msg);
}

void ui_note(const char *fmt, ...)
{
	va_list ap;

	if (ui.quiet)
		return;
	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
}

void ui_reason(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
}

/* --- findings --- */

/* A place in one line: keys of a design may hold any character.  The caller frees. */
static char *clean_place(const char *place)
{
	_cleanup_free_ char *clean = ui_clean(place);
	struct str s = { 0 };

	for (const char *p = clean; *p; p++)
		if (*p == '\n')
			str_add(&s, "\\n");
		else
			str_addc(&s, *p);
	return str_take(&s);
}

/* "main.json:12:5"; where no line is known "main.json#/resources/3", or the pointer alone.
 * *ret_line: one is known.  The caller frees. */
static char *where_text(const struct findings *all, const char *where, bool *ret_line)
{
	struct text_place at = { 0 };

	*ret_line = findings_at(all, where, &at) && at.line;
	if (!*ret_line)
		return clean_place(where);
	_cleanup_free_ char *file = clean_place(at.file);

	return xasprintf("%s:%u:%u", file, at.line, at.column);
}

/* The user's own file comes first: where a design was imported, nobody knows its topology.  Behind
 * it in brackets: Terraform's address of the resource, and the topology's object. */
static void print_where(FILE *out, const struct findings *all, const struct finding *f)
{
	const char *where = f->source ? f->source : f->pointer, *hash = strchr(where, '#');
	_cleanup_free_ char *address =
	    clean_place(f->source && hash && hash[1] != '/' ? hash + 1 : "");
	bool same = f->source && hash && streq(hash + 1, f->pointer);
	struct text_place at = { 0 };

	if (!finding_at(all, f, &at) || !at.line) { /* its line is not known */
		_cleanup_free_ char *plain = clean_place(where);
		_cleanup_free_ char *pointer = clean_place(f->pointer);

		if (*where)
			fprintf(out, " at %s", plain);
		if (f->source && *pointer && !same)
			fprintf(out, " (%s)", pointer);
		return;
	}
	_cleanup_free_ char *file = clean_place(at.file);
	_cleanup_free_ char *pointer = clean_place(same && *address ? "" : f->pointer);
	bool both = *address && *pointer;

	fprintf(out, " at %s:%u:%u", file, at.line, at.column);
	if (*address || *pointer)
		fprintf(out, " (%s%s%s)", address, both ? ", " : "", pointer);
}

/* Prints the first places of a finding that stands for several. */
static void print_places(FILE *out, const struct findings *all, const struct finding *f)
{
	enum { SHOWN = 4 };

	fprintf(out, "    and so in %zu more places: ", f->count - 1);
	for (size_t i = 1; i <= SHOWN && f->places[i]; i++) {
		bool line;
		_cleanup_free_ char *at = where_text(all, f->places[i], &line);

		fprintf(out, "%s%s", i > 1 ? ", " : "", at);
	}
	fputs(f->count - 1 > SHOWN ? ", ...\n" : "\n", out);
}

static void print_finding(FILE *out, const struct findings *all, const struct finding *f)
{
	static const char *const colors[] = { "\033[1;31m", "\033[1;33m", "\033[1;36m" };

	fprintf(out, "%s%s%s %s%s%s", color_of(out, colors[f->severity]), severity_str(f->severity),
	        color_of(out, "\033[0m"), color_of(out, "\033[1m"), f->rule,
	        color_of(out, "\033[0m"));
	print_where(out, all, f);
	fputs("\n    ", out);
	print_indented(out, f->message, 4);
	excerpt_print(out, all, f);
	if (f->places)
		print_places(out, all, f);
	else if (f->count > 1)
		fprintf(out, "    and so %zu more times: what this is in is used so often\n",
		        f->count - 1);
	if (f->hint) {
		fputs("    hint: ", out);
		print_indented(out, f->hint, 10);
	}
	if (f->azure_code)
		fprintf(out, "    Azure answers: %s\n", f->azure_code);
}

static void print_sums(FILE *out, size_t errors, size_t warnings)
{
	fprintf(out, "%zu error%s, %zu warning%s\n", errors, errors == 1 ? "" : "s", warnings,
	        warnings == 1 ? "" : "s");
}

void ui_findings_of(const struct findings *f, const char *rule)
{
	for (size_t i = 0; i < f->n; i++)
		if (!ui.quiet && streq(f->items[i].rule, rule))
			print_finding(stderr, f, &f->items[i]);
}

void ui_findings(const struct findings *f)
{
	size_t shown = 0;

	ui_progress_end();
	fflush(stdout);
	for (size_t i = 0; i < f->n; i++) {
		if (ui.quiet && f->items[i].severity != SEV_ERROR)
			continue;
		print_finding(stderr, f, &f->items[i]);
		shown++;
	}
	if (shown > 1)
		print_sums(stderr, f->errors, f->warnings);
}

void ui_findings_data(const struct findings *f)
{
	ui_progress_end();
	for (size_t i = 0; i < f->n; i++)
		print_finding(stdout, f, &f->items[i]);
	if (f->n > 1)
		print_sums(stdout, f->errors, f->warnings);
}

/* --- the line that moves --- */

static bool line_wanted(void)
{
	const char *term = getenv("TERM");

	return !ui.quiet && term_is(STDERR_FILENO) && !streq(term, "dumb");
}

void ui_progress(const char *fmt, ...)
{
	char *msg = NULL;
	va_list ap;

	if (!fmt) {
		ui_progress_end();
		return;
	}
	if (!line_wanted())
		return;
	/* Redraws at most ten times a second; shows the first text at once. */
	int64_t now = clock_ms();

	if (ui.line_shown && now - ui.drawn < 100)
		return;
	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	_cleanup_free_ char *clean = ui_clean(msg);
	int width = term_columns(STDERR_FILENO) - 1;

	fprintf(stderr, "\r\033[K%.*s", width, clean);
	fflush(stderr);
	free(msg);
	ui.line_shown = true;
	ui.drawn = now;
}

void ui_progress_end(void)
{
	if (!ui.line_shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	ui.line_shown = false;
}

/* --- data --- */

void ui_print(const char *fmt, ...)
{
	char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	ui_print_text(msg, strlen(msg), false);
	free(msg);
}

void ui_print_text(const char *s, size_t n, bool keep_colors)
{
	_cleanup_free_ char *clean = text_visible(s, n, keep_colors);

	fputs(clean, stdout);
}

void ui_json(json_t *j)
{
	ui_progress_end();
	/* Failure to write is seen by main(), which looks at stdout's error flag. */
	(void)json_dump_visible(j, stdout,
	                        JSON_INDENT(2) | JSON_REAL_PRECISION(12) | JSON_ENCODE_ANY);
	fputc('\n', stdout);
	json_decref(j);
}

bool ui_flush(void)
{
	return fflush(stdout) == 0 && !ferror(stdout);
}

void ui_clear_screen(void)
{
	if (term_is(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
}
