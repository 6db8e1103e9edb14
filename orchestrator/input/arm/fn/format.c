/* SPDX-License-Identifier: GPL-2.0-or-later */
/* format(): .NET's composite formatting, "{index[,width][:format]}"; "{{" is a brace. */
#include <ctype.h>
#include <stdio.h>

#include "input/arm/fn/fn.h"

/* Thousands with commas: N0. */
static void add_grouped_digits(const char *digits, struct str *out)
{
	size_t n = strcspn(digits, ".");
	size_t from = *digits == '-';

	str_addn(out, digits, from);
	for (size_t i = from; i < n; i++) {
		if (i > from && (n - i) % 3 == 0)
			str_addc(out, ',');
		str_addc(out, digits[i]);
	}
	str_add(out, digits + n);
}

/* A run of zeros, "000": as many digits at least. */
static bool is_zeros(const char *f)
{
	return *f && strspn(f, "0") == strlen(f);
}

static bool format_number(const struct val *v, const char *f, struct str *out)
{
	char buf[400], *end;
	double d = v->type == V_INT ? (double)v->i : v->d;
	long width = f[0] && f[1] ? strtol(f + 1, &end, 10) : -1;

	if (is_zeros(f)) {
		width = (long)strlen(f);
		f = "D";
	} else if (f[0] && f[1] && *end) {
		return false;
	}
	if (width > 60)
		return false;
	switch (toupper((unsigned char)*f)) {
	case 'D':
		if (v->type != V_INT)
			return false;
		snprintf(buf, sizeof(buf), "%s%0*llu", v->i < 0 ? "-" : "",
		         (int)(width > 0 ? width : 1),
		         v->i < 0 ? 0ULL - (unsigned long long)v->i : (unsigned long long)v->i);
		break;
	case 'X':
		if (v->type != V_INT)
			return false;
		snprintf(buf, sizeof(buf), *f == 'X' ? "%0*llX" : "%0*llx",
		         (int)(width > 0 ? width : 1), (unsigned long long)v->i);
		break;
	case 'F':
	case 'N':
		snprintf(buf, sizeof(buf), "%.*f", (int)(width >= 0 ? width : 2), d);
		if (toupper((unsigned char)*f) == 'N') {
			add_grouped_digits(buf, out);
			return true;
		}
		break;
	case 'P':
		snprintf(buf, sizeof(buf), "%.*f %%", (int)(width >= 0 ? width : 2), d * 100);
		break;
	case 'G':
		text_of(v, out);
		return true;
	default:
		return false;
	}
	str_add(out, buf);
	return true;
}

struct hole {
	unsigned long index;
	long width;
	char format[32];
	size_t len; /* of the text, with its braces */
};

/* "{0,-10:D3}" at s. */
static bool parse_hole(const char *s, struct hole *h)
{
	char *end;

	*h = (struct hole){ 0 };
	if (!isdigit((unsigned char)s[1]))
		return false;
	h->index = strtoul(s + 1, &end, 10);
	while (*end == ' ')
		end++;
	if (*end == ',')
		h->width = strtol(end + 1, &end, 10);
	while (*end == ' ')
		end++;
	if (*end == ':') {
		size_t n = strcspn(end + 1, "{}");

		if (n >= sizeof(h->format))
			return false;
		memcpy(h->format, end + 1, n);
		end += 1 + n;
	}
	h->len = (size_t)(end - s) + 1;
	return *end == '}' && h->width > -10000 && h->width < 10000;
}

static bool fill_hole(const struct hole *h, const struct val *v, struct str *out)
{
	_cleanup_str_ struct str s = { 0 };

	if ((v->type == V_INT || v->type == V_FLOAT) && *h->format) {
		if (!format_number(v, h->format, &s))
			return false;
	} else if ((v->type == V_ARR || v->type == V_OBJ) && !(v->open && !v->n)) {
		val_json_text(v, '\'', &s); /* Bicep's own tests show single quotes */
	} else {
		text_of(v, &s);
	}
	long pad = labs(h->width) - (long)utf8_count(str_get(&s), s.n);

	for (long i = 0; h->width > 0 && i < pad; i++)
		str_addc(out, ' ');
	str_addn(out, str_get(&s), s.n);
	for (long i = 0; h->width < 0 && i < pad; i++)
		str_addc(out, ' ');
	return true;
}

const struct val *fn_format(struct env *e, const struct expr *at, const struct val *const *v,
                            size_t n)
{
	struct str out = { 0 };

	for (const char *s = v[0]->s; *s && out.n <= VAL_MAX_STRING;) {
		struct hole h;

		if ((*s != '{' && *s != '}') || s[0] == s[1]) {
			str_addc(&out, *s);
			s += 1 + (*s == '{' || *s == '}');
			continue;
		}
		if (*s == '}' || !parse_hole(s, &h)) {
			str_free_p(&out);
			return eval_fail(
			    e, at->args[0], "{0}, {1,5}, {0:D3}; {{ is a brace",
			    "the format has a brace without its partner or without a number");
		}
		if (h.index >= n - 1) {
			str_free_p(&out);
			return eval_fail(e, at->args[0], NULL,
			                 "the format asks for {%lu}, and there are %zu values",
			                 h.index, n - 1);
		}
		if (!fill_hole(&h, v[h.index + 1], &out)) {
			str_free_p(&out);
			return eval_fail(e, at->args[0],
			                 "D, X, N, F, P with a number of digits, or zeros",
			                 "the format \"%s\" is not one for this value", h.format);
		}
		s += h.len;
	}
	return eval_text(e, at, &out);
}
