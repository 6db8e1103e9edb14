/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The places at which the values of a design stand in the files that it was read from: JSON
 * pointer -> line and column.  Readers fill it; findings ask it (finding_at(), base/finding.h).
 *
 * A reader of another language adds the places that it knows, with the pointers that its findings
 * have.  Of JSON the text is kept, and of it is looked through what somebody asks for: most designs
 * have no finding, or few. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct places;

struct text_place {
	const char *file;      /* the path that a user can open; lives as long as the table */
	unsigned line, column; /* from 1, in characters; 0: only the file is known */
	unsigned end_column;   /* behind its last character in that line; 0: that is not known */
};

struct places *places_new(void);
struct places *places_free(struct places *p);

/* Findings call the file `name` ("main.json" of "main.json#/resources/3"; "" for a topology, whose
 * findings have a pointer alone); it is opened by `path`.  Where another file had the name before,
 * that is forgotten. */
void places_add_file(struct places *p, const char *name, const char *path);
/* The text of a source, of whose findings the lines are shown: copied. */
void places_add_source(struct places *p, const char *name, const char *text, size_t n);
/* The line of such a text, without its end; NULL: it is not known.  file: name or path.  The caller
 * frees. */
char *places_line(const struct places *p, const char *file, unsigned line);
/* The last place of a pointer counts, as the last of equal keys does.  end_column: as above. */
void places_add(struct places *p, const char *name, const char *pointer, unsigned line,
                unsigned column, unsigned end_column);
/* Where the parts of an expression stand that the value of a pointer is: from that byte of its text
 * on, until the next one.  They are copied, in ascending order of .part; places_add_source() has
 * told the text that at and end count the bytes of. */
struct inner_place {
	unsigned part, at, end;
};
void places_add_inner(struct places *p, const char *name, const char *pointer,
                      const struct inner_place *list, size_t n);
/* False, and *ret as it was: it is not known where that byte of the expression stands. */
bool places_find_inner(struct places *p, const char *name, const char *pointer, size_t part,
                       struct text_place *ret);
/* Another word for a pointer: Terraform's address of a resource.  The first one counts. */
void places_add_alias(struct places *p, const char *name, const char *alias, const char *pointer);
/* The same with its text, JSON as people write it (input/relax.h). */
void places_add_json(struct places *p, const char *name, const char *path, const char *text,
                     size_t n);
/* name may be the path, too.  The place of the pointer, or of the innermost value around it that is
 * known.  false: no such file. */
bool places_find(struct places *p, const char *name, const char *pointer, struct text_place *ret);
