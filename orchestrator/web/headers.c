/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/headers.h"

json_t *web_headers(const char *type)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "Content-Type", type,
	                 /* Its own files alone: nothing of others, nothing within the page. */
	                 "Content-Security-Policy",
	                 "default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
	                 "'self'; img-src data:; base-uri 'none'; form-action 'none'; "
	                 "frame-ancestors 'none'",
	                 /* The token stands in the address, which is nobody else's business. */
	                 "Referrer-Policy", "no-referrer", "Cache-Control", "no-store",
	                 "X-Content-Type-Options", "nosniff", "Cross-Origin-Opener-Policy",
	                 "same-origin", "Cross-Origin-Resource-Policy", "same-origin");
}
