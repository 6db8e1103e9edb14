/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/limits.h"
#include "kernel/ns.h"
#include "lab/ids.h"

enum { SPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS };

static int write_proc(const char *path, const char *text, struct err *e)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_sys(e, errno, "%s", path);
	return 0;
}

static const char *read_small(const char *path, char *buf, size_t cap)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, cap - 1);

	if (n < 0)
		return NULL;
	buf[n] = '\0';
	return buf;
}

/* --- ids -------------------------------------------------------------------------------------- */

struct ids {
	struct id_range u, g;
};

static bool root_ids(struct ids *ret)
{
	char file[16384], own[4096];

	return ids_of_root(read_small("/etc/subuid", file, sizeof(file)),
	                   read_small("/proc/self/uid_map", own, sizeof(own)), &ret->u) &&
	       ids_of_root(read_small("/etc/subgid", file, sizeof(file)),
	                   read_small("/proc/self/gid_map", own, sizeof(own)), &ret->g);
}

static int map_from_outside(pid_t pid, const struct ids *ids)
{
	char path[64], map[64];
	struct err e = { 0 };

	snprintf(path, sizeof(path), "/proc/%d/uid_map", (int)pid);
	snprintf(map, sizeof(map), "0 %u %u", ids->u.base, ids->u.count);
	if (write_proc(path, map, &e) < 0)
		return e.code;
	snprintf(path, sizeof(path), "/proc/%d/gid_map", (int)pid);
	snprintf(map, sizeof(map), "0 %u %u", ids->g.base, ids->g.count);
	return write_proc(path, map, &e) < 0 ? e.code : 0;
}

/* A range of ids is given by who has CAP_SETUID outside of the new namespace: a child that stays
 * there, and that waits until the namespace has been made. */
struct giver {
	pid_t pid;
	int go;
};

static int giver_start(struct giver *g, const struct ids *ids, struct err *e)
{
	pid_t self = getpid();
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	pid_t pid = fork();

	if (pid == 0) {
		char c;

		close(p[1]);
		_exit(read(p[0], &c, 1) == 1 ? map_from_outside(self, ids) : 0);
	}
	close(p[0]);
	if (pid < 0) {
		close(p[1]);
		return err_sys(e, errno, "fork");
	}
	*g = (struct giver){ pid, p[1] };
	return 0;
}

/* 0, or the errno that it failed with. */
static int giver_end(struct giver *g, bool go)
{
	int status = 0;

	if (go && write(g->go, "g", 1) != 1)
		status = EPIPE << 8;
	close_p(&g->go);
	while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

/* The only ids that may be had without help from outside. */
static int map_self(uid_t uid, gid_t gid, struct err *e)
{
	char map[64];
	int r = write_proc("/proc/self/setgroups", "deny", e);

	if (r < 0)
		return r;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
	r = write_proc("/proc/self/uid_map", map, e);
	/* user_namespaces(7): since Linux 5.12 who maps id 0 needs that capability. */
	if (r == -EPERM && uid == 0)
		return err_set(e, EOPNOTSUPP,
		               "root of this container lacks the capability SETFCAP, so it cannot "
		               "be root of a lab: start the container as an ordinary user "
		               "(--user 1000), or with --cap-add SETFCAP");
	if (r < 0)
		return r;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
	return write_proc("/proc/self/gid_map", map, e);
}

/* --- the namespaces --------------------------------------------------------------------------- */

static bool in_chroot(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 &&
	       errno == EINVAL;
}

static int unshare_namespaces(uid_t uid, struct err *e)
{
	struct err why = { 0 };
	int r = ns_take(SPACES | CLONE_NEWUSER, &why);

	if (r == 0 || uid || r != -EOPNOTSUPP)
		return r < 0 ? err_set(e, why.code, "%s", why.msg) : 0;
	if (in_chroot())
		return err_set(e, EOPNOTSUPP,
		               "the root folder is not a mount point (a chroot?), so a lab "
		               "cannot have namespaces of its own: enter it with pivot_root, or "
		               "as a container does");
	return err_set(e, EOPNOTSUPP,
	               "%s; or, if the design is as trusted as a program that you run as root: up "
	               "--privileged-lab",
	               why.msg);
}

static int take_as_root(const struct ids *ids, struct err *e)
{
	struct giver g;
	int r = giver_start(&g, ids, e);

	if (r < 0)
		return r;
	r = unshare_namespaces(0, e);

	int code = giver_end(&g, r == 0);

	if (r < 0)
		return r;
	/* Without CAP_SETUID it may not: a container's root, who then is itself in there. */
	if (code)
		return map_self(0, getegid(), e);
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_sys(e, errno, "becoming the lab's root");
	return 0;
}

static int unshare_for_lab(bool privileged, struct err *e)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	struct ids ids;

	if (privileged) {
		if (uid != 0)
			return err_set(e, EINVAL,
			               "only root can build a lab without a user namespace "
			               "(--privileged-lab)");
		return ns_take(SPACES, e);
	}
	if (uid == 0 && root_ids(&ids))
		return take_as_root(&ids, e);
	int r = unshare_namespaces(uid, e);

	return r < 0 ? r : map_self(uid, gid, e);
}

int lab_namespaces(bool privileged, struct err *e)
{
	int r = unshare_for_lab(privileged, e);

	return r < 0 ? r : ns_lo_up(-1, e); /* by which probes see whether the machine keeps up */
}

uid_t lab_root_id(bool privileged)
{
	uid_t uid = geteuid();
	struct ids ids;

	return !privileged && uid == 0 && root_ids(&ids) ? ids.u.base : uid;
}

int lab_private_mounts(struct err *e)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return errno == EINVAL
		           ? err_set(e, EOPNOTSUPP,
		                     "the root folder is not a mount point (a chroot?), so a lab "
		                     "cannot have mounts of its own: enter it with pivot_root, or "
		                     "as a container does")
		           : err_sys(e, errno, "making mounts private");
	if (mount("vnetlab", LAB_ROOT, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=50%") < 0)
		return err_sys(e, errno, "mounting a tmpfs on %s", LAB_ROOT);
	/* Where parts of /proc are hidden (containers), the kernel refuses a fresh one to a user
	 * namespace: then the old one stays, which shows the outside's process ids and does for us.
	 */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 &&
	    errno != EPERM && errno != EBUSY)
		return err_sys(e, errno, "mounting /proc");
	return 0;
}
