/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the evaluator of templates: one run, its deployments, their resources. */
#pragma once

#include <uthash.h>

#include "base/err.h"
#include "base/finding.h"
#include "input/arm/arm.h"
#include "input/arm/expr/expr.h"
#include "input/arm/expr/func.h"

enum {
	ARM_MAX_COPY = 800,        /* Azure's limit of iterations */
	ARM_MAX_RESOURCES = 50000, /* of all deployments */
	ARM_MAX_DEPLOYMENTS = 2000,
	ARM_MAX_NESTING = 20,     /* deployments in deployments */
	ARM_MAX_EVAL = 600,       /* expressions that wait for expressions */
	ARM_MAX_STEPS = 20000000, /* calls and values, all in all */
	ARM_MAX_FILE = 16 * 1024 * 1024,
	ARM_MAX_FILES = 500,
};

/* The main template as a URI: what is linked relative to it is looked for beside it. */
#define ARM_LOCAL "https://template.invalid/"
#define ARM_TENANT "00000000-0000-0000-0000-000000000001"
#define ARM_SUBSCRIPTION "00000000-0000-0000-0000-000000000000"

enum scope_kind { SCOPE_TENANT, SCOPE_GROUP /* management group */, SCOPE_SUBSCRIPTION, SCOPE_RG };

struct scope {
	enum scope_kind kind;
	const char *group;        /* management group */
	const char *subscription; /* id */
	const char *rg;
	const char *location; /* of the deployment or resource group */
};

enum state { ST_NEW, ST_BUSY, ST_DONE, ST_FAILED };

struct symbol { /* a parameter or a variable */
	const char *name;
	const struct val *decl;  /* parameter: its declaration; variable: its text */
	const struct val *given; /* parameter: the value given, or NULL */
	const struct val *copy;  /* variable: its loop, an element of variables.copy */
	size_t copy_index;
	enum state state;
	const struct val *value;
	UT_hash_handle hh; /* by the lower-cased name */
};

struct loop { /* innermost first */
	const struct loop *up;
	const char *name; /* NULL: of an output */
	bool property;    /* of a property or a variable: copyIndex() means the one around it */
	int64_t index;
};

struct bind { /* a lambda's variable, innermost first */
	const struct bind *up;
	const char *name;
	const struct val *v;
};

struct lambda {
	const struct expr *body;
	const char **names;
	size_t n_names;
	const struct bind *binds; /* where it was written */
	const struct expr *at;
};

struct deployment;

struct inst { /* one resource, of a loop too */
	struct deployment *d;
	const struct val *decl;
	const char *ptr; /* JSON pointer in d->file */
	const char *type, *name, *id, *key;
	const char *sym, *loop; /* symbolic name; name of its copy loop */
	struct scope scope;     /* where it goes to; of a deployment: what it is in */
	const struct loop *loops;
	int64_t index; /* in its loop; -1 without */
	bool off, existing, starting;
	uint32_t *ips; /* addresses from Azure, per IP configuration; 0: none */
	size_t n_ips;
	enum state state;
	const struct val *body;    /* id, type, name, location, properties, ... */
	struct deployment *nested; /* of Microsoft.Resources/deployments */
	size_t number;             /* in the order of the files */
	UT_hash_handle hh;         /* by key, the lower-cased id */
};

struct env { /* what an expression sees */
	struct arm *a;
	struct deployment *d; /* whose parameters, variables and scope */
	struct deployment
	    *home; /* whose resources; another one only in a nested template of outer scope */
	const struct val *args; /* inside a user-defined function: its parameters, by name */
	const struct loop *loops;
	const struct bind *binds;
	bool defaults; /* a parameter's default value: utcNow() and newGuid() may be used */
};

struct deployment {
	struct arm *a;
	struct deployment *parent;
	struct env env; /* of the expressions of its resources and outputs */
	bool outer, linked;
	bool broken;                    /* a resource of it got no name: said */
	bool nameless;                  /* one that is off got none */
	const char *name, *file, *ptr;  /* ptr: of the template in the file */
	const char *uri;                /* of the template */
	const struct val *tmpl, *given; /* given: parameter values {"n": {"value": ...}} or NULL */
	struct scope scope;
	struct symbol *params, *vars;
	bool symbolic; /* languageVersion 2.0 */
	struct inst **insts;
	size_t n_insts, cap_insts;
	struct named *names; /* symbolic names, names, loops */
	enum state state;
	unsigned nesting;
	const struct val *outputs; /* {"n": {"type", "value"}} */
};

struct fail { /* the expression error that is on its way up */
	bool set, said;
	char *msg, *hint;
	const char *code;
	const struct expr *at;
};

struct arm {
	struct arena *arena;
	const struct arm_options *o;
	const struct func_table *funcs;
	struct findings *f;
	struct deployment *root, **deployments;
	/* prereq.c, which parameters ask and which evaluates templates, parameters included. */
	const struct val *(*prereq_output)(struct arm *a, const char *name);
	struct deployment *prereq; /* what is deployed before, or NULL */
	bool prereq_tried;
	size_t n_deployments, cap_deployments;
	struct inst *by_id, **order;
	size_t n_order, cap_order, n_resources;
	size_t errors_before; /* findings that are not ours */
	struct fail fail;
	unsigned depth, quiet, tentative, n_new_guids;
	bool cycle; /* a tentative evaluation met one that is under way */
	bool over;  /* a limit of the whole run was hit: said, all else is silent */
	long steps;
	const char *dir; /* the main file's folder */
	struct file_cache *files;
	size_t n_files;
	const struct val *params; /* of the command line */
	struct allocator *alloc;
	struct noted *noted; /* reference() of what is not here: said once */
	size_t n_waiting;    /* nested deployments that are not expanded yet */
	size_t n_tried;      /* resources when last all were tried, for addresses */
};

/* --- eval.c: expressions --- */

/* NULL: failed, e->a->fail says why. */
const struct val *eval_expr(struct env *e, const struct expr *x);
const struct val *eval_arg(struct env *e, const struct expr *x, size_t i); /* of the call x */
const struct val *eval_lambda(struct env *e, const struct lambda *l, const struct val *const *v,
                              size_t n);
/* Returns NULL: there is no such function. */
const struct val *eval_unknown(struct env *e, const struct expr *x);
/* Returns NULL. at may be NULL. */
const struct val *eval_fail(struct env *e, const struct expr *at, const char *hint, const char *fmt,
                            ...) PRINTF(4, 5);
/* A string of what s holds, which is freed; NULL, with the failure, when it is too long. */
const struct val *eval_text(struct env *e, const struct expr *at, struct str *s);
/* For a value that could not be made: too big. */
const struct val *eval_big(struct env *e, const struct expr *at, const struct val *v);
const struct val *eval_member(struct env *e, const struct expr *at, const struct val *base,
                              const struct val *key, bool safe);
bool eval_truth(const struct val *v, bool *ret); /* a boolean, or "true"/"false", or 0/1 */

/* --- tree.c: values with expressions in them --- */

/* What failed was said as a finding at its place: NULL then. */
const struct val *tree_eval(struct env *e, const struct val *v, const struct jptr *at,
                            const struct deployment *where);
/* With base in front of the pointer instead of the deployment's. */
const struct val *tree_eval_at(struct env *e, const struct val *v, const char *file,
                               const char *base, const struct jptr *at);
/* A finding of ours about a place in a template. */
void arm_finding(struct arm *a, enum severity sev, const char *rule, const char *code,
                 const char *file, const char *ptr, const char *hint, const char *fmt, ...)
    PRINTF(8, 9);

/* --- copy.c --- */
int copy_count(struct env *e, const struct val *copy, const char *file, const char *ptr,
               int64_t *ret); /* -EBADMSG when said */
bool copy_is_property(
    const struct val *v); /* the value of a member "copy": [{name, count, input}] */
/* One loop: its array is added to b. */
int copy_property(struct env *e, const struct val *copy, const char *file, const char *ptr,
                  struct val_builder *b);

/* --- param.c, options.c, var.c --- */
void params_declare(struct deployment *d);
void vars_declare(struct deployment *d);
const struct val *param_value(struct env *e, const struct expr *at, const char *name);
const struct val *var_value(struct env *e, const struct expr *at, const char *name);
/* The error of a name that is not in the table of kind ("parameter", "variable"); NULL. */
const struct val *symbol_missing(struct env *e, const struct expr *at, const struct symbol *table,
                                 const char *kind, const char *name);
const struct val *params_of_options(struct arm *a,
                                    struct err *e); /* NULL with *e, or with findings */
const char *param_type(const struct deployment *d, const struct val *decl);

/* --- deploy.c, expand.c --- */
struct deployment *deployment_new(struct arm *a, struct deployment *parent);
void deployment_expand(struct deployment *d);
void deployment_eval(struct deployment *d); /* all of it, with outputs */
const struct val *deployment_outputs(struct deployment *d);
bool deployment_wake(struct arm *a); /* expands nested ones that are not yet: true when any was */

/* --- inst.c --- */
int inst_eval(struct inst *i); /* 0; -EBADMSG: said; -ELOOP: under way; -E2BIG: not now, too deep */
struct inst *inst_by_id(struct arm *a, const char *id);
struct inst *inst_find(struct deployment *d, const char *what); /* id, name, symbolic name */
void inst_index(struct inst *i);                                /* from then on it is found */
/* All that have the name, the symbolic name ("hubs", "hubs[2]") or the loop. */
struct inst *const *inst_named(struct deployment *d, const char *what, size_t *n);
/* A symbolic name or a loop, also when nothing comes of it. */
void inst_declare(struct deployment *d, const char *name);
bool inst_is_declared(struct deployment *d, const char *name);
void inst_names_free(struct deployment *d);
/* --- nested.c, link.c --- */
enum scope_kind scope_of_schema(const struct val *tmpl);
int nested_start(struct inst *i, struct env *e); /* fills in i->nested, expands it */
const struct val *link_load(struct arm *a, const struct deployment *from, const char *uri,
                            const char *ptr, const char **ret_file, const char **ret_uri);
void links_free(struct arm *a);
/* -errno. With a folder: a plain file below it, links followed. */
int arm_file_read(struct arm *a, const char *path, const char *folder, struct str *ret);
const struct val *text_parse(struct arm *a, const char *text, size_t n, const char *file,
                             bool template);

/* --- scope.c --- */
const char *scope_prefix(struct arm *a, const struct scope *s); /* "/subscriptions/..", "" */
const char *resource_path(struct arm *a, const char *type, const char *name); /* NULL: segments */
const char *resource_id(struct arm *a, const struct scope *s, const char *type, const char *name);
const char *arm_location(struct arm *a);

/* --- runtime.c, alloc.c --- */
const struct val *reference_value(struct env *e, const struct expr *at, const struct val *what,
                                  bool full);
/* The properties with what Azure adds: addresses, and with ids the ids of what is in lists. */
const struct val *runtime_properties(struct inst *i, const struct val *props, bool ids);
void noted_free(struct arm *a);
/* Addresses for all that can be evaluated by now and has none yet. */
void alloc_all(struct arm *a);
void alloc_free(struct arm *a);

/* What Azure adds to the resources of a type once they are deployed (enrich.c). */
struct runtime_type {
	const char *type; /* of ARM */
	const char
	    *configs;   /* its list of IP configurations, which take private addresses; or NULL */
	bool addresses; /* reference() shows addresses: all are given before it answers */
	bool first;     /* without `configs`: still evaluated before any address is given */
	/* Adds to the properties b, for everybody; for reference() alone. */
	void (*enrich)(struct inst *i, struct val_builder *b, const struct val *props);
	void (*enrich_reference)(struct inst *i, struct val_builder *b, const struct val *props);
};
const struct runtime_type *runtime_type(const struct inst *i); /* never NULL */
