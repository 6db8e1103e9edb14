/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking one BIRD over its control socket, again and again. */
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/proc/node.h"
#include "lab/watch/observe_priv.h"
#include "lab/watch/room.h"

/* BIRD 2 leaves routes of a fresh session in its queue until something wakes it; a question does,
 * so the interval while converging also bounds that wait. */
enum { HURRY_MS = 10, IDLE_MS = 250, ANSWER_MS = 3000 };

static const char COMMAND
[] = "show protocols all\n";

static struct process *bird_of(const struct lab_node *n)
{
	return n->n_procs ? n->procs[0] : NULL;
}

static size_t get_instance_index(const struct instance *in)
{
	size_t i = 0;

	while (in->d->watch->observer->inst[i] != in)
		i++;
	return i;
}

void observe_hang_up(struct instance *in)
{
	int fd = in->src.fd;

	loop_del(in->d->loop, &in->src);
	close_p(&fd);
	str_free_p(&in->buf);
	in->asking = ASK_NOT;
}

static bool is_instance_busy(const struct instance *in)
{
	for (size_t i = 0; in->d->lab.model && i < in->n; i++)
		if (in->sessions[i].asked ||
		    route_count_busy(&in->sessions[i].limit, &in->d->lab.model->settings,
		                     clock_ms()))
			return true;
	return false;
}

static void next_question(struct instance *in)
{
	int64_t wait = in->d->watch->observer->hurry || is_instance_busy(in) ? HURRY_MS : IDLE_MS;

	if (in->again)
		wait = 1;
	in->again = false;
	loop_timer(in->d->loop, &in->timer, wait);
}

static void on_reply(struct instance *in, const char *text)
{
	if (in->asking == ASK_GREETING) {
		in->asking = ASK_ANSWER;
		if (send(in->src.fd, COMMAND, sizeof(COMMAND) - 1, MSG_NOSIGNAL) < 0)
			observe_hang_up(in);
		return;
	}
	in->asking = ASK_NOT;
	struct driver *d = in->d;

	observe_take_answer(in, text);
	next_question(in);
	observe_waiters_answered(d, get_instance_index(in));
	driver_changed(d, CHANGED_ANSWERS);
}

static void on_bird_socket(struct source *s, uint32_t events)
{
	struct instance *in = container_of(s, struct instance, src);
	char chunk[16384];
	ssize_t n = recv(s->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	(void)events;
	if (n > 0) {
		_cleanup_free_ char *text = NULL;
		int code;

		str_addn(&in->buf, chunk, (size_t)n);
		if (bird_parse_reply(in->buf.s, in->buf.n, &text, &code)) {
			str_free_p(&in->buf);
			on_reply(in, text);
		}
	} else if (n == 0 || errno != EAGAIN) {
		observe_hang_up(in);
		next_question(in);
	}
}

static int call_instance(struct instance *in)
{
	int fd = bird_dial(&bird_of(in->node)->control);

	if (fd < 0)
		return -1;
	in->src.fn = on_bird_socket;
	if (loop_add(in->d->loop, &in->src, fd, EPOLLIN, NULL) < 0) {
		close_p(&fd);
		return -1;
	}
	in->asking = ASK_GREETING;
	return 0;
}

static void ask_instance(struct instance *in)
{
	if (in->asking != ASK_NOT) {
		if (clock_ms() - in->asked < ANSWER_MS) {
			in->again = true;
			return;
		}
		observe_hang_up(in); /* it hangs: another line is tried */
	}
	if (!node_running_bird(in->node)) {
		for (size_t i = 0; i < in->n; i++) {
			struct observed *s = &in->sessions[i];
			char from[sizeof(s->s.state)];

			strcpy(from, s->s.state);
			s->stable = 0;
			if (!s->known || streq(from, "Down") ||
			    (bird_of(in->node) && bird_of(in->node)->frozen))
				continue;
			/* A dead BIRD has no sessions. */
			snprintf(s->s.state, sizeof(s->s.state), "Down");
			s->s.received = s->s.accepted = s->s.advertised = 0;
			observe_session_changed(in, s, from);
		}
		next_question(in);
		return;
	}
	in->asked = clock_ms();
	if (in->src.fd < 0) {
		if (call_instance(in) < 0)
			next_question(in);
		return;
	}
	in->asking = ASK_ANSWER;
	if (send(in->src.fd, COMMAND, sizeof(COMMAND) - 1, MSG_NOSIGNAL) < 0) {
		observe_hang_up(in);
		next_question(in);
	}
}

void observe_on_timer(struct timer *t)
{
	struct instance *in = container_of(t, struct instance, timer);

	ask_instance(in);
	if (in->asking != ASK_NOT) /* should the answer never come */
		loop_timer(in->d->loop, t, ANSWER_MS + 1);
}
