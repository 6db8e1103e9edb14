/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other end of -H: "vnetlab --serve REQUEST" (remote/request.h), run by the SSH server of this
 * machine for a vnetlab on another one. */
#pragma once

/* Returns the exit status. */
int serve(const char *request);

/* In the command that serve() starts: which of our standard streams are terminals over there. */
void serve_terminals(void);
