/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of bicep/: trees become templates, with symbolic names, language version 2.0.
 *
 * Rooms, each using those before it: names.c (what a name means), deploy.c (names, ids, scopes of
 * resources), expr.c (text of expressions), value.c (JSON of values), types.c, declare.c
 * (parameters, variables, outputs, functions), resource.c (resources, modules), template.c.  What
 * one needs of a later one is called through `struct blow`. */
#pragma once

#include <jansson.h>

#include "base/str.h"
#include "input/bicep/syntax.h"

enum { BICEP_FILES = 500, BICEP_NESTING = 20 };

struct bicep {
	struct arena *arena;
	struct bicep_tree tree;
	struct findings *findings;
	const char *main, *folder; /* of the design: name and folder of its main file */
	const char *root;          /* absolute: nothing above it is opened */
	int root_fd;
	const char *below; /* the folder of the design, from root: "labs/hub", "" */
	const char *shown; /* the same as people name it, with a slash behind, or "": findings begin
	                      with it */
	struct bicep_source *sources;
	size_t n_sources, cap_sources;
	json_t *templates;            /* name -> template */
	const char *const *elsewhere; /* "REFERENCE=FILE" of modules that are not in the design */
	json_t *references;           /* of modules, as the design has them */
	json_t *configs;              /* bicepconfig.json, by path */
	const char **functions;
	size_t n_functions;
	unsigned nesting;
	bool params_file; /* its own functions may be used */
};

struct bicep_source { /* a file: of this language, or a template */
	const char *name;
	struct bicep_file *file; /* NULL: a template, or it cannot be read, which is reported */
	bool busy;
};

/* A name that stands for a text, or a variable of a lambda (text NULL). */
struct bbind {
	const struct bbind *up;
	const char *name, *text;
	const struct bicep_decl *each; /* one of that loop, or NULL */
};

struct blow { /* a template in the making */
	struct bicep *b;
	struct bicep_file *main, *file; /* file: whose names are meant */
	json_t *template;
	json_t *pulled; /* "FILE#name" -> what it is called here */
	const struct bbind *binds;
	const struct bicep_decl *within; /* nested resources of it, and around it, are visible */
	json_t *needs;                   /* symbols that the statement depends on */
	bool runtime;                    /* reference() is in what was made */
	unsigned depth;
	struct str pointer;        /* of the value that is being made */
	struct inner_place *marks; /* of parts of expressions, whose texts name them (mark.c) */
	size_t n_marks, cap_marks;
	unsigned unmarked; /* > 0: of a text that says something of another place, none are made */
	void (*text)(struct blow *l, const struct bx *x, struct str *out);
	json_t *(*value)(struct blow *l, const struct bx *x);
	const char *(*variable)(struct blow *l, const struct bicep_decl *d, struct str *inlined);
	const char *(*function)(struct blow *l, const struct bicep_decl *d);
};

struct btarget { /* a resource or a module that an expression means */
	const struct bicep_decl *decl;
	const char *index; /* text; NULL: it is no loop, or all of it is meant */
	const char *each;  /* it is the element of a loop that this text means */
};

/* --- place.c */
void bicep_put_place(struct blow *l, const struct hcl_place *at); /* of l->pointer */
void bicep_report(struct blow *l, enum severity sev, const char *rule, struct hcl_place at,
                  const char *hint, const char *fmt, ...) PRINTF(6, 7);
size_t bicep_enter(struct blow *l, const char *key); /* into the pointer; what to leave with */
void bicep_leave(struct blow *l, size_t n);

/* --- mark.c
 *
 * A text that is being made has marks in it, where the text of each part of the source's expression
 * begins and ends.  bicep_expression() takes them out. */
enum { BICEP_MARK = 1, BICEP_MARK_END = 2 };
bool bicep_mark(struct blow *l, const struct hcl_place *at, struct str *out); /* false: none */
void bicep_mark_end(struct str *out);
/* "[text]", the value at the pointer, or of that member there; places of its parts are told. */
json_t *bicep_expression(struct blow *l, const char *key /* or NULL */, const char *text);

/* --- names.c */
const struct bbind *blow_bind(const struct blow *l, const char *name);
const struct bicep_decl *blow_find(struct blow *l, const char *name);
/* A name that another file exports: of `import {name}` or of `alias.name`; switches no file. */
const struct bicep_decl *blow_imported(struct blow *l, const struct bx *x);
/* The words for an imported type that no Bicep file here declares; NULL: one does, or it is no
 * type. */
const char *blow_foreign_type(struct blow *l, const struct bx *x);
void blow_unknown_name(struct blow *l, const struct bx *x);
bool blow_target(struct blow *l, const struct bx *x, struct btarget *ret);
const struct bx *bicep_body(const struct bicep_decl *d);
const struct bx *bicep_loop(const struct bicep_decl *d); /* its own or that around it */
const char *bicep_symbol(struct blow *l, const struct bicep_decl *d); /* "vnet", "vnet::subnet" */
void blow_needs(struct blow *l, const struct bicep_decl *d);
void bicep_quote(const char *s, size_t n, struct str *out); /* 'it''s' */

/* --- deploy.c: texts of expressions */
void deploy_name(struct blow *l, const struct btarget *t, struct str *out); /* "hub/default" */
void deploy_own_name(struct blow *l, const struct btarget *t, struct str *out);
void deploy_id(struct blow *l, const struct btarget *t, struct str *out);
void deploy_reference(struct blow *l, const struct btarget *t, bool full, struct str *out);
/* "if (c)" of it and of those around it; false: none. */
bool deploy_condition(struct blow *l, const struct btarget *t, struct str *out);
const char *deploy_type(struct blow *l, const struct bicep_decl *d);
const char *deploy_version(struct blow *l, const struct bicep_decl *d);
/* Sets "scope", "resourceGroup", "subscriptionId" of what is deployed. */
void deploy_where(struct blow *l, const struct btarget *t, json_t *out);
/* Variables of its loop mean the iteration `index`, a text; NULL: copyIndex(). */
const struct bbind *deploy_binds(struct blow *l, const struct btarget *t, struct bbind room[2]);

/* --- files.c */
enum { BICEP_FILE_MAX = 16 << 20 };
/* A path in the file that is being read, from the root; NULL: it leads out. */
const char *bicep_from_root(struct blow *l, const char *path);
const char *bicep_name_of(struct bicep *b, const char *path); /* that, as findings call it */
int bicep_read(struct bicep *b, const char *path /* from the root */, struct str *ret);
void bicep_report_file(struct blow *l, const char *rule, const char *path, struct hcl_place at,
                       int r);

/* The text of a file; false: reported. */
bool bicep_load(struct blow *l, const char *path, struct hcl_place at, struct str *ret);

/* --- registry.c */
const char *bicep_given(const struct bicep *b, const char *reference); /* by --module; or NULL */
const char *bicep_given_by(const char *option, const char *reference);
/* The file of a registry's module; NULL: it cannot be told, *ret_hint may say why. */
const char *bicep_registry_path(struct blow *l, const char *reference, const char **ret_hint);
bool bicep_is_cached(struct blow *l, const char *reference);

/* --- modules.c */
/* The file that a path in `from` means, read and parsed once; NULL: reported at `at`.
 * *ret_template: it is a template. */
struct bicep_file *bicep_open(struct blow *l, const char *path, struct hcl_place at,
                              const char **ret_template);
bool bicep_open_root(struct bicep *b, const char *path);

/* --- the rest */
void bicep_text(struct blow *l, const struct bx *x, struct str *out);
json_t *bicep_value(struct blow *l, const struct bx *x);
json_t *bicep_type(struct blow *l, const struct bx *x);
bool bicep_call(struct blow *l, const struct bx *x, struct str *out);
/* A loop of resources or modules, of which an expression means all; NULL. */
const struct bicep_decl *bicep_whole_loop(struct blow *l, const struct bx *x);
/* lambda('name', ..., body); each: of what loop the first variable is an element, or NULL. */
void bicep_lambda(struct blow *l, const char *const *names, size_t n, const struct bx *body,
                  const struct bicep_decl *each, struct str *out);
/* load...(): what a file has, as a value; NULL: it is no such call, or what is wrong is reported.
 */
json_t *bicep_loaded(struct blow *l, const struct bx *x, bool *ret_is);
void json_expression(const json_t *v, struct str *out);
json_t *json_of_string(const char *s); /* escaped */
void declare_all(struct blow *l);
const char *declare_variable(struct blow *l, const struct bicep_decl *d, struct str *inlined);
const char *declare_function(struct blow *l, const struct bicep_decl *d);
void declare_resource(struct blow *l, const struct bicep_decl *d);
void declare_module(struct blow *l, const struct bicep_decl *d, const char *name,
                    const struct bicep_file *file);
json_t *bicep_template(struct bicep *b, struct bicep_file *f);
