/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Markdown for a comment of a pull request, as GitHub, GitLab and Azure DevOps show it.  Pure. */
#pragma once

#include "base/str.h"

/* A comment takes 65,536 characters; nobody reads a table that is longer. */
enum { MARKDOWN_ROWS = 100 };

/* Adds s as text of one line: it is no markup, mentions nobody, links to nothing and ends no cell
 * of a table. */
void markdown_escape(struct str *b, const char *s);
/* A row of a table, each cell escaped. */
void markdown_row_(struct str *b, const char *const *cells, size_t n);
#define markdown_row(b, ...) \
	markdown_row_((b), (const char *const[]){ __VA_ARGS__ }, \
	              ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })))
/* The row of headers, which are ours, and the line below it. */
void markdown_header_(struct str *b, const char *const *cells, size_t n);
#define markdown_header(b, ...) \
	markdown_header_((b), (const char *const[]){ __VA_ARGS__ }, \
	                 ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })))
/* A line for what a table of MARKDOWN_ROWS leaves out; none when n is not above it. */
void markdown_more(struct str *b, size_t n);
