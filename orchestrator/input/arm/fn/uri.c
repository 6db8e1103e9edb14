/* SPDX-License-Identifier: GPL-2.0-or-later */
/* URIs, and what is carried in them (Microsoft Learn, "String functions for ARM templates"). */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "base/base64.h"
#include "base/hex.h"
#include "input/arm/fn/fn.h"
#include "input/arm/value/uri.h"

FN(fn_uri)
{
	struct str s = { 0 };

	if (!strstr(v[0]->s, "://"))
		return eval_fail(e, at->args[0], NULL,
		                 "uri() wants an absolute base, as in https://host/path/");
	uri_join(v[0]->s, v[1]->s, &s);
	return eval_text(e, at, &s);
}

FN(fn_uri_component)
{
	struct str s = { 0 };

	for (uint32_t i = 0; i < v[0]->n && s.n <= VAL_MAX_STRING; i++) {
		unsigned char c = (unsigned char)v[0]->s[i];

		if (isalnum(c) || strchr("-_.~", c))
			str_addc(&s, (char)c);
		else
			str_printf(&s, "%%%02X", c);
	}
	return eval_text(e, at, &s);
}

FN(fn_uri_component_to_string)
{
	struct str s = { 0 };

	for (const char *p = v[0]->s; *p; p++) {
		if (*p == '%' && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
			str_addc(&s, (char)(hex_digit(p[1]) << 4 | hex_digit(p[2])));
			p += 2;
		} else {
			str_addc(&s, *p);
		}
	}
	return eval_text(e, at, &s);
}

FN(fn_data_uri)
{
	struct str s = { 0 }, text = { 0 };

	text_of(v[0], &text);
	str_add(&s, "data:text/plain;charset=utf8;base64,");
	base64_encode(str_get(&text), text.n, &s);
	str_free_p(&text);
	return eval_text(e, at, &s);
}

FN(fn_data_uri_to_string)
{
	const char *comma = strchr(v[0]->s, ',');
	struct str s = { 0 };

	if (strncasecmp(v[0]->s, "data:", 5) != 0 || !comma)
		return eval_fail(e, at->args[0], NULL, "this is not a data URI");
	if (comma - v[0]->s < 7 || strncasecmp(comma - 7, ";base64", 7) != 0) {
		const struct val *rest = val_str(e->a->arena, comma + 1);

		return fn_uri_component_to_string(e, at, &rest, 1);
	}
	if (!base64_decode(comma + 1, strlen(comma + 1), &s)) {
		str_free_p(&s);
		return eval_fail(e, at->args[0], NULL, "what the data URI carries is not base64");
	}
	return eval_text(e, at, &s);
}

FN(fn_build_uri)
{
	const struct val *port = val_get(v[0], "port");
	const char *scheme = val_get_str(v[0], "scheme"), *host = val_get_str(v[0], "host");
	const char *path = val_get_str(v[0], "path"), *query = val_get_str(v[0], "query");
	struct str s = { 0 };

	if (!host)
		return eval_fail(e, at->args[0], NULL,
		                 "buildUri() wants scheme, host, port, path, query");
	str_printf(&s, "%s://%s", scheme ? scheme : "https", host);
	if (port && (port->type == V_INT || port->type == V_STR)) {
		str_addc(&s, ':');
		text_of(port, &s);
	}
	str_printf(&s, "%s%s", path && *path != '/' ? "/" : "", path ? path : "/");
	if (query && *query)
		str_printf(&s, "%s%s", *query != '?' ? "?" : "", query);
	return eval_text(e, at, &s);
}

FN(fn_parse_uri)
{
	struct uri u = uri_split(v[0]->s);
	struct val_builder b = { .a = e->a->arena };
	const char *colon = memchr(u.authority, ':', u.n_authority);
	size_t host = colon ? (size_t)(colon - u.authority) : u.n_authority;
	const char *fragment = strchr(u.query, '#');

	if (!u.n_scheme || !u.n_authority)
		return eval_fail(e, at->args[0], NULL, "this is not an absolute URI");
	val_set(&b, "scheme", val_strn(e->a->arena, u.scheme, u.n_scheme));
	val_set(&b, "host", val_strn(e->a->arena, u.authority, host));
	if (colon)
		val_set(&b, "port", val_int(e->a->arena, strtol(colon + 1, NULL, 10)));
	val_set(&b, "path",
	        u.n_path ? val_strn(e->a->arena, u.path, u.n_path) : val_str(e->a->arena, "/"));
	if (*u.query == '?')
		val_set(&b, "query",
		        val_strn(e->a->arena, u.query,
		                 fragment ? (size_t)(fragment - u.query) : strlen(u.query)));
	return val_built_obj(&b);
}

const struct func funcs_uri[] = {
	{ "uri", 2, 2, "s", fn_uri },
	{ "uriComponent", 1, 1, "s", fn_uri_component },
	{ "uriComponentToString", 1, 1, "s", fn_uri_component_to_string },
	{ "dataUri", 1, 1, "?", fn_data_uri },
	{ "dataUriToString", 1, 1, "s", fn_data_uri_to_string },
	{ "buildUri", 1, 1, "o", fn_build_uri },
	{ "parseUri", 1, 1, "s", fn_parse_uri },
	{ 0 },
};
