/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "remote/target.h"

#include <ctype.h>
#include <errno.h>

#include "base/str.h"

static const char FORM[] = "ssh://user@host or ssh://user@host:port";

void target_free(struct target *t)
{
	free(t->user);
	free(t->host);
	free(t->text);
	*t = (struct target){ 0 };
}

/* A name that begins with a dash would be an option in the hints that we print. */
static bool host_ok(const char *s, bool v6)
{
	if (!*s || *s == '-' || *s == '.')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(v6 ? ":.%_-" : "._-", *s))
			return false;
	return true;
}

static bool user_ok(const char *s)
{
	if (!*s || *s == '-')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("._-+@$\\", *s))
			return false;
	return true;
}

static int parse_port(const char *s, unsigned *ret, struct err *e)
{
	unsigned long n = 0;
	size_t digits = strspn(s, "0123456789");

	if (digits && digits <= 5 && !s[digits])
		n = strtoul(s, NULL, 10);
	if (n < 1 || n > 65535)
		return err_set(e, EINVAL, "'%s' is not a port from 1 to 65535", s);
	*ret = (unsigned)n;
	return 0;
}

/* "host", "host:port", "[v6]", "[v6]:port"; what is behind the host, or NULL, in *ret_port. */
static int split_host(char *s, char **ret_host, char **ret_port, bool *ret_v6, struct err *e)
{
	char *end;

	*ret_v6 = *s == '[';
	if (*ret_v6) {
		end = strchr(s, ']');
		if (!end || (end[1] && end[1] != ':'))
			return err_set(e, EINVAL,
			               "an IPv6 address stands in brackets: "
			               "ssh://user@[2001:db8::1]:22");
		*ret_host = s + 1;
		*ret_port = end[1] ? end + 2 : NULL;
		*end = 0;
		return 0;
	}
	end = strchr(s, ':');
	if (end && strchr(end + 1, ':'))
		return err_set(e, EINVAL, "an IPv6 address stands in brackets: ssh://user@[%s]", s);
	*ret_host = s;
	*ret_port = end ? end + 1 : NULL;
	if (end)
		*end = 0;
	return 0;
}

static int parse_target_text(const char *s, struct target *t, struct err *e)
{
	if (!str_starts(s, "ssh://")) {
		if (strstr(s, "://"))
			return err_set(e, EINVAL, "only ssh is spoken: %s", FORM);
		return err_set(e, EINVAL, "not of the form %s; did you mean ssh://%s?", FORM, s);
	}
	_cleanup_free_ char *copy = xstrdup(s + strlen("ssh://"));
	char *rest = copy, *at, *host = NULL, *port = NULL;
	bool v6 = false;

	for (const char *p = copy; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return err_set(e, EINVAL,
			               "blanks and control characters do not belong there");
	at = strrchr(rest, '@');
	if (at) {
		*at = 0;
		if (strchr(rest, ':'))
			return err_set(
			    e, EINVAL,
			    "a password does not belong there, where everybody can see it; "
			    "vnetlab uses keys");
		if (!user_ok(rest))
			return err_set(e, EINVAL, "'%s' is not a user's name", rest);
		t->user = xstrdup(rest);
		rest = at + 1;
	}
	size_t n = strlen(rest);

	if (n && rest[n - 1] == '/')
		rest[n - 1] = 0;
	if (strchr(rest, '/'))
		return err_set(
		    e, EINVAL,
		    "a path has no meaning here: %s (for another place of vnetlab there: "
		    "--remote-path)",
		    FORM);
	t->port = SSH_PORT;
	int r = split_host(rest, &host, &port, &v6, e);

	if (r < 0 || (port && (r = parse_port(port, &t->port, e)) < 0))
		return r;
	if (v6 && !strchr(host, ':'))
		return err_set(e, EINVAL, "'[%s]' is no IPv6 address", host);
	if (!host_ok(host, v6))
		return err_set(e, EINVAL, "'%s' is not the name or address of a host", host);
	t->host = xstrdup(host);
	for (char *p = t->host; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return 0;
}

int target_parse(const char *s, struct target *ret, struct err *e)
{
	_cleanup_target_ struct target t = { 0 };
	int r = parse_target_text(s, &t, e);

	if (r < 0)
		return r;
	bool v6 = strchr(t.host, ':');
	_cleanup_free_ char *port = t.port == SSH_PORT ? xstrdup("") : xasprintf(":%u", t.port);

	t.text = xasprintf("ssh://%s%s%s%s%s%s", t.user ? t.user : "", t.user ? "@" : "",
	                   v6 ? "[" : "", t.host, v6 ? "]" : "", port);
	*ret = t;
	t = (struct target){ 0 };
	return 0;
}

char *target_known_name(const struct target *t)
{
	return t->port == SSH_PORT ? xstrdup(t->host) : xasprintf("[%s]:%u", t->host, t->port);
}

char *target_ssh_command(const struct target *t)
{
	_cleanup_free_ char *port =
	    t->port == SSH_PORT ? xstrdup("") : xasprintf("-p %u ", t->port);

	return xasprintf("ssh %s%s%s%s", port, t->user ? t->user : "", t->user ? "@" : "", t->host);
}
