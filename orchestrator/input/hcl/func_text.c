/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of strings. */
#include <ctype.h>

#include "base/utf8.h"
#include "input/hcl/func.h"

static json_t *map_case(struct hcl_call *c, int (*fn)(int), bool title)
{
	const char *s;
	struct str out = { 0 };
	bool begins = true;

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	for (; *s; s++) {
		str_addc(&out, !title || begins ? (char)fn((unsigned char)*s) : *s);
		begins = !isalnum((unsigned char)*s) && *s != '\'' && *s != '_';
	}
	json_t *v = func_string(c, out.s, out.n);

	str_free_p(&out);
	return v;
}

static json_t *f_upper(struct hcl_call *c)
{
	return map_case(c, toupper, false);
}

static json_t *f_lower(struct hcl_call *c)
{
	return map_case(c, tolower, false);
}

static json_t *f_title(struct hcl_call *c)
{
	return map_case(c, toupper, true);
}

static json_t *trim_characters(struct hcl_call *c, const char *set, bool left, bool right)
{
	const char *s;

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	size_t n = strlen(s);

	while (left && n && strchr(set, *s)) {
		s++;
		n--;
	}
	while (right && n && strchr(set, s[n - 1]))
		n--;
	return func_string(c, s, n);
}

static json_t *f_trimspace(struct hcl_call *c)
{
	return trim_characters(c, " \t\r\n\v\f", true, true);
}

static json_t *f_chomp(struct hcl_call *c)
{
	return trim_characters(c, "\r\n", false, true);
}

static json_t *f_trim(struct hcl_call *c)
{
	const char *set;

	return func_text(c, 1, &set) ? trim_characters(c, set, true, true) : hcl_unknown(NULL);
}

static json_t *f_trimprefix(struct hcl_call *c)
{
	const char *s, *x;

	if (!func_text(c, 0, &s) || !func_text(c, 1, &x))
		return hcl_unknown(NULL);
	if (str_starts(s, x))
		s += strlen(x);
	return func_string(c, s, strlen(s));
}

static bool text_ends(const char *s, const char *x)
{
	size_t n = strlen(s), m = strlen(x);

	return n >= m && streq(s + n - m, x);
}

static json_t *f_trimsuffix(struct hcl_call *c)
{
	const char *s, *x;

	if (!func_text(c, 0, &s) || !func_text(c, 1, &x))
		return hcl_unknown(NULL);
	return func_string(c, s, strlen(s) - (text_ends(s, x) ? strlen(x) : 0));
}

static json_t *f_startswith(struct hcl_call *c)
{
	const char *s, *x;

	return func_text(c, 0, &s) && func_text(c, 1, &x) ? json_boolean(str_starts(s, x))
	                                                  : hcl_unknown(NULL);
}

static json_t *f_endswith(struct hcl_call *c)
{
	const char *s, *x;

	return func_text(c, 0, &s) && func_text(c, 1, &x) ? json_boolean(text_ends(s, x))
	                                                  : hcl_unknown(NULL);
}

static json_t *f_strcontains(struct hcl_call *c)
{
	const char *s, *x;

	return func_text(c, 0, &s) && func_text(c, 1, &x) ? json_boolean(strstr(s, x))
	                                                  : hcl_unknown(NULL);
}

/* Bytes of the first k characters. */
static size_t bytes_of(const char *s, json_int_t k)
{
	size_t n = 0;

	while (k > 0 && s[n]) {
		n++;
		while (utf8_continues(s[n]))
			n++;
		k--;
	}
	return n;
}

static json_t *f_substr(struct hcl_call *c)
{
	const char *s;
	json_int_t from, n, all = 0;

	if (!func_text(c, 0, &s) || !func_whole(c, 1, &from) || !func_whole(c, 2, &n))
		return hcl_unknown(NULL);
	for (const char *k = s; *k; k++)
		all += !utf8_continues(*k);
	if (from < 0)
		from = from + all < 0 ? 0 : from + all;
	s += bytes_of(s, from);
	return func_string(c, s, n < 0 ? strlen(s) : bytes_of(s, n));
}

static json_t *f_strrev(struct hcl_call *c)
{
	const char *s;
	struct str out = { 0 };

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	for (size_t end = strlen(s), at = end; at-- > 0;)
		if (!utf8_continues(s[at])) {
			str_addn(&out, s + at, end - at);
			end = at;
		}
	json_t *v = func_string(c, out.s, out.n);

	str_free_p(&out);
	return v;
}

static json_t *f_split(struct hcl_call *c)
{
	const char *sep, *s, *end;
	json_t *out;

	if (!func_text(c, 0, &sep) || !func_text(c, 1, &s))
		return hcl_unknown(NULL);
	out = json_array();
	if (!*sep) {
		for (size_t n; *s; s += n) {
			n = bytes_of(s, 1);
			json_array_append_new(out, json_stringn(s, n));
		}
		return out;
	}
	for (; (end = strstr(s, sep)); s = end + strlen(sep))
		json_array_append_new(out, json_stringn(s, (size_t)(end - s)));
	json_array_append_new(out, json_string(s));
	return out;
}

static json_t *f_join(struct hcl_call *c)
{
	const char *sep;
	struct str out = { 0 };
	json_t *list, *x, *v = NULL;
	size_t i;
	bool first = true;

	if (!func_text(c, 0, &sep))
		return hcl_unknown(NULL);
	for (size_t k = 1; k < c->n && !v; k++) {
		if (!func_list(c, k, &list)) {
			v = hcl_unknown(NULL);
			break;
		}
		json_array_foreach (list, i, x) {
			if (!first)
				str_add(&out, sep);
			first = false;
			if (!v && !hcl_to_text(x, &out))
				v = func_fail(c, "%s cannot be joined", hcl_type_name(x));
		}
	}
	if (!v)
		v = func_string(c, out.s, out.n);
	str_free_p(&out);
	return v;
}

static json_t *f_indent(struct hcl_call *c)
{
	json_int_t n;
	const char *s;
	struct str out = { 0 };

	if (!func_whole(c, 0, &n) || !func_text(c, 1, &s))
		return hcl_unknown(NULL);
	for (; *s; s++) {
		str_addc(&out, *s);
		for (json_int_t k = 0; *s == '\n' && k < n && k < 1000; k++)
			str_addc(&out, ' ');
	}
	json_t *v = func_string(c, out.s, out.n);

	str_free_p(&out);
	return v;
}

/* --- format
 * ---------------------------------------------------------------------------------------- */

/* One "%..." of a format with its argument; false: reported. */
static bool format_one(struct hcl_call *c, const char *spec, size_t n, const json_t *arg,
                       struct str *out)
{
	char verb = spec[n - 1];
	_cleanup_free_ char *flags = xasprintf("%%%.*s", (int)(n - 2), spec + 1);
	_cleanup_str_ struct str text = { 0 };
	json_t *number;

	/* The flags go to printf as they are: nothing but what is one. */
	if (strspn(flags + 1, "0123456789+- .#") != strlen(flags + 1) || strlen(flags) > 12) {
		json_decref(func_fail(c, "\"%.*s\" is no format", (int)n, spec));
		return false;
	}
	if (strchr("sqv", verb)) {
		if (!hcl_to_text(arg, &text)) {
			char *dump = json_dumps(arg, JSON_ENCODE_ANY | JSON_COMPACT);

			str_add(&text, dump ? dump : "null");
			free(dump);
		}
		_cleanup_free_ char *fmt = xasprintf(verb == 'q' ? "\"%ss\"" : "%ss", flags);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		str_printf(out, fmt, str_get(&text));
#pragma GCC diagnostic pop
		return true;
	}
	number = hcl_to_number(arg);
	if (!number && verb != 't') {
		json_decref(func_fail(c, "%s is no number", hcl_type_name(arg)));
		return false;
	}
	if (verb == 't') {
		bool yes = false;

		hcl_to_bool(arg, &yes);
		str_add(out, yes ? "true" : "false");
	} else {
		bool real = strchr("feEgG", verb);
		_cleanup_free_ char *fmt = xasprintf(real ? "%s%c" : "%sll%c", flags, verb);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		if (real)
			str_printf(out, fmt, json_number_value(number));
		else
			str_printf(out, fmt, (long long)json_number_value(number));
#pragma GCC diagnostic pop
	}
	json_decref(number);
	return true;
}

/* json_t *args[]: what "%" take, one after the other, or by number: "%[2]s". */
static json_t *format_all(struct hcl_call *c, const char *fmt, json_t *const *args, size_t n_args)
{
	struct str out = { 0 };
	size_t next = 0;
	bool ok = true;

	for (const char *s = fmt; ok && *s;) {
		size_t n = 1;
		_cleanup_str_ struct str spec = { 0 };

		if (*s != '%') {
			str_addc(&out, *s++);
			continue;
		}
		if (s[1] == '%') {
			str_addc(&out, '%');
			s += 2;
			continue;
		}
		str_addc(&spec, '%');
		while (s[n] && !isalpha((unsigned char)s[n])) {
			if (s[n] == '[') {
				next = (size_t)strtoul(s + n + 1, NULL, 10);
				next = next ? next - 1 : 0;
				n += strcspn(s + n, "]");
			} else {
				str_addc(&spec, s[n]);
			}
			n += s[n] != '\0';
		}
		str_addc(&spec, s[n]);
		if (!s[n] || !strchr("sqvdtfeEgGxXobc", s[n]) || s[n] == 'b' || s[n] == 'c') {
			json_decref(func_fail(c, "\"%.*s\" is no format", (int)n + 1, s));
			ok = false;
		} else if (next >= n_args) {
			json_decref(
			    func_fail(c, "it has %zu values, and the format takes more", n_args));
			ok = false;
		} else {
			ok = format_one(c, str_get(&spec), spec.n, args[next++], &out);
		}
		s += n + 1;
	}
	json_t *v = ok ? func_string(c, out.s, out.n) : hcl_unknown(NULL);

	str_free_p(&out);
	return v;
}

static json_t *f_format(struct hcl_call *c)
{
	const char *fmt;

	return func_text(c, 0, &fmt) ? format_all(c, fmt, c->args + 1, c->n - 1)
	                             : hcl_unknown(NULL);
}

static json_t *f_formatlist(struct hcl_call *c)
{
	const char *fmt;
	json_t *args[FUNC_ARGS], *out;
	size_t rows = 1;

	if (!func_text(c, 0, &fmt))
		return hcl_unknown(NULL);
	for (size_t k = 1; k < c->n; k++)
		if (json_is_array(c->args[k]))
			rows = json_array_size(c->args[k]);
	out = json_array();
	for (size_t r = 0; r < rows; r++) {
		for (size_t k = 1; k < c->n; k++) {
			args[k - 1] =
			    json_is_array(c->args[k]) ? json_array_get(c->args[k], r) : c->args[k];
			if (!args[k - 1]) {
				json_decref(out);
				return func_fail(c, "its lists are not of one length");
			}
		}
		json_array_append_new(out, format_all(c, fmt, args, c->n - 1));
	}
	return out;
}

const struct hcl_func hcl_text_funcs[] = {
	{ "upper", 1, 1, f_upper, false },
	{ "lower", 1, 1, f_lower, false },
	{ "title", 1, 1, f_title, false },
	{ "trimspace", 1, 1, f_trimspace, false },
	{ "chomp", 1, 1, f_chomp, false },
	{ "trim", 2, 2, f_trim, false },
	{ "trimprefix", 2, 2, f_trimprefix, false },
	{ "trimsuffix", 2, 2, f_trimsuffix, false },
	{ "startswith", 2, 2, f_startswith, false },
	{ "endswith", 2, 2, f_endswith, false },
	{ "strcontains", 2, 2, f_strcontains, false },
	{ "substr", 3, 3, f_substr, false },
	{ "strrev", 1, 1, f_strrev, false },
	{ "split", 2, 2, f_split, false },
	{ "join", 2, FUNC_ARGS, f_join, false },
	{ "indent", 2, 2, f_indent, false },
	{ "format", 1, FUNC_ARGS, f_format, false },
	{ "formatlist", 1, FUNC_ARGS, f_formatlist, false },
	{ NULL },
};
