/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of tfsource/: a design in Terraform's language, evaluated without Terraform.
 *
 * Everything is evaluated when it is asked for, once: a local value, an output, an attribute of a
 * resource.  So order does not matter, and a circle is one only where values go round. */
#pragma once

#include "base/err.h"
#include "input/hcl/eval.h"

enum { TFS_INSTANCES = 10000, TFS_NODES = 50000, TFS_MODULE_DEPTH = 20 };

/* The sorts of handles; the number in one is a module's, but for a node and a part. */
enum tfs_handle {
	TFS_VAR,
	TFS_LOCAL,
	TFS_DATA,     /* data */
	TFS_TYPE,     /* azurerm_subnet: name is the type */
	TFS_DATATYPE, /* data.azurerm_subnet */
	TFS_MODULES,  /* module */
	TFS_MODULE,   /* an instance of one: its outputs */
	TFS_NODE,     /* an instance of a resource or a data source */
	TFS_PART,     /* an object within one, which may have more parts than the design says */
	TFS_PATH,
	TFS_TERRAFORM,
	TFS_EACH,
	TFS_COUNT,
};

struct tfs_code {           /* a folder's files */
	const char *folder; /* relative to the design's */
	const struct hcl_block **variables, **outputs, **modules, **resources;
	size_t n_variables, cap_variables, n_outputs, cap_outputs, n_modules, cap_modules,
	    n_resources, cap_resources;
	const struct hcl_attr **locals;
	size_t n_locals, cap_locals;
	unsigned azurerm; /* the provider's major version by the design's constraint; 0: none */
};

struct tfs_module {          /* an instance of a module; the root has no parent */
	const char *address; /* "" or "module.hub[0]" */
	struct tfs_module *parent;
	const struct tfs_code *code;
	const struct hcl_block *call;
	size_t number;
	unsigned depth;
	json_t *key, *value; /* each.key or count.index, each.value; or NULL */
	json_t *known;       /* "var.x", "local.x", "output.x", "module.x", ... -> value */
	json_t *busy;        /* of those that are being evaluated */
};

struct tfs_node {
	const char *address, *type, *name;
	struct tfs_module *module;
	const struct hcl_block *block;
	size_t number;
	bool data;
	json_t *key, *value;
	json_t *known, *busy; /* attributes */
};

struct source {
	struct arena *arena;
	struct hcl_tree tree;
	struct hcl_eval ev;
	struct findings *findings;
	const char *folder;          /* the design's, as it was named */
	int root_fd;                 /* no file is opened above it */
	char *below;                 /* the design's folder, from there */
	struct tfs_outside *outside; /* folders that the user named; paths there are absolute */
	size_t n_outside, cap_outside;
	const char *const *params, *const *elsewhere, *const *without; /* tfsource.h */
	json_t *sources, *calls;  /* of modules that were met; their calls ("hub.bastion") */
	json_t *given;            /* values of the root's variables */
	json_t *asked, *invented; /* names of variables without a value */
	struct tfs_module **modules;
	size_t n_modules, cap_modules;
	struct tfs_node **nodes;
	size_t n_nodes, cap_nodes;
	json_t *parts; /* of TFS_PART */
	struct tfs_code **codes;
	size_t n_codes, cap_codes;
	/* The place at which evaluation is. */
	struct tfs_module *module;
	struct tfs_node *node;
	bool limited;
	unsigned n_files; /* of the language */
};

/* Evaluates e as it stands in module m, within node n (or NULL); new reference. */
json_t *tfs_eval(struct source *s, const struct hcl_expr *e, struct tfs_module *m,
                 struct tfs_node *n);
/* A value that is evaluated once, under key; fn makes it.  A circle is reported at `at`. */
json_t *tfs_once(struct source *s, json_t *known, json_t *busy, const char *key,
                 struct hcl_place at, json_t *(*fn)(struct source *s, void *ctx), void *ctx);

struct tfs_outside {
	char *root; /* absolute */
	int fd;
};

/* files.c: the files of a folder, parsed; NULL: reported. */
const struct tfs_code *tfs_code(struct source *s, const char *folder, const struct hcl_place *at);
bool tfs_has_code(struct source *s, const char *folder); /* files *.tf */
bool tfs_read(struct source *s, const char *path, struct str *ret);
/* Findings that name the file have a path that a user can open. */
void tfs_know_file(struct source *s, const char *path);
bool tfs_file(struct hcl_eval *ev, const char *path, struct str *ret);
json_t *tfs_files(struct hcl_eval *ev, const char *folder, const char *pattern);
int tfs_open_root(struct source *s, struct err *e);
/* Files of that folder's repository may be opened from now on, by absolute paths.  The folder's
 * own; NULL: it cannot be opened.  The caller frees. */
char *tfs_open_outside(struct source *s, const char *folder);
void tfs_close_roots(struct source *s);

/* where.c: the folder of a module, NULL: reported. */
const struct tfs_code *tfs_code_of_call(struct source *s, struct tfs_module *m,
                                        const struct hcl_block *call);
bool tfs_is_left_out(struct source *s, struct tfs_module *m, const struct hcl_block *call);
void tfs_report_options(struct source *s); /* that name no module */

/* twice.c: what a folder's files declare more than once, which Terraform refuses. */
void tfs_report_declared_twice(struct source *s, const struct tfs_code *c);

/* variables.c */
void tfs_take_given(struct source *s); /* tfvars and -p */
json_t *tfs_variable(struct source *s, struct tfs_module *m, const char *name,
                     const struct hcl_expr *at);
/* absent.c: the value of a variable of the root that nobody gives: invented, or open and asked for.
 */
json_t *tfs_absent(struct source *s, const struct hcl_block *b);
/* Invents a value for a name, a password, a place; NULL: it may shape the network. text: the
 * variable's description, or NULL.  The caller frees. */
char *tfs_invent_text(const char *name, const char *text);
/* examples.c */
void tfs_report_variables(struct source *s);
/* locals.c */
json_t *tfs_local(struct source *s, struct tfs_module *m, const char *name,
                  const struct hcl_expr *at);
/* types.c: declarations of variables.  v (stolen) as a type expression wants it. */
json_t *tfs_convert(struct source *s, const struct hcl_expr *type, json_t *v);
const struct hcl_block *tfs_find_variable(const struct tfs_code *c, const char *name);
const char *tfs_variable_text(const struct hcl_block *b); /* its description, or NULL */
/* "string", "list", "object"; a type that is not written is that of a text. */
const char *tfs_type_word(const struct hcl_expr *type);
/* The type that optional() is around, or the type itself. */
const struct hcl_expr *tfs_type_bare(const struct hcl_expr *type);

/* modules.c */
struct tfs_module *tfs_add_module(struct source *s, struct tfs_module *parent,
                                  const struct tfs_code *code, const struct hcl_block *call,
                                  json_t *key, json_t *value);
json_t *tfs_modules(struct source *s, struct tfs_module *m, const char *name,
                    const struct hcl_expr *at);
json_t *tfs_output(struct source *s, struct tfs_module *m, const char *name,
                   const struct hcl_expr *at);

/* instances.c: "count" and "for_each" of a block: fn is called for each instance, with its key and
 * value (NULL for the only one).  Returns what the name stands for: a handle, a list or an object
 * of them, as fn gives them. */
json_t *tfs_instances(struct source *s, const struct hcl_block *b, struct tfs_module *m,
                      json_t *(*fn)(struct source *s, json_t *key, json_t *value, void *ctx),
                      void *ctx);
char *tfs_index(const json_t *key); /* "[0]", "[\"a\"]", "" */

/* nodes.c */
json_t *tfs_resource(struct source *s, struct tfs_module *m, bool data, const char *type,
                     const char *name, const struct hcl_expr *at);
/* The value that the design gives the attribute; NULL: none. */
json_t *tfs_given_attr(struct source *s, struct tfs_node *n, const char *name);
/* attrs.c: also what the provider sets. */
json_t *tfs_attr(struct source *s, struct tfs_node *n, const char *name, const struct hcl_expr *at);
/* blocks.c: all nested blocks of a type, dynamic ones too, as a list of objects. */
json_t *tfs_blocks(struct source *s, struct tfs_node *n, const char *type);
/* All that the design gives it. */
json_t *tfs_values(struct source *s, struct tfs_node *n);
bool tfs_has_block(const struct hcl_body *b, const char *type);
/* computed.c: what the provider sets; never NULL. */
json_t *tfs_computed(struct source *s, struct tfs_node *n, const char *name);
json_t *tfs_part_list(struct source *s, struct tfs_node *n, const char *block, json_t *list);
/* data.c: attributes of data sources; NULL: not of this kind */
json_t *tfs_data(struct source *s, struct tfs_node *n, const char *name);
/* defaults.c: what the provider assumes where the design says nothing; unknown: what it says, and
 * is not known. */
void tfs_defaults(const struct source *s, const struct tfs_node *n, json_t *values,
                  const json_t *unknown);
json_t *tfs_default(struct source *s, struct tfs_node *n, const char *attr); /* NULL: none */
