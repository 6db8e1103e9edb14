/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/standing.h"

#include "base/json.h"
#include "base/str.h"

static long long get_integer(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void note_part(json_t *to, char *key, char *value)
{
	json_object_set_new(to, key, text_json_of(value));
	free(key);
	free(value);
}

static void note_nodes(const json_t *status, json_t *to)
{
	size_t i, k;
	json_t *n, *p;

	json_array_foreach (json_object_get(status, "nodes"), i, n) {
		note_part(to, xasprintf("node %s", member_text(n, "name", "")),
		          xstrdup(member_text(n, "state", "")));
		json_array_foreach (json_object_get(n, "processes"), k, p)
			note_part(to,
			          xasprintf("%s of %s", member_text(p, "name", ""),
			                    member_text(n, "name", "")),
			          xstrdup(member_text(p, "state", "")));
	}
}

static char *session_text(const json_t *s)
{
	return xasprintf("%s, %lld received, %lld advertised", member_text(s, "state", ""),
	                 get_integer(s, "received"), get_integer(s, "advertised"));
}

static void note_sessions(const json_t *status, json_t *to)
{
	size_t i;
	json_t *s;

	json_array_foreach (json_object_get(status, "bgp"), i, s)
		note_part(to,
		          xasprintf("session %s/%s/%lld", member_text(s, "routeServer", ""),
		                    member_text(s, "peering", ""), get_integer(s, "instance")),
		          session_text(s));
	json_array_foreach (json_object_get(status, "gatewayBgp"), i, s)
		note_part(to,
		          xasprintf("session %s to %s (%s)", member_text(s, "node", ""),
		                    member_text(s, "peer", ""), member_text(s, "peerIp", "")),
		          session_text(s));
	json_array_foreach (json_object_get(status, "applianceBgp"), i, s)
		note_part(to,
		          xasprintf("session %s to %s", member_text(s, "node", ""),
		                    member_text(s, "peerIp", "")),
		          xstrdup(member_text(s, "state", "")));
}

/* Whatever has a pool: each row of the status with "backends". */
static void each_backend(const json_t *status, void (*fn)(void *, const json_t *, const json_t *),
                         void *ctx)
{
	const char *key;
	json_t *list, *row, *b;
	size_t i, k;

	json_object_foreach ((json_t *)status, key, list)
		json_array_foreach (list, i, row)
			json_array_foreach (json_object_get(row, "backends"), k, b)
				fn(ctx, row, b);
}

static void note_backend(void *ctx, const json_t *row, const json_t *b)
{
	note_part(ctx,
	          xasprintf("%s in %s", member_text(b, "nic", ""), member_text(row, "name", "")),
	          xstrdup(member_text(b, "state", "")));
}

json_t *lab_standing(const json_t *status)
{
	json_t *to = json_object();

	note_part(to, xstrdup(STANDING_ROUTER),
	          xstrdup(member_text(json_object_get(status, "router"), "state", "")));
	note_nodes(status, to);
	note_sessions(status, to);
	each_backend(status, note_backend, to);
	note_part(to, xstrdup("faults"),
	          json_dumps(json_object_get(status, "faults"), JSON_ENCODE_ANY | JSON_COMPACT));
	return to;
}

char *lab_standing_difference(const json_t *before, const json_t *now)
{
	const char *key;
	json_t *was;

	json_object_foreach ((json_t *)before, key, was) {
		const char *is = json_string_value(json_object_get(now, key));

		if (!streq(is, json_string_value(was)))
			return xasprintf("%s is %s, and was %s", key, is ? is : "gone",
			                 json_string_value(was));
	}
	json_object_foreach ((json_t *)now, key, was)
		if (!json_object_get(before, key))
			return xasprintf("%s is %s, and was not there", key,
			                 json_string_value(was));
	return NULL;
}

/* --- who has noticed -------------------------------------------------------------------------
 */

static bool concerns_vm(const struct failure *x, const struct node *vm)
{
	for (size_t i = 0; vm && i < x->n_vms; i++)
		if (x->vms[i] == vm)
			return true;
	for (size_t i = 0; vm && i < x->n_cables; i++)
		if (x->cables[i]->vm == vm)
			return true;
	return false;
}

static bool concerns_name(const struct failure *x, const struct model *m, const char *node)
{
	if (concerns_vm(x, model_vm(m, node)))
		return true;
	for (size_t i = 0; i < x->n_instances; i++) {
		_cleanup_free_ char *name = xasprintf("%s/%u", x->rs[i]->name, x->instance[i]);

		if (strieq(name, node))
			return true;
	}
	return false;
}

static bool concerns_peering(const struct failure *x, const struct model *m, const json_t *row)
{
	_cleanup_free_ char *name = xasprintf("%s/%s", member_text(row, "routeServer", ""),
	                                      member_text(row, "peering", ""));
	_cleanup_free_ char *instance =
	    xasprintf("%s/%lld", member_text(row, "routeServer", ""), get_integer(row, "instance"));
	const struct bgp_connection *c = model_connection(m, name);

	return (c && c->nic && concerns_vm(x, c->nic->vm)) || concerns_name(x, m, instance);
}

static bool is_up(const json_t *session)
{
	return streq(member_text(session, "state", ""), "Established");
}

struct alive {
	const struct failure *x;
	const struct model *m;
	unsigned n;
};

static void count_backend(void *ctx, const json_t *row, const json_t *b)
{
	struct alive *a = ctx;

	(void)row;
	a->n += streq(member_text(b, "state", ""), "Up") &&
	        concerns_name(a->x, a->m, member_text(b, "vm", ""));
}

unsigned lab_alive_of(const json_t *status, const struct model *m, const struct failure *x)
{
	static const char *const between_nodes[] = { "gatewayBgp", "applianceBgp" };
	struct alive a = { x, m, 0 };
	size_t i;
	json_t *row;

	json_array_foreach (json_object_get(status, "bgp"), i, row)
		a.n += is_up(row) && concerns_peering(x, m, row);
	for (size_t l = 0; l < ARRAY_LEN(between_nodes); l++)
		json_array_foreach (json_object_get(status, between_nodes[l]), i, row)
			a.n += is_up(row) && (concerns_name(x, m, member_text(row, "node", "")) ||
			                      concerns_name(x, m, member_text(row, "peer", "")));
	each_backend(status, count_backend, &a);
	return a.n;
}
