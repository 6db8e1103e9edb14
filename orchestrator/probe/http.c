/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP: libcurl's multi interface inside our loop, on sockets of the sender's namespace
 * (CURLOPT_OPENSOCKETFUNCTION).  Any answer with a status counts: the packets got there.  Proxies
 * of the environment are ignored, redirects are not followed: one probe, one place. */
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/ns.h"
#include "probe/engine.h"

struct http_shot {
	struct task *t;
	unsigned no;
	CURL *easy;
	uint64_t start_us;
};

struct http {
	CURLM *multi;
	uint64_t next_us; /* when curl wants to be called */
	/* Sources are kept until the end: a batch of events may still name one that curl has
	 * closed meanwhile. */
	struct source **sources;
	size_t n_sources, cap_sources;
	struct http_shot **shots; /* in flight, for the end */
	size_t n_shots, cap_shots;
};

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	const struct http_shot *sh = ctx;
	(void)purpose;
	int fd =
	    ns_socket(sh->t->p->ns_fd, a->family, a->socktype | SOCK_CLOEXEC, a->protocol, NULL);

	if (fd < 0)
		return CURL_SOCKET_BAD;
	if (ip4_is_set(sh->t->p->src)) {
		struct sockaddr_in src = { .sin_family = AF_INET,
			                   .sin_addr = { htonl(sh->t->p->src) } };

		if (bind(fd, (struct sockaddr *)&src, sizeof(src)) < 0) {
			close(fd);
			return CURL_SOCKET_BAD;
		}
	}
	return fd;
}

static size_t discard_body(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

static void shot_over(struct engine *eng, struct http_shot *sh, CURLcode code)
{
	struct http *h = eng->http;
	struct task *t = sh->t;
	unsigned no = sh->no;
	long status = 0, os_error = 0;
	double rtt = (double)(clock_us() - sh->start_us) / 1000.0;
	char what[100];

	curl_easy_getinfo(sh->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(sh->easy, CURLINFO_OS_ERRNO, &os_error);
	curl_multi_remove_handle(h->multi, sh->easy);
	curl_easy_cleanup(sh->easy);
	for (size_t i = 0; i < h->n_shots; i++)
		if (h->shots[i] == sh)
			h->shots[i] = h->shots[--h->n_shots];
	free(sh);
	engine_give_slot(eng);
	if (status) {
		shot_done(eng, t, no, rtt, "HTTP %ld", status);
		return;
	}
	if (code == CURLE_OPERATION_TIMEDOUT) {
		shot_done(eng, t, no, -1, "no answer");
		return;
	}
	t->p->refused |= os_error == ECONNREFUSED;
	if (code == CURLE_COULDNT_CONNECT && os_error)
		shot_done(eng, t, no, -1, "%s", send_error_str((int)os_error, what, sizeof(what)));
	else
		shot_done(eng, t, no, -1, "%s", curl_easy_strerror(code));
}

static void take_finished_transfers(struct engine *eng)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(eng->http->multi, &left))) {
		void *sh = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &sh);
		shot_over(eng, sh, code);
	}
}

static void curl_socket_ready(struct engine *eng, struct source *s, uint32_t events)
{
	int flags = 0, running;

	if (s->fd < 0 || !eng->http)
		return;
	if (events & EPOLLIN)
		flags |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		flags |= CURL_CSELECT_OUT;
	if (events & (EPOLLERR | EPOLLHUP))
		flags |= CURL_CSELECT_ERR;
	curl_multi_socket_action(eng->http->multi, s->fd, flags, &running);
	take_finished_transfers(eng);
}

static int watch_curl_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *sock_ctx)
{
	struct engine *eng = ctx;
	struct source *s = sock_ctx;
	(void)easy;

	if (what == CURL_POLL_REMOVE) {
		if (s) {
			epoll_ctl(eng->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
			s->fd = -1;
		}
		return 0;
	}
	struct epoll_event ev = { .events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0u) |
		                            (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0u) };

	if (s) {
		ev.data.ptr = s;
		return epoll_ctl(eng->epoll_fd, EPOLL_CTL_MOD, fd, &ev) < 0 ? -1 : 0;
	}
	s = xcalloc(1, sizeof(*s));
	*s = (struct source){ curl_socket_ready, fd };
	VEC_PUSH(eng->http->sources, eng->http->n_sources, eng->http->cap_sources) = s;
	curl_multi_assign(eng->http->multi, fd, s);
	return engine_watch(eng, s, ev.events) < 0 ? -1 : 0;
}

static int set_curl_timer(CURLM *multi, long ms, void *ctx)
{
	struct engine *eng = ctx;
	(void)multi;

	eng->http->next_us = ms < 0 ? UINT64_MAX : clock_us() + (uint64_t)ms * 1000u;
	return 0;
}

uint64_t http_next_us(const struct engine *eng)
{
	return eng->http ? eng->http->next_us : UINT64_MAX;
}

void http_tick(struct engine *eng, uint64_t now)
{
	int running;

	if (!eng->http || eng->http->next_us > now)
		return;
	eng->http->next_us = UINT64_MAX;
	curl_multi_socket_action(eng->http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_finished_transfers(eng);
}

static bool http_open(struct engine *eng)
{
	if (eng->http)
		return true;
	if (curl_global_init(CURL_GLOBAL_NOTHING)) {
		engine_fail(eng, ENOMEM, "start libcurl");
		return false;
	}
	eng->http = xcalloc(1, sizeof(*eng->http));
	eng->http->next_us = UINT64_MAX;
	eng->http->multi = curl_multi_init();
	if (!eng->http->multi)
		abort();
	curl_multi_setopt(eng->http->multi, CURLMOPT_SOCKETFUNCTION, watch_curl_socket);
	curl_multi_setopt(eng->http->multi, CURLMOPT_SOCKETDATA, eng);
	curl_multi_setopt(eng->http->multi, CURLMOPT_TIMERFUNCTION, set_curl_timer);
	curl_multi_setopt(eng->http->multi, CURLMOPT_TIMERDATA, eng);
	return true;
}

static void start_request(struct engine *eng, struct task *t, unsigned no)
{
	char url[64];

	if (!http_open(eng))
		return;
	if (!engine_take_slot(eng)) {
		shot_wait(eng, t, no);
		return;
	}
	struct http_shot *sh = xcalloc(1, sizeof(*sh));

	*sh = (struct http_shot){ t, no, curl_easy_init(), clock_us() };
	if (!sh->easy)
		abort();
	VEC_PUSH(eng->http->shots, eng->http->n_shots, eng->http->cap_shots) = sh;
	snprintf(url, sizeof(url), "http://%s:%u/", IP4_STR(t->p->dst), t->p->port);
	curl_easy_setopt(sh->easy, CURLOPT_URL, url);
	curl_easy_setopt(sh->easy, CURLOPT_PRIVATE, sh);
	curl_easy_setopt(sh->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(sh->easy, CURLOPT_OPENSOCKETDATA, sh);
	curl_easy_setopt(sh->easy, CURLOPT_WRITEFUNCTION, discard_body);
	curl_easy_setopt(sh->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(sh->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(sh->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(sh->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(sh->easy, CURLOPT_USERAGENT, "vnetlab");
	t->p->sent++;
	engine_timer(eng, sh->start_us + t->p->timeout_ms * 1000ull, t, no, true);
	if (curl_multi_add_handle(eng->http->multi, sh->easy) != CURLM_OK)
		engine_fail(eng, EIO, "start an HTTP request");
}

static struct http_shot *find_request(const struct engine *eng, const struct task *t, unsigned no)
{
	for (size_t i = 0; i < eng->http->n_shots; i++)
		if (eng->http->shots[i]->t == t && eng->http->shots[i]->no == no)
			return eng->http->shots[i];
	return NULL;
}

static bool http_is_open(const struct engine *eng, const struct task *t, unsigned no)
{
	return find_request(eng, t, no) != NULL;
}

static void http_timeout(struct engine *eng, struct task *t, unsigned no)
{
	struct http_shot *sh = find_request(eng, t, no);

	if (sh)
		shot_over(eng, sh, CURLE_OPERATION_TIMEDOUT);
}

void http_free(struct engine *eng)
{
	struct http *h = eng->http;

	if (!h)
		return;
	for (size_t i = 0; i < h->n_shots; i++) {
		curl_multi_remove_handle(h->multi, h->shots[i]->easy);
		curl_easy_cleanup(h->shots[i]->easy);
		free(h->shots[i]);
	}
	curl_multi_cleanup(h->multi);
	for (size_t i = 0; i < h->n_sources; i++)
		free(h->sources[i]);
	free(h->sources);
	free(h->shots);
	free(h);
	eng->http = NULL;
	curl_global_cleanup();
}

const struct protocol_ops http_ops = { .start = start_request,
	                               .timeout = http_timeout,
	                               .is_open = http_is_open };
