/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of the template language: immutable, shared, all in one arena that is freed at the end.
 *
 * A value knows how deep and how heavy it is (nodes and bytes, sharing unrolled), so that limits
 * hold where a value is made and nobody has to walk a bomb to see that it is one. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

enum val_type { V_NULL, V_BOOL, V_INT, V_FLOAT, V_STR, V_ARR, V_OBJ, V_LAMBDA };

enum {
	VAL_MAX_DEPTH = 300,
	VAL_MAX_STRING = 8 * 1024 * 1024,
	VAL_MAX_ITEMS = 100000,
	VAL_MAX_WEIGHT = 64 * 1024 * 1024,
	VAL_MAX_MEMORY = 512 * 1024 * 1024,
};

struct val;
struct expr;
struct lambda;

struct member {
	const char *key;
	const struct val *v;
	uint32_t hash; /* case folded */
};

struct val {
	uint8_t type;      /* enum val_type */
	bool dynamic : 1;  /* template text: there is an expression or a copy loop in it or below */
	bool exact : 1;    /* in an open object: all members are here, it is not open itself */
	bool invented : 1; /* an empty list that nobody gave: an element of it is open */
	bool part : 1;     /* open as a part of an open value, of which the template sets some */
	uint16_t depth;    /* 1 for a scalar */
	uint32_t n;        /* bytes of a string, elements, members */
	uint64_t weight;
	union {
		bool b;
		int64_t i;
		double d;
		const char *s;
		const struct val **items;
		struct member *members;
		const struct lambda *lambda;
	};
	/* Set for a value that only Azure knows: the words that name it ("reference('x').key").  A
	 * member that such an object lacks is another such value, and objects and arrays in it are
	 * open as well.  A string that is open was computed from such a value. */
	const char *open;
	union {                          /* made when first needed */
		const struct expr *expr; /* of a string */
		uint32_t *index;         /* of an object with many members: by hash */
	};
};

extern const struct val val_null, val_true, val_false;

const struct val *val_bool(bool b);
const struct val *val_int(struct arena *a, int64_t i);
const struct val *val_float(struct arena *a, double d);
const struct val *val_str(struct arena *a, const char *s);
/* Bytes that are no UTF-8, and NUL, become U+FFFD. */
const struct val *val_strn(struct arena *a, const char *s, size_t n);
const struct val *val_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* items and members are taken as they are: from the arena, not changed any more.  NULL when the
 * value would be too deep, too heavy or too long, or one of them is NULL. */
const struct val *val_arr(struct arena *a, const struct val **items, size_t n);
const struct val *val_obj(struct arena *a, struct member *members, size_t n);
const struct val *val_open(struct arena *a, const char *words); /* {} that is open */
/* A copy of v that is open. */
const struct val *val_opened(struct arena *a, const struct val *v, const char *words);
const struct val *val_invented_list(struct arena *a);
bool val_is_unknown(const struct val *v); /* nothing is known of it, or it was computed from such */

/* An object or an array that grows; the last of two equal keys (case ignored) wins. */
struct val_builder {
	struct arena *a;
	const struct val **items;
	struct member *members;
	size_t n, cap;
	uint32_t *slots; /* of an object: hash -> position + 1 */
	size_t n_slots;
};
/* So many members more will be set: room for them at once. */
void val_expect(struct val_builder *b, size_t members);
void val_push(struct val_builder *b, const struct val *v);
void val_set(struct val_builder *b, const char *key, const struct val *v);
void val_set_all(struct val_builder *b, const struct val *obj);
void val_drop(struct val_builder *b, const char *key);
const struct val *val_built_arr(struct val_builder *b);
const struct val *val_built_obj(struct val_builder *b);

/* By name, exactly or else with case ignored; NULL when there is none (or obj is NULL or no
 * object). */
const struct val *val_get(const struct val *obj, const char *key);
const struct val *val_path(const struct val *v, const char *path); /* "a.b.c"; NULL */
const char *val_get_str(const struct val *obj, const char *key);   /* NULL unless a string */
const struct member *val_find(const struct val *v, const char *key);

bool val_equal(const struct val *a, const struct val *b); /* strings with case, as equals() */
const char *val_type_str(const struct val *v);            /* "a string", "an object", ... */
const char *val_kind_str(const struct val *v);            /* "String", "Object", ... */

/* JSON text, compact; quote is '"' or '\''.  It ends early when it is longer than VAL_MAX_STRING.
 */
void val_json_text(const struct val *v, char quote, struct str *out);
void val_brief(const struct val *v, size_t max, struct str *out); /* for a message */

/* The template's text becomes values: strings that are expressions are marked dynamic.  text: false
 * for values that are no template (a parameter file, json()). NULL when too deep. */
const struct val *val_from_json(struct arena *a, json_t *j, bool text);
/* Makes of such a template what it is for the deployment below it: a text that was escaped, "[[x]",
 * is an expression there. */
const struct val *val_unescaped(struct arena *a, const struct val *v);
/* A new reference.  Members that are null are left out when drop_null; open values become their
 * words. */
json_t *val_to_json(const struct val *v, bool drop_null);
bool val_is_expr(const char *s, size_t n); /* "[...]", not "[[..." */
