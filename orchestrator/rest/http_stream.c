/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that go on until somebody closes the connection. */
#include <sys/epoll.h>

#include "rest/http_priv.h"

enum { WAITING_MAX = 16 << 20, PIECE = 16 << 10 };

struct http_stream {
	struct pending *p;
	struct source hangup; /* the library does not look at a connection that is suspended */
	struct str waiting;   /* to be sent, from `sent` on */
	size_t sent;
	bool ended;
	void (*on_gone)(void *ctx);
	void *ctx;
};

static void resume_stream(struct http_stream *s)
{
	struct http *h = s->p->h;

	if (!s->p->suspended)
		return;
	s->p->suspended = false;
	MHD_resume_connection(s->p->mhd);
	loop_timer(h->loop, &h->tick, 0);
}

static ssize_t feed_stream(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct http_stream *s = cls;
	size_t n = s->waiting.n - s->sent;

	(void)pos;
	if (!n && s->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!n) {
		s->p->suspended = true;
		MHD_suspend_connection(s->p->mhd);
		return 0;
	}
	n = n < max ? n : max;
	memcpy(buf, s->waiting.s + s->sent, n);
	s->sent += n;
	if (s->sent == s->waiting.n)
		s->waiting.n = s->sent = 0;
	return (ssize_t)n;
}

/* The other side has closed its end: nobody reads any more. */
static void on_hangup(struct source *src, uint32_t events)
{
	struct http_stream *s = container_of(src, struct http_stream, hangup);

	(void)events;
	stream_stop(s);
}

void stream_stop(struct http_stream *s)
{
	loop_del(s->p->h->loop, &s->hangup);
	s->ended = true;
	resume_stream(s);
}

void stream_gone(struct http_stream *s)
{
	loop_del(s->p->h->loop, &s->hangup);
	s->on_gone(s->ctx);
	s->p->stream = NULL;
	str_free_p(&s->waiting);
	free(s);
}

struct http_stream *http_stream_begin(struct http_request *q, const json_t *headers,
                                      void (*on_gone)(void *ctx), void *ctx)
{
	struct pending *p = container_of(q, struct pending, q);
	const union MHD_ConnectionInfo *fd =
	    MHD_get_connection_info(p->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct http_stream *s = xcalloc(1, sizeof(*s));
	const char *name;
	json_t *value;

	*s = (struct http_stream){ .p = p, .on_gone = on_gone, .ctx = ctx };
	s->hangup = (struct source){ .fd = -1, .fn = on_hangup };
	p->stream = s;
	p->answered = true;
	p->status = MHD_HTTP_OK;
	p->response =
	    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, feed_stream, s, NULL);
	json_object_foreach ((json_t *)headers, name, value)
		if (json_is_string(value))
			MHD_add_response_header(p->response, name, json_string_value(value));
	if (fd)
		(void)loop_add(p->h->loop, &s->hangup, fd->connect_fd, EPOLLRDHUP, NULL);
	resume_stream(s);
	return s;
}

void http_stream_write(struct http_stream *s, const char *text, size_t n)
{
	if (s->ended)
		return;
	if (s->waiting.n - s->sent + n > WAITING_MAX) {
		s->waiting.n = s->sent = 0;
		stream_stop(s);
		return;
	}
	str_addn(&s->waiting, text, n);
	resume_stream(s);
}
