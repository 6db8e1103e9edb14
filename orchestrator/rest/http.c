/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rest/http_priv.h"

enum { POOL = 64 << 10, SPARE = 16, DRAIN_MAX = 4 * HTTP_BODY_MAX };

/* The library may have something to do without an event. */
static void arm_tick(struct http *h)
{
	unsigned long long ms = 0, least = 1000;

	for (int i = 0; i < FAMILIES; i++)
		if (h->v[i].daemon && MHD_get_timeout(h->v[i].daemon, &ms) == MHD_YES && ms < least)
			least = ms;
	loop_timer(h->loop, &h->tick, (int64_t)least);
}

static void run_daemons(struct timer *t)
{
	struct http *h = container_of(t, struct http, tick);

	for (int i = 0; i < FAMILIES; i++)
		if (h->v[i].daemon)
			MHD_run(h->v[i].daemon);
	arm_tick(h);
}

static void on_daemon_ready(struct source *s, uint32_t events)
{
	struct listener *li = container_of(s, struct listener, src);

	(void)events;
	MHD_run(li->daemon);
	arm_tick(li->h);
}

/* --- connections: how long they may take ------------------------------------------------------ */

/* The library cannot answer a request that does not arrive whole: this writes 408 to the connection
 * itself, and ends it. */
static void give_up_waiting(struct timer *t)
{
	static const char late[] = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
	                           "Content-Length: 0\r\n\r\n";
	struct peer *p = container_of(t, struct peer, timer);
	const union MHD_ConnectionInfo *fd =
	    MHD_get_connection_info(p->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *tls =
	    p->h->o.key ? MHD_get_connection_info(p->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)
	                : NULL;

	if (!fd)
		return;
	if (tls && tls->tls_session)
		gnutls_record_send((gnutls_session_t)tls->tls_session, late, sizeof(late) - 1);
	else if (!p->h->o.key)
		(void)send(fd->connect_fd, late, sizeof(late) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(fd->connect_fd, SHUT_RDWR);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **ctx,
                          enum MHD_ConnectionNotificationCode code)
{
	struct http *h = cls;
	struct peer *p = *ctx;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		p = xcalloc(1, sizeof(*p));
		p->h = h;
		p->mhd = c;
		p->timer.fn = give_up_waiting;
		p->refused = ++h->connections > HTTP_CONNECTIONS_MAX;
		loop_timer(h->loop, &p->timer, HTTP_ARRIVES_MS);
		*ctx = p;
	} else if (p) {
		loop_timer_stop(h->loop, &p->timer);
		h->connections--;
		free(p);
		*ctx = NULL;
	}
}

static struct peer *peer_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *i =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return i ? i->socket_context : NULL;
}

/* --- requests --------------------------------------------------------------------------------- */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
	struct pending *p = xcalloc(1, sizeof(*p));
	struct peer *peer = peer_of(c);

	p->h = cls;
	p->mhd = c;
	p->uri = xstrdup(uri);
	p->q.uri = p->uri;
	p->q.plain = !p->h->o.key;
	p->next = p->h->pending;
	p->h->pending = p;
	if (peer)
		loop_timer(p->h->loop, &peer->timer, HTTP_ARRIVES_MS);
	return p;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **ctx,
                         enum MHD_RequestTerminationCode code)
{
	struct http *h = cls;
	struct pending *p = *ctx;
	struct peer *peer = peer_of(c);

	(void)code;
	if (!p)
		return;
	for (struct pending **at = &h->pending; *at; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			break;
		}
	if (p->stream)
		stream_gone(p->stream);
	if (p->response)
		MHD_destroy_response(p->response);
	str_free_p(&p->body);
	free(p->uri);
	free(p);
	*ctx = NULL;
	if (peer)
		loop_timer(h->loop, &peer->timer, HTTP_IDLE_MS);
}

static enum MHD_Result add_header_bytes(void *cls, enum MHD_ValueKind kind, const char *key,
                                        const char *value)
{
	size_t *n = cls;

	(void)kind;
	*n += strlen(key) + (value ? strlen(value) : 0) + 4;
	return MHD_YES;
}

static size_t header_bytes(struct MHD_Connection *c)
{
	size_t n = 0;

	MHD_get_connection_values(c, MHD_HEADER_KIND, add_header_bytes, &n);
	return n;
}

static int broken_limit(struct pending *p)
{
	const struct peer *peer = peer_of(p->mhd);
	const char *length = MHD_lookup_connection_value(p->mhd, MHD_HEADER_KIND, "Content-Length");

	if (!peer || peer->refused)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	if (strlen(p->uri) > HTTP_URL_MAX)
		return MHD_HTTP_URI_TOO_LONG;
	if (header_bytes(p->mhd) > HTTP_HEADERS_MAX)
		return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
	if (length && strtoull(length, NULL, 10) > HTTP_BODY_MAX)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	return 0;
}

static const char *limit_text(int status)
{
	switch (status) {
	case MHD_HTTP_URI_TOO_LONG:
		return "{\"error\":{\"code\":\"UriTooLong\",\"message\":\"vnetlab: a URL has at "
		       "most 8 KiB.\"}}";
	case MHD_HTTP_CONTENT_TOO_LARGE:
		return "{\"error\":{\"code\":\"RequestContentTooLarge\",\"message\":\"vnetlab: a "
		       "body has at most 16 MiB.\"}}";
	case MHD_HTTP_SERVICE_UNAVAILABLE:
		return "{\"error\":{\"code\":\"ServiceUnavailable\",\"message\":\"vnetlab: there "
		       "are 64 connections already.\"}}";
	default:
		return "{\"error\":{\"code\":\"HeadersTooLarge\",\"message\":\"vnetlab: headers "
		       "have at most 16 KiB.\"}}";
	}
}

static enum MHD_Result send_response(struct pending *p)
{
	enum MHD_Result r = MHD_queue_response(p->mhd, (unsigned)p->status, p->response);

	MHD_destroy_response(p->response);
	p->response = NULL;
	return r;
}

static enum MHD_Result refuse_request(struct pending *p)
{
	const char *text = limit_text(p->refuse);

	p->answered = p->handed_over = true;
	p->status = p->refuse;
	p->response =
	    MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(p->response, "Content-Type", "application/json; charset=utf-8");
	MHD_add_response_header(p->response, "Connection", "close");
	return send_response(p);
}

static void read_headers(struct pending *p, const char *method)
{
	p->q.method = method;
	p->q.host = MHD_lookup_connection_value(p->mhd, MHD_HEADER_KIND, "Host");
	p->q.origin = MHD_lookup_connection_value(p->mhd, MHD_HEADER_KIND, "Origin");
	p->q.authorization = MHD_lookup_connection_value(p->mhd, MHD_HEADER_KIND, "Authorization");
	p->q.content_type = MHD_lookup_connection_value(p->mhd, MHD_HEADER_KIND, "Content-Type");
}

/* Takes a part of the body.  The rest of one without a length that is too long is read and dropped,
 * within reason: the library answers when a request is whole. */
static enum MHD_Result take_body(struct pending *p, const char *data, size_t n)
{
	p->came += n;
	if (p->came > DRAIN_MAX)
		return MHD_NO;
	if (p->came > HTTP_BODY_MAX)
		p->refuse = MHD_HTTP_CONTENT_TOO_LARGE;
	else
		str_addn(&p->body, data, n);
	return MHD_YES;
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *c, const char *url,
                                 const char *method, const char *version, const char *data,
                                 size_t *n, void **ctx)
{
	struct http *h = cls;
	struct pending *p = *ctx;
	struct peer *peer = peer_of(c);

	(void)url;
	(void)version;
	if (!p)
		return MHD_NO;
	if (!p->begun) { /* the headers are there; no answer: the body may come */
		p->begun = true;
		p->refuse = broken_limit(p);
		return p->refuse ? refuse_request(p) : MHD_YES;
	}
	if (*n) {
		size_t came = *n;

		*n = 0;
		return take_body(p, data, came);
	}
	if (p->response)
		return send_response(p);
	if (p->handed_over)
		return MHD_YES;
	if (p->refuse)
		return refuse_request(p);
	read_headers(p, method);
	p->q.body = str_get(&p->body);
	p->q.n_body = p->body.n;
	p->handed_over = true;
	if (peer)
		loop_timer_stop(h->loop, &peer->timer);
	h->o.on_request(h->o.ctx, &p->q);
	if (p->response)
		return send_response(p);
	p->suspended = true;
	MHD_suspend_connection(c);
	return MHD_YES;
}

void http_answer(struct http_request *q, int status, const json_t *headers, const void *body,
                 size_t n)
{
	struct pending *p = container_of(q, struct pending, q);
	const char *name;
	json_t *value;

	if (p->answered)
		return;
	p->answered = true;
	p->status = status;
	p->response = MHD_create_response_from_buffer(n, (void *)body, MHD_RESPMEM_MUST_COPY);
	json_object_foreach ((json_t *)headers, name, value)
		if (json_is_string(value))
			MHD_add_response_header(p->response, name, json_string_value(value));
	if (!p->suspended)
		return;
	p->suspended = false;
	MHD_resume_connection(p->mhd);
	loop_timer(p->h->loop, &p->h->tick, 0);
}

/* --- who is at the other end --------------------------------------------------------------------
 */

/* A row of /proc/net/tcp: "0: 0100007F:B5C2 0100007F:20FB 01 00000000:00000000 00:00000000 00000000
 * 1000 ..." */
static bool row_is_ours(const char *row, const char *local)
{
	char at[80], owner[16], *end;

	if (sscanf(row, " %*u: %79s %*s %*s %*s %*s %*s %15s", at, owner) != 2 ||
	    !strieq(at, local))
		return false;
	unsigned long uid = strtoul(owner, &end, 10);

	return end > owner && !*end && (uid == geteuid() || uid == 0);
}

static bool table_has(const char *path, const char *local)
{
	FILE *f = fopen(path, "re");
	char row[512];
	bool found = false;

	while (f && !found && fgets(row, sizeof(row), f))
		found = row_is_ours(row, local);
	if (f)
		fclose(f);
	return found;
}

bool http_peer_is_us(const struct http_request *q)
{
	const struct pending *p = container_of(q, const struct pending, q);
	const union MHD_ConnectionInfo *i =
	    MHD_get_connection_info(p->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = i ? i->client_addr : NULL;
	char local[80];

	if (sa && sa->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const struct sockaddr_in *)sa;

		snprintf(local, sizeof(local), "%08X:%04X", a->sin_addr.s_addr, ntohs(a->sin_port));
		return table_has("/proc/self/net/tcp", local);
	}
	if (sa && sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)sa;
		uint32_t w[4];

		memcpy(w, &a->sin6_addr, sizeof(w));
		snprintf(local, sizeof(local), "%08X%08X%08X%08X:%04X", w[0], w[1], w[2], w[3],
		         ntohs(a->sin6_port));
		return table_has("/proc/self/net/tcp6", local);
	}
	return false;
}

/* --- listening -------------------------------------------------------------------------------- */

static void say_nothing(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

/* URLs stay as they are: "%2f" must not become a slash. */
static size_t leave_escaped(void *cls, struct MHD_Connection *c, char *s)
{
	(void)cls;
	(void)c;
	return strlen(s);
}

static int listen_on(const struct sockaddr *sa, socklen_t len, int *ret)
{
	_cleanup_close_ int fd =
	    socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0)
		return -errno;
	if (sa->sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0)
		return -errno;
	if (bind(fd, sa, len) < 0 || listen(fd, SOMAXCONN) < 0)
		return -errno;
	*ret = take_fd(fd);
	return 0;
}

static int open_family(struct http *h, bool six, int *ret)
{
	struct sockaddr_in a4 = { .sin_family = AF_INET,
		                  .sin_port = htons(h->port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6,
		                   .sin6_port = htons(h->port),
		                   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	socklen_t len = sizeof(a4);
	int r = six ? listen_on((struct sockaddr *)&a6, sizeof(a6), ret)
	            : listen_on((struct sockaddr *)&a4, sizeof(a4), ret);

	if (r == 0 && !six && !h->port && getsockname(*ret, (struct sockaddr *)&a4, &len) == 0)
		h->port = ntohs(a4.sin_port);
	return r;
}

static int start_daemon(struct http *h, struct listener *li, int fd, struct err *e)
{
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)h->o.key },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)h->o.cert },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		  (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (h->o.key ? MHD_USE_TLS : 0);

	li->daemon = MHD_start_daemon(
	    flags, 0, NULL, NULL, on_access, h, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_ARRAY, h->o.key ? tls : tls + 3,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)(HTTP_CONNECTIONS_MAX + SPARE), MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)(2 * HTTP_IDLE_MS / 1000), MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_URI_LOG_CALLBACK, on_uri, h,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
	const union MHD_DaemonInfo *i =
	    li->daemon ? MHD_get_daemon_info(li->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;

	if (!i) {
		close(fd);
		return err_set(e, EIO, "the HTTP server does not start (libmicrohttpd %s)",
		               MHD_get_version());
	}
	return loop_add(h->loop, &li->src, i->epoll_fd, EPOLLIN, e);
}

int http_start(struct loop *l, const struct http_options *o, struct http **ret, struct err *e)
{
	struct http *h = xcalloc(1, sizeof(*h));

	h->loop = l;
	h->o = *o;
	h->port = o->port;
	h->tick.fn = run_daemons;
	for (int i = 0; i < FAMILIES; i++) {
		int fd = -1, r = open_family(h, i == 1, &fd);

		h->v[i].h = h;
		h->v[i].src = (struct source){ .fd = -1, .fn = on_daemon_ready };
		/* A machine without IPv6 has no ::1. */
		if (i == 1 && r < 0 && r != -EADDRINUSE)
			break;
		if (r < 0)
			r = err_sys(e, -r, "port %u of %s", h->port, i ? "::1" : "127.0.0.1");
		else
			r = start_daemon(h, &h->v[i], fd, e);
		if (r < 0) {
			http_stop(h);
			return r;
		}
	}
	arm_tick(h);
	*ret = h;
	return 0;
}

struct http *http_stop(struct http *h)
{
	static const char going[] = "{\"error\":{\"code\":\"ServiceUnavailable\","
	                            "\"message\":\"vnetlab: the endpoint ends.\"}}";

	if (!h)
		return NULL;
	for (struct pending *p = h->pending; p; p = p->next)
		if (p->handed_over && !p->answered)
			http_answer(&p->q, MHD_HTTP_SERVICE_UNAVAILABLE, NULL, going,
			            sizeof(going) - 1);
	for (struct pending *p = h->pending; p; p = p->next)
		if (p->stream)
			stream_stop(p->stream);
	for (int i = 0; i < FAMILIES; i++) {
		loop_del(h->loop, &h->v[i].src);
		if (h->v[i].daemon) {
			MHD_run(h->v[i].daemon); /* what was answered goes out */
			MHD_stop_daemon(h->v[i].daemon);
		}
	}
	loop_timer_stop(h->loop, &h->tick);
	free(h);
	return NULL;
}

uint16_t http_port(const struct http *h)
{
	return h->port;
}
