/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is there a terminal at the other end, and how wide is it?  A command that runs here on behalf of
 * another machine writes into a pipe whose other end may be a terminal there: it is told so. */
#pragma once

#include <stdbool.h>
#include <termios.h>

bool term_is(int fd);     /* isatty(), or what term_pretend() said of 0, 1 and 2 */
int term_columns(int fd); /* 80 when nothing knows better */
void term_pretend(const bool is[3], int columns);

/* A terminal that passes on each key as it is typed, until it is as it was again. */
struct term_raw {
	int fd;
	bool on;
	struct termios before;
};
void term_raw_on(struct term_raw *t, int fd); /* no terminal: nothing */
void term_raw_off(struct term_raw *t);
#define _cleanup_term_raw_ _cleanup_(term_raw_off)
