/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of terraform/: the plan as a set of resource instances, and their attributes. */
#pragma once

#include <stdint.h>

#include "base/finding.h"
#include "base/mem.h"
#include "input/terraform/terraform.h"

struct tf_type;

struct tf_module {           /* an instance of a module; the root has no parent */
	const char *address; /* "" or "module.hub[0].module.nva" */
	struct tf_module *parent;
	json_t *call;  /* its module_calls entry in the parent's configuration, or NULL */
	json_t *conf;  /* its configuration (resources, outputs, module_calls), or NULL */
	json_t *index; /* of this instance: integer, string, or NULL */
	json_t *named; /* conf's resources by mode, type and name; in kept */
};

struct tf_node { /* an instance of a resource or data source */
	const char *address, *type, *name;
	const char *place; /* "main.tf:42:1" of a design's own source, or NULL */
	struct tf_module *module;
	json_t *index;             /* borrowed, or NULL */
	json_t *values;            /* borrowed: what is known */
	json_t *conf;              /* its configuration, or NULL */
	json_t *unknown;           /* what is known only after apply, or NULL */
	bool data;                 /* a data source */
	const struct tf_type *def; /* how it becomes ARM's; NULL: not known */
	char *id;                  /* ARM's; see tf_id() */
	bool naming;               /* tf_id() is under way: asked again, it is a circle */
};

struct tf {
	struct arena *arena;
	const char *file;
	json_t *doc;
	struct findings *findings;
	json_t *unknown; /* after_unknown by address; in kept */
	json_t *kept;    /* values that were made here and that nodes borrow */
	struct tf_module **modules;
	size_t n_modules, cap_modules;
	struct tf_node *nodes;
	size_t n_nodes, cap_nodes;
	/* tf_id(), which makes ids of attributes: references lead to ids, attributes to references.
	 */
	const char *(*id)(struct tf *t, struct tf_node *n);
	unsigned depth; /* of references through references */
	uint64_t effort;
	bool limited; /* TF-LIMIT-01 is reported */
};

void tf_load(struct tf *t);
/* "module.a[0].module.b[1]" -> "b[1]", the last module's name with its index; *ret_start: where
 * "module.b" begins. */
const char *tf_last_module(const char *address, size_t *ret_start);
/* Reports TF-LIMIT-01, once. */
void tf_limit(struct tf *t, const char *what);
/* Existing instances of a resource within a module instance; index NULL: all of them. */
size_t tf_find(const struct tf *t, const struct tf_module *m, bool data, const char *type,
               const char *name, json_t *index, struct tf_node **ret, size_t max);

/* ARM's id of a resource: the real one, or one made of group, type and names; never NULL. */
const char *tf_id(struct tf *t, struct tf_node *n);

/* Follows references: an array (new reference) of the values that the expression may have; one
 * where it is clear, several where it is not, none where the plan does not say. */
json_t *tf_resolve(struct tf *t, struct tf_node *n, json_t *expression, const char *attr);
/* A node's attributes, or those of a nested block of it. */
struct tf_block {
	json_t *values, *conf, *unknown; /* borrowed; each may be NULL */
};
struct tf_block tf_block(const struct tf_node *n);
struct tf_block tf_block_nested(struct tf_block b, const char *name, size_t i);
/* An attribute: known, or resolved; a new reference, or NULL: absent, or not to be had.  With list,
 * several values are the value.  *ret_candidates (may be NULL; borrowed) is set when Terraform does
 * not know it either: the values that it may have, perhaps none. */
json_t *tf_attr(struct tf *t, struct tf_node *n, struct tf_block b, const char *name, bool list,
                json_t **ret_candidates);
/* An id of the right type, an address where one is wanted; true where nothing is known. */
bool tf_fits(const char *attr, json_t *value);
json_t *tf_expressions(const struct tf_node *n);
