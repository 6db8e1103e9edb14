/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/limits.h"
#include "lab/proc/driver.h"
#include "lab/proc/mounts.h"

/* The entries of the root folder in which programs and their libraries are; links as links. */
static const char *const PROGRAMS[] = { "usr",   "bin",    "sbin", "lib", "lib32",
	                                "lib64", "libx32", "opt",  "nix", "gnu" };
static const char *const DEVICES[] = {
	"null", "zero", "full", "random", "urandom", "tty", "net/tun"
};
static const char *const FOLDERS[] = { "etc",     "run",  "var", "tmp",  "dev",       "dev/pts",
	                               "dev/net", "proc", "sys", "root", HOST_ETC_DIR };
static const struct {
	const char *name, *to;
} LINKS[] = {
	{ "dev/fd", "/proc/self/fd" },       { "dev/stdin", "/proc/self/fd/0" },
	{ "dev/stdout", "/proc/self/fd/1" }, { "dev/stderr", "/proc/self/fd/2" },
	{ "dev/ptmx", "pts/ptmx" },          { "dev/shm", "/run/shm" },
};

/* --- building it, in the folder that is to become its root --------------------------------------
 */

static int make_link(const char *stage, const char *name, const char *to, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", stage, name);

	return symlink(to, path) < 0 ? err_sys(e, errno, "%s", path) : 0;
}

static int make_stage_folder(const char *stage, const char *name, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", stage, name);

	return mkdir(path, 0755) < 0 && errno != EEXIST ? err_sys(e, errno, "%s", path) : 0;
}

/* from, a file or a folder, as stage/name; what is not there is left out. */
static int show_in_stage(const char *stage, const char *name, const char *from, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", stage, name);
	struct stat st;

	if (stat(from, &st) < 0)
		return 0;
	for (char *p = path + strlen(stage) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		int r =
		    mkdir(path, 0755) < 0 && errno != EEXIST ? err_sys(e, errno, "%s", path) : 0;

		*p = '/';
		if (r < 0)
			return r;
	}
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return err_sys(e, errno, "%s", path);
	} else {
		_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0)
			return err_sys(e, errno, "%s", path);
	}
	/* With what is mounted below: in a user namespace the kernel refuses to show what such a
	 * mount hides. */
	if (mount(from, path, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(e, errno, "binding %s", from);
	return 0;
}

static int show_programs(const char *stage, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(PROGRAMS); i++) {
		_cleanup_free_ char *from = xasprintf("/%s", PROGRAMS[i]);
		char to[256];
		ssize_t n = readlink(from, to, sizeof(to) - 1);

		if (n > 0) {
			to[n] = '\0';
			r = make_link(stage, PROGRAMS[i], to, e);
		} else {
			r = show_in_stage(stage, PROGRAMS[i], from, e);
		}
	}
	return r;
}

static int show_devices(const char *stage, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(DEVICES); i++) {
		_cleanup_free_ char *from = xasprintf("/dev/%s", DEVICES[i]);

		r = show_in_stage(stage, from + 1, from, e);
	}
	return r;
}

static int show_etc(const char *stage, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && host_etc(i); i++) {
		_cleanup_free_ char *from = xasprintf("/etc/%s", host_etc(i));
		_cleanup_free_ char *name = xasprintf("%s/%s", HOST_ETC_DIR, host_etc(i));

		r = show_in_stage(stage, name, from, e);
	}
	return r;
}

static int show_kernel(const char *stage, struct err *e)
{
	_cleanup_free_ char *sys = xasprintf("%s/sys", stage), *proc = xasprintf("%s/proc", stage);

	/* Some need it to mount one of their own: the kernel shows to nobody more than he had. */
	if (mount("/proc", proc, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(e, errno, "binding /proc");
	/* Not of the machine's network.  Containers may be refused it; nobody needs it. */
	if (mount("sysfs", sys, "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 &&
	    errno != EPERM && errno != EBUSY)
		return err_sys(e, errno, "mounting /sys");
	return 0;
}

static int fill_stage(const char *stage, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(FOLDERS); i++)
		r = make_stage_folder(stage, FOLDERS[i], e);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(LINKS); i++)
		r = make_link(stage, LINKS[i].name, LINKS[i].to, e);
	if (r == 0)
		r = show_programs(stage, e);
	if (r == 0)
		r = show_devices(stage, e);
	if (r == 0)
		r = show_etc(stage, e);
	return r < 0 ? r : show_kernel(stage, e);
}

/* stage becomes the root of this mount namespace, read-only all of it. */
static int settle(const char *stage, struct err *e)
{
	struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID };

	if (mount_setattr(AT_FDCWD, stage, AT_RECURSIVE, &ro, sizeof(ro)) < 0)
		return err_sys(e, errno, "making the nodes' files read-only");
	/* pivot_root(2): the old root is under the new one then, and goes. */
	if (chdir(stage) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(e, errno, "changing the nodes' root folder");
	return 0;
}

static int open_mntns(int *ret, struct err *e)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "/proc/self/ns/mnt");
	*ret = fd;
	return 0;
}

void stage_leave(struct driver *d)
{
	if (setns(d->mntns, CLONE_NEWNS) < 0) {
		/* Going on in a node's file system would mix up everything. */
		fprintf(stderr, "vnetlab: cannot return to the lab's mount namespace: %m\n");
		abort();
	}
}

static int build_stage(struct driver *d, struct err *e)
{
	_cleanup_free_ char *stage = xasprintf("%s/stage", d->root);

	if (mkdir(stage, 0755) < 0 && errno != EEXIST)
		return err_sys(e, errno, "%s", stage);
	if (unshare(CLONE_NEWNS) < 0)
		return err_unshare(e, errno, CLONE_NEWNS);
	int r = 0;

	if (mount("vnetlab", stage, "tmpfs", MS_NOSUID, "mode=0755,size=1m") < 0)
		r = err_sys(e, errno, "mounting a tmpfs on %s", stage);
	if (r == 0)
		r = fill_stage(stage, e);
	if (r == 0)
		r = settle(stage, e);
	if (r == 0)
		r = open_mntns(&d->stage, e);
	stage_leave(d);
	return r;
}

/* --- a node's --------------------------------------------------------------------------------- */

static const char *const OWN[] = { "/etc", "/run", "/var", "/tmp" };

static int move_in(const int *own, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(OWN); i++)
		if (move_mount(own[i], "", AT_FDCWD, OWN[i], MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return err_sys(e, errno, "mounting a private %s", OWN[i]);
	if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	          "newinstance,ptmxmode=0666,mode=0620") < 0)
		return err_sys(e, errno, "mounting /dev/pts");
	return 0;
}

/* Taken before the change of namespace, after which their paths lead elsewhere. */
static int take_own(const char *dir, int *own, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(OWN); i++) {
		_cleanup_free_ char *path = xasprintf("%s%s", dir, OWN[i]);

		own[i] = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		/* Until it has its place, such a tree counts as a namespace. */
		if (own[i] < 0)
			return errno == ENOSPC ? err_unshare(e, errno, CLONE_NEWNS)
			                       : err_sys(e, errno, "%s", path);
	}
	return 0;
}

int stage_enter(struct driver *d, const char *dir, int *ret_mntns, struct err *e)
{
	int own[ARRAY_LEN(OWN)] = { -1, -1, -1, -1 };
	int r = d->stage >= 0 ? 0 : build_stage(d, e);

	if (r == 0)
		r = take_own(dir, own, e);
	if (r == 0) {
		if (setns(d->stage, CLONE_NEWNS) < 0)
			r = err_sys(e, errno, "the nodes' mount namespace");
		else if (unshare(CLONE_NEWNS) < 0)
			r = err_unshare(e, errno, CLONE_NEWNS);
		if (r == 0)
			r = move_in(own, e);
		if (r == 0)
			r = open_mntns(ret_mntns, e);
		if (r < 0)
			stage_leave(d);
	}
	for (size_t i = 0; i < ARRAY_LEN(OWN); i++)
		close_p(&own[i]);
	return r;
}
