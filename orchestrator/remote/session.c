/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a name to a session that may be used: connection, handshake, authentication. */
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "remote/ssh_priv.h"

/* --- libssh2 reads and writes through these --- */

/* Always takes the whole buffer: what the socket does not take is queued (see the head of
 * ssh.h). */
static LIBSSH2_SEND_FUNC(on_send)
{
	struct ssh *s = *abstract;

	if (socket != s->fd) { /* the agent's */
		ssize_t n = send(socket, buffer, length, flags | MSG_NOSIGNAL);

		return n < 0 ? -errno : n;
	}
	str_addn(&s->out, buffer, length);
	int r = ssh_flush(s);

	return r < 0 ? r : (ssize_t)length;
}

/* Reads from the agent, which may wait for the user to touch a key: until the deadline. */
static ssize_t agent_recv(const struct ssh *s, int fd, void *buffer, size_t length, int flags)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long left = s->deadline - clock_ms();
	int r = poll(&p, 1, left > 0 ? (int)left : 0);

	if (r <= 0)
		return r < 0 ? -errno : -ETIMEDOUT;
	ssize_t n = recv(fd, buffer, length, flags);

	return n < 0 ? -errno : n;
}

static LIBSSH2_RECV_FUNC(on_recv)
{
	struct ssh *s = *abstract;

	if (socket != s->fd)
		return agent_recv(s, socket, buffer, length, flags);
	if (s->dead)
		return -s->dead;
	/* libssh2 reads on for as long as something comes.  After the deadline there is
	 * nothing more for it, so that a server which sends without end does not hold it;
	 * ssh_wait() then reports -ETIMEDOUT. */
	if (!s->open && clock_ms() >= s->deadline)
		return -EAGAIN;
	ssize_t n = recv(socket, buffer, length, flags | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		s->dead = errno;
	if (n == 0 && length)
		s->dead = ECONNRESET;
	return n < 0 ? (errno == EINTR ? -EAGAIN : -errno) : n;
}

/* --- the handshake --- */

/* Explains the failures of a handshake that people can do something about; *e becomes *from for
 * the others. */
static int handshake_failed(struct ssh *s, const struct err *from, struct err *e)
{
	const char *banner = libssh2_session_banner_get(s->s);

	if (from->code != ETIMEDOUT && !(banner && str_starts(banner, "SSH-")))
		return err_set(
		    e, EPROTO,
		    "%s: what listens on port %u of %s does not speak SSH, or hung up at "
		    "once; is the port right? (OpenSSH 9.8 and later hang up, for a while, on an "
		    "address from which too many log-ins failed.)",
		    s->name, s->target.port, s->target.host);
	switch (libssh2_session_last_errno(s->s)) {
	case LIBSSH2_ERROR_KEX_FAILURE:
	case LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE:
	case LIBSSH2_ERROR_METHOD_NONE:
	case LIBSSH2_ERROR_HOSTKEY_INIT:
	case LIBSSH2_ERROR_HOSTKEY_SIGN:
		if (!s->dead)
			return err_set(
			    e, EPROTO,
			    "%s: no key exchange that both sides can do. libssh2 %s knows host "
			    "keys "
			    "of the kinds ed25519 and ecdsa, no newer RSA: make one there with "
			    "sudo ssh-keygen -A",
			    s->name, libssh2_version(0));
		/* fall through */
	default:
		*e = *from;
		return -e->code;
	}
}

static int shake_hands(struct ssh *s, const struct ssh_options *o, long deadline, struct err *e)
{
	/* Only what it knows: over others libssh2 1.10 copies memory onto itself. */
	const char *types = libssh2_version(0x010b00)
	                        ? "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
	                          "ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-rsa"
	                        : "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
	                          "ecdsa-sha2-nistp521,ssh-rsa";
	_cleanup_known_hosts_ struct known_hosts known = { 0 };
	struct err failed = { 0 };

	ssh_read_known_hosts(o, &known);
	_cleanup_free_ char *order = known_hosts_order(&known, types);

	libssh2_session_method_pref(s->s, LIBSSH2_METHOD_HOSTKEY, order);
	if (SSH_DO(s, deadline, libssh2_session_handshake(s->s, s->fd), "SSH handshake", &failed) <
	    0)
		return handshake_failed(s, &failed, e);
	return ssh_check_host_key(s, &known, e);
}

/* --- beginning and end --- */

static char *local_user(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	const char *env = getenv("USER");

	return pw && pw->pw_name ? xstrdup(pw->pw_name) : env && *env ? xstrdup(env) : NULL;
}

static int open_session(struct ssh *s, const struct ssh_options *o, struct err *e)
{
	long deadline = s->deadline = clock_ms() + o->timeout_ms;

	s->user = o->target->user ? xstrdup(o->target->user) : local_user();
	if (!s->user)
		return err_set(e, EINVAL, "%s: as which user? ssh://user@%s", s->name,
		               o->target->host);
	if (libssh2_init(0) < 0)
		return err_set(e, EIO, "libssh2 does not start");
	int r = ssh_connect(s, deadline, e);

	if (r < 0)
		return r;
	s->s = libssh2_session_init_ex(NULL, NULL, NULL, s);
	if (!s->s)
		return err_set(e, ENOMEM, "libssh2 does not start");
	libssh2_session_set_blocking(s->s, 0);
#if LIBSSH2_VERSION_NUM >= 0x010b01
	libssh2_session_callback_set2(s->s, LIBSSH2_CALLBACK_SEND, (libssh2_cb_generic *)on_send);
	libssh2_session_callback_set2(s->s, LIBSSH2_CALLBACK_RECV, (libssh2_cb_generic *)on_recv);
#else
	libssh2_session_callback_set(s->s, LIBSSH2_CALLBACK_SEND, (void *)on_send);
	libssh2_session_callback_set(s->s, LIBSSH2_CALLBACK_RECV, (void *)on_recv);
#endif
	r = shake_hands(s, o, deadline, e);
	if (r == 0)
		r = ssh_authenticate(s, o, deadline, e);
	s->open = r == 0;
	return r;
}

int ssh_open(const struct ssh_options *o, struct ssh **ret, struct err *e)
{
	_cleanup_ssh_ struct ssh *s = xcalloc(1, sizeof(*s));

	s->fd = -1;
	s->name = xstrdup(o->target->text);
	int r = target_parse(o->target->text, &s->target, e);

	if (r == 0)
		r = open_session(s, o, e);
	if (r < 0)
		return r;
	*ret = take_ptr(s);
	return 0;
}

/* Sends the disconnect message, and waits for nothing. */
struct ssh *ssh_close(struct ssh *s)
{
	if (!s)
		return NULL;
	if (s->s) {
		if (!s->dead)
			(void)libssh2_session_disconnect(s->s, "done");
		/* libssh2 closes what is open, and would wait for answers: a dead session
		 * gives none. */
		s->dead = s->dead ? s->dead : ESHUTDOWN;
		if (s->sftp)
			(void)libssh2_sftp_shutdown(s->sftp);
		for (int i = 0; i < 100 && libssh2_session_free(s->s) == LIBSSH2_ERROR_EAGAIN; i++)
			;
	}
	if (s->fd >= 0)
		close(s->fd);
	str_free_p(&s->out);
	target_free(&s->target);
	free(s->user);
	free(s->name);
	free(s);
	return NULL;
}

void ssh_close_p(struct ssh **s)
{
	*s = ssh_close(*s);
}
