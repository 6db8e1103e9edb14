/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authentication: the agent's keys, then key files.  Passwords are not used: they would have
 * to be typed for each command, or kept. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "remote/ssh_priv.h"

/* Signatures of RSA keys by SHA-1 are refused everywhere; libssh2 knows better ones from 1.11 on.
 */
static bool rsa_works(void)
{
	return libssh2_version(0x010b00) != NULL;
}

static bool blob_is(const struct libssh2_agent_publickey *key, const char *type)
{
	size_t n = strlen(type);

	return key->blob_len > n + 4 && key->blob[3] == n && !memcmp(key->blob + 4, type, n);
}

/* 1: authenticated; 0: refused; -errno: the connection is gone. */
static int auth_outcome(struct ssh *s, ssize_t r, struct err *e)
{
	if (r == 0)
		return 1;
	if (s->dead || r == LIBSSH2_ERROR_SOCKET_DISCONNECT || r == LIBSSH2_ERROR_SOCKET_RECV ||
	    r == LIBSSH2_ERROR_SOCKET_SEND)
		return ssh_failed(s, "authentication", e);
	return 0;
}

/* --- the agent --- */

static int try_key(struct ssh *s, LIBSSH2_AGENT *agent, struct libssh2_agent_publickey *key,
                   struct str *tried, long deadline, struct err *e)
{
	ssize_t r;

	if (blob_is(key, "ssh-rsa") && !rsa_works()) {
		str_printf(
		    tried,
		    "\nagent's RSA key %s: not used, libssh2 %s has no RSA that servers accept",
		    key->comment, libssh2_version(0));
		return 0;
	}
	while ((r = libssh2_agent_userauth(agent, s->user, key)) == LIBSSH2_ERROR_EAGAIN) {
		int w = ssh_wait(s, deadline, "authentication", e);

		if (w < 0)
			return w;
	}
	if (r < 0)
		str_printf(tried, "\nagent's key %s: refused", key->comment);
	return auth_outcome(s, r, e);
}

static int try_agent(struct ssh *s, struct str *tried, long deadline, struct err *e)
{
	const char *path = getenv("SSH_AUTH_SOCK");
	struct libssh2_agent_publickey *key = NULL, *next;
	LIBSSH2_AGENT *agent;
	int r = 0, n = 0;

	if (!path || !*path) {
		str_printf(tried, "\nno agent: SSH_AUTH_SOCK is not set");
		return 0;
	}
	agent = libssh2_agent_init(s->s);
	if (!agent || libssh2_agent_connect(agent) < 0 ||
	    libssh2_agent_list_identities(agent) < 0) {
		str_printf(tried, "\nthe agent at %s does not answer", path);
	} else {
		while (r == 0 && libssh2_agent_get_identity(agent, &next, key) == 0) {
			key = next;
			n++;
			r = try_key(s, agent, key, tried, deadline, e);
		}
		if (!n)
			str_printf(tried, "\nthe agent has no keys (ssh-add)");
	}
	if (agent) {
		libssh2_agent_disconnect(agent);
		libssh2_agent_free(agent);
	}
	return r;
}

/* --- key files --- */

static int try_file(struct ssh *s, const char *path, bool wanted, struct str *tried, long deadline,
                    struct err *e)
{
	struct stat st;
	ssize_t r;

	if (stat(path, &st) < 0 || access(path, R_OK) < 0) {
		if (wanted || errno != ENOENT)
			str_printf(tried, "\n%s: %s", path, strerror(errno));
		return 0;
	}
	/* Refuses a key file that others can read, as ssh does. */
	if (st.st_uid == geteuid() && (st.st_mode & 077)) {
		str_printf(tried, "\n%s: not used, others may read it (chmod 600)", path);
		return 0;
	}
	while ((r = libssh2_userauth_publickey_fromfile_ex(s->s, s->user, (unsigned)strlen(s->user),
	                                                   NULL, path, NULL)) ==
	       LIBSSH2_ERROR_EAGAIN) {
		int w = ssh_wait(s, deadline, "authentication", e);

		if (w < 0)
			return w;
	}
	if (r == LIBSSH2_ERROR_FILE)
		str_printf(
		    tried,
		    "\n%s: cannot be used: it has a passphrase (ssh-add %s gives it to the agent), "
		    "or "
		    "is no private key of a kind that libssh2 %s reads (ssh-keygen -t ed25519)",
		    path, path, libssh2_version(0));
	else if (r < 0)
		str_printf(tried, "\n%s: refused", path);
	return auth_outcome(s, r, e);
}

static int try_files(struct ssh *s, const struct ssh_options *o, struct str *tried, long deadline,
                     struct err *e)
{
	static const char *const names[] = { "id_ed25519", "id_ecdsa" };
	int r = 0;

	if (o->identity)
		return try_file(s, o->identity, true, tried, deadline, e);
	for (size_t i = 0; i < ARRAY_LEN(names) && r == 0; i++) {
		_cleanup_free_ char *path = xasprintf("%s/.ssh/%s", o->home, names[i]);

		r = try_file(s, path, i == 0, tried, deadline, e);
	}
	return r;
}

/* The methods that the server takes; NULL: it has let us in already, or the connection is
 * gone. */
static char *list_auth_methods(struct ssh *s, long deadline, struct err *e)
{
	char *list =
	    SSH_GET(s, deadline, libssh2_userauth_list(s->s, s->user, (unsigned)strlen(s->user)),
	            "authentication", e);

	return list ? xstrdup(list) : NULL;
}

int ssh_authenticate(struct ssh *s, const struct ssh_options *o, long deadline, struct err *e)
{
	/* Each attempt and its outcome, a line each in the message when none succeeds. */
	_cleanup_str_ struct str tried = { 0 };
	struct err listed = { 0 };
	_cleanup_free_ char *accepts = list_auth_methods(s, deadline, &listed);

	if (!accepts && libssh2_userauth_authenticated(s->s))
		return 0;
	if (!accepts) {
		*e = listed;
		return -e->code;
	}
	if (!strstr(accepts, "publickey"))
		return err_set(e, EACCES,
		               "%s: the server does not accept keys, only: %s; vnetlab uses keys "
		               "(PubkeyAuthentication yes in its sshd_config)",
		               s->name, accepts);
	/* Try the key that the user named first: servers end the connection after a few
	 * attempts. */
	int r =
	    o->identity ? try_files(s, o, &tried, deadline, e) : try_agent(s, &tried, deadline, e);

	if (r == 0)
		r = o->identity ? try_agent(s, &tried, deadline, e)
		                : try_files(s, o, &tried, deadline, e);
	if (r == 0)
		r = err_set(e, EACCES,
		            "%s: not let in as user %s; tried:%s\nThe server accepts: %s. A key of "
		            "yours must stand in ~/.ssh/authorized_keys there: ssh-copy-id, or "
		            "--identity FILE for another key",
		            s->name, s->user, str_get(&tried), accepts);
	else if (r == -ECONNRESET)
		err_set(e, ECONNRESET,
		        "%s: the server closed the connection while keys were tried:%s\nWas that "
		        "too many? --identity FILE tries the right one first",
		        s->name, str_get(&tried));
	return r > 0 ? 0 : r;
}
