/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/client/alive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"
#include "kernel/works.h"
#include "lab/client/paths.h"

/* Together less than the two seconds after which a driver is reported as silent. */
enum { QUIET_MS = 800, ANSWER_MS = 800, POLLED_MAX = 8 };

void (*alive_on_busy)(const char *lab);

void alive_init(struct alive *a)
{
	*a = (struct alive){ .ping = -1 };
}

void alive_done(struct alive *a)
{
	close_p(&a->ping);
	alive_init(a);
}

/* Asks on a connection of its own: on the client's, what it asked for comes first. */
static void ask_driver(struct alive *a, const char *lab)
{
	static const char question[] = "{\"op\":\"hello\"}\n";
	_cleanup_close_ int run = -1, fd = -1;
	struct ucred who = { 0 };
	socklen_t len = sizeof(who);
	char state;

	a->asked = clock_ms();
	a->switches = 0;
	a->pid = 0;
	if (run_dir_open(false, &run, NULL, NULL) < 0)
		return;
	if (lab_socket_connect(run, lab, &fd, NULL) == 0) {
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0)
			a->pid = who.pid;
		(void)send(fd, question, sizeof(question) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		a->ping = take_fd(fd);
	}
	if (a->pid <= 0)
		a->pid = lab_lock_pid(run, lab);
	(void)process_works(a->pid, &a->switches, &state);
}

static int no_answer(const struct alive *a, const char *lab, char state, struct err *e)
{
	if (state == 'T' || state == 't')
		return err_set(e, ETIMEDOUT,
		               "lab %s does not answer: its driver (process %d) is stopped "
		               "(kill -CONT %d lets it go on, vnetlab down %s ends it)",
		               lab, (int)a->pid, (int)a->pid, lab);
	return err_set(e, ETIMEDOUT,
	               "lab %s does not answer: its driver (process %d) hangs (vnetlab down %s "
	               "ends it all the same)",
	               lab, (int)a->pid, lab);
}

/* The time for an answer is over. 0: it works, and is asked again. */
static int judge_silence(struct alive *a, const char *lab, bool patient, struct err *e)
{
	char state;
	bool works = process_works(a->pid, &a->switches, &state);

	/* One that cannot be seen from here (another pid namespace) is given the benefit of doubt.
	 */
	if (!works && state)
		return no_answer(a, lab, state, e);
	if (!patient)
		return err_set(e, EBUSY, "lab %s is busy", lab);
	if (!a->spoken && alive_on_busy)
		alive_on_busy(lab);
	a->spoken = true;
	a->asked = clock_ms();
	return 0;
}

static int ms_left(int64_t from, int ms)
{
	int64_t now = clock_ms(), end = from + (int64_t)ms;

	return end > now ? (int)(end - now) : 0;
}

int alive_poll(struct alive *a, const char *lab, bool patient, struct pollfd *p, size_t n,
               int timeout_ms, struct err *e)
{
	struct pollfd all[POLLED_MAX];
	int64_t began = clock_ms();

	if (!a->heard)
		a->heard = began;
	for (;;) {
		bool asked = a->asked > a->heard;
		int wait = asked ? ms_left(a->asked, ANSWER_MS) : ms_left(a->heard, QUIET_MS);
		bool ours = timeout_ms >= 0 && ms_left(began, timeout_ms) <= wait;

		memcpy(all, p, n * sizeof(*p));
		all[n] = (struct pollfd){ .fd = asked ? a->ping : -1, .events = POLLIN };
		int r = poll(all, n + 1, ours ? ms_left(began, timeout_ms) : wait);

		if (r < 0)
			return errno == EINTR ? err_set(e, EINTR, "interrupted")
			                      : err_sys(e, errno, "poll");
		if (all[0].revents || all[n].revents) {
			a->heard = clock_ms();
			a->spoken |= (all[0].revents & POLLIN) != 0;
			close_p(&a->ping);
			a->ping = -1;
		}
		memcpy(p, all, n * sizeof(*p));
		r -= all[n].revents != 0;
		if (r > 0)
			return r;
		if (all[n].revents)
			continue;
		if (ours)
			return 0;
		if (!asked) {
			ask_driver(a, lab);
		} else {
			r = judge_silence(a, lab, patient, e);
			if (r < 0)
				return r;
		}
	}
}
