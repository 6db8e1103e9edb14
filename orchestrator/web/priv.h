/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of vnetlab web. */
#pragma once

#include "base/loop.h"
#include "lab/client/ask.h"
#include "rest/http.h"
#include "web/address.h"
#include "web/lab.h"
#include "web/web.h"

struct web_stream;
struct web_looks;

struct web {
	struct loop *loop;
	struct web_options o;
	struct web_gate gate;
	struct http *http;
	struct lab_asks asks;
	struct web_lab *labs; /* by name */
	struct web_stream *streams;
	struct web_looks *looks;
	struct timer rounds; /* which labs run; and sends a sign of life to pages */
	unsigned n_rounds;
};

/* --- stream.c: pages that look -----------------------------------------------------------------
 */

struct web_lab *web_lab_named(const struct web *w, const char *name); /* NULL: none */
/* Answers, and goes on.  lab: the one that is shown whole; NULL: none. */
void stream_begin(struct web *w, struct http_request *q, const char *lab);
/* To all pages; of: to those alone that show this lab whole; NULL: to all. */
void stream_send(struct web *w, const struct web_lab *of, const char *event, const json_t *data);
void stream_alive(struct web *w); /* a sign of life, to all */

/* --- call.c: requests ---------------------------------------------------------------------------
 */

void web_call(void *ctx /* struct web */, struct http_request *q);

/* --- tasks.c: checks of labs, looked at by a process of its own --------------------------------
 */

struct web_looks *looks_new(struct web *w);
struct web_looks *looks_free(struct web_looks *k); /* NULL: nothing; returns NULL */
/* The checks of a lab may stand otherwise. */
void looks_due(struct web_looks *k, struct web_lab *l);
/* A page begins to look: what is due waited for it. */
void looks_go_on(struct web_looks *k);
/* A lab is not there any more. */
void looks_forget(struct web_looks *k, struct web_lab *l);
