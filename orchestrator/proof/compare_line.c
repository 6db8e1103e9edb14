/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row of a table, into the form in which rows are compared. */
#include <errno.h>

#include "base/addr.h"
#include "proof/compare_priv.h"

static void copy_row_property(json_t *out, const json_t *row, const char *key)
{
	json_t *v = compare_get(row, key, NULL);

	if (v)
		json_object_set(out, key, v);
}

/* A prefix as it is usually written: 10.1.0.0 is 10.1.0.0/32, bits behind the length do not count.
 */
static json_t *make_prefix(const char *s)
{
	struct prefix p;
	ip4 a;

	if (prefix_parse(s, &p) == 0)
		return json_string(PREFIX_STR(p));
	if (ip4_parse(s, &a) == 0)
		return json_sprintf("%s/32", IP4_STR(a));
	return json_string(s); /* a service tag, for one */
}

/* A text or a list of texts, as a list; blanks separate them in PowerShell's tables. */
static json_t *make_text_list(const json_t *v)
{
	json_t *out = json_array(), *item;
	size_t i;

	if (json_is_string(v) && *json_string_value(v))
		json_array_append_new(out, json_string(json_string_value(v)));
	json_array_foreach (v, i, item) {
		const char *s = json_string_value(item);

		if (s && *s && !compare_list_has(out, s))
			json_array_append_new(out, json_string(s));
	}
	return out;
}

static bool texts_equal(const json_t *a, const json_t *b, const char *key)
{
	return strieq(compare_text(a, key), compare_text(b, key));
}

/* Adds the row, or its next hops to the one that is equal but for them. */
static void add_compared_route(json_t *rows, json_t *route /* stolen */)
{
	size_t i, k;
	json_t *r, *hop;

	json_array_foreach (rows, i, r) {
		if (!texts_equal(r, route, "addressPrefix") || !texts_equal(r, route, "source") ||
		    !texts_equal(r, route, "state") || !texts_equal(r, route, "nextHopType") ||
		    !texts_equal(r, route, "name"))
			continue;
		json_t *to = json_object_get(r, "nextHopIpAddress");

		json_array_foreach (json_object_get(route, "nextHopIpAddress"), k, hop) {
			if (to && !compare_list_has(to, json_string_value(hop)))
				json_array_append(to, hop);
		}
		json_decref(route);
		return;
	}
	json_array_append_new(rows, route);
}

int compare_take_route(json_t *rows, const json_t *row, struct err *e)
{
	json_t *prefixes = make_text_list(compare_get(row, "addressPrefix", "prefix")), *p;
	const json_t *hops = compare_get(row, "nextHopIpAddress", "nextHopIp");
	size_t i;

	if (!json_array_size(prefixes) || !compare_get(row, "nextHopType", NULL)) {
		json_decref(prefixes);
		return err_set(e, EINVAL, "has no addressPrefix or no nextHopType");
	}
	json_array_foreach (prefixes, i, p) { /* one row for each, however az groups them */
		json_t *out = json_object();

		json_object_set_new(out, "addressPrefix", make_prefix(json_string_value(p)));
		copy_row_property(out, row, "source");
		copy_row_property(out, row, "state");
		copy_row_property(out, row, "nextHopType");
		if (hops) /* a row without hops asks for none in particular */
			json_object_set_new(out, "nextHopIpAddress", make_text_list(hops));
		copy_row_property(out, row, "name");
		copy_row_property(out, row, "disableBgpRoutePropagation");
		copy_row_property(out, row, "reason");
		add_compared_route(rows, out);
	}
	json_decref(prefixes);
	return 0;
}

/* "65001-65002", "65001 65002" -> "65001-65002" */
static json_t *make_as_path(const char *s)
{
	_cleanup_str_ struct str b = { 0 };

	for (bool gap = false; *s; s++) {
		if (*s == ' ' || *s == '-') {
			gap = b.n > 0;
			continue;
		}
		if (gap)
			str_addc(&b, '-');
		gap = false;
		str_addc(&b, *s);
	}
	return json_string(str_get(&b));
}

int compare_take_bgp(json_t *rows, const json_t *row, const char *instance, struct err *e)
{
	const json_t *network = compare_get(row, "network", NULL),
	             *path = compare_get(row, "asPath", NULL);
	json_t *out = json_object();

	if (!json_is_string(network)) {
		json_decref(out);
		return err_set(e, EINVAL, "has no network");
	}
	if (instance)
		json_object_set_new(out, "localAddress", json_string(instance));
	json_object_set_new(out, "network", make_prefix(json_string_value(network)));
	copy_row_property(out, row, "nextHop");
	if (json_is_string(path))
		json_object_set_new(out, "asPath", make_as_path(json_string_value(path)));
	else if (json_is_integer(path))
		json_object_set_new(out, "asPath",
		                    json_sprintf("%lld", (long long)json_integer_value(path)));
	copy_row_property(out, row, "sourcePeer");
	copy_row_property(out, row, "origin");
	copy_row_property(out, row, "weight");
	copy_row_property(out, row, "best");
	copy_row_property(out, row, "community");
	json_array_append_new(rows, out);
	return 0;
}

int compare_take_peer(json_t *rows, const json_t *row, const char *instance, struct err *e)
{
	json_t *out = json_object();

	if (!compare_get(row, "neighbor", NULL)) {
		json_decref(out);
		return err_set(e, EINVAL, "has no neighbor");
	}
	if (instance)
		json_object_set_new(out, "localAddress", json_string(instance));
	copy_row_property(out, row, "neighbor");
	copy_row_property(out, row, "asn");
	copy_row_property(out, row, "state");
	json_array_append_new(rows, out);
	return 0;
}
