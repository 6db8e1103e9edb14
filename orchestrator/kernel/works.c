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

bool process_works(pid_t pid, unsigned long *switches, char *ret_state)
{
	char path[40], text[4096];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	*ret_state = 0;
	if (n <= 0)
		return false;
	text[n] = '\0';
	const char *state = strstr(text, "\nState:\t");
	/* "nonvoluntary_ctxt_switches" ends with the other's name */
	unsigned long now = number_after(text, "\nvoluntary_ctxt_switches:") +
	                    number_after(text, "\nnonvoluntary_ctxt_switches:");
	bool ran = *switches && now != *switches;

	*switches = now;
	*ret_state = state ? state[strlen("\nState:\t")] : 0;
	if (strchr("TtZX", *ret_state))
		return false;
	return ran || *ret_state == 'R' || *ret_state == 'D';
}
