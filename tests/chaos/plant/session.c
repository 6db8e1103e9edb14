/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Planted by the linker (make chaos-plant): a session that was taken down is not let up again. */
#include "lab/watch/birdctl.h"

int __real_bird_enable(const struct sock_at *at, const char *protocol, bool enable, struct err *e);
int __wrap_bird_enable(const struct sock_at *at, const char *protocol, bool enable, struct err *e);

int __wrap_bird_enable(const struct sock_at *at, const char *protocol, bool enable, struct err *e)
{
	return enable ? 0 : __real_bird_enable(at, protocol, enable, e);
}
