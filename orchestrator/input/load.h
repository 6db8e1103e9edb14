/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the loader: a document of good form becomes a model. */
#pragma once

#include "azure/model.h"
#include "base/finding.h"
#include "schema/schema.h"

struct kind;
struct publics;

struct load_ref { /* field->ref says of which kind */
	const struct field *field;
	struct resource *from;
	const char *name;
};

struct loader {
	struct model *m;
	struct arena *a; /* the model's */
	struct findings *f;
	json_t *root;  /* the topology */
	json_t *files; /* contents of configuration files by path */
	const struct kind *const *kinds;
	struct load_ref *refs;
	size_t n_refs, cap_refs;
	struct publics *publics; /* load_public_ip() */
	size_t compared;         /* names, for suggestions */
};

/* An error about the value at ptr. */
void load_error(struct loader *l, const char *rule, const char *azure_code, const char *ptr,
                const char *hint, const char *fmt, ...) PRINTF(6, 7);
const char *load_ptr(struct loader *l, const struct jptr *at); /* in the arena */

/* --- names that do not exist --- */

/* There is no object of a kind with that name: a finding, with what may be meant. */
void load_no_such(struct loader *l, const char *key, const char *name, const char *ptr);
/* Names that are not those of one kind. */
enum load_scope { SCOPE_SUBNETS, SCOPE_VMS, SCOPE_NICS };
void load_unknown(struct loader *l, enum load_scope scope, const char *name, const char *ptr);
/* Does what these two do. resource: one of Azure; names: those that exist. */
void load_report_unknown(struct loader *l, const char *what, bool resource, const char *name,
                         const char *ptr, const char *const *names, size_t n);

/* --- kinds: azure/kind.h --- */

/* Fills in an object that has its name and ptr, and remembers what it refers to. */
void load_fill(struct loader *l, const struct object_def *def, json_t *x, struct resource *r);
/* All objects of a kind: into its list in the model, where it has one. */
void load_kind(struct loader *l, const struct kind *k);
/* Those that the table of fields says: what load_fill() has remembered. */
void load_references(struct loader *l);
/* All NICs of VMs in the order of the file, with their JSON. */
void load_each_nic(struct loader *l, void (*visit)(struct loader *l, struct nic *n, json_t *x));
/* The objects of a kind again, with their JSON. */
void load_each(struct loader *l, const struct kind *k,
               void (*visit)(struct loader *l, void *obj, json_t *x));
void *load_find(const struct loader *l, const char *key, const char *name); /* or NULL */
/* A public address: x is the name of an entry; true or NULL: any.  owner: who gets it, for
 * findings.  0: a finding says why.  From the kinds' `address` on. */
ip4 load_public_ip(struct loader *l, const char *owner, json_t *x, const char *ptr);
/* The same for a NIC, which takes one only when x is true or a name. */
void load_nic_public_ip(struct loader *l, struct nic *n, json_t *x, const char *ptr);

/* --- values that several kinds have: load_values.c --- */

/* "80", "8000-8080". */
bool load_port_span(const char *text, struct port_span *ret);
/* Those of a list that are well-formed; returns how many. */
size_t load_prefixes(struct loader *l, json_t *list, struct prefix **ret);
size_t load_addresses(struct loader *l, json_t *list, ip4 **ret);
/* NULL: its prefixes are not known, and a finding says so: an error if the name is misspelt (then
 * *ret_misspelt, which may be NULL), else a warning; `without` says what the lab lacks. */
struct tag_use {
	const char *misspelt, *unknown; /* rules of findings */
	const char *without;
};
extern const struct tag_use tag_in_route;
const struct service_tag *load_service_tag(struct loader *l, const struct tag_use *use,
                                           const char *name, const char *ptr, bool *ret_misspelt);
/* A remark when the tag's prefixes are those that ship. */
void load_tell_sample(struct loader *l, const struct service_tag *s, const char *ptr);

/* Room for the nodes and NICs that all kinds make. */
void load_reserve(struct loader *l);
/* Subnets get the lists of their NICs, once these know their subnets. */
void load_place_nics(struct loader *l);
/* A node like a VM that runs nothing, with one NIC, NAME.nic; in model->vms and model->nics, behind
 * those that are there. */
struct node *load_node(struct loader *l, const char *name, const char *ptr);
/* A node that plays an instance or a part of something that is no VM in Azure; role says of what.
 */
struct node *load_part(struct loader *l, enum node_role role, const char *name, const char *ptr,
                       unsigned instance);
void load_config(struct loader *l, struct node *vm, json_t *map, const struct jptr *at);
/* Ports that the node answers on. */
void load_listen(struct loader *l, struct node *vm, json_t *list);
