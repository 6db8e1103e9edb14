/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/term.h"

#include <sys/ioctl.h>
#include <unistd.h>

/* State of the whole program, as its standard streams are. */
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

void term_raw_on(struct term_raw *t, int fd)
{
	struct termios raw;

	t->fd = fd;
	if (tcgetattr(fd, &t->before) < 0)
		return;
	raw = t->before;
	cfmakeraw(&raw);
	t->on = tcsetattr(fd, TCSAFLUSH, &raw) == 0;
}

void term_raw_off(struct term_raw *t)
{
	if (t->on)
		tcsetattr(t->fd, TCSAFLUSH, &t->before);
	t->on = false;
}
