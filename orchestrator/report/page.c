/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/page.h"

#include <string.h>

/* Every policy says no but for the styles that stand in the page. */
static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n<style>\n";

static void add_picture(struct str *b, const struct page_design *d)
{
	if (!d->m)
		return;
	enum session_state **states = picture_states(d->m, d->status);
	_cleanup_free_ char *svg = picture_svg(&(struct picture){ .m = d->m, .states = states });

	picture_states_free(states, d->m->n_route_servers);
	str_add(
	    b,
	    "<figure class=\"p-picture\" role=\"group\" tabindex=\"0\" aria-label=\"Picture of ");
	page_text(b, d->name);
	str_add(b, "\">\n<svg role=\"img\" aria-label=\"Picture of ");
	page_text(b, d->name);
	str_add(b,
	        ": its networks, machines, peerings and sessions, which the tables below have as "
	        "text\"");
	str_add(b, svg + strlen("<svg"));
	str_add(b, "</figure>\n");
}

static void append_finding(struct str *b, const struct checked_file *c, const struct finding *x)
{
	struct finding_place at = finding_place(c, x);

	str_add(b, "<tr>");
	page_verdict(b, severity_str(x->severity), severity_str(x->severity));
	str_printf(b, "<th scope=\"row\">%s</th><td>", x->rule);
	page_lines(b, x->message);
	if (x->hint) {
		str_add(b, "<br><em>");
		page_lines(b, x->hint);
		str_add(b, "</em>");
	}
	if (x->azure_code) {
		str_add(b, "<br>Azure answers: ");
		page_text(b, x->azure_code);
	}
	str_add(b, "</td><td>");
	page_text(b, at.file);
	if (at.line)
		str_printf(b, ":%zu", at.line);
	str_add(b, "<br>");
	page_text(b, x->pointer);
	str_add(b, "</td></tr>\n");
	free(at.file);
}

static void add_page_findings(struct str *b, const struct page_design *d, size_t number)
{
	const struct checked_file *c = d->file;

	if (!c)
		return;
	page_section(b, "findings", number, "Findings");
	if (c->error) {
		str_add(b, "<p class=\"p-bad\">");
		page_text(b, c->error);
		str_add(b, "</p>\n");
	} else if (!c->f.n) {
		str_add(b, "<p>No findings.</p>\n");
	} else {
		page_table(b, "What Azure would refuse, and known pitfalls",
		           "Severity|Rule|What|Place");
		for (size_t i = 0; i < c->f.n && i < PAGE_ROWS; i++)
			append_finding(b, c, &c->f.items[i]);
		page_table_end(b);
		page_more(b, c->f.n, PAGE_ROWS);
	}
	str_add(b, "</section>\n");
}

static void append_design(struct str *b, const struct page_design *d, size_t number)
{
	str_printf(b, "<section aria-labelledby=\"design-%zu\">\n<h2 id=\"design-%zu\">", number,
	           number);
	page_text(b, d->name);
	str_add(b, "</h2>\n");
	if (d->m && d->m->description) {
		str_add(b, "<p>");
		page_text(b, d->m->description);
		str_add(b, "</p>\n");
	}
	add_picture(b, d);
	add_page_findings(b, d, number);
	page_add_matrix(b, d, number);
	page_add_ways(b, d, number);
	page_add_routes(b, d, number);
	page_add_timeline(b, d, number);
	str_add(b, "</section>\n");
}

static void append_page_link(struct str *b, const char *id, size_t number, const char *text)
{
	str_printf(b, "<li><a href=\"#%s-%zu\">", id, number);
	page_text(b, text);
	str_add(b, "</a></li>\n");
}

static void add_contents(struct str *b, const struct page *p)
{
	str_add(b, "<nav aria-label=\"Contents\"><ul>\n");
	if (p->runs)
		str_add(b, "<li><a href=\"#runs\">Checks</a></li>\n");
	for (size_t i = 0; i < p->n_designs; i++) {
		const struct page_design *d = &p->designs[i];

		append_page_link(b, "design", i, d->name);
		if (p->n_designs > 1)
			continue;
		if (d->file)
			append_page_link(b, "findings", i, "Findings");
		if (d->matrix)
			append_page_link(b, "matrix", i, "Matrix");
		if (json_array_size(d->paths))
			append_page_link(b, "ways", i, "Ways");
		if (json_array_size(d->routes))
			append_page_link(b, "routes", i, "Effective routes");
		if (d->events)
			append_page_link(b, "timeline", i, "Timeline");
	}
	str_add(b, "</ul></nav>\n");
}

void page_write(FILE *f, const struct page *p)
{
	_cleanup_str_ struct str b = { 0 };

	str_add(&b, HEAD);
	str_add(&b, page_style);
	str_add(&b, "</style>\n<title>");
	page_text(&b, p->title);
	str_add(&b, "</title>\n</head>\n<body>\n<a class=\"p-skip\" href=\"#main\">Skip to the "
	            "content</a>\n<header><h1>");
	page_text(&b, p->title);
	str_add(&b, "</h1></header>\n");
	add_contents(&b, p);
	str_add(&b, "<main id=\"main\">\n");
	if (p->runs)
		page_add_runs(&b, p->runs, p->n_runs);
	for (size_t i = 0; i < p->n_designs; i++)
		append_design(&b, &p->designs[i], i);
	str_add(&b, "</main>\n<footer><p>vnetlab</p></footer>\n</body>\n</html>\n");
	fwrite(str_get(&b), 1, b.n, f);
}
