/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

/* False for what the Internet does not route to: this machine, private and shared networks, links,
 * groups (RFC 6890), IPv4 within IPv6 likewise, and families that are none of IP's. */
bool address_is_public(const struct sockaddr *sa);
