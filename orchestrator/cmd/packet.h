/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common part of probe and path: FROM, TO, --protocol and --port, and one question to a lab. */
#pragma once

#include "cmd/cmd.h"

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
#define PACKET_OPTIONS \
	{ .name = "protocol", \
	  .arg = "icmp|tcp|udp|http", \
	  .help = "of the packets; default: icmp" }, \
	{ .name = "port", .arg = "N", .help = "destination port; needed with tcp and udp, http: 80" }
/* clang-format on */

/* {"from","to","protocol","port"}; NULL: a usage error was printed. */
json_t *packet_request(const struct cmd_args *a);
/* req is stolen.  EX_DONE, or the status of an error that was printed. */
int packet_call(const struct cmd_args *a, json_t *req, json_t **ret_reply);
