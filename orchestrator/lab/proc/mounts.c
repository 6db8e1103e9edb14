/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
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

/* Files that programs expect in the host's /etc, where they exist: nothing in there is secret, and
 * nothing else of it is shown. */
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
	"pki/ca-trust",
	"pki/tls/cert.pem",
	"pki/tls/certs",
	"profile",
	"protocols",
	"rpc",
	"services",
	"ssl/certs",
	"ssl/openssl.cnf",
	"terminfo",
	"vim",
	/* whichever there is */
	"python3.8",
	"python3.9",
	"python3.10",
	"python3.11",
	"python3.12",
	"python3.13",
	"python3.14",
	"python3.15",
};

const char *host_etc(size_t i)
{
	return i < ARRAY_LEN(HOST_ETC) ? HOST_ETC[i] : NULL;
}

static int make_dir(const char *path, struct err *e)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_sys(e, errno, "mkdir %s", path);
	return 0;
}

char *node_path(const char *name)
{
	if (str_starts(name, "/var/run/"))
		name += strlen("/var");
	return xasprintf("%s%s", *name == '/' ? "" : "/run/", name);
}

/* -EINVAL outside of the private directories. */
static int check_own_path(const struct lab_node *n, const char *path, struct err *e)
{
	if ((!str_starts(path, "/etc/") && !str_starts(path, "/run/") &&
	     !str_starts(path, "/var/")) ||
	    strstr(path, "/../"))
		return err_set(e, EINVAL,
		               "%s: an image's files are below /etc, /run or /var, not %s", n->name,
		               path);
	return 0;
}

int node_files(struct lab_node *n, const struct image_plan *plan, struct err *e)
{
	_cleanup_close_ int root = open(n->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = root < 0 ? err_sys(e, errno, "%s", n->dir) : 0;

	for (char **dir = plan->dirs; r == 0 && dir && *dir; dir++) {
		_cleanup_free_ char *path = node_path(*dir);

		r = check_own_path(n, path, e);
		if (r < 0)
			break;
		_cleanup_close_ int fd = beneath_folder(root, path);

		if (fd < 0)
			r = err_sys(e, errno, "%s", path);
	}
	for (size_t i = 0; r == 0 && i < plan->n_files; i++) {
		const struct image_file *f = &plan->files[i];
		_cleanup_free_ char *path = node_path(f->path);

		r = check_own_path(n, path, e);
		if (r == 0)
			r = beneath_write(root, path, f->content, f->size, f->mode ? f->mode : 0644,
			                  e);
	}
	return r;
}

static int write_etc_file(const char *path, const char *s, size_t n, struct err *e)
{
	_cleanup_close_ int fd =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	int r = write_all(fd, s, n);

	return r < 0 ? err_sys(e, -r, "%s", path) : 0;
}

static int etc_link(const char *etc, const char *name, struct err *e)
{
	_cleanup_free_ char *host = xasprintf("/etc/%s", name);
	_cleanup_free_ char *top = xstrndup(name, strcspn(name, "/"));
	_cleanup_free_ char *path = xasprintf("%s/%s", etc, top);
	_cleanup_free_ char *to = xasprintf("/" HOST_ETC_DIR "/%s", top);

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
	int r = write_etc_file(passwd, str_get(&pw), pw.n, e);

	return r < 0 ? r : write_etc_file(group, str_get(&gr), gr.n, e);
}

static int etc_fill(const struct lab_node *n, struct err *e)
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
		r = write_etc_file(hosts, text, strlen(text), e);
	if (r == 0)
		r = write_etc_file(nss, NSS, strlen(NSS), e);
	if (r == 0)
		r = write_etc_file(hostname, name, strlen(name), e);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(HOST_ETC); i++)
		r = etc_link(etc, HOST_ETC[i], e);
	return r;
}

static int skeleton(struct lab_node *n, struct err *e)
{
	static const char *const DIRS[] = { "/etc",     "/run",       "/run/lock",  "/tmp",
		                            "/run/shm", "/var",       "/var/cache", "/var/lib",
		                            "/var/log", "/var/spool", "/var/tmp" };
	/* Any user in the node may write there. */
	static const char *const SHARED[] = { "/tmp", "/run/shm", "/var/tmp" };

	for (size_t i = 0; i < ARRAY_LEN(DIRS); i++) {
		_cleanup_free_ char *path = xasprintf("%s%s", n->dir, DIRS[i]);
		int r = make_dir(path, e);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < ARRAY_LEN(SHARED); i++) {
		_cleanup_free_ char *path = xasprintf("%s%s", n->dir, SHARED[i]);

		if (chmod(path, 01777) < 0)
			return err_sys(e, errno, "%s", path);
	}
	_cleanup_free_ char *run = xasprintf("%s/var/run", n->dir);
	_cleanup_free_ char *lock = xasprintf("%s/var/lock", n->dir);

	if ((symlink("/run", run) < 0 || symlink("/run/lock", lock) < 0) && errno != EEXIST)
		return err_sys(e, errno, "%s", run);
	return etc_fill(n, e);
}

int node_mounts(struct driver *d, struct lab_node *n, const struct image_plan *plan, struct err *e)
{
	n->dir = xasprintf("%s/%u", d->root, d->next_node++);
	int r = make_dir(n->dir, e);

	if (r == 0)
		r = skeleton(n, e);
	if (r == 0 && plan)
		r = node_files(n, plan, e);
	return r < 0 ? err_wrap(e, "%s: its files", n->name) : 0;
}

void node_dir_remove(struct driver *d, struct lab_node *n)
{
	(void)d;
	if (!n->dir)
		return;
	tree_remove(n->dir);
	free(n->dir);
	n->dir = NULL;
}
