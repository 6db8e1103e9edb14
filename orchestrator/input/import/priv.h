/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the import: resources joined by their ids, and what every family of types needs. */
#pragma once

#include <stdbool.h>
#include <uthash.h>

#include "base/addr.h"
#include "base/str.h"
#include "input/import/import.h"
#include "input/import/provider.h"

struct import;
struct res;
struct tf_type;

enum type_how {
	TYPE_READ,        /* becomes an object of the topology */
	TYPE_PART,        /* is read with another one */
	TYPE_IGNORED,     /* moves no packet: why says so */
	TYPE_UNSUPPORTED, /* moves packets, and is not emulated */
	TYPE_UNKNOWN
};

/* A list in a resource whose members are resources of their own. */
struct import_list {
	const char *name, *type; /* "securityRules", the last part of their type, small letters */
};

struct import_lack { /* a property that the lab has nothing for */
	const char *name, *why;
	/* Only if this member of the object says something; NULL: always. */
	const char *when;
};

/* What this version makes of one type of resource. */
struct import_type {
	const char *type; /* small letters; "x/", "x_": all that begin so and have no row */
	enum type_how how;
	const char *map; /* of the topology, where names must be unique; or NULL */
	bool packets;    /* carries, steers or filters packets, or takes an address */
	const char *why;
	/* Makes r->out of r->j; NULL: the row that reads what refers to r does. */
	void (*read)(struct import *im, struct res *r);
	bool when_used; /* it is read when something refers to it: im_use() */
	/* What one is called that is deployed elsewhere, and is made up for what the file puts into
	 * it; NULL: none is. */
	const char *made_up;
	const struct import_list *lists; /* or NULL */
	/* Properties that are read, or mean nothing to packets, with a space around each; NULL:
	 * none is looked at. */
	const char *known;
	const struct import_lack *missing;      /* or NULL */
	const struct import_shown *shown;       /* what Azure adds; or NULL */
	const struct import_provider *provider; /* what else its resource provider does; or NULL */
	/* The types of azurerm that become it, those of its parts included
	 * (input/terraform/types.h); or NULL. */
	const struct tf_type *terraform;
};

/* Rows, without their braces: clang-format's versions disagree over braces in macros. */
#define IMPORT_READ(t, m) .type = (t), .how = TYPE_READ, .map = (m), .packets = true
#define IMPORT_PART(t, of) \
	.type = (t), .how = TYPE_PART, .packets = true, .why = ("read with its " of)
#define IMPORT_IGNORED(t, w) .type = (t), .how = TYPE_IGNORED, .why = (w)
#define IMPORT_MISSING(t, w) .type = (t), .how = TYPE_UNSUPPORTED, .packets = true, .why = (w)
#define LISTS (const struct import_list[])
#define LACKING (const struct import_lack[])
#define SHOWN (const struct import_shown[])
#define PROVIDER &(const struct import_provider)
#define CHILDREN (const struct import_children[])
#define DEFAULTS (const struct import_default[])
#define WHY_NAMES "names; the lab works with addresses"
#define WHY_RIGHTS "rights; moves no packet"
#define WHY_MACHINE "where a machine runs and what it is made of; moves no packet"

struct res {
	const char *key, *parent_key; /* resource_key() of its id and its parent's */
	const char *id;               /* as it was written; NULL: the file gives none */
	const char *type;             /* small letters */
	const char *name, *group;     /* last name; resource group, "" */
	const char *source;
	json_t *j;
	struct res *parent;          /* NULL: it is not among the resources */
	struct res *next;            /* of the same type, in the order of the file; or NULL */
	struct res *child, *sibling; /* its first child, and its parent's next one; or NULL */
	uint32_t n_given;            /* of a subnet: as many addresses from the first are taken */
	const struct import_type *row;
	const char *lab; /* its name in the topology */
	json_t *out;     /* its object there, borrowed */
	bool left_out;
	bool made_up;        /* deployed elsewhere: stands for what is not among the resources */
	const char *why_out; /* why it was left out, or NULL */
	UT_hash_handle hh;
};

struct im_nic {               /* one NIC of the lab */
	const char *lab, *vm; /* names */
	json_t *out, *vm_out; /* objects of the topology */
	struct res *res;      /* NULL: of a scale set */
	struct res *subnet;
	ip4 ip; /* known, or what Azure would give it */
	bool dynamic;
};

struct of_type { /* all resources of one type */
	const char *type;
	struct res *first, **last;
	UT_hash_handle hh;
};

struct im_taken { /* an address of a subnet that somebody other than a NIC has */
	const struct res *subnet;
	ip4 ip;
};

struct import {
	struct arena *a;
	struct findings *f;
	const struct import_options *o;
	const struct import_type *const
	    *table;     /* arrays of rows, each ended by type NULL; NULL ends it */
	struct res **v; /* in the order of the file, children behind their parents */
	size_t n, cap;
	struct res *by_key;
	struct of_type *by_type;
	json_t *tails; /* "/providers/...": index in v, of the first n_tails */
	size_t n_tails;
	json_t *topology, *files;
	json_t *names; /* "scope/name": taken */
	json_t *held;  /* small letters: [indices in v] of what had the name before */
	json_t *keep;  /* JSON made on the way */
	json_t *pools; /* resource_key() of a backend pool or an inbound NAT rule: [NICs] */
	struct im_nic *nics;
	size_t n_nics, cap_nics;
	json_t *services;  /* names of virtual machines that stand for a service: true */
	json_t *elsewhere; /* resource_key() of what is deployed elsewhere, and made up: its name */
	unsigned n_made_up; /* virtual networks with an address space of nobody's */
	struct im_taken *taken;
	size_t n_taken, cap_taken;
};

/* --- index.c: resources and their children ------------------------------------------------- */

void im_index(struct import *im, json_t *resources);
struct res *im_find(struct import *im, const char *id); /* NULL: not among the resources */
/* The resource that a property of r refers to; NULL with a finding when it is not among the
 * resources, and silently when id is NULL. */
struct res *im_ref(struct import *im, const struct res *r, const char *id, const char *what);
/* The same, silent when there is none. */
struct res *im_find_like(struct import *im, const struct res *r, const char *id, const char *what);
/* A resource that stands for one of that id, which is not among the resources; takes j. */
struct res *im_add_made_up(struct import *im, const char *id, const char *source, json_t *j);
/* The first one of a type, in small letters; NULL: there is none. */
struct res *im_first(const struct import *im, const char *type);
#define IM_EACH(im, r, type) for ((r) = im_first((im), (type)); (r); (r) = (r)->next)
/* The first of parent's children (parent may be NULL), or the next one behind c, of that type. */
struct res *im_child(const struct res *parent, const struct res *c, const char *type);
#define IM_EACH_CHILD(r, parent, type) \
	for ((r) = im_child((parent), NULL, (type)); (r); (r) = im_child((parent), (r), (type)))

/* --- names.c, note.c: names and findings ---------------------------------------------------- */

/* A legal name that nothing else in scope has; r keeps the one that it had before.  Reports it when
 * that is not r's own. */
const char *im_name(struct import *im, const char *scope, const struct res *r, const char *name);
/* The same, for what is made of r beside its own object, or stands for it: never kept; r may be
 * NULL. */
const char *im_new_name(struct import *im, const char *scope, const struct res *r,
                        const char *name);
void im_keep_names(struct import *im); /* before any is given */
void im_note(struct import *im, enum severity sev, const char *rule, const struct res *r,
             const char *hint, const char *fmt, ...) PRINTF(6, 7);
/* Notes that r is not in the topology as `what`, a prefix or "frontend \"x\"", is IPv6; NULL: that
 * was said of its parts. */
void im_leave_ipv6(struct import *im, struct res *r, const char *what);
/* Warns that r is not in the topology, and why. */
void im_leave_out(struct import *im, struct res *r, const char *hint, const char *fmt, ...)
    PRINTF(4, 5);
/* Sets topology[kind][r->lab] and r->out to obj, which it takes. */
void im_put(struct import *im, const char *kind, struct res *r, json_t *obj);
/* The beginning of ids that are made where a file gives none. */
#define IM_NO_ID "/subscriptions/none/"
/* Adds to an object of the topology the id and the source of r.  "source" stands last. */
void im_put_origin(json_t *obj, const struct res *r);
/* Sets obj[key][name], making obj[key] when it is not there; takes value. */
void im_set_in(json_t *obj, const char *key, const char *name, json_t *value);

/* --- elsewhere.c: what is deployed elsewhere ---------------------------------------------------
 */

/* Makes up what children name as their parent, and is not among the resources, where rows say
 * so. */
void im_make_up_parents(struct import *im);
/* A virtual network of that id, for r: it has an address space of nobody's, or prefixes (taken; may
 * be NULL). */
struct res *im_make_up_network(struct import *im, const struct res *r, const char *id,
                               json_t *prefixes);

/* --- child.c: resources of another one -------------------------------------------------------- */

/* True if the resource that r is part of is in the lab; else r is left out. */
bool im_has_parent(struct import *im, struct res *r, const char *what);
/* A name that no other child of the same parent has; what: "rules". */
const char *im_child_name(struct import *im, struct res *r, const char *what);

/* --- values.c: ARM's values in all their spellings ------------------------------------------ */

/* Under "properties", else beside: az flattens.  Names ignore case, "a.b" goes deeper, null is
 * absent. */
json_t *arm_get(const json_t *obj, const char *path);
const char *arm_str(const json_t *obj, const char *path);           /* NULL when absent or empty */
bool arm_bool(const json_t *obj, const char *path, bool dflt);      /* true, "True" */
bool arm_int(const json_t *obj, const char *path, json_int_t *ret); /* 5, "5" */
const char *arm_id(const json_t *obj, const char *path);            /* {"id": X}, "X" */
json_t *arm_list(const json_t *obj, const char *path);              /* [..], {"value": [..]} */
/* The word as ARM spells it, whatever its case; s itself when it is none of them. */
const char *arm_word(const char *s, const char *const *words);
void put_str(json_t *obj, const char *key, const char *s); /* NULL: nothing */
/* "description": the words that are there, with ", " between; none: no description. */
void put_description(json_t *obj, const char *const *words, size_t n);
#define DESCRIBE(obj, ...) \
	put_description((obj), (const char *const[]){ __VA_ARGS__ }, \
	                ARRAY_LEN(((const char *[]){ __VA_ARGS__ })))
void put_bool(json_t *obj, const char *key, bool v, bool dflt);
/* 1: an IPv4 prefix or address; 0: IPv6; -1: neither. */
int arm_family(const char *s);
/* Is it an address that only Azure knows? */
bool arm_is_open(const json_t *obj, const char *path);
/* As arm_str(); NULL with a finding also for an address that only Azure knows. */
const char *arm_address(struct import *im, const struct res *r, const json_t *obj,
                        const char *path);
/* The IPv4 ones of "single" or "plural"; a finding for others.  New reference. */
json_t *arm_prefixes(struct import *im, const struct res *r, const json_t *obj, const char *single,
                     const char *plural);
json_t *arm_only_ip4(struct import *im, const struct res *r, const json_t *list);

/* --- types.c, props.c ------------------------------------------------------------------------ */

/* Never NULL. */
const struct import_type *import_type_find(const struct import *im, const char *type);
void im_types(struct import *im); /* findings for what is not read */
void im_props(struct import *im);
json_t *im_coverage(struct import *im);
json_t *im_fates(struct import *im);

/* --- the families ---------------------------------------------------------------------------- */

extern const struct import_type import_others[];
/* Those of the kinds (kinds/imports.c); NULL ends it. */
extern const struct import_type *const kind_imports[];
/* table.c: all of these and those of the kinds; NULL ends it. */
const struct import_type *const *import_table(void);

/* dynamic.c: gives NICs without an address the one that Azure would give, in the order of the file.
 */
void import_dynamic_addresses(struct import *im);
void import_guests(struct import *im); /* guest.c: what runs in the machines; after the routers */
void import_overrides(struct import *im); /* override.c: what --node says of it */

/* Configurations of a machine, by the names that its image knows. */
void im_take_files(struct import *im, const char *name, json_t *out, json_t *files);

/* --- names of what is referred to ------------------------------------------------------------ */

/* The VPN gateway of this design that has the public address, or NULL.  If there is one, the site
 * is another virtual network that plays on-premises. */
struct res *im_gateway_at(struct import *im, const char *ip);
/* Names in the topology of what a property refers to; NULL with a finding. */
const char *im_subnet(struct import *im, const struct res *r, const char *id); /* "VNET/SUBNET" */
const char *im_lab(struct import *im, const struct res *r, const char *id, const char *what);
/* The same for a resource that is in the lab only when something uses it: its row has when_used. */
const char *im_use(struct import *im, const struct res *r, const char *id, const char *what);

#define NET "microsoft.network/"
