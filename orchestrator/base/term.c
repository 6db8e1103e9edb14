/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/term.h"

#include <sys/ioctl.h>
#include <unistd.h>

/* The program's, not a library's, state: its standard streams are. */
static struct {
	bool set, is[3];
	int columns;
} pretended;

void term_pretend(const bool is[3], int columns)
{
	pretended.set = true;
	for (int i = 0; i < 3; i++)
		pretended.is[i] = is[i];
	pretended.columns = columns;
}

bool term_is(int fd)
{
	if (pretended.set && fd >= 0 && fd <= 2)
		return pretended.is[fd];
	return fd >= 0 && isatty(fd);
}

int term_columns(int fd)
{
	struct winsize w = { 0 };

	if (pretended.set)
		return pretended.columns > 1 ? pretended.columns : 80;
	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 1 ? w.ws_col : 80;
}
