/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's failures: what each of them did to each check. */
#include "report/page.h"

#include "base/json.h"

static const json_t *packets_of(const json_t *x, const char *check)
{
	size_t i;
	json_t *p;

	json_array_foreach (json_object_get(x, "packets"), i, p)
		if (streq(member_text(p, "check", ""), check))
			return p;
	return NULL;
}

static void add_outcome(struct str *b, const json_t *p)
{
	_cleanup_free_ char *ms =
	    xasprintf("%.0f ms", json_number_value(json_object_get(p, "lostMs")));

	if (!p)
		page_cell(b, "gone with it");
	else if (!json_is_true(json_object_get(p, "back")))
		page_verdict(b, "failed", "broken");
	else if (json_is_true(json_object_get(p, "otherWay")))
		page_verdict(b, "warning", "arrives, but another way");
	else
		page_cell(b, json_integer_value(json_object_get(p, "lost")) ? ms : "kept");
}

/* Headers of the table, which are parted by bars. */
static char *list_headers(const json_t *checks)
{
	struct str s = { 0 };
	size_t i;
	json_t *c;

	str_add(&s, "Without");
	json_array_foreach (checks, i, c) {
		str_add(&s, "|");
		for (const char *t = json_string_value(c); *t; t++)
			str_addc(&s, *t == '|' ? ' ' : *t);
	}
	return str_take(&s);
}

void page_add_failures(struct str *b, const json_t *failures)
{
	const json_t *checks = json_object_get(failures, "checks");
	_cleanup_free_ char *headers = list_headers(checks);
	size_t i, k;
	json_t *x, *c;

	if (!json_array_size(json_object_get(failures, "failures")))
		return;
	page_table(b, "What is lost when something fails", headers);
	json_array_foreach (json_object_get(failures, "failures"), i, x) {
		if (!json_object_get(x, "returnMs"))
			continue;
		str_add(b, "<tr><th scope=\"row\">");
		page_text(b, member_text(x, "failure", ""));
		str_add(b, "</th>");
		json_array_foreach (checks, k, c)
			add_outcome(b, packets_of(x, json_string_value(c)));
		str_add(b, "</tr>\n");
	}
	page_table_end(b);
}
