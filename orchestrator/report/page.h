/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One page of HTML with everything about designs and runs: it has no script, asks nobody for
 * anything, and is the same bytes for the same facts.  Pure. */
#pragma once

#include "report/findings.h"
#include "report/picture.h"

struct page_design {
	const char *name;
	const struct model *m;           /* NULL: it is invalid */
	const struct checked_file *file; /* findings; NULL: none were asked for */
	const json_t *status;            /* of a lab, for its sessions; NULL */
	const json_t *matrix;            /* matrix_told_json(); NULL */
	const json_t *differ;            /* disagreements of a lab; NULL */
	const json_t *paths;             /* [{"check", "path"}], a path as `path -o json` has it */
	const json_t *routes; /* [{"nics", "value", "hidden"}], tables with their reasons */
	const json_t *events; /* as `events` has them; NULL: of a file */
};

struct page {
	const char *title;
	const struct report_run *runs; /* NULL: nothing was run */
	size_t n_runs;
	const struct page_design *designs;
	size_t n_designs;
};
void page_write(FILE *f, const struct page *p);

/* ---- what its parts share ---- */

extern const char page_style[]; /* CSS */
/* Rows that a table shows; what is left out is told. */
enum { PAGE_ROWS = 500 };
void page_text(struct str *b, const char *s);  /* escaped */
void page_lines(struct str *b, const char *s); /* the same, lines stay lines */
/* A table that can be scrolled by keyboard; headers is "A|B|C". */
void page_table(struct str *b, const char *caption, const char *headers);
void page_table_end(struct str *b);
void page_cell(struct str *b, const char *s);
/* A cell for each of the members "from to reason"; an empty one for what row has not. */
void page_cells(struct str *b, const json_t *row, const char *keys);
/* A cell with a word that has a colour: "delivered", "error", ... */
void page_verdict(struct str *b, const char *word, const char *text);
void page_more(struct str *b, size_t n, size_t shown);
/* The section, with its heading; ends with "</section>". */
void page_section(struct str *b, const char *id, size_t number, const char *heading);

void page_add_runs(struct str *b, const struct report_run *runs, size_t n);
/* failures: report_run.failures, or NULL. */
void page_add_failures(struct str *b, const json_t *failures);
void page_add_matrix(struct str *b, const struct page_design *d, size_t number);
void page_add_ways(struct str *b, const struct page_design *d, size_t number);
void page_add_routes(struct str *b, const struct page_design *d, size_t number);
/* One way of a path: "There", verdict, reason, hops; way may be null. */
void page_add_way(struct str *b, const char *what, const json_t *way);
/* {"value", "hidden"}: rows with their reasons, at most so many of each. */
void page_add_route_rows(struct str *b, const char *caption, const json_t *t, size_t most);
void page_add_timeline(struct str *b, const struct page_design *d, size_t number);
