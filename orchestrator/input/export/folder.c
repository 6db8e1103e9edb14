/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/str.h"
#include "input/export/export.h"
#include "input/file.h"

enum { MAX_FILES = 5000, MAX_FOLDERS = 6 };

struct files {
	char **v;
	size_t n, cap;
};

static int compare_file_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A link to a file that is in the folder is one name more for it: that file is read. */
static void report_link(const char *folder, const char *path, const char *name, struct findings *f)
{
	char base[PATH_MAX], real[PATH_MAX];
	bool whole = realpath(folder, base) && realpath(path, real);
	size_t n = whole ? strlen(base) : 0;

	if (whole && !strncmp(real, base, n) && real[n] == '/')
		return;
	finding_add_source(f, SEV_INFO, "INPUT-KIND-03", NULL, name, "put a copy of the file there",
	                   "%s is a symbolic link that leads out of the folder: not used", name);
}

static int list_folder(const char *folder, const char *below, int depth, struct files *x,
                       struct findings *f, struct err *e)
{
	_cleanup_free_ char *here = *below ? xasprintf("%s/%s", folder, below) : xstrdup(folder);
	DIR *d = opendir(here);
	int r = 0;

	if (!d)
		return err_sys(e, errno, "%s", here);
	for (struct dirent *ent; r == 0 && (ent = readdir(d));) {
		_cleanup_free_ char *name =
		    *below ? xasprintf("%s/%s", below, ent->d_name) : xstrdup(ent->d_name);
		_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);
		struct stat st;

		if (ent->d_name[0] == '.' || lstat(path, &st) < 0)
			continue; /* hidden, or gone meanwhile */
		if (S_ISDIR(st.st_mode) && depth < MAX_FOLDERS)
			r = list_folder(folder, name, depth + 1, x, f, e);
		/* Not through links: an export is a folder, not a way out of it. */
		if (S_ISLNK(st.st_mode) && file_has_ending(name, ".json"))
			report_link(folder, path, name, f);
		if (!S_ISREG(st.st_mode) || file_has_ending(name, ".checks.json") ||
		    !(file_has_ending(name, ".json") || file_has_ending(name, ".tfstate")))
			continue;
		if (x->n == MAX_FILES)
			r = err_set(e, EFBIG, "%s: more than %d files", folder, MAX_FILES);
		else
			VEC_PUSH(x->v, x->n, x->cap) = take_ptr(name);
	}
	closedir(d);
	return r;
}

int export_folder(const char *folder,
                  int (*fn)(void *ctx, const char *path, const char *name, struct err *e),
                  void *ctx, struct findings *f, struct err *e)
{
	struct files x = { 0 };
	int r = list_folder(folder, "", 0, &x, f, e);

	if (r == 0 && !x.n)
		finding_add_source(
		    f, SEV_ERROR, "INPUT-KIND-01", NULL, folder,
		    "name the folder that has it: source is looked for three folders deep",
		    "there is no design in folder %s: no JSON, no Bicep (*.bicep), no "
		    "Terraform (*.tf)",
		    folder);
	if (x.n)
		qsort(x.v, x.n, sizeof(*x.v), compare_file_names);
	for (size_t i = 0; i < x.n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", folder, x.v[i]);

		if (r == 0)
			r = fn(ctx, path, x.v[i], e);
		free(x.v[i]);
	}
	free(x.v);
	return r;
}
