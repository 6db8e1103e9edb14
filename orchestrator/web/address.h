/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of the page, and the rules by which its requests are let in.  Pure.
 *
 *	/TOKEN/                      the page
 *	/TOKEN/page.js               what belongs to it (web/assets.h)
 *	/TOKEN/events?lab=LAB        what happens, and the whole of one lab: server-sent events
 *	/TOKEN/labs                  all labs, as JSON
 *	/TOKEN/labs/LAB/routes?nic=NIC
 *	/TOKEN/labs/LAB/path?from=A&to=B[&protocol=tcp&port=22]
 *	/TOKEN/labs/LAB/fault        POST {"argv": ["kill", "NVA_1"]}, with --control
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "web/token.h"

enum web_place {
	WEB_PAGE,
	WEB_ASSET,
	WEB_EVENTS,
	WEB_LABS,
	WEB_ROUTES,
	WEB_PATH,
	WEB_FAULT,
	WEB_SLASH, /* the page, but for the slash at its end */
};

struct web_address {
	enum web_place place;
	char *name;    /* of a lab, or of what belongs to the page; NULL */
	json_t *query; /* names and strings; never NULL */
};
void web_address_done(struct web_address *a);

struct web_gate {
	struct web_token token;
	uint16_t port;
	bool control;
};

struct web_asked { /* of a request; NULL: it has no such header */
	const char *method, *uri, *host, *origin, *content_type;
};

/* 0: *ret says what for.  Else the status that it is refused with, and *why for people. */
int web_admit(const struct web_gate *g, const struct web_asked *q, struct web_address *ret,
              struct err *why);
