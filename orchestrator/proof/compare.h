/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares what Azure printed with what the lab shows, row by row.  Pure.
 *
 * Azure's tools print one table in many dialects (`az`, REST, Resource Graph, PowerShell's
 * ConvertTo-Json: wrapped or flat, one row for each next hop or one for all).  compare_read()
 * brings any of them into one form; compare_tables() pairs the rows of two tables:
 *
 *	struct compare_table want = { 0 }, got = { 0 };
 *	compare_read(&(struct compare_source){ .name = "vm1-nic.json" }, saved, &want, &e);
 *	compare_read(&(struct compare_source){ .kind = want.kind }, lab, &got, &e);
 *	compare_tables(&want, &got, &(struct compare_options){ 0 }, &c);
 *
 * The order of rows and of next hops is not stable in Azure and does not count.  Several rows that
 * differ in the next hop alone are one row with several next hops (ECMP).  A property that the
 * saved row does not have, or has as null, is not compared. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

enum compare_kind {
	COMPARE_UNKNOWN,
	COMPARE_ROUTES,             /* effective routes of a NIC */
	COMPARE_LEARNED,            /* a Route Server's peering */
	COMPARE_ADVERTISED,         /* ... */
	COMPARE_GATEWAY_LEARNED,    /* a virtual network gateway */
	COMPARE_GATEWAY_ADVERTISED, /* ... towards one peer */
	COMPARE_GATEWAY_PEERS,      /* its BGP peers and their state */
	COMPARE_BGP_TABLE, /* an appliance's own BGP table: {network, nextHop, asPath, ...} */
	COMPARE_KINDS
};
const char *compare_kind_str(enum compare_kind k); /* "routes", "learned", ... */
enum compare_kind compare_kind_parse(const char *s);

/* The facts about a table that are known besides its text. */
struct compare_source {
	const char *name;         /* file name, or NULL: tells tables apart that look alike */
	enum compare_kind kind;   /* COMPARE_UNKNOWN: find out */
	const char *instances[2]; /* addresses of a Route Server's instances, the lower one first;
	                             NULL: unknown */
};

struct compare_table {
	enum compare_kind kind;
	json_t *rows;   /* array of flat objects, ECMP merged, one prefix each */
	json_t *parts;  /* addresses of the instances that the table speaks about; empty: no such
	                   thing */
	json_t *hidden; /* routes that the lab left out and why (`routes --explain`), or NULL */
};
void compare_table_free(struct compare_table *t);
#define _cleanup_compare_table_ _cleanup_(compare_table_free)

/* -EINVAL with a sentence when this is not a table that can be compared. */
int compare_read(const struct compare_source *s, const json_t *text, struct compare_table *ret,
                 struct err *e);

enum compare_none {
	COMPARE_NONE_CLASSES, /* of the rows with next hop type None those of 10/8, 172.16/12,
	                         192.168/16, 100.64/10: the others change with age and region */
	COMPARE_NONE_ALL,
	COMPARE_NONE_IGNORE /* tables are often published without them */
};

struct compare_options {
	enum compare_none none;
	const char *const *ignore; /* NULL-terminated names of properties, or NULL */
};

enum compare_verdict {
	COMPARE_EQUAL,
	COMPARE_MISSING,
	COMPARE_EXTRA,
	COMPARE_DIFFERENT,
	COMPARE_VERDICTS
};
const char *compare_verdict_str(enum compare_verdict v);

struct compare_row {
	enum compare_verdict verdict;
	const json_t *want, *got; /* NULL: there is none */
	char *key;                /* "10.0.0.0/8", "10.0.0.0/8 at 10.1.0.4" */
	json_t *fields;           /* names of what differs */
	char *reason;             /* the lab's own word for it, or NULL */
};

struct comparison {
	struct compare_row *rows;
	size_t n, cap;
	unsigned count[COMPARE_VERDICTS];
};
void comparison_free(struct comparison *c);
#define _cleanup_comparison_ _cleanup_(comparison_free)

/* Both tables must outlive *ret. */
void compare_tables(const struct compare_table *want, const struct compare_table *got,
                    const struct compare_options *o, struct comparison *ret);
bool compare_same(const struct comparison *c);

/* One side of a row in a few words; "state Invalid, not Active; ..." of what differs. */
void compare_show(enum compare_kind kind, const json_t *row, struct str *out);
void compare_differences(const struct compare_row *r, struct str *out);
/* {"equal":..,"missing":..,"extra":..,"different":..,"rows":[{"verdict","key","want","got","fields",
 * "reason"}]}; a new reference. */
json_t *compare_json(const struct comparison *c);

/* ---- whose table it is, by its name (proof/compare_name.c) ---- */

/* The candidate that a file's name or a name inside the file means: whole words of it, the longest
 * wins; "RS/P" is also found as RS-P, RS_P, RS.P, and as P when there is one P alone.  -1: none;
 * -2: several. */
long compare_who(const char *file, const json_t *text, const char *const *candidates, size_t n);
