/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/works.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static unsigned long number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoul(at + strlen(key), NULL, 10) : 0;
}

/* The text of a file of a process's folder in /proc; false: there is none. */
static bool read_proc(pid_t pid, const char *name, char *buf, size_t cap)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, cap - 1);

	buf[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* R, S, D, ..., from the text of /proc/PID/status; 0: it does not say. */
static char state_in(const char *text)
{
	const char *state = strstr(text, "\nState:\t");

	return state ? state[strlen("\nState:\t")] : 0;
}

/* A process that waits for one of its children sleeps as long as that one works: one of our own
 * programs, or any that the kernel ends or works for.  A daemon that spins says nothing of who
 * started it. */
static bool child_works(pid_t pid)
{
	char name[32], list[4096], text[4096], *end;

	snprintf(name, sizeof(name), "task/%d/children", (int)pid);
	if (!read_proc(pid, name, list, sizeof(list)))
		return false;
	for (const char *at = list;; at = end) {
		pid_t child = (pid_t)strtol(at, &end, 10);

		if (end == at)
			return false;
		if (!read_proc(child, "status", text, sizeof(text)))
			continue;
		bool ours = strncmp(text, "Name:\tvnetlab", strlen("Name:\tvnetlab")) == 0;

		if (state_in(text) == 'D' || (ours && state_in(text) == 'R'))
			return true;
	}
}

bool process_works(pid_t pid, unsigned long *switches, char *ret_state)
{
	char text[4096];

	*ret_state = 0;
	if (!read_proc(pid, "status", text, sizeof(text)))
		return false;
	/* "nonvoluntary_ctxt_switches" ends with the other's name */
	unsigned long now = number_after(text, "\nvoluntary_ctxt_switches:") +
	                    number_after(text, "\nnonvoluntary_ctxt_switches:");
	bool ran = *switches && now != *switches;

	*switches = now;
	*ret_state = state_in(text);
	if (strchr("TtZX", *ret_state))
		return false;
	return ran || *ret_state == 'R' || *ret_state == 'D' || child_works(pid);
}
