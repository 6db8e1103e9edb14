/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/cgroup_find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/str.h"

/* --- where ------------------------------------------------------------------------------------ */

/* The n-th word of a line, from 0; "" when there are fewer. */
static char *copy_word(const char *line, size_t n)
{
	size_t end = strcspn(line, "\n"), i = 0;

	for (; n && i < end; n--) {
		i += strcspn(line + i, " \n");
		i += i < end;
	}
	return xstrndup(line + i, i < end ? strcspn(line + i, " \n") : 0);
}

static const char *skip_cgroup_line(const char *s)
{
	s = strchr(s, '\n');
	return s ? s + 1 : NULL;
}

/* proc_pid_mountinfo(5): ID PARENT MAJOR:MINOR ROOT MOUNT-POINT ... - TYPE SOURCE OPTIONS */
static bool find_mount(const char *mountinfo, char **ret_root, char **ret_mount)
{
	for (const char *l = mountinfo; l && *l; l = skip_cgroup_line(l)) {
		const char *dash = strstr(l, " - "), *end = strchr(l, '\n');

		if (!dash || (end && dash > end) || !str_starts(dash, " - cgroup2 "))
			continue;
		*ret_root = copy_word(l, 3);
		*ret_mount = copy_word(l, 4);
		return true;
	}
	return false;
}

bool cgroup_own(const char *mountinfo, const char *cgroups, char **ret_mount, char **ret_own)
{
	_cleanup_free_ char *root = NULL, *mount = NULL;

	if (!find_mount(mountinfo, &root, &mount))
		return false;
	for (const char *l = cgroups; l && *l; l = skip_cgroup_line(l)) {
		if (!str_starts(l, "0::/"))
			continue;
		_cleanup_free_ char *own = xstrndup(l + 3, strcspn(l + 3, "\n"));
		size_t n = streq(root, "/") ? 0 : strlen(root);

		/* "/../x": outside of what a container sees. */
		if (strstr(own, "/..") || strncmp(own, root, n) != 0 || (own[n] && own[n] != '/'))
			return false;
		*ret_own = xstrdup(own[n] ? own + n : "/");
		*ret_mount = take_ptr(mount);
		return true;
	}
	return false;
}

/* --- what is there ---------------------------------------------------------------------------- */

/* A small file of the folder; NULL: it is not there, or cannot be read.  The caller frees. */
static char *read_file_of(const char *folder, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	return n < 0 ? NULL : xstrndup(buf, (size_t)n);
}

static bool may_write(const char *folder, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", folder, name);

	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

static unsigned controllers(const char *folder, const char *name)
{
	_cleanup_free_ char *text = read_file_of(folder, name);
	unsigned set = 0;
	char *save = NULL;

	for (char *w = text ? strtok_r(text, " \n", &save) : NULL; w;
	     w = strtok_r(NULL, " \n", &save))
		set |= streq(w, "memory") ? CGROUP_MEMORY : streq(w, "pids") ? CGROUP_PIDS : 0;
	return set;
}

/* systemd's attribute: user.delegate since 251, trusted.delegate, which root alone reads, before.
 */
static bool is_delegated(const char *path)
{
	char v[2];

	return (getxattr(path, "user.delegate", v, sizeof(v)) == 1 && *v == '1') ||
	       (getxattr(path, "trusted.delegate", v, sizeof(v)) == 1 && *v == '1');
}

static void look_at_cgroup(const char *path, struct cgroup_seen *c)
{
	_cleanup_free_ char *type = read_file_of(path, "cgroup.type"),
	                    *procs = read_file_of(path, "cgroup.procs");

	*c = (struct cgroup_seen){
		.path = xstrdup(path),
		.writable = may_write(path, ".") && may_write(path, "cgroup.procs") &&
		            may_write(path, "cgroup.subtree_control"),
		.delegated = is_delegated(path),
		.top = !type,
		.domain = !type || str_starts(type, "domain\n"),
		.busy = procs && *procs,
		.has = controllers(path, "cgroup.controllers"),
		.children = controllers(path, "cgroup.subtree_control"),
	};
}

void cgroup_look(const char *mount, const char *own, bool managed, struct cgroup_sight *ret)
{
	_cleanup_free_ char *path = xasprintf("%s%s", mount, streq(own, "/") ? "" : own);
	size_t base = strlen(mount);

	*ret = (struct cgroup_sight){ .managed = managed };
	for (;;) {
		look_at_cgroup(path, &VEC_PUSH(ret->v, ret->n, ret->cap));
		if (strlen(path) <= base)
			return;
		*strrchr(path, '/') = '\0';
	}
}

void cgroup_sight_done(struct cgroup_sight *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].path);
	free(s->v);
	*s = (struct cgroup_sight){ 0 };
}

/* --- the decision ----------------------------------------------------------------------------- */

static bool is_given(const struct cgroup_sight *s, size_t i)
{
	/* Without systemd nobody else arranges what we may write. */
	return s->v[i].delegated || !s->managed || (i == 0 && s->v[i].top);
}

/* Controllers can be given to children: cgroups(7), "no internal processes".  Processes of a cgroup
 * that was given to us are ours to move. */
static bool may_have_children(const struct cgroup_seen *c)
{
	return c->children == CGROUP_BOTH || c->top || !c->busy || c->delegated;
}

int cgroup_pick(const struct cgroup_sight *s, struct err *e)
{
	bool controllers_lack = true, busy = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct cgroup_seen *c = &s->v[i];

		controllers_lack = controllers_lack && c->has != CGROUP_BOTH;
		if (!c->writable || !c->domain || c->has != CGROUP_BOTH || !is_given(s, i))
			continue;
		if (may_have_children(c))
			return (int)i;
		busy = true;
	}
	if (!s->n)
		return err_set(e, ENODEV, "this system shows no cgroups of version 2");
	if (controllers_lack)
		return err_set(e, ENODEV,
		               "cgroups of version 2 lack the controllers memory and pids here");
	if (busy)
		return err_set(e, EOPNOTSUPP,
		               "the cgroup has other processes: they must be in a child of it");
	return err_set(e, EOPNOTSUPP, "no cgroup is delegated to us");
}

/* --- limits ----------------------------------------------------------------------------------- */

struct cgroup_limits cgroup_limits(unsigned long long ram)
{
	enum { MOST_MIB = 2048, LEAST_MIB = 256, PROCESSES = 1024 };
	unsigned long long mib = (ram >> 20) / 2;

	mib = mib > MOST_MIB ? MOST_MIB : mib < LEAST_MIB ? LEAST_MIB : mib;
	return (struct cgroup_limits){ mib << 20, PROCESSES };
}
