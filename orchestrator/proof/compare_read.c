/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure's tables in all their dialects -> rows that can be compared (docs/compare.md;
 * azure-behaviour 7.13 and 2.5). */
#include <errno.h>

#include "proof/compare_priv.h"

void compare_table_free(struct compare_table *t)
{
	json_decref(t->rows);
	json_decref(t->parts);
	json_decref(t->hidden);
	*t = (struct compare_table){ 0 };
}

/* Returns the table inside of value, data, properties, output. */
static const json_t *unwrap_table(const json_t *j)
{
	static const char *const wrappers[] = { "value", "data", "properties", "output" };

	for (int depth = 0; depth < 8 && json_is_object(j) && !compare_is_by_instance(j); depth++) {
		const json_t *inner = NULL;

		for (size_t i = 0; i < ARRAY_LEN(wrappers) && !inner; i++) {
			const json_t *v = compare_get_any_case(j, wrappers[i]);

			if (json_is_array(v) || json_is_object(v))
				inner = v;
		}
		if (!inner)
			break;
		j = inner;
	}
	return j;
}

static void add_table_part(struct compare_table *t, const char *address)
{
	if (address && *address && !compare_list_has(t->parts, address))
		json_array_append_new(t->parts, json_string(address));
}

static int read_rows(struct compare_table *t, const json_t *list, const char *instance,
                     struct err *e)
{
	size_t i;
	json_t *r;

	json_array_foreach (list, i, r) {
		const json_t *p = json_is_object(compare_get_any_case(r, "properties"))
		                      ? compare_get_any_case(r, "properties")
		                      : r;
		const char *local = compare_text(p, "localAddress");
		int rc;

		if (!json_is_object(p))
			return err_set(e, EINVAL, "row %zu is not an object", i);
		if (!*local)
			local = instance;
		if (!local && t->kind == COMPARE_GATEWAY_ADVERTISED)
			local = compare_text(p, "nextHop"); /* the instance itself */
		if (t->kind == COMPARE_ROUTES)
			rc = compare_take_route(t->rows, p, e);
		else if (t->kind == COMPARE_GATEWAY_PEERS)
			rc = compare_take_peer(t->rows, p, local, e);
		else
			rc = compare_take_bgp(t->rows, p, local, e);
		if (rc < 0)
			return err_wrap(e, "row %zu", i);
		add_table_part(t, local);
	}
	return 0;
}

/* The address of the instance whose rows these are.  Azure's instance 0 is not always the lower
 * address, and old tables do not say localAddress: an advertised row's next hop is the instance. */
static const char *find_instance_address(const struct compare_source *s, const json_t *rows,
                                         const char *others)
{
	const json_t *r = json_array_get(rows, 0);
	const char *local = compare_text(r, "localAddress"), *hop = compare_text(r, "nextHop");

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
		address[i] = find_instance_address(s, compare_get_any_case(j, keys[i]), NULL);
	for (int i = 0; i < 2; i++)
		if (!address[i])
			address[i] =
			    find_instance_address(s, compare_get_any_case(j, keys[i]), address[!i]);
	for (int i = 0; i < 2; i++) {
		const json_t *rows = compare_get_any_case(j, keys[i]);

		if (!rows)
			continue;
		if (!json_is_array(rows) && !json_is_null(rows))
			return err_set(e, EINVAL, "%s is not a list", keys[i]);
		if (!address[i])
			address[i] = s->instances[i] ? s->instances[i] : keys[i];
		if (read_rows(t, rows, address[i], e) < 0)
			return err_wrap(e, "%s", keys[i]);
		add_table_part(t, address[i]);
	}
	return 0;
}

int compare_read(const struct compare_source *s, const json_t *text, struct compare_table *ret,
                 struct err *e)
{
	const json_t *j = unwrap_table(text), *hidden = compare_get_any_case(text, "hidden");
	_cleanup_compare_table_ struct compare_table t = {
		.kind = s->kind ? s->kind : compare_guess_kind(j, s->name),
		.rows = json_array(),
		.parts = json_array(),
	};
	int r;

	if (!json_is_array(j) && !compare_is_by_instance(j))
		return err_set(e, EINVAL,
		               "this is no table of az's: a list of rows, {\"value\": [...]} or "
		               "{\"RouteServiceRole_IN_0\": [...], ...} was expected");
	if (!t.kind)
		return err_set(e, EINVAL, "which table this is cannot be told%s; say it with --as",
		               json_array_size(j) ? " from its first row"
		                                  : ", it is empty, and the name does not say it");
	/* One of the two lists of learned routes, picked by a query, looks like a gateway's. */
	r = compare_is_by_instance(j) ? read_instances(s, j, &t, e) : read_rows(&t, j, NULL, e);
	if (r < 0)
		return r;
	if (json_is_array(hidden))
		t.hidden = json_incref((json_t *)hidden);
	*ret = t;
	t = (struct compare_table){ 0 };
	return 0;
}
