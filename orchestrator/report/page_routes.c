/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's effective routes, with their reasons, and its timeline. */
#include "report/page.h"

#include "base/json.h"

/* A page of 200 NICs stays below 2 MB: so many rows have all tables together. */
enum { ROUTE_ROWS = 3000, LEAST_ROWS = 20, NAMES_SHOWN = 12 };

static char *join_list(const json_t *list, size_t most)
{
	struct str s = { 0 };
	const json_t *x;
	size_t i;

	json_array_foreach (list, i, x)
		if (i < most)
			str_printf(&s, "%s%s", i ? ", " : "", json_string_value(x));
	if (json_array_size(list) > most)
		str_printf(&s, " and %zu more", json_array_size(list) - most);
	return str_take(&s);
}

static void add_route_row(struct str *b, const json_t *r)
{
	_cleanup_free_ char *prefixes = join_list(json_object_get(r, "addressPrefix"), NAMES_SHOWN);
	_cleanup_free_ char *hops = join_list(json_object_get(r, "nextHopIpAddress"), NAMES_SHOWN);

	str_add(b, "<tr>");
	page_cell(b, member_text(r, "source", ""));
	page_verdict(b, member_text(r, "state", ""), member_text(r, "state", ""));
	str_add(b, "<th scope=\"row\">");
	page_text(b, prefixes);
	str_add(b, "</th>");
	page_cell(b, member_text(r, "nextHopType", ""));
	page_cell(b, hops);
	page_cell(b, member_text(r, "reason", ""));
	str_add(b, "</tr>\n");
}

static void add_hidden(struct str *b, const json_t *hidden, size_t most)
{
	const json_t *r;
	size_t i;

	if (!json_array_size(hidden))
		return;
	page_table(b, "Not in the table", "Source|Prefix|Because");
	json_array_foreach (hidden, i, r) {
		_cleanup_free_ char *p =
		    join_list(json_object_get(r, "addressPrefix"), NAMES_SHOWN);

		if (i >= most)
			break;
		str_add(b, "<tr>");
		page_cell(b, member_text(r, "source", ""));
		page_cell(b, p);
		page_cell(b, member_text(r, "reason", ""));
		str_add(b, "</tr>\n");
	}
	page_table_end(b);
	page_more(b, json_array_size(hidden), most);
}

void page_add_route_rows(struct str *b, const char *caption, const json_t *t, size_t most)
{
	const json_t *value = json_object_get(t, "value"), *r;
	size_t i;

	page_table(b, caption, "Source|State|Prefix|Next hop type|Next hop|Why");
	json_array_foreach (value, i, r)
		if (i < most)
			add_route_row(b, r);
	page_table_end(b);
	page_more(b, json_array_size(value), most);
	add_hidden(b, json_object_get(t, "hidden"), most);
}

static void add_route_table(struct str *b, const json_t *t, size_t most)
{
	_cleanup_free_ char *nics = join_list(json_object_get(t, "nics"), NAMES_SHOWN);
	_cleanup_free_ char *caption = xasprintf("Effective routes of %s", nics);

	str_add(b, "<details><summary>");
	page_text(b, caption);
	str_printf(b, " (%zu)</summary>\n", json_array_size(json_object_get(t, "value")));
	page_add_route_rows(b, caption, t, most);
	str_add(b, "</details>\n");
}

void page_add_routes(struct str *b, const struct page_design *d, size_t number)
{
	size_t n = json_array_size(d->routes), most = n ? ROUTE_ROWS / n : 0;
	const json_t *t;
	size_t i;

	if (!n)
		return;
	page_section(b, "routes", number, "Effective routes");
	json_array_foreach (d->routes, i, t)
		add_route_table(b, t, most < LEAST_ROWS ? LEAST_ROWS : most);
	str_add(b, "</section>\n");
}

void page_add_timeline(struct str *b, const struct page_design *d, size_t number)
{
	size_t n = json_array_size(d->events), from = n > PAGE_ROWS ? n - PAGE_ROWS : 0;

	if (!d->events)
		return;
	page_section(b, "timeline", number, "Timeline");
	if (from)
		str_printf(b, "<p>%zu events before these are left out here</p>\n", from);
	page_table(b, "What happened in the lab", "Time|What|Where|Detail");
	for (size_t i = from; i < n; i++) {
		const json_t *x = json_array_get(d->events, i);

		str_add(b, "<tr>");
		page_cells(b, x, "time kind subject detail");
		str_add(b, "</tr>\n");
	}
	page_table_end(b);
	str_add(b, "</section>\n");
}
