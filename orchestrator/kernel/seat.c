/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/seat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

static int nobody = -1; /* sits there when nobody else does */
static int seat = -1;
static ino_t nobody_ino;

__attribute__((constructor)) static void set_aside(void)
{
	struct stat st;

	int fd = memfd_create("seat", MFD_CLOEXEC);

	/* Neither is ever in the place of a standard stream, should one be closed. */
	nobody = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	seat = fcntl(nobody, F_DUPFD_CLOEXEC, 3);
	close_p(&fd);
	nobody_ino = fstat(nobody, &st) == 0 ? st.st_ino : 0;
}

static bool is_nobody(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_ino == nobody_ino;
}

/* A caller that closes ranges of descriptors closes these two as well: then the numbers may be
 * somebody else's by now, and others are taken. */
void seat_again(void)
{
	if (nobody >= 0 && !is_nobody(nobody))
		nobody = seat = -1;
	if (seat >= 0 && !is_nobody(seat)) {
		close(nobody);
		seat = -1;
	}
	if (seat < 0)
		set_aside();
}

static int seat_check(struct err *e)
{
	seat_again();
	if (seat < 0)
		return err_set(e, EMFILE,
		               "no descriptor is free for nftables: the limit of open files "
		               "(ulimit -n) is reached");
	if (seat >= FD_SETSIZE) {
		close(seat);
		close(nobody);
		seat = nobody = -1;
		return err_set(e, EMFILE,
		               "nftables needs a descriptor below %d, and all of them are in use",
		               FD_SETSIZE);
	}
	return 0;
}

int seat_take(int fd, struct err *e)
{
	int r = seat_check(e);

	if (r == 0 && dup3(fd, seat, O_CLOEXEC) < 0)
		r = err_sys(e, errno, "descriptor %d", seat);
	return r;
}

void seat_leave(void)
{
	dup3(nobody, seat, O_CLOEXEC);
}

int seat_open(int (*open)(void *arg, struct err *e), void *arg, int *ret_fd, struct err *e)
{
	int below[FD_SETSIZE], n = 0, out = -1;
	int r = seat_check(e);

	if (r < 0)
		return r;
	/* So that the seat is the lowest number that is free. */
	while (n < seat) {
		int fd = fcntl(nobody, F_DUPFD_CLOEXEC, 0);

		if (fd > seat)
			close(fd);
		if (fd < 0 || fd > seat)
			break;
		below[n++] = fd;
	}
	close(seat);
	r = open(arg, e);
	if (r == 0) {
		out = fcntl(seat, F_DUPFD_CLOEXEC, seat + 1);
		if (out < 0)
			r = err_sys(e, errno, "a descriptor for nftables");
	}
	while (n)
		close(below[--n]);
	if (r == 0)
		*ret_fd = out;
	/* When it could not be moved, what open() made is closed with this: its owner closes the
	 * number once more, and puts nobody there again. */
	seat_leave();
	return r;
}
