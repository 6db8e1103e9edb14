/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/ask.h"

#include <errno.h>

#include "base/str.h"

enum {
	/* A packet that arrives does so in microseconds; a machine that is busy needs longer. */
	REACH_TIMEOUT_MS = 700,
	/* That something is dropped is believed of several packets. */
	DROP_COUNT = 3,
	DROP_INTERVAL_MS = 40,
	DROP_TIMEOUT_MS = 400
};

void answers_done(struct answers *a)
{
	json_decref(a->status);
	json_decref(a->tables);
	json_decref(a->audit);
	a->status = a->tables = a->audit = NULL;
}

/* NULL with a->e set; a->lost when there is nobody to ask any more. */
static json_t *call(struct answers *a, json_t *req)
{
	json_t *reply = NULL;

	if (a->lost) {
		json_decref(req);
		return NULL;
	}
	int r = lab_call(a->c, req, NULL, NULL, &reply, NULL, &a->e);

	if (r == -ECONNRESET || r == -EPIPE || r == -EBADF || r == -ENOTCONN)
		a->lost = r;
	return r < 0 ? NULL : reply;
}

const json_t *ask_status(struct answers *a, const char **why)
{
	if (!a->status)
		a->status = call(a, json_pack("{s:s}", "op", "status"));
	*why = a->e.msg;
	return a->status;
}

const json_t *ask_table(struct answers *a, const struct check *c, const char **why)
{
	static const struct {
		const char *op, *param, *payload;
	} ops[] = {
		[CHECK_ROUTES] = { "routes", "nic", "value" },
		[CHECK_LEARNED] = { "learned", "connection", "routes" },
		[CHECK_ADVERTISED] = { "advertised", "connection", "routes" },
	};
	_cleanup_free_ char *key = xasprintf("%s %s", ops[c->kind].op, c->subject);

	if (!a->tables)
		a->tables = json_object();
	const json_t *known = json_object_get(a->tables, key);

	if (!known) {
		json_t *reply = call(a, json_pack("{s:s, s:s}", "op", ops[c->kind].op,
		                                  ops[c->kind].param, c->subject));
		json_t *table = json_object_get(reply, ops[c->kind].payload);

		json_object_set_new(a->tables, key,
		                    table ? json_incref(table) : json_string(a->e.msg));
		json_decref(reply);
		known = json_object_get(a->tables, key);
	}
	*why = json_string_value(known);
	return json_is_string(known) ? NULL : known;
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* The log of session changes since the lab first converged, as rows of an audit: each time that one
 * left Established. */
static json_t *flaps(struct answers *a)
{
	json_t *reply = call(a, json_pack("{s:s}", "op", "sessions")), *rows, *o;
	size_t i;

	if (!reply)
		return NULL;
	rows = json_array();
	json_array_foreach (json_object_get(reply, "log"), i, o) {
		if (!strieq(text(o, "from"), "Established"))
			continue;
		_cleanup_free_ char *who =
		    json_object_get(o, "session")
		        ? xstrdup(text(o, "session"))
		        : xasprintf("%s/%s instance %d", text(o, "routeServer"), text(o, "peering"),
		                    (int)json_integer_value(json_object_get(o, "instance")));

		json_array_append_new(rows,
		                      json_pack("{s:o}", "detail",
		                                json_sprintf("%s left Established at %s (%s)", who,
		                                             text(o, "time"), text(o, "to"))));
	}
	json_decref(reply);
	return rows;
}

const json_t *ask_audit(struct answers *a, const bool wanted[AUDIT_MAX], const char **why)
{
	json_t *names = json_array();
	bool walks = false;

	if (a->audit) {
		json_decref(names);
		return a->audit;
	}
	for (unsigned k = 0; k < AUDIT_MAX; k++)
		if (wanted[k] && k != AUDIT_FLAPS) {
			json_array_append_new(names, json_string(audit_str(k)));
			walks = true;
		}
	json_t *all = walks ? call(a, json_pack("{s:s, s:o}", "op", "audit", "audits", names))
	                    : json_object();

	if (!walks)
		json_decref(names);
	if (all && wanted[AUDIT_FLAPS]) {
		json_t *rows = flaps(a);

		if (rows) {
			json_object_set_new(all, audit_str(AUDIT_FLAPS), rows);
		} else {
			json_decref(all);
			all = NULL;
		}
	}
	*why = a->e.msg;
	a->audit = all;
	return all;
}

static json_t *packet_json(const struct check *c)
{
	json_t *o = json_pack("{s:s, s:s, s:s}", "from", c->from, "to", c->to, "protocol",
	                      probe_protocol_str(c->protocol));

	if (c->protocol != PROBE_ICMP)
		json_object_set_new(o, "port", json_integer(c->port));
	return o;
}

static json_t *ask_list(struct answers *a, const char *op, const char *param, json_t *list,
                        const char *payload)
{
	json_t *reply = call(a, json_pack("{s:s, s:o}", "op", op, param, list));
	json_t *got = json_incref(json_object_get(reply, payload));

	json_decref(reply);
	return got;
}

json_t *ask_probes(struct answers *a, const struct check *const *checks, size_t n, bool patient)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = packet_json(checks[i]);

		if (patient) {
			json_object_set_new(o, "timeoutMs", json_integer(REACH_TIMEOUT_MS));
		} else {
			json_object_set_new(o, "count", json_integer(DROP_COUNT));
			json_object_set_new(o, "intervalMs", json_integer(DROP_INTERVAL_MS));
			json_object_set_new(o, "timeoutMs", json_integer(DROP_TIMEOUT_MS));
		}
		json_array_append_new(list, o);
	}
	return ask_list(a, "probe", "probes", list, "results");
}

json_t *ask_paths(struct answers *a, const struct check *const *checks, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, packet_json(checks[i]));
	return ask_list(a, "path", "paths", list, "paths");
}
