/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/view.h"

#include "azure/hybrid.h"
#include "base/json.h"
#include "report/page.h"

static const char *view_member(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* ---- a tile ---- */

static void count_established(const json_t *list, int *up, int *of)
{
	const json_t *s;
	size_t i;

	json_array_foreach (list, i, s) {
		*up += streq(view_member(s, "state"), "Established");
		(*of)++;
	}
}

static bool node_is_well(const json_t *node)
{
	const json_t *p;
	size_t i;

	if (streq(view_member(node, "state"), "frozen"))
		return false;
	json_array_foreach (json_object_get(node, "processes"), i, p)
		if (!streq(view_member(p, "state"), "running") &&
		    !streq(view_member(p, "state"), "done"))
			return false;
	return true;
}

static json_t *count_nodes(const json_t *status)
{
	int well = 0, of = 0;
	const json_t *n;
	size_t i;

	json_array_foreach (json_object_get(status, "nodes"), i, n) {
		well += node_is_well(n);
		of++;
	}
	return json_pack("{s:i,s:i}", "well", well, "of", of);
}

/* NULL: not known. */
static json_t *count_tasks(const json_t *tasks)
{
	int done = 0;
	const json_t *t;
	size_t i;

	if (!tasks)
		return NULL;
	json_array_foreach (tasks, i, t)
		done += json_is_true(json_object_get(t, "ok"));
	return json_pack("{s:i,s:i}", "done", done, "of", (int)json_array_size(tasks));
}

json_t *view_tile(const struct web_lab *l)
{
	static const char *const states[] = { "away", "built", "runs", "silent" };
	bool there = l->state != WEB_LAB_AWAY;
	int up = 0, of = 0;

	count_established(json_object_get(l->status, "bgp"), &up, &of);
	count_established(json_object_get(l->status, "gatewayBgp"), &up, &of);
	count_established(json_object_get(l->status, "applianceBgp"), &up, &of);
	return json_pack("{s:s,s:s,s:o,s:{s:i,s:i},s:o,s:i,s:i,s:o?}", "name", l->name, "state",
	                 states[l->state], "why", text_json_of(l->why), "sessions", "up",
	                 there ? up : 0, "of", of, "nodes", count_nodes(there ? l->status : NULL),
	                 "faults", (int)json_array_size(json_object_get(l->status, "faults")),
	                 "problems", (int)json_array_size(json_object_get(l->status, "problems")),
	                 "tasks", count_tasks(l->tasks));
}

/* ---- the picture ---- */

char *view_picture(const struct web_lab *l)
{
	if (!l->model)
		return NULL;
	struct picture_live live = picture_live_of(l->model, l->status);
	enum session_state **states = picture_states(l->model, l->status);
	char *svg =
	    picture_svg(&(struct picture){ .m = l->model, .states = states, .live = &live });

	picture_states_free(states, l->model->n_route_servers);
	picture_live_done(&live);
	return svg;
}

/* ---- what is not drawn ---- */

static void add_session_row(struct str *b, const char *name, const json_t *s)
{
	const char *state = view_member(s, "state"), *why = view_member(s, "reason");
	bool up = streq(state, "Established");

	str_add(b, "<tr><th scope=\"row\">");
	page_text(b, name);
	str_add(b, "</th>");
	page_verdict(b, up ? "held" : "failed", state);
	str_printf(b, "<td>%lld</td><td>%lld</td>",
	           (long long)json_integer_value(json_object_get(s, "received")),
	           (long long)json_integer_value(json_object_get(s, "advertised")));
	page_cell(b, view_member(s, "since"));
	page_cell(b, *why ? why : up ? "" : view_member(s, "lastError"));
	str_add(b, "</tr>\n");
}

static void add_sessions(struct str *b, const json_t *status)
{
	const json_t *bgp = json_object_get(status, "bgp"), *s;
	const json_t *gateways = json_object_get(status, "gatewayBgp");
	size_t i;

	if (!json_array_size(bgp) && !json_array_size(gateways))
		return;
	page_table(b, "BGP sessions", "Session|State|Received|Sent|Since|Why");
	json_array_foreach (bgp, i, s) {
		_cleanup_free_ char *name = xasprintf(
		    "%s/%s/%lld", view_member(s, "routeServer"), view_member(s, "peering"),
		    (long long)json_integer_value(json_object_get(s, "instance")));

		add_session_row(b, name, s);
	}
	json_array_foreach (gateways, i, s) {
		_cleanup_free_ char *name =
		    xasprintf("%s, %s", view_member(s, "node"), view_member(s, "peer"));

		add_session_row(b, name, s);
	}
	page_table_end(b);
}

static void add_sentences(struct str *b, const char *heading, const char *class, const json_t *list)
{
	const json_t *x;
	size_t i;

	if (!json_array_size(list))
		return;
	str_printf(b, "<h4>%s</h4>\n<ul class=\"%s\">\n", heading, class);
	json_array_foreach (list, i, x) {
		str_add(b, "<li>");
		page_lines(b, json_string_value(x));
		str_add(b, "</li>\n");
	}
	str_add(b, "</ul>\n");
}

static void add_tasks(struct str *b, const json_t *tasks)
{
	const json_t *t;
	size_t i;

	if (!json_array_size(tasks))
		return;
	page_table(b, "Checks of the lab", "Result|Check|What was seen");
	json_array_foreach (tasks, i, t) {
		bool ok = json_is_true(json_object_get(t, "ok"));

		str_add(b, "<tr>");
		page_verdict(b, ok ? "held" : "failed", ok ? "held" : "open");
		str_add(b, "<th scope=\"row\">");
		page_text(b, view_member(t, "name"));
		str_add(b, "</th>");
		page_cell(b, ok ? "" : view_member(t, "detail"));
		str_add(b, "</tr>\n");
	}
	page_table_end(b);
}

char *view_details(const struct web_lab *l)
{
	struct str b = { 0 };

	if (l->state == WEB_LAB_AWAY && l->status)
		str_add(&b, "<p class=\"p-warn\">The lab does not run; this is what was seen "
		            "last.</p>\n");
	add_sentences(&b, "Faults", "w-faults", json_object_get(l->status, "faults"));
	add_sentences(&b, "Problems", "p-bad", json_object_get(l->status, "problems"));
	add_sessions(&b, l->status);
	add_tasks(&b, l->tasks);
	return str_take(&b);
}

json_t *view_names(const struct web_lab *l)
{
	json_t *nodes = json_array(), *nics = json_array(), *sessions = json_array(), *n;
	const struct model *m = l->model;
	size_t i;

	json_array_foreach (json_object_get(l->status, "nodes"), i, n)
		if (!streq(view_member(n, "kind"), "fabric"))
			json_array_append(nodes, json_object_get(n, "name"));
	for (i = 0; m && i < m->n_nics; i++)
		json_array_append_new(nics, json_string(m->nics[i].name));
	for (i = 0; m && i < m->n_route_servers; i++)
		for (size_t k = 0; k < m->route_servers[i].n_conns; k++)
			json_array_append_new(sessions,
			                      json_sprintf("%s/%s", m->route_servers[i].name,
			                                   m->route_servers[i].conns[k].name));
	return json_pack("{s:o,s:o,s:o}", "nodes", nodes, "nics", nics, "sessions", sessions);
}

/* ---- answers ---- */

char *view_routes(const json_t *answer)
{
	_cleanup_free_ char *caption =
	    xasprintf("Effective routes of %s", view_member(answer, "nic"));
	struct str b = { 0 };

	page_add_route_rows(&b, caption, answer, PAGE_ROWS);
	return str_take(&b);
}

char *view_path(const json_t *path)
{
	const json_t *flow = json_object_get(path, "flow");
	const char *breaks = view_member(flow, "tcpBreaks");
	struct str b = { 0 };

	page_add_way(&b, "There", path);
	page_add_way(&b, "Back", json_object_get(path, "return"));
	if (json_is_true(json_object_get(flow, "half")))
		page_add_way(&b, "And what follows", flow);
	if (*breaks) {
		str_add(&b, "<p class=\"p-warn\">TCP is another matter: ");
		page_text(&b, breaks);
		str_add(&b, "</p>\n");
	}
	if (json_is_false(json_object_get(path, "agree")))
		str_add(&b, "<p class=\"p-bad\">The kernel's own tables lead another way: vnetlab "
		            "path shows both.</p>\n");
	return str_take(&b);
}

/* "RouteServer/0", "Circuit/1", "Site/HOST": what stands before the slash. */
static char *box_of_node(const struct model *m, const char *node)
{
	_cleanup_free_ char *name = xstrndup(node, strcspn(node, "/"));
	const struct node *vm = model_vm(m, node);

	if (vm && vm->n_nics && vm->nics[0]->subnet)
		return xasprintf("n%zu", vm->nics[0]->idx);
	for (size_t i = 0; i < m->n_route_servers; i++)
		if (strieq(m->route_servers[i].name, name))
			return xasprintf("r%zu", i);
	for (size_t i = 0; i < m->n_circuits; i++)
		if (strieq(m->circuits[i].name, name))
			return xasprintf("c%zu", i);
	for (size_t i = 0; i < m->n_sites; i++)
		if (strieq(m->sites[i].name, name))
			return xasprintf("t%zu", i);
	return xstrdup("");
}

json_t *view_steps(const struct model *m, const json_t *way)
{
	json_t *steps = json_array();
	const json_t *h;
	size_t i;

	json_array_foreach (json_object_get(way, "hops"), i, h) {
		const struct nic *nic = model_nic(m, view_member(h, "nic"));
		_cleanup_free_ char *box = nic && nic->subnet
		                               ? xasprintf("n%zu", nic->idx)
		                               : box_of_node(m, view_member(h, "node"));

		json_array_append_new(steps, json_pack("{s:s,s:o}", "box", box, "node",
		                                       text_json_of(view_member(h, "node"))));
	}
	return steps;
}
