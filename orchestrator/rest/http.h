/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP/1.1 over TLS on the loopback interface, in the caller's event loop (libmicrohttpd).
 *
 * A request is handed over when it is whole; who gets it answers at once or later, once.  What
 * breaks a limit is answered here: headers of 16 KiB (431), a URL of 8 KiB (414), a body of 16 MiB
 * (413), the 65th connection (503), 30 seconds until a request is there (408). */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

enum {
	HTTP_HEADERS_MAX = 16 << 10,
	HTTP_URL_MAX = 8 << 10,
	HTTP_BODY_MAX = 16 << 20,
	HTTP_CONNECTIONS_MAX = 64,
	HTTP_ARRIVES_MS = 30000,
	HTTP_IDLE_MS = 60000
};

struct http;

struct http_request {             /* valid until it is answered */
	const char *method, *uri; /* uri as it came: "/subscriptions?api-version=..." */
	const char *host, *origin, *authorization, *content_type; /* headers; NULL: none */
	const char *body; /* n_body bytes, and a NUL; never NULL */
	size_t n_body;
	bool plain; /* came without TLS */
};

struct http_options {
	uint16_t port;          /* 0: any that is free */
	const char *key, *cert; /* PEM; NULL: no TLS */
	void (*on_request)(void *ctx, struct http_request *q);
	void *ctx;
};

/* Listens on 127.0.0.1 and, where there is one, ::1.  -EADDRINUSE: somebody else does. */
int http_start(struct loop *l, const struct http_options *o, struct http **ret, struct err *e);
/* Requests that are not answered are, with 503.  NULL: nothing; returns NULL. */
struct http *http_stop(struct http *h);
uint16_t http_port(const struct http *h);
/* headers: names and strings, or NULL; body is copied. */
void http_answer(struct http_request *q, int status, const json_t *headers, const void *body,
                 size_t n);
/* Does the process at the other end belong to who we are (or to root)?  Of a loopback connection
 * the kernel tells. */
bool http_peer_is_us(const struct http_request *q);
/* Does a Host header (NULL: none) name this machine's loopback interface, with that port?  A page
 * of somebody else's may reach the server by a name of its own that leads here. */
bool http_host_is_own(const char *host, uint16_t port);

/* --- answers that do not end: server-sent events ------------------------------------------------
 */

struct http_stream;

/* Answers 200; what is written goes out as it comes.  on_gone is called once, when the connection
 * has ended for whatever reason, and the stream is freed behind it. */
struct http_stream *http_stream_begin(struct http_request *q, const json_t *headers,
                                      void (*on_gone)(void *ctx), void *ctx);
/* Text that nobody reads any more piles up to 16 MiB, and the stream ends then. */
void http_stream_write(struct http_stream *s, const char *text, size_t n);
