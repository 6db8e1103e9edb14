/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder that has no design itself, as a repository with its README, its pictures and one folder
 * of source: the design below it. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/str.h"
#include "input/bicep/bicep.h"
#include "input/open_priv.h"
#include "input/tfsource/tfsource.h"

enum { DEEP = 3, NAMED = 5, MOST = 64, ENTRIES = 10000 };

struct folders {
	char *v[MOST];
	size_t n;
};

struct below {
	const char *top;
	struct folders designs;
	struct folders modules; /* parts of designs, where there are any */
	size_t entries;
	bool json; /* some file may be a template or an export */
};

/* "x/modules/y", by the standard structure of modules in Terraform, and by Bicep's habit. */
static bool is_of_modules(const struct below *b, const char *path)
{
	const char *below = path + strlen(b->top);

	return strstr(below, "/modules/") || strstr(below, "/module/");
}

static bool is_json(const char *name)
{
	size_t n = strlen(name);

	return (n > 5 && strieq(name + n - 5, ".json")) ||
	       (n > 8 && strieq(name + n - 8, ".tfstate"));
}

static bool has_source(const char *folder)
{
	_cleanup_findings_ struct findings ignored = { 0 };
	_cleanup_free_ char *bicep = bicep_file_of(folder, &ignored);

	return bicep || ignored.n || tfsource_is(folder);
}

static void look_below(struct below *b, const char *folder, unsigned depth);

static void look_at(struct below *b, const char *folder, const char *name, unsigned depth)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);
	struct stat st;

	/* Not through links: what is meant is in the folder. */
	if (*name == '.' || lstat(path, &st) < 0)
		return;
	b->json |= S_ISREG(st.st_mode) && is_json(name);
	struct folders *found = is_of_modules(b, path) ? &b->modules : &b->designs;

	if (!S_ISDIR(st.st_mode) || found->n == MOST)
		return;
	if (has_source(path))
		found->v[found->n++] = take_ptr(path);
	else if (depth < DEEP)
		look_below(b, path, depth + 1);
}

static void look_below(struct below *b, const char *folder, unsigned depth)
{
	DIR *d = opendir(folder);

	if (!d)
		return;
	for (struct dirent *ent; !b->json && b->entries < ENTRIES && (ent = readdir(d));) {
		b->entries++;
		look_at(b, folder, ent->d_name, depth);
	}
	closedir(d);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void ask_which(const struct folders *b, const char *folder, struct findings *f)
{
	_cleanup_str_ struct str list = { 0 };

	for (size_t i = 0; i < b->n && i < NAMED; i++)
		str_printf(&list, "%s%s", i ? ", " : "", b->v[i]);
	if (b->n > NAMED)
		str_printf(&list, ", and %zu more", b->n - NAMED);
	finding_add_source(f, SEV_ERROR, "INPUT-KIND-01", NULL, folder, "name one of them",
	                   "folder %s has no design itself, and several below it: %s", folder,
	                   str_get(&list));
}

static void folders_done(struct folders *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
}

char *open_below(const char *folder, struct findings *f)
{
	struct below b = { .top = folder };
	char *found = NULL;

	look_below(&b, folder, 1);
	struct folders *l = b.designs.n ? &b.designs : &b.modules;

	qsort(l->v, l->n, sizeof(*l->v), compare_names);
	if (!b.json && l->n > 1)
		ask_which(l, folder, f);
	if (!b.json && l->n == 1) {
		found = xstrdup(l->v[0]);
		finding_add_source(f, SEV_INFO, "INPUT-FOLDER-01", NULL, folder, NULL,
		                   "folder %s has no design itself: the one of %s is read", folder,
		                   found);
	}
	folders_done(&b.designs);
	folders_done(&b.modules);
	return found;
}
