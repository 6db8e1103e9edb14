/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings say what is wrong, or noteworthy, in a user's design.  Findings are collected, all of
 * them, and shown together; each names the place (JSON pointer), the rule (a stable id such as
 * RS-SUBNET-02), what is wrong, and what to do about it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/mem.h"
#include "base/places.h"

enum severity { SEV_ERROR, SEV_WARNING, SEV_INFO };

struct finding {
	enum severity severity;
	const char *rule; /* static string */
	const char
	    *azure_code; /* static string, or NULL: the error code that Azure's API answers with */
	char *pointer, *message, *hint; /* hint may be NULL */
	char *source; /* of an imported design: its place there, "main.json#/resources/3"; or NULL
	               */
	/* One that stands for many (findings_sort()): how many, and the first places, this one's
	 * among them; no places where all of them say the same of one.  Else 1 and none. */
	unsigned line, column; /* 0: the table of places knows it (finding_at()) */
	unsigned end_column;   /* behind the expression, in that line; 0: not known */
	size_t part; /* of an expression at the source: the byte of it; 0: all of it is meant */
	size_t count;
	char **places; /* FINDINGS_ALIKE of them, or NULL */
	struct finding_group *group;
};

struct findings {
	struct finding *items;
	size_t n, cap;
	size_t errors, warnings;
	size_t dropped; /* counted above, but not kept: see FINDINGS_MAX */
	struct finding_group *groups;
	struct places *table; /* made by findings_places(); may be NULL */
};

/* A file with millions of mistakes must not cost gigabytes; nobody reads further than this. */
enum { FINDINGS_MAX = 10000 };

/* Nor does anybody read 400 that say the same of a list's entries.  Alike are those of one rule in
 * one object or list whose words differ in names and numbers only; more than so many become one. */
enum { FINDINGS_ALIKE = 10 };

/* A JSON pointer as a chain on the stack: (struct jptr){ &parent, "subnets" }.  Escapes are applied
 * when it is printed. */
struct jptr {
	const struct jptr *up; /* NULL: the document */
	const char *key;       /* NULL: an array index */
	size_t index;
};
#define JPTR(up, key) (&(const struct jptr){ (up), (key), 0 })
#define JPTR_AT(up, i) (&(const struct jptr){ (up), NULL, (i) })
char *jptr_str(const struct jptr *p); /* "/a/b~1c/0", "" for the document; the caller frees */

/* hint may be NULL.  The strings are copied (rule and azure_code are not). */
void finding_add(struct findings *f, enum severity sev, const char *rule, const char *azure_code,
                 const char *pointer, const char *hint, const char *fmt, ...) PRINTF(7, 8);
/* About the file that a design comes from: source is "FILE#POINTER". */
void finding_add_source(struct findings *f, enum severity sev, const char *rule,
                        const char *azure_code, const char *source, const char *hint,
                        const char *fmt, ...) PRINTF(7, 8);
/* The places of values in the files that the design is read from; readers fill it. */
struct places *findings_places(struct findings *f);
/* Gives the finding that was added last this place, whatever its pointer is. */
void finding_stands_at(struct findings *f, unsigned line, unsigned column);
void finding_spans(struct findings *f, unsigned line, unsigned column, unsigned end_column);
/* The last one that was added is about the expression at its source, from that byte on. */
void finding_is_about_part(struct findings *f, size_t part);
/* Adds one of another list, that of the file `name` alone; NULL: of a topology. */
void finding_add_about(struct findings *f, const struct finding *x, enum severity severity,
                       const char *name);
/* A source is "FILE#POINTER", or "FILE:LINE:COLUMN#WORDS" in another language.
 *
 * Line and column of a finding, or of one of its `places`.  False: its file is not known. */
bool finding_at(const struct findings *f, const struct finding *x, struct text_place *ret);
bool findings_at(const struct findings *f, const char *where, struct text_place *ret);
/* Findings with a pointer into doc and no source yet get the "source" of the innermost object there
 * that has one. */
void findings_locate(struct findings *f, json_t *doc);
/* Errors first, then by pointer; stable.  Those that are too many alike become the first of them,
 * and count as one in errors and warnings, too. */
void findings_sort(struct findings *f);
/* That without their order, as a reader found them. */
void findings_fold(struct findings *f);
void findings_free(struct findings *f);
#define _cleanup_findings_ _cleanup_(findings_free)

const char *severity_str(enum severity s);       /* "error", "warning", "info" */
json_t *findings_json(const struct findings *f); /* {"findings":[...]}; new reference */
