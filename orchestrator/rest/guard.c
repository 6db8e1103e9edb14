/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

#include "base/str.h"
#include "rest/priv.h"

static bool needs_no_bearer(const char *path)
{
	size_t n = strlen(path);
	static const char *const ends[] = { "/oauth2/token", "/oauth2/v2.0/token",
		                            "/oauth2/devicecode", "/oauth2/v2.0/devicecode",
		                            "/.well-known/openid-configuration" };

	if (strieq(path, "/metadata/endpoints") || strieq(path, "/aliases.json"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (n >= strlen(ends[i]) && strieq(path + n - strlen(ends[i]), ends[i]))
			return true;
	return false;
}

bool guard_request(struct rest *r, const struct http_request *q, const char *path,
                   struct rest_failure *f)
{
	uint16_t port = http_port(q->plain ? r->http : r->https);

	if (!http_host_is_own(q->host, port)) {
		rest_refuse(f, 400, "InvalidHost",
		            "vnetlab: Host must be localhost:%u, 127.0.0.1:%u or [::1]:%u.", port,
		            port, port);
		return false;
	}
	if (q->origin) {
		rest_refuse(f, 403, "OriginRefused",
		            "vnetlab: pages of a browser are not answered.");
		return false;
	}
	if (needs_no_bearer(path))
		return true;
	if (q->plain || !token_good(&r->tokens, q->authorization, (int64_t)time(NULL))) {
		rest_refuse(
		    f, 401, "AuthenticationFailed",
		    "Authentication failed. vnetlab: the request has no bearer of lab %s, or "
		    "one that is too old (vnetlab azure --env says how to get one).",
		    r->o.lab);
		return false;
	}
	return true;
}
