/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a design.  They are opened below the nearest folder upward that is a repository, else
 * below the folder of the design: nothing else is, and no link leads out. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "input/bicep/lower.h"
#include "input/file.h"

bool bicep_open_root(struct bicep *b, const char *path)
{
	char real[PATH_MAX];
	_cleanup_free_ char *root = NULL;
	const char *slash;

	if (!realpath(path, real))
		return false;
	slash = strrchr(real, '/');
	root = xstrndup(real, slash > real ? (size_t)(slash - real) : 1);
	b->folder = arena_strdup(b->arena, root);
	b->main = arena_strdup(b->arena, slash + 1);
	for (;;) {
		_cleanup_free_ char *git = xasprintf("%s/.git", root);
		char *up = strrchr(root, '/');

		if (access(git, F_OK) == 0)
			break;
		if (!up || up == root) {
			strcpy(root, b->folder);
			break;
		}
		*up = 0;
		if (!root[0])
			break;
	}
	/* up was cut: what is left of the design's folder is long enough to hold it again */
	b->root = arena_strdup(b->arena, root);
	b->below = b->folder + strlen(root);
	b->below += *b->below == '/';
	b->root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return b->root_fd >= 0;
}

/* "labs/hub" and "../modules/x.bicep" -> "labs/modules/x.bicep"; NULL: it leads out. */
static const char *join_path(struct bicep *b, const char *folder, const char *path)
{
	_cleanup_str_ struct str out = { 0 };
	_cleanup_free_ char *all = xasprintf("%s/%s", folder, path);
	char *save = NULL;

	for (char *c = all; *c; c++)
		*c = *c == '\\' ? '/' : *c;
	for (char *part = strtok_r(all, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
		if (streq(part, "."))
			continue;
		if (!streq(part, "..")) {
			str_printf(&out, "%s%s", out.n ? "/" : "", part);
			continue;
		}
		if (!out.n)
			return NULL;
		while (out.n && out.s[out.n - 1] != '/')
			out.n--;
		out.n -= out.n > 0;
		out.s[out.n] = 0;
	}
	return arena_strdup(b->arena, str_get(&out));
}

/* The path of a file from the root, from its name, which counts from the design's folder. */
const char *bicep_from_root(struct blow *l, const char *path)
{
	const char *name = l->file->name, *slash = strrchr(name, '/');
	_cleanup_free_ char *folder =
	    *name == '/' ? xstrdup("")
	                 : xasprintf("%s/%.*s", l->b->below, slash ? (int)(slash - name) : 0, name);
	const char *base = join_path(l->b, "", folder);

	return *path == '/' || *path == '~' || !base ? NULL : join_path(l->b, base, path);
}

/* "labs/modules/x.bicep" as seen from "labs/hub": "../modules/x.bicep". */
const char *bicep_name_of(struct bicep *b, const char *path)
{
	_cleanup_str_ struct str out = { 0 };
	const char *below = b->below;
	size_t same = 0;

	for (size_t i = 0;; i++) {
		bool end = !below[i];

		if ((end || below[i] == '/') && (path[i] == '/'))
			same = i + 1;
		if (end || below[i] != path[i])
			break;
	}
	if (!*below)
		return path;
	for (const char *rest = below + (same > strlen(below) ? strlen(below) : same); *rest;) {
		str_add(&out, "../");
		rest += strcspn(rest, "/");
		rest += *rest == '/';
	}
	str_add(&out, path + same);
	return arena_strdup(b->arena, str_get(&out));
}

int bicep_read(struct bicep *b, const char *path, struct str *ret)
{
	_cleanup_close_ int fd = path ? beneath_open(b->root_fd, path, O_RDONLY | O_NONBLOCK) : -1;
	struct stat st;

	if (!path)
		return -EXDEV;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? file_read_fd(fd, BICEP_FILE_MAX, ret) : -EINVAL;
}

void bicep_report_file(struct blow *l, const char *rule, const char *path, struct hcl_place at,
                       int r)
{
	const char *hint =
	    r == -EXDEV ? arena_printf(l->b->arena, "files below %s are opened", l->b->root) : NULL;

	bicep_report(l, SEV_ERROR, rule, at, hint, "%s %s", path,
	             r == -EXDEV    ? "leads out of the design"
	             : r == -ENOENT ? "is not there"
	             : r == -EFBIG  ? "is bigger than 16 MiB"
	                            : strerror(-r));
}

bool bicep_load(struct blow *l, const char *path, struct hcl_place at, struct str *ret)
{
	int r = bicep_read(l->b, bicep_from_root(l, path), ret);

	if (r < 0 && file_is_key(path)) {
		str_add(ret, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQ== invented");
		return true;
	}
	if (r < 0)
		bicep_report_file(l, "BICEP-FILE-01", path, at, r);
	return r >= 0;
}
