/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tree.h"
#include "cmd/revision.h"

bool revision_named(const char *arg)
{
	const char *colon = strchr(arg, ':');

	return colon && colon != arg && colon[1] != '/' && access(arg, F_OK) < 0;
}

/* Runs a program of PATH to its end; its messages are the user's to read. */
static int run_to_end(const char *const argv[], struct err *e)
{
	pid_t pid;
	int status = 0;
	int r = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, environ);

	if (r)
		return err_sys(e, r, "%s", argv[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "%s", argv[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(e, EIO, "%s failed: is there such a revision and path?", argv[0]);
	return 0;
}

/* The top of the repository that we are in, "../.."; the caller frees. */
static char *repository_top(void)
{
	struct str at = { 0 };

	str_add(&at, ".");
	for (int up = 0; up < 64; up++) {
		_cleanup_free_ char *git = xasprintf("%s/.git", str_get(&at));

		if (access(git, F_OK) == 0)
			return str_take(&at);
		str_add(&at, "/..");
	}
	str_free_p(&at);
	return xstrdup("."); /* git says that it is none */
}

static int take_out(const char *tree, const char *folder, struct err *e)
{
	_cleanup_free_ char *tar = xasprintf("%s/.tar", folder);
	_cleanup_free_ char *out = xasprintf("--output=%s", tar), *top = repository_top();
	int r = run_to_end((const char *const[]){ "git", "-C", top, "archive", "--format=tar", out,
	                                          "--", tree, NULL },
	                   e);

	if (r == 0)
		r = run_to_end((const char *const[]){ "tar", "-xf", tar, "-C", folder,
		                                      "--no-same-owner", NULL },
		               e);
	unlink(tar);
	return r;
}

int revision_get(const char *arg, char **ret_folder, char **ret_path, struct err *e)
{
	const char *tmp = getenv("TMPDIR"), *colon = strchr(arg, ':'), *path = colon + 1;
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder =
	    xasprintf("%s/vnetlab-rev-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	_cleanup_free_ char *rev = xstrndup(arg, (size_t)(colon - arg));
	_cleanup_free_ char *tree = slash ? xstrndup(arg, (size_t)(slash - arg)) : xstrdup(rev);

	if (*rev == '-')
		return err_set(e, EINVAL, "%s: no revision begins with a dash", arg);
	if (!mkdtemp(folder))
		return err_sys(e, errno, "%s", folder);
	int r = take_out(tree, folder, e);

	if (r < 0) {
		tree_remove(folder);
		return err_wrap(e, "%s", arg);
	}
	*ret_path = xasprintf("%s/%s", folder, slash ? slash + 1 : path);
	*ret_folder = take_ptr(folder);
	return 0;
}
