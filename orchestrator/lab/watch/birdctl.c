/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/birdctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "plan/bird_rs.h"

enum { TIMEOUT_MS = 3000, STEP_MS = 250 };

/* Paths of sockets have 107 bytes; ours may be longer (a lab's folder in a deep run directory), so
 * the folder is opened and the socket reached through the descriptor.  A BIRD whose queue of
 * connections is full lets us wait: SO_SNDTIMEO bounds that. */
static int connect_to(const char *path, int timeout_ms, int *ret_fd, struct err *e)
{
	struct timeval tv = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	_cleanup_close_ int dir = -1;

	if (strlen(path) < sizeof(sa.sun_path)) {
		memcpy(sa.sun_path, path, strlen(path) + 1);
	} else {
		const char *slash = strrchr(path, '/');
		_cleanup_free_ char *folder =
		    slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");

		dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			return err_sys(e, errno, "%s", folder);
		int n = snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d/%s", dir,
		                 slash ? slash + 1 : path);

		if (n < 0 || (size_t)n >= sizeof(sa.sun_path))
			return err_sys(e, ENAMETOOLONG, "%s", path);
	}
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(e, errno, "socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return err_sys(e, errno, "BIRD's control socket %s", path);
	*ret_fd = take_fd(fd);
	return 0;
}

int bird_dial(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || !path || strlen(path) >= sizeof(sa.sun_path))
		return -1;
	strcpy(sa.sun_path, path);
	return connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ? -1 : take_fd(fd);
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

int bird_command(const char *path, const char *command, int timeout_ms, char **ret_text,
                 struct err *e)
{
	_cleanup_close_ int fd = -1;
	_cleanup_str_ struct str buf = { 0 };
	_cleanup_free_ char *hello = NULL, *text = NULL, *line = xasprintf("%s\n", command);
	long deadline = clock_ms() + timeout_ms;
	int code = 0, rc = connect_to(path, timeout_ms, &fd, e);

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

int bird_sessions(const char *path, struct bird_session **ret, size_t *ret_n, struct err *e)
{
	_cleanup_free_ char *text = NULL;
	int rc = bird_command(path, "show protocols all", TIMEOUT_MS, &text, e);

	return rc < 0 ? rc : bird_parse_sessions(text, ret, ret_n);
}

static int routes(const char *path, const char *what, const char *protocol, struct bird_path **ret,
                  size_t *ret_n, struct err *e)
{
	_cleanup_free_ char *text = NULL, *cmd = xasprintf("show route all %s %s", what, protocol);
	int rc = bird_command(path, cmd, TIMEOUT_MS, &text, e);

	return rc < 0 ? rc : bird_parse_routes(text, ret, ret_n);
}

int bird_learned(const char *path, const char *protocol, struct bird_path **ret, size_t *ret_n,
                 struct err *e)
{
	_cleanup_free_ struct bird_path *kept = NULL, *refused = NULL;
	size_t n_kept, n_refused;
	int rc = routes(path, "protocol", protocol, &kept, &n_kept, e);

	if (rc < 0)
		return rc;
	rc = routes(path, "filtered protocol", protocol, &refused, &n_refused, e);
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

int bird_advertised(const char *path, const char *protocol, struct bird_path **ret, size_t *ret_n,
                    struct err *e)
{
	_cleanup_free_ char *text = NULL, *cmd = xasprintf("show protocols all %s", protocol);
	_cleanup_free_ struct bird_session *s = NULL;
	struct bird_path *list;
	size_t n_s, n;
	int rc = bird_command(path, cmd, TIMEOUT_MS, &text, e);

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
	rc = routes(path, "export", protocol, &list, &n, e);
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

int bird_configure(const char *path, struct err *e)
{
	return bird_command(path, "configure", TIMEOUT_MS, NULL, e);
}

int bird_configure_from(const char *path, const char *file, struct err *e)
{
	_cleanup_free_ char *cmd = xasprintf("configure \"%s\"", file);

	return bird_command(path, cmd, TIMEOUT_MS, NULL, e);
}

int bird_restart(const char *path, const char *protocol, struct err *e)
{
	_cleanup_free_ char *cmd = xasprintf("restart %s", protocol);

	return bird_command(path, cmd, TIMEOUT_MS, NULL, e);
}

int bird_refresh(const char *path, const char *protocol, struct err *e)
{
	_cleanup_free_ struct bird_session *s = NULL;
	size_t n = 0, done = 0;
	int rc = bird_sessions(path, &s, &n, e);

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (protocol && !streq(s[i].protocol, protocol))
			continue;
		done++;
		if (!streq(s[i].state, "Established"))
			continue;
		_cleanup_free_ char *cmd =
		    xasprintf("%s %s", s[i].can_refresh ? "reload in" : "restart", s[i].protocol);

		rc = bird_command(path, cmd, TIMEOUT_MS, NULL, e);
	}
	if (rc == 0 && protocol && !done)
		return err_set(e, ENOENT, "BIRD has no BGP session \"%s\"", protocol);
	return rc;
}

int bird_enable(const char *path, const char *protocol, bool enable, struct err *e)
{
	_cleanup_free_ char *cmd = xasprintf("%s %s", enable ? "enable" : "disable", protocol);

	return bird_command(path, cmd, TIMEOUT_MS, NULL, e);
}
