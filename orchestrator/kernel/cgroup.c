/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define OURS "vnetlab-"
/* The child of a delegated cgroup that its own processes are moved to (systemd calls it so). */
#define REST "supervisor"
/* The child of our cgroup for processes that are in no group. */
#define RUNNER "driver"

enum { TRIES = 16 };

static int write_to(int dir, const char *file, const char *text)
{
	_cleanup_close_ int fd = openat(dir, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* The whole of a file; the caller frees.  NULL with errno. */
static char *slurp_at(int dir, const char *file)
{
	_cleanup_close_ int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct str s = { 0 };
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return NULL;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		str_addn(&s, buf, (size_t)n);
	return str_take(&s);
}

static bool is_cgroup(int fd)
{
	struct statfs s;

	return fstatfs(fd, &s) == 0 && s.f_type == CGROUP2_SUPER_MAGIC;
}

/* --- a parent --------------------------------------------------------------------------------- */

static char *named_parent(const char *path, struct err *e)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (streq(path, "none"))
		err_set(e, EOPNOTSUPP, "VNETLAB_CGROUP says so");
	else if (fd < 0)
		err_sys(e, errno, "VNETLAB_CGROUP: %s", path);
	else if (!is_cgroup(fd))
		err_set(e, EINVAL, "VNETLAB_CGROUP: %s is no cgroup of version 2", path);
	else
		return xstrdup(path);
	return NULL;
}

char *cgroup_parent(struct err *e)
{
	const char *named = getenv("VNETLAB_CGROUP");
	_cleanup_free_ char *mounts = slurp_at(AT_FDCWD, "/proc/self/mountinfo"),
	                    *cgroups = slurp_at(AT_FDCWD, "/proc/self/cgroup"), *mount = NULL,
	                    *own = NULL, *path = NULL;
	struct cgroup_sight s = { 0 };

	if (named && *named)
		return named_parent(named, e);
	if (mounts && cgroups && cgroup_own(mounts, cgroups, &mount, &own))
		cgroup_look(mount, own, access("/run/systemd/system", F_OK) == 0, &s);
	int i = cgroup_pick(&s, e);

	if (i >= 0 && s.v)
		path = xstrdup(s.v[i].path);
	cgroup_sight_done(&s);
	return take_ptr(path);
}

/* --- making ----------------------------------------------------------------------------------- */

/* Its own processes go to a child: they would keep it from having children with controllers. */
static void move_rest(int dir)
{
	_cleanup_free_ char *procs = slurp_at(dir, "cgroup.procs");
	char *save = NULL;

	if (mkdirat(dir, REST, 0755) < 0 && errno != EEXIST)
		return;
	for (char *pid = procs ? strtok_r(procs, "\n", &save) : NULL; pid;
	     pid = strtok_r(NULL, "\n", &save))
		write_to(dir, REST "/cgroup.procs", pid); /* one that has ended needs not move */
}

static bool text_has_controller(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += n)
		if ((at == text || at[-1] == ' ') && strchr(" \n", at[n]))
			return true;
	return false;
}

/* Children of it have the controllers that it has. */
static int give_controllers(int dir)
{
	_cleanup_free_ char *has = slurp_at(dir, "cgroup.controllers");
	static const char *const WANT[] = { "memory", "pids" };
	int r = 0;

	for (size_t i = 0; has && r == 0 && i < ARRAY_LEN(WANT); i++) {
		_cleanup_free_ char *plus = xasprintf("+%s", WANT[i]);

		if (!text_has_controller(has, WANT[i]))
			continue;
		r = write_to(dir, "cgroup.subtree_control", plus);
		/* Somebody may start more while we are at it. */
		for (int n = 0; r == -EBUSY && n < TRIES; n++) {
			move_rest(dir);
			r = write_to(dir, "cgroup.subtree_control", plus);
		}
	}
	return r;
}

static int give_to(int dir, uid_t owner)
{
	static const char *const FILES[] = { ".", "cgroup.procs", "cgroup.threads",
		                             "cgroup.subtree_control" };

	for (size_t i = 0; i < ARRAY_LEN(FILES); i++)
		if (fchownat(dir, FILES[i], owner, (gid_t)-1, 0) < 0)
			return -errno;
	return 0;
}

static int fill_cgroup(struct cgroup *c, uid_t owner)
{
	int r = give_controllers(c->dir);

	if (r == 0 && mkdirat(c->dir, RUNNER, 0755) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0 && owner != geteuid())
		r = give_to(c->dir, owner);
	if (r == 0)
		c->enter = openat(c->dir, RUNNER "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	return r == 0 && c->enter < 0 ? -errno : r;
}

int cgroup_make(const char *path, uid_t owner, struct cgroup *ret, struct err *e)
{
	_cleanup_free_ char *up = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	_cleanup_close_ int parent = open(up, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct cgroup c = { .dir = -1, .enter = -1 };
	int r = parent < 0 ? -errno : give_controllers(parent);

	if (r == 0 && mkdir(path, 0755) < 0)
		r = -errno;
	if (r == 0) {
		c.path = xstrdup(path);
		c.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = c.dir < 0 ? -errno : fill_cgroup(&c, owner);
		if (r < 0)
			cgroup_remove(path, 0);
	}
	if (r < 0) {
		cgroup_done(&c);
		return err_sys(e, -r, "cgroup %s", path);
	}
	*ret = c;
	return 0;
}

void cgroup_done(struct cgroup *c)
{
	close_p(&c->dir);
	close_p(&c->enter);
	free(c->path);
	*c = (struct cgroup){ .dir = -1, .enter = -1 };
}

/* --- removing --------------------------------------------------------------------------------- */

static int remove_children(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d) {
		close_p(&fd);
		return 0;
	}
	for (struct dirent *de; (de = readdir(d));)
		if (de->d_type == DT_DIR && de->d_name[0] != '.' &&
		    unlinkat(dir, de->d_name, AT_REMOVEDIR) < 0 && errno == EBUSY)
			r = -EBUSY;
	closedir(d);
	return r;
}

/* Until nobody is in there; cgroups(7): cgroup.events. */
static void wait_empty(int dir, int wait_ms)
{
	_cleanup_close_ int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	char buf[256];

	for (int64_t end = clock_ms() + wait_ms; fd >= 0;) {
		ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);
		int64_t left = end - clock_ms();
		struct pollfd p = { .fd = fd, .events = POLLPRI };

		buf[n > 0 ? n : 0] = '\0';
		if (!strstr(buf, "populated 1") || left <= 0 || poll(&p, 1, (int)left) <= 0)
			return;
	}
}

int cgroup_remove(const char *path, int wait_ms)
{
	const char *name = strrchr(path, '/');
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0 || !name || !str_starts(name + 1, OURS) || !is_cgroup(dir))
		return 0;
	wait_empty(dir, wait_ms);
	int r = remove_children(dir);

	if (r == 0 && rmdir(path) < 0 && errno == EBUSY)
		r = -EBUSY;
	return r;
}

/* --- children --------------------------------------------------------------------------------- */

int cgroup_child_make(int dir, const char *name, const struct cgroup_limits *l, struct err *e)
{
	_cleanup_free_ char *memory = xasprintf("%llu", l->memory),
	                    *processes = xasprintf("%u", l->processes);
	const struct {
		const char *file, *value;
	} SET[] = { { "memory.max", memory },
		    { "memory.swap.max", "0" },
		    { "memory.oom.group", "1" },
		    { "pids.max", processes } };

	if (mkdirat(dir, name, 0755) < 0)
		return err_sys(e, errno, "cgroup %s", name);
	for (size_t i = 0; i < ARRAY_LEN(SET); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", name, SET[i].file);
		int r = write_to(dir, path, SET[i].value);

		/* A controller, or the kernel's accounting of swap, that is not there. */
		if (r < 0 && r != -ENOENT) {
			unlinkat(dir, name, AT_REMOVEDIR);
			return err_sys(e, -r, "cgroup %s", path);
		}
	}
	return 0;
}

int cgroup_child_remove(int dir, const char *name)
{
	return unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

int cgroup_child_enter(int dir, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/cgroup.procs", name);

	return openat(dir, path, O_WRONLY | O_CLOEXEC);
}

unsigned long long cgroup_child_count(int dir, const char *name, const char *file, const char *key)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", name, file), *text = slurp_at(dir, path);
	size_t n = strlen(key);

	for (const char *l = text; l && *l; l = strchr(l, '\n') ? strchr(l, '\n') + 1 : NULL)
		if (str_starts(l, key) && l[n] == ' ')
			return strtoull(l + n + 1, NULL, 10);
	return 0;
}
