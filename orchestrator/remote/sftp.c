/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies files to the other machine and back, by SFTP. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "remote/ssh_priv.h"

enum { FOLDERS_DEEP = 2, DOWNLOADED_MAX = 20000, DOWNLOAD_MAX = 256 * 1024 * 1024, DEPTH_MAX = 40 };

static long step_deadline(void)
{
	return clock_ms() + SSH_STEP_MS;
}

static int sftp_begin(struct ssh *s, struct err *e)
{
	if (s->sftp)
		return 0;
	s->sftp = SSH_GET(s, step_deadline(), libssh2_sftp_init(s->s), "SFTP", e);
	/* Again: see open_channel().  Not for a session without SFTP: libssh2 1.11 would close
	 * it first, and then report for ever that it is still doing so. */
	if (!s->sftp && e->code == EPROTO && strstr(e->msg, "Unable to startup channel"))
		s->sftp = SSH_GET(s, step_deadline(), libssh2_sftp_init(s->s), "SFTP", e);
	if (s->sftp)
		return 0;
	if (e->code == EPROTO)
		return err_set(e, EOPNOTSUPP,
		               "%s: the server has no SFTP, by which the design goes there "
		               "(Subsystem sftp in its sshd_config)",
		               s->name);
	return -e->code;
}

/* Ends the SFTP session, as a server may allow a single session. */
static int sftp_end(struct ssh *s, struct err *e)
{
	ssize_t r = SSH_DO(s, step_deadline(), libssh2_sftp_shutdown(s->sftp), "SFTP", e);

	if (r >= 0)
		s->sftp = NULL;
	return r < 0 ? (int)r : 0;
}

/* sftp-server says "failure" for most things, a full disk among them. */
static bool is_remote_disk_full(struct ssh *s, const char *folder)
{
	LIBSSH2_SFTP_STATVFS st = { 0 };
	struct err ignored = { 0 };

	if (SSH_DO(s, step_deadline(), libssh2_sftp_statvfs(s->sftp, folder, strlen(folder), &st),
	           "SFTP", &ignored) < 0)
		return false;
	return st.f_bavail * st.f_frsize < 64 * 1024 || (st.f_files && !st.f_favail);
}

static int sftp_failed(struct ssh *s, const char *what, const char *folder, const char *path,
                       struct err *e)
{
	static const char *const words[] = {
		[LIBSSH2_FX_NO_SUCH_FILE] = "no such file or folder",
		[LIBSSH2_FX_PERMISSION_DENIED] = "permission denied",
		[LIBSSH2_FX_OP_UNSUPPORTED] = "the server cannot do that",
		[LIBSSH2_FX_FILE_ALREADY_EXISTS] = "it exists already",
		[LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM] = "no space left on the disk there",
		[LIBSSH2_FX_QUOTA_EXCEEDED] = "the disk quota there is exceeded",
	};
	int r = ssh_failed(s, what, e);

	if (r == -ECONNRESET || libssh2_session_last_errno(s->s) != LIBSSH2_ERROR_SFTP_PROTOCOL)
		return r;
	unsigned long code = libssh2_sftp_last_error(s->sftp);
	const char *word = code < ARRAY_LEN(words) ? words[code] : NULL;

	if (!word && is_remote_disk_full(s, folder))
		word = "no space left on the disk there";
	return err_set(e, code == LIBSSH2_FX_NO_SUCH_FILE ? ENOENT : EIO, "%s: %s %s: %s", s->name,
	               what, path, word ? word : "the server says only that it failed");
}

/* --- there --- */

static int write_remote_file(struct ssh *s, const char *folder, const char *path, const char *data,
                             size_t n, struct err *e)
{
	LIBSSH2_SFTP_HANDLE *h;
	struct err first = { 0 };

	while (!(h = libssh2_sftp_open(s->sftp, path,
	                               LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC,
	                               0600))) {
		if (libssh2_session_last_errno(s->s) != LIBSSH2_ERROR_EAGAIN)
			return sftp_failed(s, "writing", folder, path, e);
		int r = ssh_wait(s, step_deadline(), "writing a file", e);

		if (r < 0)
			return r;
	}
	int r = 0;

	for (size_t at = 0; at < n && r == 0;) {
		/* Some at a time: libssh2 keeps what was not acknowledged yet. */
		ssize_t w = libssh2_sftp_write(h, data + at, n - at < 32768 ? n - at : 32768);

		if (w == LIBSSH2_ERROR_EAGAIN)
			r = ssh_wait(s, step_deadline(), "writing a file", &first);
		else if (w < 0)
			r = sftp_failed(s, "writing", folder, path, &first);
		else
			at += (size_t)w;
	}
	if (first.code == ECONNRESET || first.code == ETIMEDOUT) {
		*e = first; /* the handle goes with the session */
		return r;
	}
	ssize_t closed;

	while ((closed = libssh2_sftp_close(h)) == LIBSSH2_ERROR_EAGAIN)
		if (ssh_wait(s, step_deadline(), "writing a file", e) < 0)
			return -e->code;
	if (r < 0)
		*e = first;
	else if (closed < 0)
		r = sftp_failed(s, "writing", folder, path, e);
	return r;
}

/* Makes each folder of a path below `folder` that is not there. */
static int make_local_folders(struct ssh *s, const char *folder, const char *path, struct err *e)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		_cleanup_free_ char *full = xasprintf("%s/%.*s", folder, (int)(slash - path), path);
		LIBSSH2_SFTP_ATTRIBUTES a;
		struct err ignored = { 0 };
		ssize_t r;

		while ((r = libssh2_sftp_mkdir(s->sftp, full, 0700)) == LIBSSH2_ERROR_EAGAIN)
			if (ssh_wait(s, step_deadline(), "making a folder", e) < 0)
				return -e->code;
		if (r == 0)
			continue;
		r = sftp_failed(s, "making the folder", folder, full, e);
		if (r == -ECONNRESET || r == -ETIMEDOUT ||
		    SSH_DO(s, step_deadline(), libssh2_sftp_lstat(s->sftp, full, &a), "SFTP",
		           &ignored) < 0 ||
		    !LIBSSH2_SFTP_S_ISDIR(a.permissions))
			return (int)r;
	}
	return 0;
}

int ssh_upload(struct ssh *s, const char *folder, const struct ssh_file *files, size_t n,
               struct err *e)
{
	int r = sftp_begin(s, e);

	for (size_t i = 0; i < n && r == 0; i++) {
		_cleanup_free_ char *full = xasprintf("%s/%s", folder, files[i].path);

		r = make_local_folders(s, folder, files[i].path, e);
		if (r == 0)
			r = write_remote_file(s, folder, full, files[i].data, files[i].n, e);
	}
	return r < 0 ? r : sftp_end(s, e);
}

/* --- folders there --- */

struct entry {
	char *name;
	bool folder, file;
};

static void entries_free(struct entry *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].name);
	free(list);
}

static int list_remote_folder(struct ssh *s, const char *folder, struct entry **ret, size_t *ret_n,
                              struct err *e)
{
	LIBSSH2_SFTP_ATTRIBUTES a;
	LIBSSH2_SFTP_HANDLE *h;
	struct entry *list = NULL;
	size_t n = 0, cap = 0;
	char name[1024];
	ssize_t r;

	while (!(h = libssh2_sftp_opendir(s->sftp, folder))) {
		if (libssh2_session_last_errno(s->s) != LIBSSH2_ERROR_EAGAIN)
			return sftp_failed(s, "reading the folder", folder, folder, e);
		if (ssh_wait(s, step_deadline(), "reading a folder", e) < 0)
			return -e->code;
	}
	for (;;) {
		r = libssh2_sftp_readdir(h, name, sizeof(name) - 1, &a);
		if (r == LIBSSH2_ERROR_EAGAIN) {
			if (ssh_wait(s, step_deadline(), "reading a folder", e) < 0) {
				entries_free(list, n);
				return -e->code;
			}
			continue;
		}
		if (r <= 0)
			break;
		name[r] = 0;
		if (!streq(name, ".") && !streq(name, "..") && !strchr(name, '/'))
			VEC_PUSH(list, n, cap) =
			    (struct entry){ xstrdup(name), LIBSSH2_SFTP_S_ISDIR(a.permissions),
				            LIBSSH2_SFTP_S_ISREG(a.permissions) };
	}
	if (r < 0)
		r = sftp_failed(s, "reading the folder", folder, folder, e);
	struct err ignored = { 0 };

	(void)SSH_DO(s, step_deadline(), libssh2_sftp_closedir(h), "SFTP", &ignored);
	if (r < 0) {
		entries_free(list, n);
		return (int)r;
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

static int remove_one(struct ssh *s, const char *path, bool folder, struct err *e)
{
	ssize_t r;

	while ((r = folder ? libssh2_sftp_rmdir(s->sftp, path)
	                   : libssh2_sftp_unlink(s->sftp, path)) == LIBSSH2_ERROR_EAGAIN)
		if (ssh_wait(s, step_deadline(), "removing a file", e) < 0)
			return -e->code;
	return r < 0 ? sftp_failed(s, "removing", path, path, e) : 0;
}

static int remove_tree(struct ssh *s, const char *folder, int depth, struct err *e)
{
	struct entry *list = NULL;
	size_t n = 0;
	int r = depth > DEPTH_MAX ? err_set(e, ELOOP, "%s: nested too deep", folder)
	                          : list_remote_folder(s, folder, &list, &n, e);

	for (size_t i = 0; i < n && r == 0; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", folder, list[i].name);

		r = list[i].folder ? remove_tree(s, path, depth + 1, e)
		                   : remove_one(s, path, false, e);
	}
	entries_free(list, n);
	return r == 0 ? remove_one(s, folder, true, e) : r;
}

int ssh_remove_folder(struct ssh *s, const char *folder, struct err *e)
{
	int r = sftp_begin(s, e);

	return r < 0 ? r : remove_tree(s, folder, 0, e);
}

/* --- back --- */

static int receive_file(struct ssh *s, LIBSSH2_SFTP_HANDLE *h, int fd, const char *from,
                        const char *to, struct err *e)
{
	char buf[32768];
	size_t total = 0;

	for (;;) {
		ssize_t n = libssh2_sftp_read(h, buf, sizeof(buf));

		if (n == LIBSSH2_ERROR_EAGAIN) {
			if (ssh_wait(s, step_deadline(), "reading a file", e) < 0)
				return -e->code;
			continue;
		}
		if (n < 0)
			return sftp_failed(s, "reading", from, from, e);
		if (n == 0)
			return 0;
		total += (size_t)n;
		if (total > DOWNLOAD_MAX)
			return err_set(e, EFBIG, "%s: %s is bigger than 256 MiB", s->name, from);
		int r = write_all(fd, buf, (size_t)n);

		if (r < 0)
			return err_sys(e, -r, "writing %s", to);
	}
}

static int fetch_file(struct ssh *s, const char *from, const char *to, struct err *e)
{
	LIBSSH2_SFTP_HANDLE *h;
	_cleanup_close_ int fd =
	    open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_sys(e, errno, "writing %s", to);
	while (!(h = libssh2_sftp_open(s->sftp, from, LIBSSH2_FXF_READ, 0))) {
		if (libssh2_session_last_errno(s->s) != LIBSSH2_ERROR_EAGAIN)
			return sftp_failed(s, "reading", from, from, e);
		if (ssh_wait(s, step_deadline(), "reading a file", e) < 0)
			return -e->code;
	}
	int r = receive_file(s, h, fd, from, to, e);
	struct err ignored = { 0 };

	if (r != -ECONNRESET && r != -ETIMEDOUT)
		(void)SSH_DO(s, step_deadline(), libssh2_sftp_close(h), "SFTP", &ignored);
	return r;
}

static bool names_have(const char *name, const char *const *names)
{
	while (*names && !streq(*names, name))
		names++;
	return *names;
}

/* True if a file name that the other machine chooses is harmless here. */
static bool is_harmless_name(const char *name)
{
	return *name && *name != '.' && *name != '-' &&
	       !name[strspn(name,
	                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")];
}

/* A folder of ours, and no link to another. */
static int make_own_folder(const char *path, struct err *e)
{
	struct stat st;

	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_sys(e, errno, "%s", path);
	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ENOTDIR, "%s is no folder", path);
	return 0;
}

/* Copies all that has a harmless name, as deep as a report has folders. */
static int download_tree(struct ssh *s, const char *folder, const char *to, int depth, size_t *left,
                         struct err *e)
{
	struct entry *list = NULL;
	size_t n = 0;
	int r = make_own_folder(to, e);

	if (r == 0)
		r = list_remote_folder(s, folder, &list, &n, e);
	for (size_t i = 0; i < n && r == 0; i++) {
		_cleanup_free_ char *from = xasprintf("%s/%s", folder, list[i].name);
		_cleanup_free_ char *here = xasprintf("%s/%s", to, list[i].name);

		if (!is_harmless_name(list[i].name) || !*left)
			continue;
		--*left;
		if (list[i].file)
			r = fetch_file(s, from, here, e);
		else if (list[i].folder && depth > 1)
			r = download_tree(s, from, here, depth - 1, left, e);
	}
	entries_free(list, n);
	return r;
}

int ssh_download(struct ssh *s, const char *folder, const char *to, const char *const *names,
                 struct err *e)
{
	size_t left = DOWNLOADED_MAX;
	struct entry *list = NULL;
	size_t n = 0;
	int r = sftp_begin(s, e);

	if (r == 0)
		r = list_remote_folder(s, folder, &list, &n, e);
	for (size_t i = 0; i < n && r == 0; i++) {
		_cleanup_free_ char *from = xasprintf("%s/%s", folder, list[i].name);
		_cleanup_free_ char *here = xasprintf("%s/%s", to, list[i].name);

		if (list[i].file && names_have(list[i].name, names))
			r = fetch_file(s, from, here, e);
		else if (list[i].folder && is_harmless_name(list[i].name))
			r = download_tree(s, from, here, FOLDERS_DEEP, &left, e);
	}
	entries_free(list, n);
	return r;
}
