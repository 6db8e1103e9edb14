/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that answers: it gets sockets over a socket, and serves them until that one closes.
 */
#pragma once

#include <stdint.h>

enum { RESPONDER_NAME = 100 };

struct responder_msg { /* one datagram; an "add" carries the socket */
	uint32_t id;   /* of the listener */
	uint8_t add;   /* 0: close it */
	uint8_t udp;
	uint16_t port;
	char name[RESPONDER_NAME]; /* of the node, for what it says */
};

_Noreturn void responder_run(int control_fd);
