/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command on the other machine with our streams, terminal and signals, in one loop of
 * poll(). */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/term.h"
#include "remote/ssh_priv.h"

/* Writes of up to PIPE_BUF bytes do not block where poll() says that one can write. */
enum { CHUNK = 4096, BUFFER = 32768, NOISE_MAX = 4000, SIGNAL_PATIENCE_MS = 3000 };

/* A stream of the other machine that goes to one of our descriptors.  What stands in front of
 * the mark is kept as noise: a login shell's start-up files like to say something. */
struct out_stream {
	int fd, id;
	bool marked, broken;
	struct str noise;
	char buf[BUFFER];
	size_t at, n;
};

struct pump {
	struct ssh *s;
	const struct ssh_run *run;
	LIBSSH2_CHANNEL *c;
	struct out_stream out[2];
	char in[BUFFER];
	size_t in_at, in_n;
	bool in_open, in_done; /* done: its end was sent */
	long pid;              /* of the command there; 0: not known yet */
	int signal_fd;
	int lost;           /* errno of our standard output */
	int waiting_signal; /* one that came before the pid was known */
	struct term_raw terminal;
};

/* --- the terminal --- */

static void get_window_size(int *columns, int *rows)
{
	struct winsize w = { 0 };

	*columns = 80;
	*rows = 24;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row) {
		*columns = w.ws_col;
		*rows = w.ws_row;
	}
}

/* --- signals --- */

/* Runs one more command on the same connection, which passes the signal on.  The other streams
 * wait meanwhile. */
static int deliver_signal(struct pump *p, int sig, struct err *e)
{
	_cleanup_free_ char *command = p->run->signal_command(sig, p->pid, p->run->ctx);
	_cleanup_free_ char *out = NULL, *err = NULL;
	int status;

	if (!command)
		return 0;
	int r = ssh_capture(p->s, command, SIGNAL_PATIENCE_MS, &out, &err, &status, e);

	if (r == -EPERM) /* the server allows no second session: end the connection */
		return err_set(e, ECANCELED,
		               "%s: the signal cannot be passed on, the server allows one "
		               "session (MaxSessions); left it instead, which ends the "
		               "command there",
		               p->s->name);
	return r;
}

static int take_signal(struct pump *p, struct err *e)
{
	struct signalfd_siginfo si;

	if (read(p->signal_fd, &si, sizeof(si)) != sizeof(si))
		return 0;
	if (si.ssi_signo == SIGWINCH) {
		int columns, rows;

		get_window_size(&columns, &rows);
		if (p->run->tty)
			(void)libssh2_channel_request_pty_size(p->c, columns, rows);
		return 0;
	}
	if (!p->pid) {
		/* The second signal ends us, whatever the command there waits for. */
		if (p->waiting_signal)
			return err_set(e, ECANCELED, "interrupted");
		p->waiting_signal = (int)si.ssi_signo;
		return 0;
	}
	return deliver_signal(p, (int)si.ssi_signo, e);
}

static int block_signals(sigset_t *old)
{
	static const int passed[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
		struct sigaction sa;

		/* A signal that we were told to ignore (nohup) stays ignored. */
		if (sigaction(passed[i], NULL, &sa) == 0 && sa.sa_handler != SIG_IGN)
			sigaddset(&set, passed[i]);
	}
	sigprocmask(SIG_BLOCK, &set, old);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* --- streams --- */

/* Looks for the mark; what follows it is moved to the front of the buffer. */
static void find_mark(struct pump *p, struct out_stream *o)
{
	str_addn(&o->noise, o->buf + o->at, o->n - o->at);
	o->at = o->n = 0;
	const char *text = str_get(&o->noise), *found = strstr(text, p->run->mark);
	const char *end = found ? strchr(found, '\n') : NULL;

	if (!end) {
		/* Keep the beginning, which explains failures, and the end, in which the mark
		 * may be. */
		size_t keep = 200;

		if (!found && o->noise.n > NOISE_MAX + keep) {
			memmove(o->noise.s + NOISE_MAX, o->noise.s + o->noise.n - keep, keep);
			o->noise.n = NOISE_MAX + keep;
			o->noise.s[o->noise.n] = 0;
		}
		return;
	}
	if (o->id == 0)
		p->pid = strtol(found + strlen(p->run->mark), NULL, 10);
	o->marked = true;
	/* A read is at most a buffer long, and the mark's line is shorter than what is kept. */
	size_t rest = o->noise.n - (size_t)(end + 1 - text);

	o->n = rest < sizeof(o->buf) ? rest : sizeof(o->buf);
	memcpy(o->buf, end + 1, o->n);
	o->noise.n = (size_t)(found - text);
	o->noise.s[o->noise.n] = 0;
}

static int read_stream(struct pump *p, struct out_stream *o, struct err *e)
{
	while (o->at == o->n) {
		ssize_t n = libssh2_channel_read_ex(p->c, o->id, o->buf, sizeof(o->buf));

		if (n == LIBSSH2_ERROR_EAGAIN || n == 0)
			return 0;
		if (n < 0)
			return ssh_failed(p->s, "running", e);
		o->at = 0;
		o->n = (size_t)n;
		if (!o->marked)
			find_mark(p, o);
		if (o->broken)
			o->at = o->n;
	}
	return 0;
}

/* The reader of our descriptor is gone.  A stream ends then; any other command goes on, as it
 * would here, and its output is dropped. */
static int out_broken(struct pump *p, struct out_stream *o, int why, struct err *e)
{
	if (o->id == 0) {
		p->lost = why;
		if (p->run->stream)
			return err_sys(e, why, "cannot write to standard output");
	}
	o->broken = true;
	o->at = o->n;
	return 0;
}

static int write_out_stream(struct pump *p, struct out_stream *o, struct err *e)
{
	size_t n = o->n - o->at < CHUNK ? o->n - o->at : CHUNK;
	ssize_t w = write(o->fd, o->buf + o->at, n);

	if (w < 0 && errno != EINTR && errno != EAGAIN)
		return out_broken(p, o, errno, e);
	o->at += w > 0 ? (size_t)w : 0;
	return 0;
}

static void read_input(struct pump *p)
{
	ssize_t n = read(p->run->in, p->in, sizeof(p->in));

	p->in_at = 0;
	p->in_n = n > 0 ? (size_t)n : 0;
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		p->in_open = false;
}

static int send_input(struct pump *p, struct err *e)
{
	while (p->in_at < p->in_n && ssh_queued(p->s) < SSH_QUEUE_MAX) {
		ssize_t n = libssh2_channel_write(p->c, p->in + p->in_at, p->in_n - p->in_at);

		if (n == LIBSSH2_ERROR_EAGAIN || n == 0)
			return 0;
		if (n == LIBSSH2_ERROR_CHANNEL_CLOSED || n == LIBSSH2_ERROR_CHANNEL_EOF_SENT) {
			p->in_open = false; /* the command reads no more input */
			p->in_at = p->in_n;
			return 0;
		}
		if (n < 0)
			return ssh_failed(p->s, "running", e);
		p->in_at += (size_t)n;
	}
	if (p->in_at == p->in_n && !p->in_open && !p->in_done) {
		p->in_done = true;
		(void)libssh2_channel_send_eof(p->c);
	}
	return 0;
}

/* --- the loop --- */

/* Watches standard output of a stream even with nothing to write, to see that its reader is
 * gone. */
static struct pollfd out_event(const struct pump *p, const struct out_stream *o)
{
	bool something = o->at < o->n, watched = p->run->stream && o->id == 0;

	return (struct pollfd){ .fd = !o->broken && (something || watched) ? o->fd : -1,
		                .events = something ? POLLOUT : 0 };
}

static int wait_events(struct pump *p, struct err *e)
{
	struct ssh *s = p->s;
	bool full = p->in_at < p->in_n;
	struct pollfd fds[] = {
		{ .fd = s->fd, .events = (short)(POLLIN | (ssh_queued(s) ? POLLOUT : 0)) },
		{ .fd = p->signal_fd, .events = POLLIN },
		{ .fd = p->in_open && !full && p->pid ? p->run->in : -1, .events = POLLIN },
		out_event(p, &p->out[0]),
		out_event(p, &p->out[1]),
	};
	int r;

	if (poll(fds, ARRAY_LEN(fds), -1) < 0)
		return errno == EINTR ? 0 : err_sys(e, errno, "poll");
	if (fds[0].revents & POLLOUT && ssh_flush(s) < 0)
		return ssh_failed(s, "running", e);
	if (fds[1].revents && (r = take_signal(p, e)) < 0)
		return r;
	if (fds[2].revents)
		read_input(p);
	for (int i = 0; i < 2; i++) {
		struct out_stream *o = &p->out[i];

		if (!fds[3 + i].revents)
			continue;
		r = o->at < o->n ? write_out_stream(p, o, e) : out_broken(p, o, EPIPE, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int pump_streams(struct pump *p, struct err *e)
{
	for (;;) {
		int r = 0;

		for (int i = 0; i < 2 && r == 0; i++)
			r = read_stream(p, &p->out[i], e);
		if (r == 0)
			r = send_input(p, e);
		if (r < 0)
			return r;
		if (p->pid && p->waiting_signal) {
			int sig = p->waiting_signal;

			p->waiting_signal = 0;
			if ((r = deliver_signal(p, sig, e)) < 0)
				return r;
		}
		bool empty = p->out[0].at == p->out[0].n && p->out[1].at == p->out[1].n;

		if (empty && libssh2_channel_eof(p->c)) {
			r = libssh2_channel_wait_closed(p->c);
			if (r == 0)
				return 0;
			if (r != LIBSSH2_ERROR_EAGAIN)
				return ssh_failed(p->s, "running", e);
		}
		r = wait_events(p, e);
		if (r < 0)
			return r;
	}
}

/* It ended before its mark: what it printed explains why. */
static int never_began(struct pump *p, int status, struct err *e)
{
	struct str *noise = p->out[1].noise.n ? &p->out[1].noise : &p->out[0].noise;
	size_t n = noise->n;

	while (n && strchr("\r\n ", noise->s[n - 1]))
		n--;
	return err_set(e, ENOEXEC, "%.*s%s(exit status %d)", (int)(n > 800 ? 800 : n),
	               str_get(noise), n ? " " : "", status);
}

static int start_remote_command(struct pump *p, struct err *e)
{
	const char *term = getenv("TERM");
	int columns, rows;

	get_window_size(&columns, &rows);
	p->c =
	    ssh_channel(p->s, p->run->command, p->run->tty ? term && *term ? term : "dumb" : NULL,
	                columns, rows, clock_ms() + SSH_STEP_MS, e);
	return p->c ? 0 : -e->code;
}

int ssh_run(struct ssh *s, const struct ssh_run *run, int *ret_status, struct err *e)
{
	struct pump *p = xcalloc(1, sizeof(*p));
	bool blocked = false;
	sigset_t old;

	*p = (struct pump){ .s = s, .run = run, .in_open = run->in >= 0 };
	p->out[0] = (struct out_stream){ .fd = run->out };
	/* With a terminal both come as one. */
	p->out[1] = (struct out_stream){ .fd = run->err,
		                         .id = SSH_EXTENDED_DATA_STDERR,
		                         .marked = run->tty };
	p->signal_fd = -1;
	/* Until the command runs, a signal ends us: it cannot be passed on. */
	int r = start_remote_command(p, e);

	if (r == 0) {
		p->signal_fd = block_signals(&old);
		r = p->signal_fd < 0 ? err_sys(e, errno, "signalfd") : 0;
		blocked = true;
	}
	if (r == 0) {
		if (p->run->tty)
			term_raw_on(&p->terminal, p->run->in);
		r = pump_streams(p, e);
		term_raw_off(&p->terminal);
	}
	if (r == 0) {
		*ret_status = libssh2_channel_get_exit_status(p->c);
		if (!p->pid)
			r = never_began(p, *ret_status, e);
		else if (p->lost)
			r = err_sys(e, p->lost, "cannot write to standard output");
	}
	if (p->c)
		(void)libssh2_channel_free(p->c);
	if (p->signal_fd >= 0)
		close(p->signal_fd);
	if (blocked)
		sigprocmask(SIG_SETMASK, &old, NULL);
	str_free_p(&p->out[0].noise);
	str_free_p(&p->out[1].noise);
	free(p);
	return r;
}
