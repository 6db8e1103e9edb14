/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/match.h"

#include <stdio.h>

/* "65001 65002" and "65001-65002" are the same AS path. */
static bool same_path(const char *a, const char *b)
{
	for (;;) {
		bool gap_a = false, gap_b = false;

		while (*a == ' ' || *a == '-')
			a++, gap_a = true;
		while (*b == ' ' || *b == '-')
			b++, gap_b = true;
		if (!*a || !*b)
			return !*a && !*b;
		if (gap_a != gap_b || *a++ != *b++)
			return false;
	}
}

static bool same_scalar(const json_t *a, const json_t *b, bool as_path)
{
	char number[32];

	if (as_path && json_is_integer(a) && json_is_string(b)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(a));
		return same_path(number, json_string_value(b));
	}
	if (json_is_string(a) && json_is_string(b))
		return as_path ? same_path(json_string_value(a), json_string_value(b))
		               : strieq(json_string_value(a), json_string_value(b));
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) >= json_number_value(b) &&
		       json_number_value(a) <= json_number_value(b);
	return json_equal(a, b);
}

static bool same(const json_t *want, const json_t *got, bool as_path);

static bool each_in(const json_t *list, const json_t *other, bool as_path)
{
	size_t i, k;
	json_t *a, *b;

	json_array_foreach (list, i, a) {
		bool found = false;

		json_array_foreach (other, k, b) {
			found |= same(a, b, as_path);
		}
		if (!found)
			return false;
	}
	return true;
}

static bool same(const json_t *want, const json_t *got, bool as_path)
{
	if (!want || json_is_null(want))
		return !got || json_is_null(got);
	if (!got)
		return false;
	if (json_is_object(want))
		return match_subset(want, got);
	if (json_is_array(want) && json_is_array(got))
		return each_in(want, got, as_path) && each_in(got, want, as_path);
	if (json_is_array(got))
		return json_array_size(got) == 1 && same(want, json_array_get(got, 0), as_path);
	if (json_is_array(want))
		return json_array_size(want) == 1 && same(json_array_get(want, 0), got, as_path);
	return same_scalar(want, got, as_path);
}

bool match_subset(const json_t *want, const json_t *row)
{
	const char *key;
	json_t *v;

	if (!json_is_object(row))
		return false;
	json_object_foreach ((json_t *)want, key, v) {
		if (!same(v, json_object_get(row, key), streq(key, "asPath")))
			return false;
	}
	return true;
}

long match_find(const json_t *want, const json_t *rows)
{
	size_t i;
	json_t *row;

	json_array_foreach (rows, i, row) {
		if (match_subset(want, row))
			return (long)i;
	}
	return -1;
}

static unsigned likeness(const json_t *want, const json_t *row)
{
	unsigned points = 0;
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)want, key, v) {
		if (same(v, json_object_get(row, key), streq(key, "asPath")))
			points += streq(key, "addressPrefix") || streq(key, "network") ? 100 : 1;
	}
	return points;
}

long match_nearest(const json_t *want, const json_t *rows)
{
	long best = -1;
	unsigned most = 0;
	size_t i;
	json_t *row;
	bool names_prefix =
	    json_object_get(want, "addressPrefix") || json_object_get(want, "network");

	json_array_foreach (rows, i, row) {
		unsigned points = likeness(want, row);

		/* A row with another prefix explains nothing. */
		if (points > most && (!names_prefix || points >= 100)) {
			most = points;
			best = (long)i;
		}
	}
	return best;
}

static void show_value(const json_t *v, struct str *out)
{
	size_t i;
	json_t *item;

	if (!v) {
		str_add(out, "absent");
	} else if (json_is_string(v)) {
		str_add(out, *json_string_value(v) ? json_string_value(v) : "\"\"");
	} else if (json_is_array(v)) {
		if (!json_array_size(v))
			str_add(out, "empty");
		json_array_foreach (v, i, item) {
			str_add(out, i ? ", " : "");
			show_value(item, out);
		}
	} else {
		char *s = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

		str_add(out, s ? s : "?");
		free(s);
	}
}

void match_difference(const json_t *want, const json_t *row, struct str *out)
{
	bool first = true;
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)want, key, v) {
		const json_t *got = json_object_get(row, key);

		if (same(v, got, streq(key, "asPath")))
			continue;
		str_printf(out, "%s%s is ", first ? "" : "; ", key);
		show_value(got, out);
		str_add(out, ", not ");
		show_value(v, out);
		first = false;
	}
}

void match_show(const json_t *row, struct str *out)
{
	bool first = true;
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)row, key, v) {
		if (json_is_null(v) || (json_is_array(v) && !json_array_size(v)) ||
		    json_is_false(v))
			continue;
		str_printf(out, "%s%s ", first ? "" : ", ", key);
		show_value(v, out);
		first = false;
	}
}
