/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reports of vnetlab test in --report DIR.  They are written anew after each run, so that
 * whatever ends the command leaves those of what was over. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/test.h"

static bool is_folder_taken(const struct test_session *s, size_t n, const char *folder)
{
	for (size_t i = 0; i < n; i++)
		if (streq(s->jobs[i].folder, folder))
			return true;
	return false;
}

/* DIR/LAB, DIR/LAB-2 of a second run, and so on. */
static void name_folders(struct test_session *s)
{
	for (size_t i = 0; i < s->n_runs; i++) {
		const char *lab = s->runs[i].lab;
		char *folder = xasprintf("%s/%s", s->dir, lab);

		for (unsigned k = 2; is_folder_taken(s, i, folder); k++) {
			free(folder);
			folder = xasprintf("%s/%s-%u", s->dir, lab, k);
		}
		s->jobs[i].folder = folder;
	}
}

void test_write_page(struct test_session *s, FILE *f)
{
	_cleanup_free_ struct page_design *designs = xcalloc(s->n_designs + 1, sizeof(*designs));

	for (size_t i = 0; i < s->n_designs; i++) {
		struct test_design *d = &s->designs[i];

		if (d->model && !d->has_facts)
			facts_of_design(d->model, &d->facts);
		d->has_facts = d->model;
		designs[i] = facts_page(d->file.name ? d->file.name : d->path, d->model,
		                        d->file.name ? &d->file : NULL, &d->facts);
	}
	page_write(f, &(struct page){ "vnetlab test", s->runs, s->n_runs, designs, s->n_designs });
}

static int write_test_report(struct test_session *s, enum report_format format, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", s->dir, report_file_names[format]);
	_cleanup_free_ char *part = xasprintf("%s.part", path);
	FILE *f = fopen(part, "we");

	if (f) {
		if (format == REPORT_HTML)
			test_write_page(s, f);
		else
			report_write(f, format, s->runs, s->n_runs, false);
		if (format == REPORT_HUMAN)
			report_summary(f, s->runs, s->n_runs, false);
	}
	if (!f || ferror(f) | (fclose(f) != 0) || rename(part, path) < 0) {
		int why = errno;

		(void)unlink(part);
		return err_sys(e, why, "%s", path);
	}
	return 0;
}

int test_reports_write(struct test_session *s)
{
	struct err e = { 0 };

	for (int i = 0; s->dir && i < REPORT_MAX; i++)
		if (write_test_report(s, (enum report_format)i, &e) < 0)
			return ui_error(&e);
	return EX_DONE;
}

int test_reports_prepare(struct test_session *s)
{
	struct err e = { 0 };

	if (!s->dir)
		return EX_DONE;
	if (mkdir(s->dir, 0777) < 0 && errno != EEXIST) {
		err_sys(&e, errno, "--report %s", s->dir);
		return ui_error(&e);
	}
	name_folders(s);
	return test_reports_write(s);
}
