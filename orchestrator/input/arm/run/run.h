/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a run of the evaluator: its deployments, their resources, scopes, files, findings.
 *
 * The rooms, each of which uses those before it alone:
 *
 *	value/     values, text, hashes; nothing of a run
 *	run/       the state of a run, and how a resource is found in it
 *	expr/      the parser, the evaluator of expressions and of values with expressions in them;
 *	           which functions there are is told by a table that the run has
 *	deploy/    parameters, variables, outputs, links; a template's resources get their names
 *	resource/  resources get their bodies, after what they depend on; what Azure would add
 *	fn/        the functions of the language, one table for each family; fn/table.c gathers them
 *
 * read.c and prereq.c are on top.  So expressions ask for resources through the table (reference()
 * is a row of it), and no room calls one above itself. */
#pragma once

#include <uthash.h>

#include "base/err.h"
#include "base/finding.h"
#include "input/arm/run/options.h"
#include "input/arm/value/val.h"

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
	const struct val *given; /* parameter: {"value", "text" or "reference"}, or NULL */
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

struct expr;
struct func_table;
struct arm;

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
	const char *declared;   /* the name as it is written: of a child, without its parent's */
	struct scope scope;     /* where it goes to; of a deployment: what it is in */
	const struct loop *loops;
	int64_t index;            /* in its loop; -1 without */
	bool off;                 /* its condition is false */
	bool existing;            /* it is deployed elsewhere */
	bool starting;            /* nested_start() is at it */
	size_t under_way;         /* its place in the run's `under_way` */
	unsigned long waits_for;  /* number of what stopped nested_start() the last time; 0: none */
	size_t waits_at;          /* and its place */
	struct deployment *draft; /* of a nested one that could not be started yet */
	uint32_t *ips;            /* addresses from Azure, per IP configuration; 0: none */
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
	const struct expr
	    *asked; /* the members that the call under way is asked for, or the call */
};

struct deployment {
	struct arm *a;
	struct deployment *parent;
	struct env env;                 /* of the expressions of its resources and outputs */
	bool outer;                     /* its expressions are evaluated in the parent */
	bool linked;                    /* its template is a file of its own */
	bool broken;                    /* a resource of it got no name, which is reported */
	bool nameless;                  /* one whose condition is false got no name */
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

struct fail { /* the error of an expression, on its way up to the value that it stands in */
	bool set;
	bool reported; /* as a finding already: msg is NULL */
	char *msg, *hint;
	const char *code;
	const struct expr *at; /* where the caret points; or NULL */
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
	struct inst *by_id;  /* all with an id */
	struct inst **order; /* those that were evaluated, in that order */
	size_t n_order, cap_order, n_resources;
	struct inst *current; /* whose body is being evaluated */
	size_t errors_before; /* errors among the findings when the run began */
	struct fail fail;
	unsigned depth;     /* evaluations that wait for others */
	unsigned quiet;     /* > 0: nothing is reported */
	unsigned tentative; /* > 0: what waits for itself is tried again later, and not reported */
	bool retried;       /* something was, so that a finding may come twice */
	unsigned n_new_guids;
	bool cycle; /* a tentative evaluation met one that is under way */
	/* Numbers of the evaluations that are under way, outermost first (under_way.c); the
	 * innermost of those that others met, as a place among them, 1 for the first. */
	unsigned long *under_way, last_number;
	size_t n_under_way, cap_under_way, met;
	bool over;       /* a limit of the whole run was hit and is reported; nothing else is */
	long steps;      /* of ARM_MAX_STEPS */
	const char *dir; /* the main file's folder */
	struct file_cache *files;
	size_t n_files;
	const struct val *params; /* of the command line */
	struct asking *asking;    /* while the parameters without a value are looked at (ask.c) */
	struct allocator *alloc;
	struct noted
	    *noted;       /* ids that reference() asked for and that are not here: reported once */
	size_t n_waiting; /* nested deployments that are not expanded yet */
	/* n_resources and n_order when those that take addresses were last evaluated, and how many
	 * waited for others. */
	size_t n_tried, n_tried_order, n_left;
};

/* --- report.c ------------------------------------------------------------------------------- */

/* Adds a finding about the JSON pointer ptr of a file, unless the run is quiet. */
void arm_finding(struct arm *a, enum severity sev, const char *rule, const char *code,
                 const char *file, const char *ptr, const char *hint, const char *fmt, ...)
    PRINTF(8, 9);

/* --- file.c --------------------------------------------------------------------------------- */

/* Appends the file to *ret; -errno, -EFBIG over ARM_MAX_FILE, -EPERM in a run of a text alone. With
 * a folder, the file must be a plain one below it (links followed): -EXDEV, -EINVAL. */
int arm_file_read(struct arm *a, const char *path, const char *folder, struct str *ret);
/* Says where findings of a file stand. path is what a user opens; NULL: `file`, below the main
 * file's folder. */
void arm_place_file(struct arm *a, const char *file, const char *path, const struct str *text);
/* Text as a value, of which strings may be expressions when it is a template.  NULL: it is no JSON,
 * which is reported at `file`, unless that is NULL. */
const struct val *text_parse(struct arm *a, const char *text, size_t n, const char *file,
                             bool template);

/* A template of o->sources; NULL: there is none, or it is too big, which is reported. */
const struct val *source_template(struct arm *a, const char *name, const char *file,
                                  const char *ptr);

/* --- under_way.c ---------------------------------------------------------------------------- */

/* Enters an evaluation of the resource as under way; what it returns is given to its end. */
size_t under_way_begin(struct inst *i);
void under_way_end(struct inst *i, size_t before);
/* The evaluation that is under way of i was met by one that needs its result. */
void under_way_meet(struct inst *i);
/* Keeps what stopped an attempt at i; is that still under way, so that another attempt is vain? */
void under_way_stopped(struct inst *i);
bool under_way_stops(const struct inst *i);
/* Does a deployment wait for one of them, so that what it will deploy is not seen yet?  The
 * attempt that asks is then in vain until that one has ended. */
bool under_way_hides(struct arm *a);

/* --- store.c -------------------------------------------------------------------------------- */

/* Enters a resource by its id and its names: from then on it is found. */
void inst_index(struct inst *i);
struct inst *inst_by_id(struct arm *a, const char *id); /* NULL: none */
/* By id, "provider/type/name", name or symbolic name; NULL: none. */
struct inst *inst_find(struct deployment *d, const char *what);
/* All *n that have the name, the symbolic name ("hubs", "hubs[2]") or the loop. */
struct inst *const *inst_named(struct deployment *d, const char *what, size_t *n);
/* Enters a symbolic name or a loop, of which perhaps no resource comes. */
void inst_declare(struct deployment *d, const char *name);
bool inst_is_declared(struct deployment *d, const char *name);
void inst_names_free(struct deployment *d);

/* --- scope.c -------------------------------------------------------------------------------- */

const char *scope_prefix(struct arm *a, const struct scope *s); /* "/subscriptions/..", "" */
/* "provider/type/name"; NULL: type and name do not have the same number of parts. */
const char *resource_path(struct arm *a, const char *type, const char *name);
/* The path of a resource by its names, as resourceId() has them; each may be empty. */
const char *resource_path_of_names(struct arm *a, const char *type, const char *const *names,
                                   size_t n);
const char *resource_id(struct arm *a, const struct scope *s, const char *type, const char *name);
const char *arm_location(struct arm *a); /* of the run: "westeurope" */
