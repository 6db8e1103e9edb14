/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the socket that nl.c, nl_dump.c and nl_monitor.c share; nobody else includes it. */
#pragma once

#include <libmnl/libmnl.h>

#include "kernel/nl.h"

struct nl {
	struct mnl_socket *sock;
	uint32_t seq;
	bool batch;
	char *buf;         /* messages that wait to be sent; made on first use */
	size_t used, last; /* bytes in buf; where the last message starts */
	unsigned msgs;
	uint32_t lost; /* a monitor's: messages that are known to be lost, and made up for */
};

struct nl *nl_wrap(int fd, struct err *e); /* takes fd, also when it fails */
int nl_flush(struct nl *nl, struct err *e);
int nl_refused(const struct nlmsghdr *request, const struct nlmsghdr *answer, int code,
               struct err *e);
