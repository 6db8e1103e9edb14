/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that all parts of the virtual router use. */
#include <errno.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/json.h"
#include "router/router_priv.h"

enum { RETRY_MS = 200 }; /* what could not be read or applied is tried again */

void router_dirty(struct router *r)
{
	if (!r->dirty)
		r->dirty_since = clock_ms();
	r->dirty = true;
}

/* The driver being gone is noticed by the loop. */
void router_say(struct router *r, json_t *msg)
{
	peer_send(r->peer, msg, NULL, 0, NULL);
}

void router_retry(struct router *r)
{
	if (r->retry_at < 0)
		r->retry_at = clock_ms() + RETRY_MS;
}

void router_say_error(struct router *r, const struct err *e)
{
	r->errors++;
	router_say(r, json_pack("{s:s,s:o}", "event", "error", "message", text_json_of(e->msg)));
}

int router_listen(struct router *r, struct router_source *src, int fd, size_t i,
                  void (*fn)(struct source *s, uint32_t events), struct err *e)
{
	src->r = r;
	src->i = i;
	src->source.fn = fn;
	return loop_add(r->loop, &src->source, fd, EPOLLIN, e);
}

void router_end(struct router *r, int rc, const struct err *why)
{
	if (rc != -ECONNRESET && rc != -EPIPE) {
		r->ended = rc;
		r->why = *why;
	}
	loop_quit(r->loop);
}
