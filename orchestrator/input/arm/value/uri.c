/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/value/uri.h"

#include <string.h>

struct uri uri_split(const char *s)
{
	struct uri u = { .scheme = s };
	size_t n = strcspn(s, ":/?#");

	if (n && s[n] == ':') {
		u.n_scheme = n;
		s += n + 1;
	}
	u.authority = s;
	if (s[0] == '/' && s[1] == '/') {
		u.authority = s + 2;
		u.n_authority = strcspn(s + 2, "/?#");
		s += 2 + u.n_authority;
	}
	u.path = s;
	u.n_path = strcspn(s, "?#");
	u.query = s + u.n_path;
	return u;
}

/* RFC 3986, 5.2.4: what "." and ".." leave of a path that begins with "/". */
static void append_dotless_path(const char *p, size_t n, struct str *out)
{
	size_t floor = out->n;
	const char *end = p + n;

	while (p < end) {
		const char *next = memchr(p + 1, '/', (size_t)(end - p - 1));
		size_t len = (size_t)((next ? next : end) - p);
		bool last = !next;

		if (len == 2 && p[1] == '.') {
			if (last)
				str_addc(out, '/');
		} else if (len == 3 && p[1] == '.' && p[2] == '.') {
			while (out->n > floor && out->s[--out->n] != '/')
				;
			if (out->s)
				out->s[out->n] = 0;
			if (last)
				str_addc(out, '/');
		} else {
			str_addn(out, p, len);
		}
		p += len;
	}
}

void uri_join(const char *base, const char *relative, struct str *out)
{
	struct uri b = uri_split(base), r = uri_split(relative);
	_cleanup_str_ struct str path = { 0 };

	if (r.n_scheme) {
		str_add(out, relative);
		return;
	}
	str_addn(out, b.scheme, b.n_scheme);
	str_add(out, b.n_scheme ? "://" : "");
	if (r.n_authority) {
		str_addn(out, r.authority, r.n_authority);
		str_add(out, r.path);
		return;
	}
	str_addn(out, b.authority, b.n_authority);
	if (*relative != '/') {
		size_t n = b.n_path;

		if (r.n_path)
			while (n && b.path[n - 1] != '/')
				n--;
		str_addn(&path, b.path, n);
		if (!n && r.n_path)
			str_addc(&path, '/');
	}
	str_addn(&path, r.path, r.n_path);
	append_dotless_path(str_get(&path), path.n, out);
	str_add(out, r.query);
}
