/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/client/client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "lab/client/alive.h"
#include "lab/client/client_priv.h"
#include "lab/client/ended.h"
#include "lab/client/paths.h"

enum { STEP_MS = 5, PATIENCE_MS = 5000 };

struct lab_client {
	char *name;
	int fd;
	bool impatient;
	struct alive alive;
	char *in;
	size_t n, cap, scanned;
};

static int lab_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int lab_list(char ***ret, size_t *ret_n, struct err *e)
{
	_cleanup_close_ int run = -1;
	char **names = NULL;
	size_t n = 0, cap = 0;
	int r = run_dir_open(false, &run, NULL, e);

	if (r == -ENOENT)
		goto out;
	if (r < 0)
		return r;
	DIR *d = fdopendir(run);

	if (!d)
		return err_sys(e, errno, "run directory");
	take_fd(run);
	for (struct dirent *de; (de = readdir(d));)
		if (lab_name_check(de->d_name, NULL) == 0 && lab_lock_held(dirfd(d), de->d_name))
			VEC_PUSH(names, n, cap) = xstrdup(de->d_name);
	closedir(d);
	if (n)
		qsort(names, n, sizeof(*names), lab_order);
out:
	*ret = names;
	*ret_n = n;
	return 0;
}

static void free_lab_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static int just_ended(int run, const char *name, struct err *e)
{
	_cleanup_free_ char *how = ended_text(run, name);

	return err_set(e, ENOENT, "lab %s has just ended%s%s", name, how ? ": " : "",
	               how ? how : "");
}

/* Between a lab's lock and its driver's listen(), and between the end of the one and the other, its
 * socket refuses: a moment later it is there, or the lab is not. */
static int connect_in_time(int run, const char *name, int *ret_fd, struct err *e)
{
	for (int waited = 0;; waited += STEP_MS) {
		int r = lab_socket_connect(run, name, ret_fd, NULL);

		if (r == 0)
			return 0;
		if (!lab_lock_held(run, name))
			return just_ended(run, name, e);
		/* The socket is there before the driver, whose process the lock names. */
		if (waited >= PATIENCE_MS || (r == -ENOENT && lab_lock_pid(run, name)))
			return err_set(e, ECONNREFUSED,
			               "lab %s does not answer (vnetlab down %s ends it all the "
			               "same)",
			               name, name);
		nap_ms(STEP_MS);
	}
}

static int pick_lab(const char *lab, char **ret, struct err *e)
{
	char **names;
	size_t n;
	int r = lab_list(&names, &n, e);

	if (r < 0)
		return r;
	_cleanup_str_ struct str list = { 0 };
	_cleanup_free_ char *how = NULL;
	bool named = lab && *lab;
	const char *found = n == 1 && !named ? names[0] : NULL;

	for (size_t i = 0; i < n; i++) {
		str_printf(&list, "%s%s", i ? ", " : "", names[i]);
		if (named && streq(names[i], lab))
			found = names[i];
	}
	if (found) {
		*ret = xstrdup(found);
	} else if (named && (how = ended_of(lab))) {
		r = err_set(e, ENOENT, "no lab %s runs: %s", lab, how);
	} else if (named) {
		r = err_set(e, ENOENT, "no lab %s runs%s%s (vnetlab up FILE starts one)", lab,
		            n ? "; running: " : "", str_get(&list));
	} else if (n == 0) {
		how = ended_all(false);
		r = err_set(e, ENOENT, "no lab runs (vnetlab up FILE starts one)%s%s",
		            how ? "; " : "", how ? how : "");
	} else {
		r = err_set(e, ENOTUNIQ, "several labs run: %s; say which with -n LAB",
		            str_get(&list));
	}
	free_lab_names(names, n);
	return r;
}

struct lab_client *lab_client_new(const char *name, int fd)
{
	struct lab_client *c = xcalloc(1, sizeof(*c));

	c->name = xstrdup(name);
	c->fd = fd;
	alive_init(&c->alive);
	return c;
}

int lab_connect(const char *lab, struct lab_client **ret, struct err *e)
{
	_cleanup_free_ char *name = NULL;
	_cleanup_close_ int run = -1, fd = -1;

	if (!lab || !*lab)
		lab = getenv("VNETLAB_LAB");
	int r = pick_lab(lab, &name, e);

	if (r < 0)
		return r;
	r = run_dir_open(false, &run, NULL, e);
	if (r < 0)
		return r;
	r = connect_in_time(run, name, &fd, e);
	if (r < 0)
		return r;
	*ret = lab_client_new(name, take_fd(fd));
	return 0;
}

struct lab_client *lab_disconnect(struct lab_client *c)
{
	if (!c)
		return NULL;
	close_p(&c->fd);
	alive_done(&c->alive);
	free(c->name);
	free(c->in);
	free(c);
	return NULL;
}

const char *lab_client_name(const struct lab_client *c)
{
	return c->name;
}

int lab_client_fd(const struct lab_client *c)
{
	return c->fd;
}

static int send_all(struct lab_client *c, const char *s, size_t n, const int *fds, size_t n_fds,
                    struct err *e)
{
	union {
		char buf[CMSG_SPACE(3 * sizeof(int))];
		struct cmsghdr align;
	} ctl;

	if (n_fds > 3)
		return err_set(e, EINVAL, "at most three descriptors go with a request");
	while (n) {
		struct iovec iov = { (char *)s, n };
		struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

		if (n_fds) {
			memset(&ctl, 0, sizeof(ctl));
			mh.msg_control = ctl.buf;
			mh.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
			struct cmsghdr *h = CMSG_FIRSTHDR(&mh);

			h->cmsg_level = SOL_SOCKET;
			h->cmsg_type = SCM_RIGHTS;
			h->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
			memcpy(CMSG_DATA(h), fds, n_fds * sizeof(int));
		}
		ssize_t k = sendmsg(c->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (k < 0) {
			struct pollfd p = { .fd = c->fd, .events = POLLOUT };
			int r;

			if (errno == EINTR)
				continue;
			if (errno == EAGAIN) { /* a design is larger than a socket's buffer */
				r = lab_client_poll(c, &p, 1, -1, e);
				if (r < 0 && r != -EINTR)
					return r;
				continue;
			}
			if (errno == EPIPE || errno == ECONNRESET)
				return ended_err(c->name, e);
			return err_sys(e, errno, "talking to the lab's driver");
		}
		n_fds = 0;
		s += k;
		n -= (size_t)k;
	}
	return 0;
}

int lab_send(struct lab_client *c, json_t *req, const int *fds, size_t n_fds, struct err *e)
{
	_cleanup_free_ char *text = req ? json_compact(req) : NULL;

	json_decref(req);
	if (!text)
		return err_set(e, EINVAL, "a request that is not JSON");
	_cleanup_free_ char *line = xasprintf("%s\n", text);

	return send_all(c, line, strlen(line), fds, n_fds, e);
}

/* One line out of what was read, without its newline; false: none is whole yet. */
static bool next_answer_line(struct lab_client *c, char **ret)
{
	char *nl = memchr(c->in + c->scanned, '\n', c->n - c->scanned);

	c->scanned = c->n;
	if (!nl)
		return false;
	size_t len = (size_t)(nl - c->in);

	*ret = xstrndup(c->in, len);
	memmove(c->in, nl + 1, c->n - len - 1);
	c->n -= len + 1;
	c->scanned = 0;
	return true;
}

int lab_recv(struct lab_client *c, json_t **ret, struct err *e)
{
	_cleanup_free_ char *line = NULL;

	while (!c->n || !next_answer_line(c, &line)) {
		if (c->cap - c->n < 4096) {
			c->cap = c->cap ? c->cap * 2 : 16384;
			c->in = xrealloc(c->in, c->cap, 1);
		}
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		int r = lab_client_poll(c, &p, 1, -1, e);

		if (r < 0)
			return r;
		ssize_t k = recv(c->fd, c->in + c->n, c->cap - c->n, MSG_DONTWAIT);

		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k <= 0)
			return ended_err(c->name, e);
		c->n += (size_t)k;
	}
	json_error_t je;
	json_t *j = json_loads(line, 0, &je);

	if (!j)
		return err_set(e, EPROTO, "lab %s: its driver's answer is not JSON: %s", c->name,
		               je.text);
	*ret = j;
	return 0;
}

int lab_client_poll(struct lab_client *c, struct pollfd *p, size_t n, int timeout_ms, struct err *e)
{
	return alive_poll(&c->alive, c->name, !c->impatient, p, n, timeout_ms, e);
}

void lab_client_impatient(struct lab_client *c)
{
	c->impatient = true;
}

bool lab_client_pending(const struct lab_client *c)
{
	return c->n && memchr(c->in, '\n', c->n);
}

int lab_answer_error(const json_t *answer, int *ret_status, struct err *e)
{
	const json_t *je = json_object_get(answer, "error");

	if (!je)
		return 0;
	const char *msg = json_string_value(json_object_get(je, "message"));
	int code = (int)json_integer_value(json_object_get(je, "code"));
	int status = (int)json_integer_value(json_object_get(je, "status"));

	if (ret_status)
		*ret_status = status;
	return err_set(e, code > 0 ? code : EIO, "%s", msg ? msg : "the driver gave no reason");
}

int lab_call(struct lab_client *c, json_t *req, void (*on_progress)(json_t *p, void *ctx),
             void *ctx, json_t **ret, int *ret_status, struct err *e)
{
	int r = lab_send(c, req, NULL, 0, e);

	if (ret_status)
		*ret_status = 0;
	if (r < 0)
		return r;
	for (;;) {
		json_t *a;

		r = lab_recv(c, &a, e);
		if (r < 0)
			return r;
		json_t *p = json_object_get(a, "progress");

		if (p) {
			if (on_progress)
				on_progress(p, ctx);
			json_decref(a);
			continue;
		}
		r = lab_answer_error(a, ret_status, e);
		if (r < 0) {
			json_decref(a);
			return r;
		}
		*ret = a;
		return 0;
	}
}
