/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the server and its streams share. */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>

#include "base/str.h"
#include "rest/http.h"

enum { FAMILIES = 2 };

struct listener {
	struct http *h;
	struct MHD_Daemon *daemon;
	struct source src;
};

struct http {
	struct loop *loop;
	struct http_options o;
	struct listener v[FAMILIES];
	struct timer tick; /* what the library wants to look at by itself */
	struct pending *pending;
	unsigned connections;
	uint16_t port;
};

struct peer { /* one connection */
	struct http *h;
	struct MHD_Connection *mhd;
	struct timer timer;
	bool refused; /* it is one too many */
};

struct pending { /* one request */
	struct http_request q;
	struct http *h;
	struct MHD_Connection *mhd;
	struct pending *next;
	char *uri;
	struct str body;
	size_t came; /* bytes of the body, those included that were dropped */
	bool begun, handed_over, suspended, answered;
	int refuse; /* the status of a limit that is broken; 0: none */
	struct MHD_Response *response;
	int status;
	struct http_stream *stream; /* http_stream.c; NULL: an answer that ends */
};

/* --- http_stream.c */

/* The connection of a stream ends: who writes it hears that. */
void stream_gone(struct http_stream *s);
/* Sends what is left, and then ends the connection. */
void stream_stop(struct http_stream *s);
