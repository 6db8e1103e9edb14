/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure's tables in all their dialects -> rows that can be compared (docs/compare.md;
 * azure-behaviour 7.13 and 2.5). */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "base/addr.h"
#include "proof/compare.h"

static const char *const kinds[COMPARE_KINDS] = {
	[COMPARE_UNKNOWN] = "unknown",
	[COMPARE_ROUTES] = "routes",
	[COMPARE_LEARNED] = "learned",
	[COMPARE_ADVERTISED] = "advertised",
	[COMPARE_GATEWAY_LEARNED] = "gateway-learned",
	[COMPARE_GATEWAY_ADVERTISED] = "gateway-advertised",
	[COMPARE_GATEWAY_PEERS] = "bgp-peers",
	[COMPARE_BGP_TABLE] = "bgp-table",
};

const char *compare_kind_str(enum compare_kind k)
{
	return kinds[k];
}

enum compare_kind compare_kind_parse(const char *s)
{
	for (int k = COMPARE_ROUTES; k < COMPARE_KINDS; k++)
		if (strieq(s, kinds[k]))
			return k;
	return COMPARE_UNKNOWN;
}

void compare_table_free(struct compare_table *t)
{
	json_decref(t->rows);
	json_decref(t->parts);
	json_decref(t->hidden);
	*t = (struct compare_table){ 0 };
}

/* PowerShell writes AddressPrefix, az addressPrefix. */
static json_t *get_any_case(const json_t *obj, const char *key)
{
	const char *k;
	json_t *v = json_object_get(obj, key);

	if (v)
		return v;
	json_object_foreach ((json_t *)obj, k, v) {
		if (strcasecmp(k, key) == 0)
			return v;
	}
	return NULL;
}

/* The first of several spellings that is there and not null. */
static json_t *get_first_of(const json_t *obj, const char *a, const char *b)
{
	json_t *v = get_any_case(obj, a);

	if (!v || json_is_null(v))
		v = b ? get_any_case(obj, b) : NULL;
	return v && json_is_null(v) ? NULL : v;
}

static bool is_by_instance(const json_t *j)
{
	return get_any_case(j, "RouteServiceRole_IN_0") || get_any_case(j, "RouteServiceRole_IN_1");
}

/* What is inside of value, data, properties, output. */
static const json_t *unwrap_table(const json_t *j)
{
	static const char *const wrappers[] = { "value", "data", "properties", "output" };

	for (int depth = 0; depth < 8 && json_is_object(j) && !is_by_instance(j); depth++) {
		const json_t *inner = NULL;

		for (size_t i = 0; i < ARRAY_LEN(wrappers) && !inner; i++) {
			const json_t *v = get_any_case(j, wrappers[i]);

			if (json_is_array(v) || json_is_object(v))
				inner = v;
		}
		if (!inner)
			break;
		j = inner;
	}
	return j;
}

/* Does the name of a file say it?  "hub-advertised.json" */
static bool name_has_word(const char *name, const char *word)
{
	for (const char *p = name ? name : ""; *p; p++)
		if (strncasecmp(p, word, strlen(word)) == 0)
			return true;
	return false;
}

static const char *get_text(const json_t *row, const char *key)
{
	const char *s = json_string_value(get_first_of(row, key, NULL));

	return s ? s : "";
}

static bool is_advertised(const json_t *rows, const char *name)
{
	size_t i;
	json_t *r;

	json_array_foreach (rows, i, r) {
		const char *origin = get_text(r, "origin");

		if (strieq(origin, "EBgp") || strieq(origin, "IBgp") || strieq(origin, "Network"))
			return false;
		if (strieq(origin, "Igp"))
			return true;
	}
	return name_has_word(name, "advertised");
}

static enum compare_kind guess_kind_of_rows(const json_t *rows, const char *name)
{
	const json_t *r = json_array_get(rows, 0);

	if (!r) { /* an empty table: only its name can say it */
		if (name_has_word(name, "gateway") || name_has_word(name, "vng"))
			return name_has_word(name, "peer")         ? COMPARE_GATEWAY_PEERS
			       : name_has_word(name, "advertised") ? COMPARE_GATEWAY_ADVERTISED
			       : name_has_word(name, "learned")    ? COMPARE_GATEWAY_LEARNED
			                                           : COMPARE_UNKNOWN;
		return name_has_word(name, "advertised") ? COMPARE_ADVERTISED
		       : name_has_word(name, "learned")  ? COMPARE_LEARNED
		       : name_has_word(name, "routes")   ? COMPARE_ROUTES
		                                         : COMPARE_UNKNOWN;
	}
	const json_t *p =
	    json_is_object(get_any_case(r, "properties")) ? get_any_case(r, "properties") : r;

	if (get_first_of(p, "nextHopType", NULL) && get_first_of(p, "addressPrefix", "prefix"))
		return COMPARE_ROUTES;
	if (get_first_of(p, "neighbor", NULL))
		return COMPARE_GATEWAY_PEERS;
	if (get_first_of(p, "network", NULL))
		return is_advertised(rows, name) ? COMPARE_GATEWAY_ADVERTISED
		                                 : COMPARE_GATEWAY_LEARNED;
	return COMPARE_UNKNOWN;
}

static enum compare_kind guess_kind(const json_t *j, const char *name)
{
	if (!is_by_instance(j))
		return json_is_array(j) ? guess_kind_of_rows(j, name) : COMPARE_UNKNOWN;
	const json_t *rows = get_any_case(j, "RouteServiceRole_IN_0");

	if (!json_array_size(rows))
		rows = get_any_case(j, "RouteServiceRole_IN_1");
	if (!json_array_size(rows) && !name_has_word(name, "learned") &&
	    !name_has_word(name, "advertised"))
		return COMPARE_UNKNOWN;
	return is_advertised(rows, name) ? COMPARE_ADVERTISED : COMPARE_LEARNED;
}

/* ---- one row ---- */

static void copy_property(json_t *out, const json_t *row, const char *key)
{
	json_t *v = get_first_of(row, key, NULL);

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

static bool list_has_text(const json_t *list, const char *s)
{
	size_t i;
	json_t *v;

	json_array_foreach (list, i, v) {
		if (strieq(json_string_value(v), s))
			return true;
	}
	return false;
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

		if (s && *s && !list_has_text(out, s))
			json_array_append_new(out, json_string(s));
	}
	return out;
}

static bool texts_equal(const json_t *a, const json_t *b, const char *key)
{
	return strieq(get_text(a, key), get_text(b, key));
}

/* Adds the row, or its next hops to the one that is equal but for them. */
static void add_route(json_t *rows, json_t *route /* stolen */)
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
			if (to && !list_has_text(to, json_string_value(hop)))
				json_array_append(to, hop);
		}
		json_decref(route);
		return;
	}
	json_array_append_new(rows, route);
}

static int read_route(json_t *rows, const json_t *row, struct err *e)
{
	json_t *prefixes = make_text_list(get_first_of(row, "addressPrefix", "prefix")), *p;
	const json_t *hops = get_first_of(row, "nextHopIpAddress", "nextHopIp");
	size_t i;

	if (!json_array_size(prefixes) || !get_first_of(row, "nextHopType", NULL)) {
		json_decref(prefixes);
		return err_set(e, EINVAL, "has no addressPrefix or no nextHopType");
	}
	json_array_foreach (prefixes, i, p) { /* one row for each, however az groups them */
		json_t *out = json_object();

		json_object_set_new(out, "addressPrefix", make_prefix(json_string_value(p)));
		copy_property(out, row, "source");
		copy_property(out, row, "state");
		copy_property(out, row, "nextHopType");
		if (hops) /* not there: nothing is said about it */
			json_object_set_new(out, "nextHopIpAddress", make_text_list(hops));
		copy_property(out, row, "name");
		copy_property(out, row, "disableBgpRoutePropagation");
		copy_property(out, row, "reason");
		add_route(rows, out);
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

static int read_bgp(json_t *rows, const json_t *row, const char *instance, struct err *e)
{
	const json_t *network = get_first_of(row, "network", NULL),
	             *path = get_first_of(row, "asPath", NULL);
	json_t *out = json_object();

	if (!json_is_string(network)) {
		json_decref(out);
		return err_set(e, EINVAL, "has no network");
	}
	if (instance)
		json_object_set_new(out, "localAddress", json_string(instance));
	json_object_set_new(out, "network", make_prefix(json_string_value(network)));
	copy_property(out, row, "nextHop");
	if (json_is_string(path))
		json_object_set_new(out, "asPath", make_as_path(json_string_value(path)));
	else if (json_is_integer(path))
		json_object_set_new(out, "asPath",
		                    json_sprintf("%lld", (long long)json_integer_value(path)));
	copy_property(out, row, "sourcePeer");
	copy_property(out, row, "origin");
	copy_property(out, row, "weight");
	copy_property(out, row, "best");
	copy_property(out, row, "community");
	json_array_append_new(rows, out);
	return 0;
}

static int read_peer(json_t *rows, const json_t *row, const char *instance, struct err *e)
{
	json_t *out = json_object();

	if (!get_first_of(row, "neighbor", NULL)) {
		json_decref(out);
		return err_set(e, EINVAL, "has no neighbor");
	}
	if (instance)
		json_object_set_new(out, "localAddress", json_string(instance));
	copy_property(out, row, "neighbor");
	copy_property(out, row, "asn");
	copy_property(out, row, "state");
	json_array_append_new(rows, out);
	return 0;
}

/* ---- the table ---- */

static void add_part(struct compare_table *t, const char *address)
{
	if (address && *address && !list_has_text(t->parts, address))
		json_array_append_new(t->parts, json_string(address));
}

static int read_rows(struct compare_table *t, const json_t *list, const char *instance,
                     struct err *e)
{
	size_t i;
	json_t *r;

	json_array_foreach (list, i, r) {
		const json_t *p = json_is_object(get_any_case(r, "properties"))
		                      ? get_any_case(r, "properties")
		                      : r;
		const char *local = get_text(p, "localAddress");
		int rc;

		if (!json_is_object(p))
			return err_set(e, EINVAL, "row %zu is not an object", i);
		if (!*local)
			local = instance;
		if (!local && t->kind == COMPARE_GATEWAY_ADVERTISED)
			local = get_text(p, "nextHop"); /* the instance itself */
		if (t->kind == COMPARE_ROUTES)
			rc = read_route(t->rows, p, e);
		else if (t->kind == COMPARE_GATEWAY_PEERS)
			rc = read_peer(t->rows, p, local, e);
		else
			rc = read_bgp(t->rows, p, local, e);
		if (rc < 0)
			return err_wrap(e, "row %zu", i);
		add_part(t, local);
	}
	return 0;
}

/* The address of the instance whose rows these are.  Azure's instance 0 is not always the lower
 * address, and old tables do not say localAddress: an advertised row's next hop is the instance. */
static const char *find_instance_address(const struct compare_source *s, const json_t *rows,
                                         const char *others)
{
	const json_t *r = json_array_get(rows, 0);
	const char *local = get_text(r, "localAddress"), *hop = get_text(r, "nextHop");

	if (*local)
		return local;
	for (int i = 0; i < 2; i++)
		if (r && s->instances[i] && strieq(hop, s->instances[i]))
			return s->instances[i];
	if (others) /* the one that the other instance is not */
		for (int i = 0; i < 2; i++)
			if (s->instances[i] && s->instances[!i] && strieq(others, s->instances[!i]))
				return s->instances[i];
	return NULL;
}

static int read_instances(const struct compare_source *s, const json_t *j, struct compare_table *t,
                          struct err *e)
{
	static const char *const keys[2] = { "RouteServiceRole_IN_0", "RouteServiceRole_IN_1" };
	const char *address[2];

	for (int i = 0; i < 2; i++)
		address[i] = find_instance_address(s, get_any_case(j, keys[i]), NULL);
	for (int i = 0; i < 2; i++)
		if (!address[i])
			address[i] =
			    find_instance_address(s, get_any_case(j, keys[i]), address[!i]);
	for (int i = 0; i < 2; i++) {
		const json_t *rows = get_any_case(j, keys[i]);

		if (!rows)
			continue;
		if (!json_is_array(rows) && !json_is_null(rows))
			return err_set(e, EINVAL, "%s is not a list", keys[i]);
		if (!address[i])
			address[i] = s->instances[i] ? s->instances[i] : keys[i];
		if (read_rows(t, rows, address[i], e) < 0)
			return err_wrap(e, "%s", keys[i]);
		add_part(t, address[i]);
	}
	return 0;
}

int compare_read(const struct compare_source *s, const json_t *text, struct compare_table *ret,
                 struct err *e)
{
	const json_t *j = unwrap_table(text), *hidden = get_any_case(text, "hidden");
	_cleanup_compare_table_ struct compare_table t = {
		.kind = s->kind ? s->kind : guess_kind(j, s->name),
		.rows = json_array(),
		.parts = json_array(),
	};
	int r;

	if (!json_is_array(j) && !is_by_instance(j))
		return err_set(e, EINVAL,
		               "this is no table of az's: a list of rows, {\"value\": [...]} or "
		               "{\"RouteServiceRole_IN_0\": [...], ...} was expected");
	if (!t.kind)
		return err_set(e, EINVAL, "which table this is cannot be told%s; say it with --as",
		               json_array_size(j) ? " from its first row"
		                                  : ", it is empty, and the name does not say it");
	/* One of the two lists of learned routes, picked by a query, looks like a gateway's. */
	r = is_by_instance(j) ? read_instances(s, j, &t, e) : read_rows(&t, j, NULL, e);
	if (r < 0)
		return r;
	if (json_is_array(hidden))
		t.hidden = json_incref((json_t *)hidden);
	*ret = t;
	t = (struct compare_table){ 0 };
	return 0;
}
