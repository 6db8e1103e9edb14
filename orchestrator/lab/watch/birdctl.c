/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/birdctl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "plan/bird_rs.h"

enum { TIMEOUT_MS = 3000, STEP_MS = 250 };

/* A BIRD whose queue of connections is full lets us wait for as long. */
static int connect_to(const struct sock_at *at, int timeout_ms, int *ret_fd, struct err *e)
{
	int fd = beneath_connect(at, (unsigned)timeout_ms);

	if (fd < 0)
		return err_sys(e, errno, "BIRD's control socket %s", at->path);
	*ret_fd = fd;
	return 0;
}

int bird_dial(const struct sock_at *at)
{
	return at && at->path ? beneath_connect(at, 0) : -1;
}

/* Waits for the socket until the deadline.  In steps: a driver that waits shows that it does not
 * hang (lab/client/alive.h). */
static int wait_fd(int fd, short events, long deadline, const char *what, struct err *e)
{
	struct pollfd p = { fd, events, 0 };

	for (;;) {
		long left = deadline - clock_ms();
		int rc = left > 0 ? poll(&p, 1, left < STEP_MS ? (int)left : STEP_MS) : 0;

		if (rc > 0)
			return 0;
		if (rc == 0 && left > STEP_MS)
			continue;
		if (rc == 0)
			return err_set(e, ETIMEDOUT, "BIRD did not answer \"%s\" in time", what);
		if (errno != EINTR)
			return err_sys(e, errno, "poll");
	}
}

/* One reply, the greeting included; what comes behind it stays in the buffer. */
static int read_reply(int fd, struct str *buf, long deadline, const char *what, char **ret_text,
                      int *ret_code, struct err *e)
{
	for (;;) {
		if (buf->n && bird_parse_reply(buf->s, buf->n, ret_text, ret_code))
			break;
		int rc = wait_fd(fd, POLLIN, deadline, what, e);

		if (rc < 0)
			return rc;
		char chunk[16384];
		ssize_t n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);

		if (n == 0)
			return err_set(e, ECONNRESET, "BIRD hung up on \"%s\"", what);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return err_sys(e, errno, "BIRD's control socket");
		if (n > 0)
			str_addn(buf, chunk, (size_t)n);
	}
	return 0;
}

int bird_command(const struct sock_at *at, const char *command, int timeout_ms, char **ret_text,
                 struct err *e)
{
	_cleanup_close_ int fd = -1;
	_cleanup_str_ struct str buf = { 0 };
	_cleanup_free_ char *hello = NULL, *text = NULL, *line = xasprintf("%s\n", command);
	long deadline = clock_ms() + timeout_ms;
	int code = 0, rc = connect_to(at, timeout_ms, &fd, e);

	if (rc < 0)
		return rc;
	rc = read_reply(fd, &buf, deadline, "hello", &hello, &code, e);
	if (rc < 0)
		return rc;
	str_free_p(&buf);
	for (size_t done = 0, n = strlen(line); done < n;) {
		rc = wait_fd(fd, POLLOUT, deadline, command, e);
		if (rc < 0)
			return rc;
		ssize_t w = send(fd, line + done, n - done, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (w < 0 && errno != EAGAIN && errno != EINTR)
			return err_sys(e, errno, "BIRD's control socket");
		done += w > 0 ? (size_t)w : 0;
	}
	rc = read_reply(fd, &buf, deadline, command, &text, &code, e);
	if (rc < 0)
		return rc;
	/* 8xxx: could not be done; 9xxx: was not understood. */
	if (text && code >= 8000) {
		size_t n = strlen(text);

		while (n && text[n - 1] == '\n')
			text[--n] = 0;
		return err_set(e, EPROTO, "BIRD refuses \"%s\": %s", command, text);
	}
	if (ret_text)
		*ret_text = take_ptr(text);
	return 0;
}

void bird_protocol_name(const struct bgp_connection *c, char buf[64])
{
	bird_rs_protocol(c, buf);
}

int bird_sessions(const struct sock_at *at, struct bird_session **ret, size_t *ret_n, struct err *e)
{
	_cleanup_free_ char *text = NULL;
	int rc = bird_command(at, "show protocols all", TIMEOUT_MS, &text, e);

	return rc < 0 ? rc : bird_parse_sessions(text, ret, ret_n);
}

static int ask_routes(const struct sock_at *at, const char *what, const char *protocol,
                      struct bird_path **ret, size_t *ret_n, struct err *e)
{
	_cleanup_free_ char *text = NULL, *cmd = xasprintf("show route all %s %s", what, protocol);
	int rc = bird_command(at, cmd, TIMEOUT_MS, &text, e);

	return rc < 0 ? rc : bird_parse_routes(text, ret, ret_n);
}

int bird_learned(const struct sock_at *at, const char *protocol, struct bird_path **ret,
                 size_t *ret_n, struct err *e)
{
	_cleanup_free_ struct bird_path *kept = NULL, *refused = NULL;
	size_t n_kept, n_refused;
	int rc = ask_routes(at, "protocol", protocol, &kept, &n_kept, e);

	if (rc < 0)
		return rc;
	rc = ask_routes(at, "filtered protocol", protocol, &refused, &n_refused, e);
	if (rc < 0)
		return rc;
	struct bird_path *all = xcalloc(n_kept + n_refused, sizeof(*all));
	size_t k = 0, r = 0;

	/* Both are sorted by prefix: merge. */
	while (k < n_kept || r < n_refused) {
		bool take = r == n_refused ||
		            (k < n_kept && prefix_cmp(kept[k].network, refused[r].network) <= 0);

		all[k + r] = take ? kept[k] : refused[r];
		all[k + r].filtered = !take;
		if (take)
			k++;
		else
			r++;
	}
	*ret = all;
	*ret_n = n_kept + n_refused;
	return 0;
}

int bird_advertised(const struct sock_at *at, const char *protocol, struct bird_path **ret,
                    size_t *ret_n, struct err *e)
{
	_cleanup_free_ char *text = NULL, *cmd = xasprintf("show protocols all %s", protocol);
	_cleanup_free_ struct bird_session *s = NULL;
	struct bird_path *list;
	size_t n_s, n;
	int rc = bird_command(at, cmd, TIMEOUT_MS, &text, e);

	if (rc < 0)
		return rc;
	bird_parse_sessions(text, &s, &n_s);
	if (!n_s)
		return err_set(e, EPROTO, "BIRD's protocol %s is not a BGP session", protocol);
	/* A session that is down has sent nothing, whatever it would; and of one that has never
	 * been up BIRD knows no table. */
	if (!streq(s->state, "Established")) {
		*ret = NULL;
		*ret_n = 0;
		return 0;
	}
	rc = ask_routes(at, "export", protocol, &list, &n, e);
	if (rc < 0)
		return rc;
	/* BIRD lists what it exports as it stands in its table; AS and next hop are put on when the
	 * message is written. */
	for (size_t i = 0; i < n; i++) {
		char received[sizeof(list->as_path)];

		memcpy(received, list[i].as_path, sizeof(received));
		int len = snprintf(list[i].as_path, sizeof(list->as_path), "%u%s%s", s->local_asn,
		                   *received ? " " : "", received);

		if (len >= (int)sizeof(list->as_path))
			list[i].as_path[sizeof(list->as_path) - 1] = 0;
		list[i].next_hop = s->local_ip;
	}
	*ret_n = n;
	*ret = list;
	return 0;
}

int bird_configure(const struct sock_at *at, struct err *e)
{
	return bird_command(at, "configure", TIMEOUT_MS, NULL, e);
}

int bird_configure_from(const struct sock_at *at, const char *file, struct err *e)
{
	_cleanup_free_ char *cmd = xasprintf("configure \"%s\"", file);

	return bird_command(at, cmd, TIMEOUT_MS, NULL, e);
}

int bird_restart(const struct sock_at *at, const char *protocol, struct err *e)
{
	_cleanup_free_ char *cmd = xasprintf("restart %s", protocol);

	return bird_command(at, cmd, TIMEOUT_MS, NULL, e);
}

int bird_refresh(const struct sock_at *at, const char *protocol, struct err *e)
{
	_cleanup_free_ struct bird_session *s = NULL;
	size_t n = 0, done = 0;
	int rc = bird_sessions(at, &s, &n, e);

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (protocol && !streq(s[i].protocol, protocol))
			continue;
		done++;
		if (!streq(s[i].state, "Established"))
			continue;
		_cleanup_free_ char *cmd =
		    xasprintf("%s %s", s[i].can_refresh ? "reload in" : "restart", s[i].protocol);

		rc = bird_command(at, cmd, TIMEOUT_MS, NULL, e);
	}
	if (rc == 0 && protocol && !done)
		return err_set(e, ENOENT, "BIRD has no BGP session \"%s\"", protocol);
	return rc;
}

int bird_enable(const struct sock_at *at, const char *protocol, bool enable, struct err *e)
{
	_cleanup_free_ char *cmd = xasprintf("%s %s", enable ? "enable" : "disable", protocol);

	return bird_command(at, cmd, TIMEOUT_MS, NULL, e);
}
