/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linked templates.  The file that a URI means is looked for by --link PREFIX=DIR, then in the
 * main template's folder, then, with --fetch, in the network. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "input/arm/deploy/deploy.h"
#include "remote/fetch.h"

enum { FETCH_STALL_MS = 20000 };

struct file_cache {
	const char *uri, *file;
	const struct val *doc; /* NULL: what is wrong with it is reported */
	UT_hash_handle hh;
};

/* What stands before query and fragment, as a file is called: "My%20Labs" is "My Labs". */
static const char *name_of_file(struct arm *a, const char *uri)
{
	size_t n = strcspn(uri, "?#");
	char *name = arena_alloc(a->arena, n + 1), *to = name;

	for (const char *p = uri; p < uri + n; p++) {
		int high = *p == '%' ? hex_digit(p[1]) : -1, low = high > 0 ? hex_digit(p[2]) : -1;

		*to++ = low < 0 ? *p : (char)(high * 16 + low);
		p += low < 0 ? 0 : 2;
	}
	*to = 0;
	return name;
}

/* Path of a URI, without host, query and fragment. */
static const char *path_of_uri(struct arm *a, const char *uri)
{
	const char *p = strstr(uri, "://");

	p = p ? strchr(p + 3, '/') : uri;
	return p ? name_of_file(a, p) : "";
}

static bool is_readable(const char *path)
{
	return access(path, R_OK) == 0;
}

/* --link: the longest prefix wins. */
static const char *path_by_link_option(struct arm *a, const char *uri, const char **folder)
{
	const char *best = NULL;
	size_t best_n = 0;

	for (const char *const *l = a->o->links; l && *l; l++) {
		const char *eq = strrchr(*l, '=');
		size_t n = eq ? (size_t)(eq - *l) : 0;

		if (n && n >= best_n && !strncmp(uri, *l, n)) {
			best = eq + 1;
			best_n = n;
		}
	}
	if (!best)
		return NULL;
	*folder = best;
	const char *rest = uri + best_n;

	while (*rest == '/')
		rest++;
	return arena_printf(a->arena, "%s/%s", best, name_of_file(a, rest));
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* "azuredeploy.json" of another folder is not the file of that name that the link stands in, or one
 * around that: none deploys itself. */
static bool holds_the_link(struct arm *a, const struct deployment *from, const char *path)
{
	for (; from; from = from->parent)
		if (from->file &&
		    same_file(path, arena_printf(a->arena, "%s/%s", a->dir, from->file)))
			return true;
	return a->o->file && same_file(path, a->o->file);
}

/* ".../OWNER/REPO/REF/a/b/x.json": as much of the tail as there is below the main file's folder. */
static const char *path_by_uri_tail(struct arm *a, const struct deployment *from, const char *uri)
{
	for (const char *p = path_of_uri(a, uri); p && *p; p = strchr(p + 1, '/')) {
		const char *path =
		    arena_printf(a->arena, "%s%s%s", a->dir, *p == '/' ? "" : "/", p);

		if (is_readable(path) && !holds_the_link(a, from, path))
			return path;
	}
	return NULL;
}

static int find_linked_file(struct arm *a, const struct deployment *from, const char *uri,
                            struct str *text, const char **file)
{
	const char *folder = a->dir, *path;
	int r;

	if (!a->dir) {
		*file = uri;
		return -ENOENT;
	}
	path = path_by_link_option(a, uri, &folder);
	if (!path || !is_readable(path)) {
		const char *tail = path_by_uri_tail(a, from, uri);

		if (tail) {
			path = tail;
			folder = a->dir;
		}
	}
	*file = path ? path : uri;
	if (path && str_starts(path, a->dir) && path[strlen(a->dir)] == '/') /* relative to it */
		*file = path + strlen(a->dir) + 1;
	if (path && (r = arm_file_read(a, path, folder, text)) != -ENOENT)
		return r;
	if (!a->o->fetch || !str_starts(uri, "https://") || str_starts(uri, ARM_LOCAL))
		return -ENOENT;
	*file = uri;
	return 1;
}

static void report_unfound_link(struct arm *a, const struct deployment *from, const char *uri,
                                const char *ptr)
{
	_cleanup_free_ char *hint = NULL;
	size_t n = strcspn(uri, "?#");

	while (n && uri[n - 1] != '/')
		n--;

	if (str_starts(uri, ARM_LOCAL))
		hint = xasprintf("put it below the template's folder: %s", uri + strlen(ARM_LOCAL));
	else
		hint = xasprintf("--link PREFIX=DIR, as in --link %.*s=DIR, says where a copy is; "
		                 "--fetch gets it",
		                 (int)n, uri);
	arm_finding(a, SEV_ERROR, "ARM-LINK-01", NULL, from->file, ptr, hint,
	            "the linked template %s is not here",
	            str_starts(uri, ARM_LOCAL) ? uri + strlen(ARM_LOCAL) : uri);
}

static void load_linked_file(struct arm *a, const struct deployment *from, const char *uri,
                             const char *ptr, struct file_cache *c)
{
	_cleanup_str_ struct str text = { 0 };
	struct err e = { 0 };
	int r;

	if (a->o->sources && str_starts(uri, "source:")) {
		c->file = c->uri + strlen("source:");
		c->doc = source_template(a, c->file, from->file, ptr);
		return;
	}
	r = find_linked_file(a, from, uri, &text, &c->file);

	if (r == 1) {
		r = (a->o->fetch_public ? fetch_public : fetch)(uri, ARM_MAX_FILE, FETCH_STALL_MS,
		                                                &text, &e);
		if (r < 0) {
			arm_finding(a, SEV_ERROR, "ARM-LINK-03", NULL, from->file, ptr, NULL,
			            "the linked template %s cannot be fetched: %s", uri, e.msg);
			return;
		}
	} else if (r == -ENOENT) {
		report_unfound_link(a, from, uri, ptr);
		return;
	} else if (r < 0) {
		arm_finding(a, SEV_ERROR, "ARM-LINK-03", NULL, from->file, ptr,
		            r == -EXDEV ? "--link PREFIX=DIR allows another folder" : NULL, "%s %s",
		            c->file,
		            r == -EXDEV   ? "is not below the template's folder"
		            : r == -EFBIG ? "is bigger than 16 MiB"
		                          : "cannot be read");
		return;
	}
	arm_place_file(a, c->file, NULL, &text);
	if (a->o->linked)
		json_array_append_new(a->o->linked, *c->file == '/'
		                                        ? json_string(c->file)
		                                        : json_sprintf("%s/%s", a->dir, c->file));
	c->doc = text_parse(a, str_get(&text), text.n, c->file, true);
	if (c->doc && c->doc->type != V_OBJ) {
		arm_finding(a, SEV_ERROR, "ARM-JSON-02", NULL, c->file, "", NULL,
		            "a template is an object");
		c->doc = NULL;
	}
}

const struct val *link_load(struct arm *a, const struct deployment *from, const char *uri,
                            const char *ptr, const char **ret_file, const char **ret_uri)
{
	struct file_cache *c = NULL;

	HASH_FIND_STR(a->files, uri, c);
	if (!c) {
		if (a->n_files++ >= ARM_MAX_FILES) {
			arm_finding(a, SEV_ERROR, "ARM-LIMIT-01", NULL, from->file, ptr, NULL,
			            "more than %d linked templates are not taken", ARM_MAX_FILES);
			return NULL;
		}
		c = arena_alloc(a->arena, sizeof(*c));
		c->uri = arena_strdup(a->arena, uri);
		c->file = c->uri;
		HASH_ADD_KEYPTR(hh, a->files, c->uri, strlen(c->uri), c);
		load_linked_file(a, from, uri, ptr, c);
	}
	*ret_file = c->file;
	*ret_uri = c->uri;
	return c->doc;
}

void links_free(struct arm *a)
{
	HASH_CLEAR(hh, a->files);
}
