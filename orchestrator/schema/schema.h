/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of fields: one row per property of a document.  A table parses, it names the bounds and
 * the alternatives in findings, and it prints the JSON Schema and docs/topology.md; so a property
 * is added in one place.  The engine knows no property: tables are beside what they describe.
 *
 * schema_check() reports everything that is wrong with a document's form.  schema_fill() then
 * copies what is right into a struct, silently. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/finding.h"
#include "base/mem.h"

enum field_type {
	T_TEXT,          /* any string -> const char * */
	T_LAB_NAME,      /* [a-z0-9-] -> const char * */
	T_NAME,          /* of an object of this file -> const char * */
	T_SUBNET,        /* "VNET/SUBNET"; with at, the loader sets the pointer */
	T_PAIR,          /* "ROUTESERVER/PEERING" -> const char * */
	T_NODE,          /* a node, or where the text says so an address -> const char * */
	T_LOCATION,      /* an Azure region -> const char * */
	T_BOOL,          /* -> bool */
	T_UINT,          /* min..max -> uint32_t */
	T_ENUM,          /* -> int, or bool with as_bool */
	T_IP,            /* -> ip4 */
	T_PREFIX,        /* -> struct prefix */
	T_PREFIX_OR_TAG, /* a prefix, or the name of a service tag */
	T_LISTEN,        /* "tcp/80" */
	T_COMMUNITY,     /* "65535:65282" -> const char * */
	T_DURATION,      /* "15s" -> uint32_t, milliseconds */
	T_PATH,          /* of a file below the topology's folder */
	T_PUBLIC_IP,     /* true, false or a name */
	T_LIST,          /* of item */
	T_OBJECT,
	T_MAP,        /* names to item */
	T_CHECK,      /* one check: which kind it is shows by its keys */
	T_UNSUPPORTED /* Azure has it, this version does not emulate it */
};

/* The places where a change of a property shows in a running lab.  What compares a lab with its
 * design is in these places; a property that says nothing is compared by itself, as it is written,
 * and a change of it makes its node anew: the safe side. tests/unit/test_spec.c changes each
 * property and looks whether it shows where it says. */
enum field_shows {
	SHOWS_IN_NODE = 0,  /* the node that the object is; of an object that is none: all nodes */
	SHOWS_IN_GUEST = 1, /* the network of nodes: plan/guest.h */
	SHOWS_IN_FILES =
	    2, /* files and command lines of daemons: lab/image/image.h; rules of firewalls */
	SHOWS_IN_FABRIC = 4,  /* the virtual router's and the edge's tables: plan/fabric.h */
	SHOWS_AS_IT_RUNS = 8, /* nowhere else: it is asked of the design whenever it matters */
	SHOWS_INSIDE = 16     /* an object, or several: what is inside of it says where */
};

enum map_keys { KEYS_NAME, KEYS_TEXT, KEYS_FILE };

struct enum_value {
	const char *name; /* NULL ends the list */
	int value;
	const char *help;
	const char *refused; /* Azure knows the word, but refuses it here: why */
};

struct text_form {        /* of a string that is of none of the types above */
	const char *what; /* what it must be, for findings */
	bool (*valid)(const char *s);
};

struct field {
	const char *name; /* NULL ends the list */
	enum field_type type;
	bool required, nullable;
	bool or_list;         /* a scalar, or a list of such */
	bool as_bool;         /* T_ENUM */
	enum field_type item; /* of T_LIST and T_MAP */
	/* T_MAP: what an item is, where its type alone does not say it; its name does not count. */
	const struct field *of;
	const struct text_form *form;     /* T_TEXT, also as item; NULL: any text */
	const struct text_form *key_form; /* of the names in a T_MAP; NULL: as `keys` says */
	enum map_keys keys;
	uint32_t min, max; /* T_UINT: of the value; T_LIST: min is the least number of items */
	const struct enum_value *values;
	const struct object_def *object; /* of T_OBJECT, also as item */
	/* The sorts that a T_CHECK can be; the first field of each is the key that makes an object
	 * that sort.  NULL ends the list. */
	const struct object_def *const *choices;
	unsigned shows;    /* enum field_shows, several */
	bool nodes;        /* T_MAP: its objects are nodes of the lab */
	const char *apart; /* T_MAP: a difference is told of each of its objects, as of this kind */
	const char *ref;  /* T_NAME, with at: the kind that is named; the loader sets the pointer */
	const char *dflt; /* plain text */
	char *(*pattern)(void); /* T_TEXT: for the JSON Schema; the caller frees; NULL: any */
	size_t at;              /* AT(struct, member); 0: not filled in */
	const char *help;
	const char *source, *confidence; /* of settings */
	const char *instead; /* of T_UNSUPPORTED: what stands in for it; NULL: nothing does */
};
#define AT(type, member) (offsetof(type, member) + 1)

struct object_def {
	const char *id;    /* in the JSON Schema's definitions */
	const char *title; /* in docs */
	const char *help;
	const struct field *fields;
	bool bare; /* without schema_common */
};

/* Every object of the file takes these, unless it is bare. */
extern const struct field schema_common[];

/* The end of an array of fields or of words. clang-format's versions disagree over braces in
 * macros. */
/* clang-format off */
#define END { .name = NULL }
/* clang-format on */

/* Azure's rule for names (interfaces.md, section 1), as a regular expression for the schema. */
#define NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$"
bool schema_name_valid(const char *s);
bool schema_tag_valid(const char *s); /* has the form of a service tag's name */
/* The choice that an object is; NULL: none or several (*ret_n says how many keys fit). */
const struct object_def *schema_choose(const struct object_def *const *choices, json_t *obj,
                                       size_t *ret_n);

/* Form only: keys, types, ranges, words, names that differ only in case.  Returns false when
 * anything was found. */
bool schema_check(const struct object_def *def, json_t *obj, const struct jptr *at,
                  struct findings *f);
/* Copies fields into out; absent ones get their default.  Strings are copied to the arena.  False:
 * some required or given value is not usable (schema_check has said so). */
bool schema_fill(const struct object_def *def, json_t *obj, struct arena *a, void *out);

const struct field *schema_field(const struct object_def *def, const char *key); /* or NULL */
/* Inside the schema: the word of that name, or NULL; whether a string has the form of its type, and
 * what findings call that form. */
const struct enum_value *schema_enum_find(const struct enum_value *v, const char *s);
bool schema_word_valid(enum field_type t, const char *s);
const char *schema_word_what(enum field_type t);

const char *field_type_pattern(enum field_type t); /* regular expression, or NULL */
bool schema_pair_valid(const char *s);             /* "a/b", both of them names */
bool schema_path_valid(const char *s); /* below the topology's folder, as far as the words go */
