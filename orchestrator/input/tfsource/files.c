/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a design: no one above the repository that it lies in, and no link out of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "input/file.h"
#include "input/tfsource/source.h"

enum { FILES_MAX = 500, ENTRIES_MAX = 100000, FILE_MAX = 16 << 20 };

/* The nearest folder upward that has .git, else the folder itself: nothing above it is opened.  The
 * caller frees. */
static char *repository_of(const char *real)
{
	char *root = xstrdup(real);

	for (char *end = root + strlen(root); end > root; end = strrchr(root, '/')) {
		*end = '\0';
		_cleanup_free_ char *git = xasprintf("%s/.git", root);

		if (access(git, F_OK) == 0)
			break;
	}
	if (*root)
		return root;
	free(root);
	return xstrdup(real); /* none */
}

int tfs_open_root(struct source *s, struct err *e)
{
	char real[PATH_MAX];

	if (!realpath(s->folder, real))
		return err_sys(e, errno, "%s", s->folder);
	_cleanup_free_ char *root = repository_of(real);

	s->below = xstrdup(real + strlen(root));
	s->root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return s->root_fd < 0 ? err_sys(e, errno, "%s", root) : 0;
}

char *tfs_open_outside(struct source *s, const char *folder)
{
	char real[PATH_MAX];

	if (!realpath(folder, real))
		return NULL;
	char *root = repository_of(real);
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		free(root);
		return NULL;
	}
	VEC_PUSH(s->outside, s->n_outside, s->cap_outside) = (struct tfs_outside){ root, fd };
	return xstrdup(real);
}

void tfs_close_roots(struct source *s)
{
	for (size_t i = 0; i < s->n_outside; i++) {
		close(s->outside[i].fd);
		free(s->outside[i].root);
	}
	free(s->outside);
	free(s->below);
	if (s->root_fd >= 0)
		close(s->root_fd);
}

/* A path of the design, or an absolute one of a folder that the user named, from the root on that
 * is *ret_fd; NULL: it is neither.  The caller frees. */
static char *from_root(const struct source *s, const char *path, int *ret_fd)
{
	*ret_fd = s->root_fd;
	if (*path != '/')
		return *path == '~' ? NULL : xasprintf("%s/%s", s->below, path);
	for (size_t i = 0; i < s->n_outside; i++) {
		const struct tfs_outside *o = &s->outside[i];
		size_t n = strlen(o->root);

		*ret_fd = o->fd;
		if (str_starts(path, o->root) && (!path[n] || path[n] == '/'))
			return xasprintf("/%s", path + n + (path[n] == '/'));
	}
	return NULL;
}

bool tfs_read(struct source *s, const char *path, struct str *ret)
{
	int root;
	_cleanup_free_ char *full = from_root(s, path, &root);

	if (!full) {
		str_add(ret, "only files of the design are opened");
		return false;
	}
	_cleanup_close_ int fd = beneath_open(root, full, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		int error = errno;
		bool link = fstatat(root, full + (*full == '/'), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		            S_ISLNK(st.st_mode);

		str_add(ret, error != ENOENT ? strerror(error)
		             : link ? "it is a link that leads out of the design, or nowhere"
		                    : "there is no such file");
		return false;
	}
	int r = S_ISREG(st.st_mode) ? file_read_fd(fd, FILE_MAX, ret) : -EISDIR;

	if (r == 0)
		return true;
	str_free_p(ret);
	*ret = (struct str){ 0 };
	str_add(ret, r == -EFBIG ? "the file is bigger than 16 MiB" : "it is no file");
	return false;
}

void tfs_know_file(struct source *s, const char *path)
{
	_cleanup_free_ char *full = xasprintf("%s/%s", s->folder, path);

	places_add_file(findings_places(s->findings), path,
	                *path == '/' || streq(s->folder, ".") ? path : full);
}

bool tfs_file(struct hcl_eval *ev, const char *path, struct str *ret)
{
	struct source *s = ev->ctx;

	if (tfs_read(s, path, ret)) {
		tfs_know_file(s, path);
		return true;
	}
	if (!file_is_key(path))
		return false;
	str_free_p(ret);
	*ret = (struct str){ 0 };
	str_add(ret, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQ== invented");
	return true;
}

static int order_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Regular files of a folder by name; the caller frees them and the list. */
static char **list_files(struct source *s, const char *folder, size_t *ret_n)
{
	int root;
	_cleanup_free_ char *full = from_root(s, folder, &root);
	int fd = full ? beneath_open(root, full, O_RDONLY | O_DIRECTORY) : -1;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char **names = NULL;
	size_t n = 0, cap = 0;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	for (struct dirent *ent; n < ENTRIES_MAX && (ent = readdir(d));)
		if (*ent->d_name != '.' && ent->d_type != DT_DIR)
			VEC_PUSH(names, n, cap) = xstrdup(ent->d_name);
	closedir(d);
	if (n)
		qsort(names, n, sizeof(*names), order_paths);
	*ret_n = n;
	return names ? names : xcalloc(1, sizeof(*names));
}

json_t *tfs_files(struct hcl_eval *ev, const char *folder, const char *pattern)
{
	size_t n = 0;
	char **names = list_files(ev->ctx, folder, &n);
	json_t *out = names ? json_array() : NULL;

	for (size_t i = 0; names && i < n; i++) {
		if (fnmatch(pattern, names[i], 0) == 0)
			json_array_append_new(out, json_string(names[i]));
		free(names[i]);
	}
	free(names);
	return out;
}

/* --- a folder's code
 * -------------------------------------------------------------------------------- */

static bool has_ending(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && streq(s + n - m, end);
}

static bool is_override(const char *name)
{
	return streq(name, "override.tf") || has_ending(name, "_override.tf");
}

static unsigned major_version(const char *constraint)
{
	unsigned best = 0;

	for (const char *p = constraint; p && *p; p++)
		if (*p >= '0' && *p <= '9' && (p == constraint || strchr(" ~>=<,", p[-1]))) {
			unsigned v = (unsigned)strtoul(p, NULL, 10);

			best = v > best ? v : best;
		}
	return best;
}

/* terraform { required_providers { azurerm = { version = "~> 3.0" } } } */
static void take_version(struct tfs_code *c, const struct hcl_body *b)
{
	for (size_t i = 0; i < b->n_blocks; i++) {
		const struct hcl_expr *e = streq(b->blocks[i].type, "required_providers")
		                               ? hcl_attr_find(b->blocks[i].body, "azurerm")
		                               : NULL;

		for (size_t k = 0; e && e->sort == HCL_OBJECT && k + 1 < e->n_items; k += 2)
			if (e->items[k]->sort == HCL_LITERAL &&
			    e->items[k + 1]->sort == HCL_LITERAL &&
			    streq(json_string_value(e->items[k]->value), "version"))
				c->azurerm =
				    major_version(json_string_value(e->items[k + 1]->value));
	}
}

static bool same_block(const struct hcl_block *a, const struct hcl_block *b)
{
	if (!streq(a->type, b->type) || a->n_labels != b->n_labels)
		return false;
	for (size_t i = 0; i < a->n_labels; i++)
		if (!streq(a->labels[i], b->labels[i]))
			return false;
	return true;
}

/* An override file's attributes count, where the block has them and where it has not. */
static void override_attrs(struct source *s, struct hcl_body *b, const struct hcl_body *by)
{
	struct hcl_attr *all = arena_array(s->arena, b->n_attrs + by->n_attrs, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < b->n_attrs; i++)
		if (!hcl_attr_find(by, b->attrs[i].name))
			all[n++] = b->attrs[i];
	for (size_t i = 0; i < by->n_attrs; i++)
		all[n++] = by->attrs[i];
	b->attrs = all; /* the tree keeps what it was */
	b->n_attrs = n;
}

static bool has_block(const struct hcl_body *b, const char *type)
{
	for (size_t i = 0; i < b->n_blocks; i++)
		if (streq(b->blocks[i].type, type))
			return true;
	return false;
}

/* Its nested blocks replace all of their type. */
static void override_blocks(struct source *s, struct hcl_body *b, const struct hcl_body *by)
{
	struct hcl_block *all = arena_array(s->arena, b->n_blocks + by->n_blocks, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < b->n_blocks; i++)
		if (!has_block(by, b->blocks[i].type))
			all[n++] = b->blocks[i];
	for (size_t i = 0; i < by->n_blocks; i++)
		all[n++] = by->blocks[i];
	b->blocks = all;
	b->n_blocks = n;
}

static bool override_block(struct source *s, const struct hcl_block **list, size_t n,
                           const struct hcl_block *by)
{
	for (size_t i = 0; i < n; i++)
		if (same_block(list[i], by)) {
			override_attrs(s, list[i]->body, by->body);
			override_blocks(s, list[i]->body, by->body);
			return true;
		}
	return false;
}

static void take_block(struct source *s, struct tfs_code *c, const struct hcl_block *b,
                       bool override)
{
	bool resource = streq(b->type, "resource") || streq(b->type, "data");

	if (resource && b->n_labels == 2) {
		if (!override || !override_block(s, c->resources, c->n_resources, b))
			VEC_PUSH(c->resources, c->n_resources, c->cap_resources) = b;
	} else if (streq(b->type, "variable") && b->n_labels == 1) {
		if (!override || !override_block(s, c->variables, c->n_variables, b))
			VEC_PUSH(c->variables, c->n_variables, c->cap_variables) = b;
	} else if (streq(b->type, "output") && b->n_labels == 1) {
		VEC_PUSH(c->outputs, c->n_outputs, c->cap_outputs) = b;
	} else if (streq(b->type, "module") && b->n_labels == 1) {
		if (!override || !override_block(s, c->modules, c->n_modules, b))
			VEC_PUSH(c->modules, c->n_modules, c->cap_modules) = b;
	} else if (streq(b->type, "locals")) {
		for (size_t i = 0; i < b->body->n_attrs; i++)
			VEC_PUSH(c->locals, c->n_locals, c->cap_locals) = &b->body->attrs[i];
	} else if (streq(b->type, "terraform")) {
		take_version(c, b->body);
	} else if (resource) {
		hcl_report(s->findings, SEV_ERROR, "HCL-SYNTAX-01", b->place, NULL,
		           "a %s has a type and a name", b->type);
	} else {
		static const char *const known[] = { "provider", "moved",  "removed",
			                             "import",   "check",  "output",
			                             "variable", "module", "ephemeral" };

		for (size_t i = 0; i < ARRAY_LEN(known); i++)
			if (streq(b->type, known[i]))
				return;
		hcl_report(s->findings, SEV_WARNING, "HCL-SYNTAX-02", b->place, NULL,
		           "Terraform knows no block \"%s\": it is left out", b->type);
	}
}

static void read_code(struct source *s, struct tfs_code *c, const char *name, bool override)
{
	_cleanup_free_ char *path =
	    streq(c->folder, ".") ? xstrdup(name) : xasprintf("%s/%s", c->folder, name);
	_cleanup_str_ struct str text = { 0 };

	if (++s->n_files > FILES_MAX) {
		if (s->n_files == FILES_MAX + 1)
			finding_add_source(s->findings, SEV_ERROR, "HCL-LIMIT-01", NULL, path, NULL,
			                   "more than %d files are not taken", FILES_MAX);
		return;
	}
	if (!tfs_read(s, path, &text)) {
		finding_add_source(s->findings, SEV_ERROR, "HCL-FILE-01", NULL, path, NULL,
		                   "%s cannot be read: %s", path, str_get(&text));
		return;
	}
	tfs_know_file(s, path);
	struct hcl_body *b = hcl_parse_body(&s->tree, path, str_get(&text), text.n);

	for (size_t i = 0; i < b->n_blocks; i++)
		take_block(s, c, &b->blocks[i], override);
}

static void report_json_syntax(struct source *s, const char *folder, const char *name)
{
	_cleanup_free_ char *path =
	    streq(folder, ".") ? xstrdup(name) : xasprintf("%s/%s", folder, name);

	finding_add_source(s->findings, SEV_WARNING, "TF-JSON-01", NULL, path,
	                   "write it as *.tf, or give a plan (terraform show -json)",
	                   "%s is Terraform's language as JSON, which is not read: what it "
	                   "describes is not in the lab",
	                   path);
}

bool tfs_has_code(struct source *s, const char *folder)
{
	size_t n = 0;
	char **names = list_files(s, folder, &n);
	bool found = false;

	for (size_t i = 0; names && i < n; i++) {
		found = found || has_ending(names[i], ".tf");
		free(names[i]);
	}
	free(names);
	return found;
}

const struct tfs_code *tfs_code(struct source *s, const char *folder, const struct hcl_place *at)
{
	size_t n = 0, read = 0;

	for (size_t i = 0; i < s->n_codes; i++)
		if (streq(s->codes[i]->folder, folder))
			return s->codes[i];
	char **names = list_files(s, folder, &n);
	struct tfs_code *c = arena_alloc(s->arena, sizeof(*c));

	c->folder = arena_strdup(s->arena, folder);
	for (int override = 0; override < 2; override++)
		for (size_t i = 0; i < n; i++)
			if (has_ending(names[i], ".tf") && is_override(names[i]) == override) {
				read_code(s, c, names[i], override);
				read++;
			}
	for (size_t i = 0; i < n; i++)
		if (has_ending(names[i], ".tf.json"))
			report_json_syntax(s, folder, names[i]);
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (!read && at) {
		hcl_report(s->findings, SEV_ERROR, "TF-MODULE-01", *at,
		           "bring the module's folder along; --without NAME leaves the module out",
		           "there are no files *.tf in folder %s", folder);
		return NULL;
	}
	tfs_report_declared_twice(s, c);
	VEC_PUSH(s->codes, s->n_codes, s->cap_codes) = c;
	return c;
}
