/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page that follows labs as they run, on the loopback interface. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { WEB_PORT = 8480 };

struct web_options {
	char *const *labs; /* NULL-terminated; none: all that run, and that come */
	uint16_t port;     /* 0: any that is free */
	bool control;      /* the page may do faults */
	bool checks;       /* looks at the checks of a lab, which sends packets in it */
	/* The checks that are a lab's tasks, where they are not those of its design: a new
	 * reference, or NULL.  May be NULL. */
	json_t *(*tasks)(const char *lab);
};

/* Serves until a signal, and returns 0; else -errno.  ready is called with the page's address,
 * which is all that is needed to see it, when it is served. */
int web_serve(const struct web_options *o, void (*ready)(void *ctx, const char *url), void *ctx,
              struct err *e);
