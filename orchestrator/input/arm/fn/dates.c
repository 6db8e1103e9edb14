/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Microsoft Learn, "Date functions for ARM templates".  The clock stands still: the same template
 * gives the same design today and tomorrow. */
#include <ctype.h>
#include <stdio.h>
#include <time.h>

#include "input/arm/fn/fn.h"

enum { NOW = 1735689600 }; /* 2025-01-01T00:00:00Z */

static const char *const days[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
	                            "Thursday", "Friday", "Saturday" };
static const char *const months[] = { "January",   "February", "March",    "April",
	                              "May",       "June",     "July",     "August",
	                              "September", "October",  "November", "December" };

/* Standard formats of one letter, as custom ones. */
static const char *custom_of_standard_format(const char *f)
{
	static const struct {
		char letter;
		const char *custom;
	} table[] = {
		{ 'd', "MM/dd/yyyy" },
		{ 'D', "dddd, dd MMMM yyyy" },
		{ 'f', "dddd, dd MMMM yyyy HH:mm" },
		{ 'F', "dddd, dd MMMM yyyy HH:mm:ss" },
		{ 'g', "MM/dd/yyyy HH:mm" },
		{ 'G', "MM/dd/yyyy HH:mm:ss" },
		{ 'm', "MMMM dd" },
		{ 'M', "MMMM dd" },
		{ 'o', "yyyy-MM-ddTHH:mm:ss.fffffffZ" },
		{ 'O', "yyyy-MM-ddTHH:mm:ss.fffffffZ" },
		{ 'r', "ddd, dd MMM yyyy HH:mm:ss GMT" },
		{ 'R', "ddd, dd MMM yyyy HH:mm:ss GMT" },
		{ 's', "yyyy-MM-ddTHH:mm:ss" },
		{ 't', "HH:mm" },
		{ 'T', "HH:mm:ss" },
		{ 'u', "yyyy-MM-dd HH:mm:ssZ" },
		{ 'U', "dddd, dd MMMM yyyy HH:mm:ss" },
		{ 'y', "yyyy MMMM" },
		{ 'Y', "yyyy MMMM" },
	};

	for (size_t i = 0; f[0] && !f[1] && i < ARRAY_LEN(table); i++)
		if (table[i].letter == f[0])
			return table[i].custom;
	return f;
}

static void add_date_token(char c, size_t n, const struct tm *t, struct str *out)
{
	int year = t->tm_year + 1900, h12 = t->tm_hour % 12 ? t->tm_hour % 12 : 12;

	switch (c) {
	case 'y':
		str_printf(out, "%0*d", (int)n, n <= 2 ? year % 100 : year);
		break;
	case 'M':
		if (n >= 3)
			str_printf(out, "%.*s", n == 3 ? 3 : 20, months[t->tm_mon]);
		else
			str_printf(out, "%0*d", (int)n, t->tm_mon + 1);
		break;
	case 'd':
		if (n >= 3)
			str_printf(out, "%.*s", n == 3 ? 3 : 20, days[t->tm_wday]);
		else
			str_printf(out, "%0*d", (int)n, t->tm_mday);
		break;
	case 'H':
		str_printf(out, "%0*d", (int)n, t->tm_hour);
		break;
	case 'h':
		str_printf(out, "%0*d", (int)n, h12);
		break;
	case 'm':
		str_printf(out, "%0*d", (int)n, t->tm_min);
		break;
	case 's':
		str_printf(out, "%0*d", (int)n, t->tm_sec);
		break;
	case 'f':
		str_printf(out, "%0*d", (int)n, 0);
		break;
	case 't':
		str_printf(out, "%.*s", (int)n, t->tm_hour < 12 ? "AM" : "PM");
		break;
	case 'z':
		str_add(out, n == 1 ? "+0" : n == 2 ? "+00" : "+00:00");
		break;
	default: /* K */
		str_addc(out, 'Z');
	}
}

static const struct val *date_text(struct env *e, const struct expr *at, int64_t when,
                                   const char *f)
{
	struct str out = { 0 };
	struct tm t;
	time_t seconds = when;

	if (when < -62135596800 || when > 253402300799 || !gmtime_r(&seconds, &t))
		return eval_fail(e, at, NULL, "the date is not within the years 1 to 9999");
	f = custom_of_standard_format(f);
	if (strlen(f) > 200)
		return eval_fail(e, at, NULL, "the format is too long");
	while (*f) {
		size_t n = 1;

		if (*f == '\'' || *f == '"') {
			n = strcspn(f + 1, "'\"");
			str_addn(&out, f + 1, n);
			f += n + 1 + (f[n + 1] != 0);
		} else if (*f == '\\' && f[1]) {
			str_addc(&out, f[1]);
			f += 2;
		} else if (strchr("yMdHhmsftzK", *f)) {
			n = strspn(f, (char[]){ *f, 0 });
			add_date_token(*f, n < 9 ? n : 9, &t, &out);
			f += n;
		} else {
			str_addc(&out, *f++);
		}
	}
	return eval_text(e, at, &out);
}

/* Digits, as many as max; NULL when there are fewer than min of them. */
static const char *parse_digits(const char *s, size_t min, size_t max, int *ret)
{
	size_t n = 0;

	for (*ret = 0; n < max && isdigit((unsigned char)*s); n++)
		*ret = *ret * 10 + (*s++ - '0');
	return n >= min ? s : NULL;
}

/* Two digits behind a separator, which may lack. */
static const char *parse_two_digits(const char *s, char separator, int *ret)
{
	return parse_digits(s + (*s == separator), 2, 2, ret);
}

static const char *parse_zone(const char *s, int64_t *seconds)
{
	int hours = 0, minutes = 0;
	char sign = *s;

	if (sign == 'Z')
		return s + 1;
	if (sign != '+' && sign != '-')
		return s;
	s = parse_digits(s + 1, 2, 2, &hours);
	if (s && *s)
		s = parse_two_digits(s, ':', &minutes);
	*seconds = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return s;
}

/* "2020-04-07 14:53:14Z", "2020-04-07T14:53:14.5+02:00", "20200407T145314Z", a date alone. */
static bool parse_date(const char *s, int64_t *ret)
{
	struct tm t = { 0 };
	int64_t zone = 0;

	if (!(s = parse_digits(s, 4, 4, &t.tm_year)) ||
	    !(s = parse_two_digits(s, '-', &t.tm_mon)) ||
	    !(s = parse_two_digits(s, '-', &t.tm_mday)))
		return false;
	if (*s == 'T' || *s == ' ') {
		if (!(s = parse_digits(s + 1, 2, 2, &t.tm_hour)) ||
		    !(s = parse_two_digits(s, ':', &t.tm_min)))
			return false;
		if ((*s == ':' || isdigit((unsigned char)*s)) &&
		    !(s = parse_two_digits(s, ':', &t.tm_sec)))
			return false;
		if (*s == '.')
			s += 1 + strspn(s + 1, "0123456789");
	}
	s = parse_zone(s + (*s == ' '), &zone);
	if (!s || *s || t.tm_mon < 1 || t.tm_mon > 12 || t.tm_mday < 1 || t.tm_mday > 31 ||
	    t.tm_hour > 24 || t.tm_min > 59 || t.tm_sec > 60)
		return false;
	t.tm_year -= 1900;
	t.tm_mon--;
	*ret = timegm(&t) - zone;
	return true;
}

/* ISO 8601: "-P9D", "P1Y2M3DT4H5M6S", "PT1H", "P2W": each unit at most once, the big ones first. */
static bool add_duration(const char *s, int64_t *when)
{
	enum { YEARS, MONTHS, WEEKS, DAYS, TIME, HOURS, MINUTES };
	static const char units[] = "YMWDTHMS";
	const char *left = units; /* those that may follow */
	int sign = *s == '-' ? -1 : 1;
	bool any = false;
	struct tm t;
	time_t seconds = *when;
	int64_t rest = 0;

	s += *s == '-' || *s == '+';
	if (*s++ != 'P' || !gmtime_r(&seconds, &t))
		return false;
	while (*s) {
		const char *unit;
		char *end;

		if (*s == 'T' && left <= units + TIME) {
			left = units + HOURS;
			s++;
			continue;
		}
		long n = strtol(s, &end, 10);

		if (end == s || n < 0 || n > 1000000)
			return false;
		if (*end == '.' && isdigit((unsigned char)end[1]))
			end += 1 + strspn(end + 1, "0123456789");
		unit = *end && *end != 'T' ? strchr(left, *end) : NULL;
		if (!unit || (left <= units + TIME && unit > units + TIME))
			return false;
		switch (unit - units) {
		case YEARS:
			t.tm_year += sign * (int)n;
			break;
		case MONTHS:
			t.tm_mon += sign * (int)n;
			break;
		case WEEKS:
			rest += n * 7 * 86400;
			break;
		case DAYS:
			rest += n * 86400;
			break;
		case HOURS:
			rest += n * 3600;
			break;
		case MINUTES:
			rest += n * 60;
			break;
		default:
			rest += n;
		}
		any = true;
		left = unit + 1;
		s = end + 1;
	}
	*when = timegm(&t) + sign * rest;
	return any;
}

FN(fn_utc_now)
{
	if (!e->defaults)
		return eval_fail(e, at, "make it the defaultValue of a parameter",
		                 "utcNow() may be used only in the default value of a parameter");
	return date_text(e, at, NOW, n ? v[0]->s : "yyyyMMddTHHmmssZ");
}

static bool date_arg(struct env *e, const struct expr *at, const struct val *v, int64_t *ret)
{
	if (parse_date(v->s, ret))
		return true;
	eval_fail(e, at->args[0], "as in 2025-01-31T12:00:00Z", "\"%s\" is not a date", v->s);
	return false;
}

FN(fn_date_time_add)
{
	int64_t when;

	if (!date_arg(e, at, v[0], &when))
		return NULL;
	if (!add_duration(v[1]->s, &when))
		return eval_fail(e, at->args[1], "as in P1D, -PT2H",
		                 "\"%s\" is not a duration of ISO 8601", v[1]->s);
	return date_text(e, at, when, n > 2 ? v[2]->s : "yyyy-MM-ddTHH:mm:ssZ");
}

FN(fn_date_time_from_epoch)
{
	return date_text(e, at, v[0]->i, "yyyy-MM-ddTHH:mm:ssZ");
}

FN(fn_date_time_to_epoch)
{
	int64_t when;

	return date_arg(e, at, v[0], &when) ? val_int(e->a->arena, when) : NULL;
}

const struct func funcs_dates[] = {
	{ "utcNow", 0, 1, "s", fn_utc_now },
	{ "dateTimeAdd", 2, 3, "s", fn_date_time_add },
	{ "dateTimeFromEpoch", 1, 1, "i", fn_date_time_from_epoch },
	{ "dateTimeToEpoch", 1, 1, "s", fn_date_time_to_epoch },
	{ 0 },
};
