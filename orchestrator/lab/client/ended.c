/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/client/ended.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/client/paths.h"

enum { GOING_MS = 5000, ALIVE_MS = 300, TEXT_MAX = LAST_WORDS_MAX + 300 };

static char *describe_end(int wstatus, bool starved, const char *words)
{
	struct str s = { 0 };

	if (WIFSIGNALED(wstatus)) {
		int sig = WTERMSIG(wstatus);

		str_printf(&s, "was killed by signal %d (%s)", sig, strsignal(sig));
		if (sig == SIGKILL && starved)
			str_add(&s, ", and the kernel has killed for want of memory meanwhile");
	} else {
		str_printf(&s, "exited with status %d", WEXITSTATUS(wstatus));
	}
	if (*words)
		str_printf(&s, "; its last words:\n%s", words);
	else
		str_add(&s, ", without a word");
	return str_take(&s);
}

void ended_write(int dir_fd, int wstatus, bool starved, const char *words)
{
	_cleanup_free_ char *text = describe_end(wstatus, starved, words);

	unlinkat(dir_fd, "ended", 0);
	_cleanup_close_ int fd =
	    openat(dir_fd, "ended", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	/* Without a place to write to nobody is told, and nobody can be told of that either. */
	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		unlinkat(dir_fd, "ended", 0);
}

char *ended_text(int run_fd, const char *name)
{
	_cleanup_close_ int dir = lab_dir_open(run_fd, name);

	if (dir < 0)
		return NULL;
	_cleanup_close_ int fd =
	    openat(dir, "ended", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	char buf[TEXT_MAX];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (n = read(fd, buf, sizeof(buf))) <= 0)
		return NULL;
	_cleanup_free_ char *how = xstrndup(buf, (size_t)n);

	return xasprintf("its driver %s", how);
}

char *ended_of(const char *lab)
{
	_cleanup_close_ int run = -1;

	if (lab_name_check(lab, NULL) < 0 || run_dir_open(false, &run, NULL, NULL) < 0)
		return NULL;
	return ended_text(run, lab);
}

void ended_forget(int run_fd, const char *name)
{
	_cleanup_close_ int dir = lab_dir_open(run_fd, name);

	if (dir < 0)
		return;
	unlinkat(dir, "ended", 0);
	unlinkat(dir, LAB_HOLDER, 0);
	unlinkat(run_fd, name, AT_REMOVEDIR); /* unless a driver is in there again */
}

char *ended_all(bool forget)
{
	_cleanup_close_ int run = -1;
	struct str all = { 0 };
	struct dirent *de;

	if (run_dir_open(false, &run, NULL, NULL) < 0)
		return NULL;
	DIR *d = fdopendir(run);

	if (!d)
		return NULL;
	take_fd(run);
	while ((de = readdir(d))) {
		if (lab_name_check(de->d_name, NULL) < 0)
			continue;
		_cleanup_free_ char *how = ended_text(dirfd(d), de->d_name);

		if (!how)
			continue;
		str_printf(&all, "%slab %s: %s", all.n ? "\n" : "", de->d_name, how);
		if (forget)
			ended_forget(dirfd(d), de->d_name);
	}
	closedir(d);
	return all.n ? str_take(&all) : NULL;
}

int ended_err(const char *name, struct err *e)
{
	_cleanup_close_ int run = -1, sock = -1;

	if (run_dir_open(false, &run, NULL, NULL) < 0)
		return err_set(e, ECONNRESET, "lab %s: its driver has gone, and its folder, too",
		               name);
	/* Its sockets close before the last of it is dead; one that answers is alive. */
	if (!lab_lock_gone(run, name, ALIVE_MS) &&
	    (lab_socket_connect(run, name, &sock, NULL) == 0 ||
	     !lab_lock_gone(run, name, GOING_MS)))
		return err_set(e, ECONNRESET, "lab %s: its driver has closed the connection", name);
	_cleanup_free_ char *how = ended_text(run, name);

	return err_set(e, ECONNRESET, "lab %s: %s", name,
	               how ? how : "it was ended while this command waited for its driver");
}
