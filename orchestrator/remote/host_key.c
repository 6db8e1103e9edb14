/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks the host key, before anything of the user is sent. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "remote/ssh_priv.h"

enum { FILE_MAX = 8 * 1024 * 1024 };

static bool read_key_file(const char *path, struct str *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char buf[16384];
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	while ((n = read(fd, buf, sizeof(buf))) > 0 && ret->n < FILE_MAX)
		str_addn(ret, buf, (size_t)n);
	return n >= 0;
}

void ssh_read_known_hosts(const struct ssh_options *o, struct known_hosts *k)
{
	_cleanup_free_ char *by_port =
	    o->target->port == SSH_PORT ? NULL : target_known_name(o->target);
	char *files[] = { xasprintf("%s/.ssh/known_hosts", o->home),
		          xasprintf("%s/.ssh/known_hosts2", o->home),
		          xstrdup("/etc/ssh/ssh_known_hosts") };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		_cleanup_str_ struct str text = { 0 };

		if (read_key_file(files[i], &text))
			known_hosts_read(k, str_get(&text), files[i], o->target->host, by_port);
		free(files[i]);
	}
}

/* --- what to tell --- */

/* "ssh-ed25519" -> "ED25519", as ssh says it. */
static const char *host_key_type_name(const char *type)
{
	static const struct {
		const char *type, *name;
	} names[] = { { "ssh-ed25519", "ED25519" },
		      { "ssh-rsa", "RSA" },
		      { "ssh-dss", "DSA" },
		      { "ecdsa-sha2-nistp256", "ECDSA" },
		      { "ecdsa-sha2-nistp384", "ECDSA" },
		      { "ecdsa-sha2-nistp521", "ECDSA" } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (streq(names[i].type, type))
			return names[i].name;
	return type;
}

static char *host_key_fingerprint(LIBSSH2_SESSION *session)
{
	const char *hash = libssh2_hostkey_hash(session, LIBSSH2_HOSTKEY_HASH_SHA256);
	_cleanup_str_ struct str b = { 0 };

	if (hash)
		base64_encode(hash, 32, &b);
	return xasprintf("SHA256:%.*s", (int)strcspn(str_get(&b), "="), hash ? str_get(&b) : "?");
}

static int refuse_unknown_key(const struct ssh *s, const char *type, const char *print,
                              const struct known_entry *other, size_t authorities, struct err *e)
{
	_cleanup_free_ char *ssh = target_ssh_command(&s->target);
	_cleanup_str_ struct str more = { 0 };

	if (other)
		str_printf(
		    &more,
		    "\nknown_hosts has only a key of another kind for it: %s, line %zu of %s.",
		    host_key_type_name(other->type), other->line, other->file);
	if (authorities)
		str_printf(&more,
		           "\nA certificate authority is listed for it; vnetlab cannot check "
		           "certificates and needs the key itself.");
	return err_set(
	    e, EKEYREJECTED,
	    "%s: the host key of %s is not known: %s %s\nNothing was sent.%s\nIf that is its "
	    "key (there: ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), connect once by "
	    "hand, which remembers it: %s",
	    s->name, s->target.host, host_key_type_name(type), print, str_get(&more), ssh);
}

static int changed_key(const struct ssh *s, const char *type, const char *print,
                       const struct known_entry *was, struct err *e)
{
	_cleanup_free_ char *name = target_known_name(&s->target),
	                    *ssh = target_ssh_command(&s->target);

	return err_set(
	    e, EKEYREJECTED,
	    "%s: the host key of %s HAS CHANGED: it shows %s %s, but line %zu of %s has "
	    "another one.\nNothing was sent. Either somebody listens in, or the machine was "
	    "installed anew.\nOnly if you know that it was: ssh-keygen -f %s -R '%s', then "
	    "connect once by hand: %s",
	    s->name, s->target.host, host_key_type_name(type), print, was->line, was->file,
	    was->file, name, ssh);
}

int ssh_check_host_key(struct ssh *s, const struct known_hosts *k, struct err *e)
{
	size_t n = 0;
	int kind;
	const unsigned char *blob = (const unsigned char *)libssh2_session_hostkey(s->s, &n, &kind);
	size_t len = blob && n > 4 ? (size_t)blob[2] << 8 | blob[3] : 0;

	/* A key begins with a string that names its type. */
	if (!len || blob[0] || blob[1] || len > n - 4)
		return err_set(e, EPROTO, "%s: the server shows no host key", s->name);
	_cleanup_free_ char *type = xstrndup((const char *)blob + 4, len);
	_cleanup_free_ char *print = host_key_fingerprint(s->s);
	_cleanup_str_ struct str key = { 0 };
	const struct known_entry *why = NULL;

	base64_encode(blob, n, &key);
	switch (known_hosts_judge(k, type, str_get(&key), &why)) {
	case KNOWN_OK:
		return 0;
	case KNOWN_REVOKED:
		return err_set(
		    e, EKEYREVOKED,
		    "%s: the host key of %s is revoked: %s %s, line %zu of %s.\nNothing was "
		    "sent. Ask whoever revoked it; the machine needs a new key",
		    s->name, s->target.host, host_key_type_name(type), print, why->line, why->file);
	case KNOWN_CHANGED:
		return changed_key(s, type, print, why, e);
	case KNOWN_OTHER_TYPE:
	case KNOWN_NEW:
	default:
		return refuse_unknown_key(s, type, print, why, k->authorities, e);
	}
}
