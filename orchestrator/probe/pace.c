/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/pace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

enum {
	/* A queue's passes by the longest ways, there and back. */
	PASSES = 32,
	MOST_MS = 5000
};

int pace_open(void)
{
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(self);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&self, &len) < 0 ||
	    connect(fd, (struct sockaddr *)&self, len) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

/* False: the time is over, or nothing can be sent. */
static bool pass_queue(int fd, uint64_t end_us)
{
	char c = 0;

	for (int i = 0; i < PASSES; i++) {
		uint64_t now = clock_us();

		if (now >= end_us)
			return false;
		struct timeval left = { (time_t)((end_us - now) / 1000000),
			                (suseconds_t)((end_us - now) % 1000000 + 1) };

		if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &left, sizeof(left)) < 0 ||
		    send(fd, &c, 1, 0) < 0 || recv(fd, &c, 1, 0) < 0)
			return false;
	}
	return true;
}

void pace_wait(int fd)
{
	uint64_t end_us = clock_us() + MOST_MS * 1000ull;
	cpu_set_t ours, one;

	if (sched_getaffinity(0, sizeof(ours), &ours) < 0) {
		pass_queue(fd, end_us);
		return;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &ours))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) == 0 && !pass_queue(fd, end_us))
			break;
	}
	sched_setaffinity(0, sizeof(ours), &ours);
}
