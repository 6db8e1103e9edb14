/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TAP version 13 with YAML diagnostics.  A failed warning is a TODO: seen, but not counted. */
#include <string.h>

#include "base/str.h"
#include "report/write.h"

/* One line, and no `#` that a reader could take for a directive. */
static void write_description(FILE *f, const char *s)
{
	for (; *s; s++) {
		if (*s == '#' || *s == '\\')
			fputc('\\', f);
		fputc((unsigned char)*s < ' ' ? ' ' : *s, f);
	}
}

/* A YAML double-quoted scalar. */
static void yaml_string(FILE *f, const char *key, const char *s)
{
	fprintf(f, "  %s: \"", key);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", f);
		else if ((unsigned char)*s < ' ' || *s == 0x7f)
			fprintf(f, "\\x%02x", (unsigned char)*s);
		else
			fputc(*s, f);
	}
	fputs("\"\n", f);
}

static void write_run_prefix(FILE *f, const struct report_run *r)
{
	write_description(f, r->lab ? r->lab : r->file ? r->file : "?");
	if (r->repeats > 1)
		fprintf(f, " (%u of %u)", r->repeat, r->repeats);
	fputs(": ", f);
}

static void write_test_line(FILE *f, unsigned no, const struct report_run *r,
                            const struct report_check *k)
{
	fprintf(f, "%sok %u - ", k->ok || k->skipped ? "" : "not ", no);
	write_run_prefix(f, r);
	write_description(f, k->name);
	if (k->skipped)
		fputs(" # SKIP not chosen, or not reached", f);
	else if (!k->ok && k->warning)
		fputs(" # TODO level is warning", f);
	fputc('\n', f);
	if (k->skipped)
		return;
	fprintf(f, "  ---\n  seconds: %.3f\n", k->seconds);
	if (k->detail && *k->detail)
		yaml_string(f, "detail", k->detail);
	if (!k->ok && k->hint)
		yaml_string(f, "hint", k->hint);
	fputs("  ...\n", f);
}

void report_write_tap(FILE *f, const struct report_run *runs, size_t n)
{
	unsigned no = 0;

	fputs("TAP version 13\n", f);
	for (size_t i = 0; i < n; i++) {
		const struct report_run *r = &runs[i];

		for (size_t k = 0; k < r->n; k++)
			write_test_line(f, ++no, r, &r->checks[k]);
		if (!r->error)
			continue;
		fprintf(f, "not ok %u - ", ++no);
		write_run_prefix(f, r);
		fputs("the lab runs\n  ---\n", f);
		yaml_string(f, "detail", r->error);
		fputs("  ...\n", f);
	}
	if (no)
		fprintf(f, "1..%u\n", no);
	else
		fputs("1..0 # SKIP no checks\n", f);
}
