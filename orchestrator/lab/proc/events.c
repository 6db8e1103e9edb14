/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/events.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/format.h"
#include "base/json.h"
#include "base/str.h"
#include "base/utf8.h"
#include "lab/proc/driver.h"

/* The last so many, each at most so long: what a lab remembers does not grow with its age. */
enum { KEEP = 4096, DETAIL_MAX = 2000 };

struct event {
	char time[40];
	char *line; /* JSON */
};

struct follower {
	struct conn *c;
	struct events *ev;
	struct follower *next;
};

struct events {
	char *lab;
	struct event ring[KEEP];
	size_t first, n;
	struct follower *followers;
};

struct events *events_new(const char *lab)
{
	struct events *ev = xcalloc(1, sizeof(*ev));

	ev->lab = xstrdup(lab);
	return ev;
}

struct events *events_free(struct events *ev)
{
	if (!ev)
		return NULL;
	for (size_t i = 0; i < ev->n; i++)
		free(ev->ring[(ev->first + i) % KEEP].line);
	free(ev->lab);
	free(ev);
	return NULL;
}

void event_add(struct events *ev, const char *kind, const char *subject, const char *fmt, ...)
{
	struct timespec ts;
	char at[TIME_ISO_MAX], *detail = NULL;
	va_list ap;

	va_start(ap, fmt);
	detail = xvasprintf(fmt, ap);
	va_end(ap);
	size_t n = strlen(detail);

	if (n > DETAIL_MAX)
		n = utf8_cut(detail, DETAIL_MAX);
	clock_gettime(CLOCK_REALTIME, &ts);
	json_t *j = json_object();

	json_object_set_new(j, "time", json_string(time_iso(&ts, at)));
	json_object_set_new(j, "lab", json_string(ev->lab));
	json_object_set_new(j, "kind", json_string(kind));
	json_object_set_new(j, "subject", text_json(subject, strlen(subject)));
	json_object_set_new(j, "detail", text_json(detail, n));
	free(detail);
	struct event *e = &ev->ring[(ev->first + ev->n) % KEEP];

	if (ev->n == KEEP) { /* e is the oldest */
		free(e->line);
		ev->first = (ev->first + 1) % KEEP;
	} else {
		ev->n++;
	}
	memcpy(e->time, at, sizeof(e->time));
	e->line = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	for (struct follower *f = ev->followers, *next; f; f = next) {
		next = f->next; /* a slow one is dropped, and takes itself out */
		conn_line(f->c, e->line);
	}
}

static void unfollow_events(struct conn *c)
{
	struct follower *f = c->ctx;

	for (struct follower **p = &f->ev->followers; *p; p = &(*p)->next)
		if (*p == f) {
			*p = f->next;
			break;
		}
	free(f);
}

void events_replay(const struct events *ev, struct conn *c, const char *since)
{
	for (size_t i = 0; i < ev->n && !c->dead; i++) {
		const struct event *e = &ev->ring[(ev->first + i) % KEEP];

		if (!since || strcmp(e->time, since) > 0)
			conn_line(c, e->line);
	}
}

void events_follow(struct events *ev, struct conn *c, const char *since)
{
	struct follower *f = xcalloc(1, sizeof(*f));

	*f = (struct follower){ .c = c, .ev = ev, .next = ev->followers };
	ev->followers = f;
	c->ctx = f;
	c->on_close = unfollow_events;
	events_replay(ev, c, since);
}
