/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time: that of an evaluation is always the same, so that a design is. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "input/hcl/func.h"

#define NOW "2025-01-01T00:00:00Z"

/* Seconds: Go's durations are nanoseconds in 64 bits. */
#define LONGEST 9223372036.0

static bool parse_time(const char *s, time_t *ret)
{
	struct tm tm = { 0 };
	const char *end = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);

	if (!end || *end != 'Z')
		return false;
	*ret = timegm(&tm);
	return true;
}

static bool func_time(struct hcl_call *c, size_t i, time_t *ret)
{
	const char *s;

	if (!func_text(c, i, &s))
		return false;
	if (parse_time(s, ret))
		return true;
	json_decref(func_fail(c, "\"%s\" is no time such as " NOW, s));
	return false;
}

static json_t *time_text(time_t t)
{
	char text[64];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

static json_t *f_timestamp(struct hcl_call *c)
{
	(void)c;
	return json_string(NOW);
}

static json_t *f_timeadd(struct hcl_call *c)
{
	const char *s;
	time_t t;
	double total = 0;

	if (!func_time(c, 0, &t) || !func_text(c, 1, &s))
		return hcl_unknown(NULL);
	for (const char *k = s; *k;) {
		char *end;
		double v = strtod(k, &end);
		size_t skip = *end == 'm' && end[1] == 's' ? 2 : 1;

		if (end == k || !strchr("hmsun", *end) || !*end)
			return func_fail(c, "\"%s\" is no duration such as 24h or 90m", s);
		total += v * (skip == 2 ? 0.001 : *end == 'h' ? 3600 : *end == 'm' ? 60 : 1);
		k = end + skip;
	}
	if (!(fabs(total) < LONGEST)) /* which "nan" is not, either */
		return func_fail(
		    c, "\"%s\" is longer than 292 years, which Terraform does not take", s);
	return time_text(t + (time_t)total);
}

static json_t *f_timecmp(struct hcl_call *c)
{
	time_t a, b;

	if (!func_time(c, 0, &a) || !func_time(c, 1, &b))
		return hcl_unknown(NULL);
	return json_integer((a > b) - (a < b));
}

static json_t *f_formatdate(struct hcl_call *c)
{
	static const struct {
		const char *word, *fmt;
	} words[] = { { "YYYY", "%Y" }, { "YY", "%y" },  { "MMMM", "%B" }, { "MMM", "%b" },
		      { "MM", "%m" },   { "DD", "%d" },  { "EEEE", "%A" }, { "EEE", "%a" },
		      { "hh", "%H" },   { "mm", "%M" },  { "ss", "%S" },   { "HH", "%I" },
		      { "AA", "%p" },   { "ZZZ", "UTC" } };
	const char *s;
	struct str fmt = { 0 };
	char text[256];
	struct tm tm;
	time_t t;

	if (!func_text(c, 0, &s) || !func_time(c, 1, &t))
		return hcl_unknown(NULL);
	while (*s) {
		size_t i = 0;

		while (i < ARRAY_LEN(words) && !str_starts(s, words[i].word))
			i++;
		if (i < ARRAY_LEN(words)) {
			str_add(&fmt, words[i].fmt);
			s += strlen(words[i].word);
		} else {
			if (*s != '\'')
				str_addc(&fmt, *s);
			if (*s == '%')
				str_addc(&fmt, '%');
			s++;
		}
	}
	gmtime_r(&t, &tm);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	size_t n = strftime(text, sizeof(text), str_get(&fmt), &tm);
#pragma GCC diagnostic pop
	str_free_p(&fmt);
	return json_stringn(text, n);
}

const struct hcl_func hcl_time_funcs[] = {
	{ "timestamp", 0, 0, f_timestamp, false },   { "plantimestamp", 0, 0, f_timestamp, false },
	{ "timeadd", 2, 2, f_timeadd, false },       { "timecmp", 2, 2, f_timecmp, false },
	{ "formatdate", 2, 2, f_formatdate, false }, { NULL },
};
