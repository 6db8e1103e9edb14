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
    "<link rel=\"icon\" href=\"data:,\">\n<style>\n"
    ":root{--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--head:#f3f5f7;--good:#116329;"
    "--bad:#a40e26;--warn:#7d4e00;--link:#0550ae}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9da7b1;"
    "--line:#3d444d;--head:#161b22;--good:#56d364;--bad:#ff7b72;--warn:#e3b341;--link:#79c0ff}"
    ".p-picture svg{filter:invert(.93) hue-rotate(180deg)}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 'Segoe UI',Roboto,"
    "'DejaVu Sans',sans-serif}\n"
    "header,nav,main,footer{max-width:100rem;margin:0 auto;padding:0 1rem}\n"
    "h1{font-size:1.6rem;margin:1rem 0 .5rem;overflow-wrap:anywhere}"
    "h2{font-size:1.35rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line);"
    "overflow-wrap:anywhere}h3{font-size:1.1rem;margin:1.5rem 0 .5rem}\n"
    "a{color:var(--link)}nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;"
    "padding:0;margin:.5rem 0}\n"
    ".p-skip{position:absolute;left:-99rem}.p-skip:focus{position:static}\n"
    ":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n"
    ".p-wide{overflow-x:auto;margin:.5rem 0 1rem}\n"
    "table{border-collapse:collapse;font-size:.9rem}caption{text-align:left;color:var(--dim);"
    "padding:.2rem 0}\n"
    "th,td{border:1px solid var(--line);padding:.25rem .55rem;text-align:left;"
    "vertical-align:top;max-width:40rem;overflow-wrap:break-word}thead th{background:var(--head)}"
    "tbody th{font-weight:600}\n"
    "summary{cursor:pointer;padding:.25rem 0;overflow-wrap:anywhere}\n"
    "ol{padding-left:1.6rem}li{overflow-wrap:anywhere}\n"
    ".p-good{color:var(--good);font-weight:600}.p-bad{color:var(--bad);font-weight:600}"
    ".p-warn{color:var(--warn);font-weight:600}.p-dim{color:var(--dim)}\n"
    ".p-picture{margin:0;overflow:auto;max-height:60rem;border:1px solid var(--line)}"
    ".p-picture svg{display:block}\n"
    "thead th{white-space:nowrap}@media(max-width:60rem){table{width:max-content}"
    "td,tbody th{max-width:18rem}}\n"
    "@media(max-width:40rem){td,tbody "
    "th{max-width:12rem}td:last-child{min-width:12rem;max-width:18rem}"
    "body{font-size:15px}}\n"
    "</style>\n<title>";

static void add_picture(struct str *b, const struct page_design *d)
{
	if (!d->m)
		return;
	enum session_state **states = picture_states(d->m, d->status);
	_cleanup_free_ char *svg = picture_svg(&(struct picture){ d->m, states });

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
