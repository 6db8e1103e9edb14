/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/batch_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

/* Reads both to their ends. */
static void read_both(int out, int err, struct str *ret_out, struct str *ret_err)
{
	struct pollfd p[] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };
	struct str *to[] = { ret_out, ret_err };
	char buf[4096];

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++) {
			if (p[i].fd < 0 || !p[i].revents)
				continue;
			ssize_t n = read(p[i].fd, buf, sizeof(buf));

			if (n > 0)
				str_addn(to[i], buf, (size_t)n);
			else if (n == 0 || errno != EINTR)
				p[i].fd = -1;
		}
	}
}

static int how_it_ended(const char *name, int status, const struct str *said, struct err *e)
{
	size_t n = said->n;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	while (n && said->s[n - 1] == '\n')
		n--;
	return err_set(e, EIO, "%s failed: %.*s", name, (int)n, n ? said->s : "");
}

int program_output(const char *const *argv, char **ret, struct err *e)
{
	_cleanup_str_ struct str out = { 0 }, said = { 0 };
	posix_spawn_file_actions_t actions;
	int o[2], s[2], status = 0;
	pid_t pid;

	if (pipe2(o, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	if (pipe2(s, O_CLOEXEC) < 0) {
		close(o[0]);
		close(o[1]);
		return err_sys(e, errno, "pipe");
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, o[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, s[1], STDERR_FILENO);
	int why = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);

	posix_spawn_file_actions_destroy(&actions);
	close(o[1]);
	close(s[1]);
	if (why == 0)
		read_both(o[0], s[0], &out, &said);
	close(o[0]);
	close(s[0]);
	if (why)
		return why == ENOENT ? err_set(e, ENOPKG, "there is no program %s", argv[0])
		                     : err_sys(e, why, "starting %s", argv[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	int r = how_it_ended(argv[0], status, &said, e);

	if (r == 0)
		*ret = str_take(&out);
	return r;
}
