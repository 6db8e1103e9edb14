/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/client/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/cgroup.h"
#include "lab/client/job.h"
#include "schema/lab_name.h"

#define CGROUP_NOTE "cgroup"

enum { CGROUP_WAIT_MS = 1000, LOCK_PATIENCE_MS = 2000, CONNECT_MS = 500 };

int lab_name_check(const char *name, struct err *e)
{
	if (!schema_lab_name_valid(name))
		return err_set(e, EINVAL,
		               "\"%s\" is not a lab name: 1 to %d of a-z, 0-9 and -, not "
		               "starting or ending with -",
		               name, LAB_NAME_MAX);
	return 0;
}

/* A job's labs are apart from those of the same user's other jobs. */
static char *with_tag(char *path, const char *tag)
{
	char *both = tag ? xasprintf("%s-%s", path, tag) : xstrdup(path);

	free(path);
	return both;
}

/* $VNETLAB_RUN_DIR, else /run/vnetlab as root, else $XDG_RUNTIME_DIR/vnetlab, else /tmp. */
static char *run_dir_path(void)
{
	const char *s = getenv("VNETLAB_RUN_DIR");

	if (s && *s)
		return xstrdup(s);
	_cleanup_free_ char *tag = job_tag(getenv);

	if (geteuid() == 0)
		return with_tag(xstrdup("/run/vnetlab"), tag);
	s = getenv("XDG_RUNTIME_DIR");
	if (s && *s == '/' && access(s, W_OK) == 0)
		return with_tag(xasprintf("%s/vnetlab", s), tag);
	return with_tag(xasprintf("/tmp/vnetlab-%u", (unsigned)geteuid()), tag);
}

void run_dir_tidy(void)
{
	const char *given = getenv("VNETLAB_RUN_DIR");
	_cleanup_free_ char *tag = job_tag(getenv);
	_cleanup_free_ char *path = run_dir_path();

	if (tag && !(given && *given))
		rmdir(path); /* unless a lab is in it */
}

/* In /tmp anybody may have been here first: a link that somebody else made leads where he wants.
 * Links of our own, and of root, are as good as what they lead to. */
static int open_unless_foreign_link(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 || (errno != ELOOP && errno != ENOTDIR))
		return fd < 0 ? err_sys(e, errno, "run directory %s", path) : fd;
	if (lstat(path, &st) < 0)
		return err_sys(e, errno, "run directory %s", path);
	if (S_ISLNK(st.st_mode) && st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(
		    e, EPERM,
		    "run directory %s is a link that user %u made, and is not "
		    "followed: remove it, or set VNETLAB_RUN_DIR to a folder of your own",
		    path, (unsigned)st.st_uid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, errno, "run directory %s", path) : fd;
}

int run_dir_open(bool create, int *ret_fd, char **ret_path, struct err *e)
{
	_cleanup_free_ char *path = run_dir_path();
	struct stat st;

	if (create && mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(e, errno,
		               "run directory %s cannot be made (set VNETLAB_RUN_DIR to one that "
		               "can)",
		               path);
	_cleanup_close_ int fd = open_unless_foreign_link(path, e);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "run directory %s", path);
	/* In a world-writable parent somebody else may have made it first. */
	if (st.st_uid != geteuid())
		return err_set(e, EPERM,
		               "run directory %s belongs to user %u: remove it, or set "
		               "VNETLAB_RUN_DIR to one of your own",
		               path, (unsigned)st.st_uid);
	if (st.st_mode & 022)
		return err_set(e, EPERM,
		               "run directory %s is writable by others: chmod 700 it, or set "
		               "VNETLAB_RUN_DIR",
		               path);
	if (ret_path) {
		/* The path of the file that was opened, whatever its name leads to by now. */
		char link[32], real[PATH_MAX];

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		ssize_t n = readlink(link, real, sizeof(real) - 1);

		if (n < 0)
			return err_sys(e, errno, "run directory %s", path);
		*ret_path = xstrndup(real, (size_t)n);
	}
	*ret_fd = take_fd(fd);
	return 0;
}

/* --- the folder of a lab -----------------------------------------------------------------------
 *
 * The run directory may be one that others use, too ($HOME, by mistake): only what a driver made is
 * a lab's, and is ever removed.  What says so must be there from the first moment, so that a start
 * that got no further than its folder is known, too: it is the folder's mode, which mkdir() sets
 * and nobody else does. */
enum { LAB_DIR_MODE = S_ISVTX | 0700 };

static bool is_labs(int dir_fd)
{
	struct stat st;

	/* Set-group-id comes from the folder that it is in, without being asked for. */
	return fstat(dir_fd, &st) == 0 && (st.st_mode & ALLPERMS & ~S_ISGID) == LAB_DIR_MODE &&
	       st.st_uid == geteuid();
}

int lab_dir_open(int run_fd, const char *name)
{
	int fd = openat(run_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || is_labs(fd))
		return fd;
	close(fd);
	errno = ENOTEMPTY;
	return -1;
}

static void remove_if(int dir_fd, const char *file, mode_t type)
{
	struct stat st;

	if (fstatat(dir_fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & S_IFMT) == type)
		unlinkat(dir_fd, file, 0);
}

int lab_cgroup_note(int dir_fd, const char *path)
{
	_cleanup_close_ int fd =
	    openat(dir_fd, CGROUP_NOTE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 || write(fd, path, strlen(path)) < 0 ? -errno : 0;
}

int lab_cgroup_remove(int dir_fd, int wait_ms)
{
	_cleanup_close_ int fd =
	    openat(dir_fd, CGROUP_NOTE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	char path[PATH_MAX];
	struct stat st;
	ssize_t n = fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid()
	                ? 0
	                : read(fd, path, sizeof(path) - 1);

	if (n > 0) {
		path[n] = '\0';
		if (cgroup_remove(path, wait_ms) == -EBUSY)
			return -EBUSY;
	}
	remove_if(dir_fd, CGROUP_NOTE, S_IFREG);
	return 0;
}

void lab_dir_remove(int run_fd, int dir_fd, const char *name)
{
	/* Later, by who looks next. */
	if (lab_cgroup_remove(dir_fd, CGROUP_WAIT_MS) < 0)
		return;
	remove_if(dir_fd, "control", S_IFSOCK);
	remove_if(dir_fd, "lock", S_IFREG);
	remove_if(dir_fd, "ended", S_IFREG);
	remove_if(dir_fd, LAB_HOLDER, S_IFREG);
	remove_if(dir_fd, LAB_HOLDER_NEW, S_IFREG);
	unlinkat(run_fd, name, AT_REMOVEDIR);
}

/* The file that we locked may have been unlinked by a sweep between open and lock. */
static bool still_there(int dir_fd, int lock)
{
	struct stat a, b;

	return fstat(lock, &a) == 0 && fstatat(dir_fd, "lock", &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

bool lab_lock_held(int run_fd, const char *name)
{
	_cleanup_close_ int dir = lab_dir_open(run_fd, name);

	if (dir < 0)
		return false;
	_cleanup_close_ int lock = openat(dir, "lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (lock < 0) { /* a start that got no further than the directory: no lab */
		lab_cgroup_remove(dir, 0);
		unlinkat(run_fd, name, AT_REMOVEDIR);
		return false;
	}
	/* Shared, so that two who look at the same time do not take each other for a driver. */
	if (flock(lock, LOCK_SH | LOCK_NB) < 0)
		return true;
	if (flock(lock, LOCK_EX | LOCK_NB) == 0 && still_there(dir, lock))
		lab_dir_remove(run_fd, dir, name);
	return false;
}

int lab_lock_pid(int run_fd, const char *name)
{
	_cleanup_close_ int dir = lab_dir_open(run_fd, name);

	if (dir < 0)
		return 0;
	_cleanup_close_ int lock = openat(dir, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char buf[32] = "";

	if (lock < 0 || read(lock, buf, sizeof(buf) - 1) <= 0)
		return 0;
	return (int)strtol(buf, NULL, 10);
}

/* The one place that sleeps: flock(2) waits for ever or not at all, and who holds the lock for a
 * moment (a driver that is going, a look of `ls`) tells nobody when it lets go. */
void nap_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

int lab_lock_take(int run_fd, const char *name, int *ret_dir, int *ret_lock, struct err *e)
{
	for (int waited = 0;; waited += 5) {
		if (mkdirat(run_fd, name, LAB_DIR_MODE) < 0 && errno != EEXIST)
			return err_sys(e, errno, "lab %s: making its run directory", name);
		_cleanup_close_ int dir = lab_dir_open(run_fd, name);

		if (dir < 0) {
			if (errno == ENOENT && waited < LOCK_PATIENCE_MS)
				continue; /* swept between the two */
			if (errno == ENOTEMPTY || errno == ENOTDIR || errno == ELOOP)
				return err_set(
				    e, ENOTEMPTY,
				    "lab %s: the run directory has something of that "
				    "name that no lab made, and that stays as it is: move "
				    "it, choose another name with -n, or set "
				    "VNETLAB_RUN_DIR to a folder of vnetlab's own",
				    name);
			return err_sys(e, errno, "lab %s: its run directory", name);
		}
		_cleanup_close_ int lock =
		    openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

		if (lock < 0) {
			if (errno == ENOENT && waited < LOCK_PATIENCE_MS)
				continue;
			return err_sys(e, errno, "lab %s: its lock", name);
		}
		if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
			if (!still_there(dir, lock))
				continue;
			remove_if(dir, "control", S_IFSOCK);
			remove_if(dir, "ended", S_IFREG);
			remove_if(dir, LAB_HOLDER, S_IFREG);
			lab_cgroup_remove(dir, CGROUP_WAIT_MS);
			*ret_dir = take_fd(dir);
			*ret_lock = take_fd(lock);
			return 0;
		}
		/* A driver holds it for its life, `ls` for microseconds: only the one has a socket
		 * that answers.  A driver that is going may need a moment. */
		_cleanup_close_ int sock = -1;

		if (lab_socket_connect(run_fd, name, &sock, NULL) == 0 ||
		    waited >= LOCK_PATIENCE_MS)
			return err_set(e, EEXIST, "lab %s runs already", name);
		nap_ms(5);
	}
}

bool lab_lock_gone(int run_fd, const char *name, int ms)
{
	for (int waited = 0; lab_lock_held(run_fd, name); waited += 2) {
		if (waited >= ms)
			return false;
		nap_ms(2);
	}
	return true;
}

static void sock_path(struct sockaddr_un *sa, int dir_fd, const char *file)
{
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	/* sun_path has 108 bytes, run directories may have more. */
	snprintf(sa->sun_path, sizeof(sa->sun_path), "/proc/self/fd/%d/%s", dir_fd, file);
}

int lab_socket_connect(int run_fd, const char *name, int *ret_fd, struct err *e)
{
	struct sockaddr_un sa;
	_cleanup_close_ int dir = lab_dir_open(run_fd, name);

	if (dir < 0)
		return err_sys(e, errno, "lab %s", name);
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(e, errno, "socket");
	/* A driver that takes nobody any more keeps nobody waiting: EAGAIN. */
	struct timeval patience = { .tv_usec = CONNECT_MS * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	sock_path(&sa, dir, "control");
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return err_sys(e, errno, "lab %s: connecting to its driver", name);
	*ret_fd = take_fd(fd);
	return 0;
}

int lab_socket_bind(int dir_fd, int *ret_fd, struct err *e)
{
	struct sockaddr_un sa;
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return err_sys(e, errno, "socket");
	sock_path(&sa, dir_fd, "control");
	/* fchmod before bind: never accessible to others, not even for a moment. */
	if (fchmod(fd, 0600) < 0)
		return err_sys(e, errno, "control socket");
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return err_sys(e, errno, "control socket");
	*ret_fd = take_fd(fd);
	return 0;
}
