/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GitHub's workflow commands: a line of a job's log that becomes an annotation.  What would end a
 * value is escaped as actions/toolkit does: %, CR and LF in a message, ":" and "," in a property,
 * too. */
#include <string.h>

#include "base/str.h"
#include "base/visible.h"
#include "report/findings.h"

static void write_command_value(FILE *f, const char *s, bool property)
{
	_cleanup_free_ char *clean = text_visible(s, strlen(s), false);

	for (const char *p = clean; *p; p++)
		if (strchr("%\r\n", *p) || (property && strchr(":,", *p)))
			fprintf(f, "%%%02X", (unsigned)*p);
		else
			fputc(*p, f);
}

static void write_command(FILE *f, const char *level, const struct finding_place *at,
                          const char *title, const char *message)
{
	fprintf(f, "::%s file=", level);
	write_command_value(f, at->file, true);
	if (at->line)
		fprintf(f, ",line=%zu", at->line);
	if (at->line && at->column)
		fprintf(f, ",col=%zu", at->column);
	fputs(",title=", f);
	write_command_value(f, title, true);
	fputs("::", f);
	write_command_value(f, message, false);
	fputc('\n', f);
}

void checked_write_github(FILE *f, const struct checked_file *files, size_t n)
{
	static const char *const levels[] = { "error", "warning", "notice" };

	for (size_t i = 0; i < n; i++) {
		const struct checked_file *c = &files[i];

		if (c->error)
			write_command(f, "error", &(struct finding_place){ .file = c->name },
			              "cannot be read", c->error);
		for (size_t k = 0; k < c->f.n; k++) {
			const struct finding *x = &c->f.items[k];
			struct finding_place at = finding_place(c, x);
			_cleanup_str_ struct str s = { 0 };

			/* An annotation at a line does not show which of its objects is meant. */
			if (*x->pointer)
				str_printf(&s, "%s: ", x->pointer);
			str_add(&s, x->message);
			if (x->count > 1)
				str_printf(&s, " (and so in %zu more places)", x->count - 1);
			if (x->hint)
				str_printf(&s, "\nhint: %s", x->hint);
			if (x->azure_code)
				str_printf(&s, "\nAzure answers: %s", x->azure_code);
			write_command(f, levels[x->severity], &at, x->rule, str_get(&s));
			free(at.file);
		}
	}
}
