#include "lab/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "base/tree.h"
#include "kernel/limits.h"

/* Daemons look up the users that their packages made, and change to them.  In a lab every one of
 * them is id 0: the only one that a user namespace of an ordinary user has, and so the same as
 * root's.  Root comes first, for who asks the other way round. */
static const char *const USERS[] = { "root",  "daemon",    "nobody", "frr",     "bird",    "exabgp",
	                             "gobgp", "_openbgpd", "_bgpd",  "_bgplgd", "tcpdump", "sshd" };
static const char *const GROUPS[] = { "root",  "daemon",  "nogroup", "adm",    "tty",
	                              "frr",   "frrvty",  "bird",    "exabgp", "_openbgpd",
	                              "_bgpd", "_bgplgd", "tcpdump" };

/* What programs expect of the host's /etc, where it exists. */
static const char *const HOST_ETC[] = {
	"alternatives",
	"bash.bashrc",
	"ca-certificates",
	"crypto-policies",
	"debian_version",
	"inputrc",
	"ld.so.cache",
	"ld.so.conf",
	"ld.so.conf.d",
	"localtime",
	"magic",
	"nanorc",
	"os-release",
	"pki",
	"profile",
	"protocols",
	"rpc",
	"services",
	"ssl",
	"terminfo",
	"vim",
};

static int make_dir(const char *path, struct err *e)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_sys(e, errno, "mkdir %s", path);
	return 0;
}

/* path and what leads to it, from byte `from` on (what is before exists). */
static int make_path(char *path, size_t from, struct err *e)
{
	for (char *p = path + from; (p = strchr(p + 1, '/'));) {
		*p = '\0';
		int r = make_dir(path, e);

		*p = '/';
		if (r < 0)
			return r;
	}
	return make_dir(path, e);
}

static int write_file(const char *path, const char *s, size_t n, unsigned mode, struct err *e)
{
	/* It may be one of our links to the host's /etc, which must not be written through. */
	unlink(path);
	_cleanup_close_ int fd =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode ? mode : 0644);

	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	int r = write_all(fd, s, n);

	return r < 0 ? err_sys(e, -r, "%s", path) : 0;
}

/* Where a path of the node is in the lab's tmpfs; -EINVAL outside of the private directories. */
static int inside(const struct node *n, const char *path, char **ret, struct err *e)
{
	if (str_starts(path, "/var/run/"))
		path += strlen("/var");
	if ((!str_starts(path, "/etc/") && !str_starts(path, "/run/") &&
	     !str_starts(path, "/var/")) ||
	    strstr(path, "/../"))
		return err_set(e, EINVAL,
		               "%s: an image's files are below /etc, /run or /var, not %s", n->name,
		               path);
	*ret = xasprintf("%s%s", n->dir, path);
	return 0;
}

int node_files(struct node *n, const struct image_plan *plan, struct err *e)
{
	size_t base = strlen(n->dir);

	for (char **dir = plan->dirs; dir && *dir; dir++) {
		_cleanup_free_ char *path = NULL;
		int r = inside(n, *dir, &path, e);

		if (r == 0)
			r = make_path(path, base, e);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < plan->n_files; i++) {
		const struct image_file *f = &plan->files[i];
		_cleanup_free_ char *path = NULL;
		int r = inside(n, f->path, &path, e);

		if (r < 0)
			return r;
		char *slash = strrchr(path, '/');

		*slash = '\0';
		r = make_path(path, base, e);
		*slash = '/';
		if (r == 0)
			r = write_file(path, f->content, f->size, f->mode, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int etc_link(const char *etc, const char *name, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", etc, name);
	_cleanup_free_ char *to = xasprintf("/run/.host-etc/%s", name);
	_cleanup_free_ char *host = xasprintf("/etc/%s", name);

	if (access(host, F_OK) < 0)
		return 0;
	if (symlink(to, path) < 0 && errno != EEXIST)
		return err_sys(e, errno, "%s", path);
	return 0;
}

static int etc_accounts(const char *etc, struct err *e)
{
	_cleanup_str_ struct str pw = { 0 }, gr = { 0 };
	_cleanup_free_ char *passwd = xasprintf("%s/passwd", etc);
	_cleanup_free_ char *group = xasprintf("%s/group", etc);

	for (size_t i = 0; i < ARRAY_LEN(USERS); i++)
		str_printf(&pw, "%s:x:0:0:%s:%s:/bin/sh\n", USERS[i], USERS[i], i ? "/" : "/root");
	for (size_t i = 0; i < ARRAY_LEN(GROUPS); i++)
		str_printf(&gr, "%s:x:0:%s\n", GROUPS[i], streq(GROUPS[i], "frrvty") ? "frr" : "");
	int r = write_file(passwd, str_get(&pw), pw.n, 0644, e);

	return r < 0 ? r : write_file(group, str_get(&gr), gr.n, 0644, e);
}

static int etc_fill(const struct node *n, struct err *e)
{
	_cleanup_free_ char *etc = xasprintf("%s/etc", n->dir);
	_cleanup_free_ char *hosts = xasprintf("%s/hosts", etc);
	_cleanup_free_ char *nss = xasprintf("%s/nsswitch.conf", etc);
	_cleanup_free_ char *hostname = xasprintf("%s/hostname", etc);
	_cleanup_free_ char *text = xasprintf("127.0.0.1 localhost\n127.0.1.1 %s\n", n->name);
	_cleanup_free_ char *name = xasprintf("%s\n", n->name);
	static const char NSS[] = "passwd: files\ngroup: files\nhosts: files\nservices: files\n"
	                          "protocols: files\n";
	int r = etc_accounts(etc, e);

	if (r == 0)
		r = write_file(hosts, text, strlen(text), 0644, e);
	if (r == 0)
		r = write_file(nss, NSS, strlen(NSS), 0644, e);
	if (r == 0)
		r = write_file(hostname, name, strlen(name), 0644, e);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(HOST_ETC); i++)
		r = etc_link(etc, HOST_ETC[i], e);
	/* python3.11, python3.12, ...: whichever there is */
	for (int minor = 8; r == 0 && minor < 20; minor++) {
		char py[64];

		snprintf(py, sizeof(py), "python3.%d", minor);
		r = etc_link(etc, py, e);
	}
	return r;
}

static int skeleton(struct node *n, struct err *e)
{
	static const char *const DIRS[] = {
		"",           "/etc",     "/run",     "/run/.host-etc", "/run/lock", "/var",
		"/var/cache", "/var/lib", "/var/log", "/var/spool",     "/var/tmp"
	};

	for (size_t i = 0; i < ARRAY_LEN(DIRS); i++) {
		_cleanup_free_ char *path = xasprintf("%s%s", n->dir, DIRS[i]);
		int r = make_dir(path, e);

		if (r < 0)
			return r;
	}
	_cleanup_free_ char *run = xasprintf("%s/var/run", n->dir);
	_cleanup_free_ char *lock = xasprintf("%s/var/lock", n->dir);

	if ((symlink("/run", run) < 0 || symlink("/run/lock", lock) < 0) && errno != EEXIST)
		return err_sys(e, errno, "%s", run);
	return etc_fill(n, e);
}

static int open_dir(const struct node *n, const char *sub, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s%s", n->dir, sub);
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? err_sys(e, errno, "%s", path) : fd;
}

/* Descriptors, because each of these mounts may hide the path of the next one's source: the run
 * directory may be below /run or /var. */
static int bind_all(const struct node *n, struct err *e)
{
	static const struct {
		const char *sub, *over;
	} BINDS[] = { { "/etc", "/etc" }, { "/var", "/var" }, { "/run", "/run" } };
	int fds[ARRAY_LEN(BINDS)], r = 0;
	_cleanup_free_ char *host = xasprintf("%s/run/.host-etc", n->dir);

	/* With what is mounted below it: in a user namespace the kernel refuses to show what such a
	 * mount hides, and in containers /etc/hosts is one. */
	if (mount("/etc", host, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(e, errno, "binding /etc to %s", host);
	for (size_t i = 0; i < ARRAY_LEN(BINDS); i++) {
		fds[i] = open_dir(n, BINDS[i].sub, e);
		if (fds[i] < 0)
			r = fds[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(BINDS); i++) {
		char from[32];

		snprintf(from, sizeof(from), "/proc/self/fd/%d", fds[i]);
		if (r == 0 && mount(from, BINDS[i].over, NULL, MS_BIND | MS_REC, NULL) < 0)
			r = err_sys(e, errno, "binding a private %s", BINDS[i].over);
		close_p(&fds[i]);
	}
	return r;
}

/* In this process, which has one thread: there and back again, no fork. */
static int open_mntns(struct driver *d, struct node *n, struct err *e)
{
	if (unshare(CLONE_NEWNS) < 0)
		return err_unshare(e, errno, CLONE_NEWNS);
	int r = bind_all(n, e);

	if (r == 0) {
		n->mntns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
		if (n->mntns < 0)
			r = err_sys(e, errno, "/proc/self/ns/mnt");
	}
	if (setns(d->mntns, CLONE_NEWNS) < 0) {
		/* Going on in a node's file system would mix up everything. */
		fprintf(stderr, "vnetlab: cannot return to the lab's mount namespace: %m\n");
		abort();
	}
	return r;
}

int node_mounts(struct driver *d, struct node *n, const struct image_plan *plan, struct err *e)
{
	n->dir = xasprintf("%s/%u", d->root, d->next_node++);
	int r = skeleton(n, e);

	if (r == 0)
		r = node_files(n, plan, e);
	if (r == 0)
		r = open_mntns(d, n, e);
	return r < 0 ? err_wrap(e, "%s: its files", n->name) : 0;
}

void node_dir_remove(struct driver *d, struct node *n)
{
	(void)d;
	if (!n->dir)
		return;
	tree_remove(n->dir);
	free(n->dir);
	n->dir = NULL;
}
