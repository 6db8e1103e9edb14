/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/answer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/json.h"
#include "base/mem.h"

int status_of(int code)
{
	switch (code) {
	case EBADMSG: /* the design */
		return 3;
	case ENOENT: /* names that a user gave */
	case ENOTUNIQ:
	case EINVAL:
		return 2;
	case EOPNOTSUPP:
	case ENOPKG:
		return 4;
	case ETIMEDOUT:
		return 124;
	default:
		return 5;
	}
}

json_t *error_json(const struct err *e)
{
	return json_pack("{s:{s:i,s:o,s:i}}", "error", "code", e->code, "message",
	                 text_json_of(e->msg), "status", status_of(e->code));
}

json_t *ok_json(json_t *payload)
{
	json_t *j = json_object();

	json_object_set_new(j, "ok", json_true());
	if (payload)
		json_object_update(j, payload);
	json_decref(payload);
	return j;
}

int line_write(int fd, json_t *obj)
{
	_cleanup_free_ char *text = json_dumps(obj, JSON_COMPACT);

	json_decref(obj);
	if (!text)
		return -EINVAL;
	size_t n = strlen(text), off = 0;

	text[n++] = '\n'; /* in the place of the NUL */
	while (off < n) {
		ssize_t k = send(fd, text + off, n - off, MSG_NOSIGNAL);

		if (k >= 0) {
			off += (size_t)k;
		} else if (errno == EAGAIN) {
			struct pollfd p = { .fd = fd, .events = POLLOUT };

			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			return -EPIPE;
		}
	}
	return 0;
}
