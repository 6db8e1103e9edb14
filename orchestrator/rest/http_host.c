/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "rest/http.h"

bool http_host_is_own(const char *host, uint16_t port)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; host && i < ARRAY_LEN(names); i++) {
		_cleanup_free_ char *own = xasprintf("%s:%u", names[i], port);

		if (strieq(host, own))
			return true;
	}
	return false;
}
