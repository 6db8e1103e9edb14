/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "remote/known_hosts.h"

#include <ctype.h>
#include <libssh2.h>
#include <stdint.h>

#include "base/str.h"

enum { LINE_MAX_TAKEN = 16 * 1024 };

/* --- does a line speak of this host? --- */

/* 20 bytes, in base64, and then the character end. */
static bool is_sha1(const char *s, char end)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return strspn(s, digits) == 27 && s[27] == '=' && s[28] == end;
}

/* "|1|salt|hash": both have 20 bytes, as OpenSSH writes and wants them.  Over other hashes libssh2
 * 1.10 loses memory, behind other salts 1.11 writes into somebody else's. */
static bool hash_whole(const char *field)
{
	return str_starts(field, "|1|") && is_sha1(field + 3, '|') && is_sha1(field + 3 + 29, '\0');
}

/* libssh2 compares hashed names: it gets a line with the hash and a made-up key. */
static bool hashed_matches(const char *field, const char *name)
{
	static const char key[] =
	    "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	_cleanup_free_ char *line = xasprintf("%s ssh-ed25519 %s", field, key);
	LIBSSH2_SESSION *s = libssh2_session_init();
	LIBSSH2_KNOWNHOSTS *hosts = s ? libssh2_knownhost_init(s) : NULL;
	bool found = false;

	if (hosts && libssh2_knownhost_readline(hosts, line, strlen(line),
	                                        LIBSSH2_KNOWNHOST_FILE_OPENSSH) == 0)
		found = libssh2_knownhost_check(hosts, name, key, strlen(key),
		                                LIBSSH2_KNOWNHOST_TYPE_PLAIN |
		                                    LIBSSH2_KNOWNHOST_KEYENC_BASE64,
		                                NULL) == LIBSSH2_KNOWNHOST_CHECK_MATCH;
	if (hosts)
		libssh2_knownhost_free(hosts);
	if (s)
		libssh2_session_free(s);
	return found;
}

/* A pattern that is denied decides, wherever it stands. */
static bool patterns_match(const char *field, const char *name)
{
	bool found = false;

	if (field[0] == '|')
		return hash_whole(field) && hashed_matches(field, name);
	for (const char *p = field; *p;) {
		size_t n = strcspn(p, ",");
		bool denied = *p == '!';
		_cleanup_free_ char *pattern = xstrndup(p + denied, n - (n ? denied : 0));

		if (*pattern && str_glob(pattern, name)) {
			if (denied)
				return false;
			found = true;
		}
		p += n + (p[n] == ',');
	}
	return found;
}

/* --- lines --- */

/* The next word of *p, which is moved behind it; NULL at the end.  The caller frees. */
static char *copy_next_word(const char **p)
{
	*p += strspn(*p, " \t");
	size_t n = strcspn(*p, " \t");
	const char *start = *p;

	*p += n;
	return n ? xstrndup(start, n) : NULL;
}

static void read_host_line(struct known_hosts *k, const char *p, const char *file, size_t number,
                           const char *host, const char *port_name)
{
	_cleanup_free_ char *marker = NULL;
	_cleanup_free_ char *field = copy_next_word(&p);

	if (!field || *field == '#')
		return;
	if (*field == '@') {
		marker = take_ptr(field);
		field = copy_next_word(&p);
	}
	_cleanup_free_ char *type = copy_next_word(&p), *key = copy_next_word(&p);

	/* Lines of version 1 of the protocol have a number there. */
	if (!field || !type || !key || isdigit((unsigned char)*type))
		return;
	bool by_port = port_name && patterns_match(field, port_name);

	if (!by_port && !patterns_match(field, host))
		return;
	if (marker && streq(marker, "@cert-authority"))
		k->authorities++;
	else if (!marker || streq(marker, "@revoked"))
		VEC_PUSH(k->items, k->n, k->cap) =
		    (struct known_entry){ .file = xstrdup(file),
			                  .line = number,
			                  .type = take_ptr(type),
			                  .key = take_ptr(key),
			                  .revoked = marker,
			                  .by_port = by_port || !port_name };
}

void known_hosts_read(struct known_hosts *k, const char *text, const char *file, const char *host,
                      const char *port_name)
{
	size_t number = 1;

	for (const char *p = text; *p; number++) {
		size_t n = strcspn(p, "\n"), keep = n && p[n - 1] == '\r' ? n - 1 : n;

		if (keep <= LINE_MAX_TAKEN) {
			_cleanup_free_ char *line = xstrndup(p, keep);

			read_host_line(k, line, file, number, host, port_name);
		}
		p += n + (p[n] == '\n');
	}
}

void known_hosts_free(struct known_hosts *k)
{
	for (size_t i = 0; i < k->n; i++) {
		free(k->items[i].file);
		free(k->items[i].type);
		free(k->items[i].key);
	}
	free(k->items);
	*k = (struct known_hosts){ 0 };
}

/* --- judging --- */

/* As ssh does: what is revoked is refused first.  A key that is listed under the bare name is taken
 * for another port, too; but only an entry of this very port can contradict. */
enum known known_hosts_judge(const struct known_hosts *k, const char *type, const char *key,
                             const struct known_entry **ret_why)
{
	const struct known_entry *changed = NULL, *other = NULL;

	for (size_t i = 0; i < k->n; i++)
		if (k->items[i].revoked && streq(k->items[i].key, key)) {
			*ret_why = &k->items[i];
			return KNOWN_REVOKED;
		}
	for (size_t i = 0; i < k->n; i++) {
		const struct known_entry *x = &k->items[i];

		if (x->revoked)
			continue;
		if (streq(x->type, type) && streq(x->key, key)) {
			*ret_why = x;
			return KNOWN_OK;
		}
		if (x->by_port && streq(x->type, type))
			changed = changed ? changed : x;
		else if (x->by_port)
			other = other ? other : x;
	}
	*ret_why = changed ? changed : other;
	return changed ? KNOWN_CHANGED : other ? KNOWN_OTHER_TYPE : KNOWN_NEW;
}

static bool known_by(const struct known_hosts *k, const char *type, bool by_port)
{
	for (size_t i = 0; i < k->n; i++)
		if (!k->items[i].revoked && k->items[i].by_port == by_port &&
		    streq(k->items[i].type, type))
			return true;
	return false;
}

char *known_hosts_order(const struct known_hosts *k, const char *all)
{
	_cleanup_str_ struct str ret = { 0 };

	for (int pass = 0; pass < 3; pass++)
		for (const char *p = all; *p;) {
			size_t n = strcspn(p, ",");
			_cleanup_free_ char *type = xstrndup(p, n);
			int rank = known_by(k, type, true) ? 0 : known_by(k, type, false) ? 1 : 2;

			if (n && rank == pass)
				str_printf(&ret, "%s%s", ret.n ? "," : "", type);
			p += n + (p[n] == ',');
		}
	return str_take(&ret);
}
