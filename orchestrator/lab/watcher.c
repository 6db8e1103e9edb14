/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watcher.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/client/ended.h"
#include "lab/client/paths.h"
#include "lab/proc/signals.h"

enum { GONE_MS = 2000 };

unsigned long long oom_kills(void)
{
	FILE *f = fopen("/proc/vmstat", "re");
	char line[128];
	unsigned long long n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (str_starts(line, "oom_kill ")) {
			n = strtoull(line + strlen("oom_kill "), NULL, 10);
			break;
		}
	if (f)
		fclose(f);
	return n;
}

/* Keeps the end of what is written to fd, until all of its writers have ended. */
static void listen_to(int fd, char last[LAST_WORDS_MAX + 1])
{
	char buf[4096];
	size_t n = 0;
	ssize_t k;

	while ((k = read(fd, buf, sizeof(buf))) > 0 || (k < 0 && errno == EINTR)) {
		size_t got = k > 0 ? (size_t)k : 0, from = 0;

		if (got > LAST_WORDS_MAX)
			from = got - LAST_WORDS_MAX;
		got -= from;
		if (n + got > LAST_WORDS_MAX) {
			size_t drop = n + got - LAST_WORDS_MAX;

			memmove(last, last + drop, n - drop);
			n -= drop;
		}
		memcpy(last + n, buf + from, got);
		n += got;
	}
	while (n && last[n - 1] == '\n')
		n--;
	last[n] = '\0';
	for (size_t i = 0; i < n; i++) /* for a terminal, and without a NUL inside */
		if ((unsigned char)last[i] < ' ' && last[i] != '\n' && last[i] != '\t')
			last[i] = '?';
}

_Noreturn void watcher_main(const struct watched *w)
{
	unsigned long long before = oom_kills();
	char words[LAST_WORDS_MAX + 1];
	int status, driver = 0;
	pid_t pid;

	listen_to(w->words_fd, words);
	while ((pid = waitpid(-1, &status, 0)) > 0 || (pid < 0 && errno == EINTR))
		if (pid > 0 && pid != w->middle)
			driver = status;
	if (driver) {
		ended_write(w->dir_fd, signals_wait_status(driver), oom_kills() > before, words);
		lab_cgroup_remove(w->dir_fd, GONE_MS);
		unlinkat(w->dir_fd, "control", 0);
		unlinkat(w->dir_fd, "lock", 0);
	} else {
		/* The lab's own root may have no right to. */
		lab_dir_remove(w->run_fd, w->dir_fd, w->lab);
	}
	_exit(0); /* lets go of the lock */
}
