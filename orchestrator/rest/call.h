/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request that is answered, and who answers it: the contract of what is added here.
 *
 * An action is a row of a table (struct rest_action), and the tables stand in rest/actions.c.  Its
 * function gets a call, and answers it once: at once or later.  What it needs:
 *
 *	c->id, c->query, c->body         what was asked
 *	rest_resource(c)                 the resource that it is about, 404 answered when it is not
 *there rest_lab_name(c, id)             what the lab calls a resource rest_ask(c, {"op":
 *"routes"...}) asks the driver of the lab; fn gets its answer rest_change(...) edits of the store,
 *and an apply (rest/queue.h) rest_answer(), rest_fail()       200 and JSON; an error of ARM */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/loop.h"
#include "rest/failure.h"
#include "rest/id.h"
#include "rest/store.h"

struct rest;

struct rest_call {
	struct rest *rest;
	const char *method;
	struct rest_id id;
	json_t *query;    /* names in small letters: "api-version", "$filter" */
	const char *text; /* the body as it came: n_text bytes and a NUL */
	size_t n_text;
	json_t *body; /* NULL: there is none, or it is no JSON (a template need not be) */
	void *ctx;    /* of the action */
	/* Resources that the request changes, or (a deployment) would make: for the log. */
	size_t n_changes;

	/* From here on for rest/call.c alone. */
	json_t *headers;
	void (*done)(struct rest_call *c, int status, const json_t *headers, const char *text,
	             size_t n);
	void *done_ctx;
	char *own_method, *own_text;
	json_t *patterns;
	int64_t began;
	bool answered;
};

struct rest_action {
	const char *method; /* "POST" */
	/* The type of the resource: "microsoft.network/networkinterfaces"; a group:
	 * "microsoft.resources/resourcegroups", a subscription "microsoft.resources/subscriptions",
	 * else "".  NULL: any. */
	const char *type;
	/* The words behind its id: "effectiveroutetable", "deployments/?*"; NULL: nothing, it is
	 * about the resource itself, or a list of that type (id.name is NULL).  Both are patterns
	 * (str_glob()), compared without case. */
	const char *name;
	void (*run)(struct rest_call *c);
};

/* The first row that fits answers; NULL: none does. */
const struct rest_action *rest_action_find(const struct rest_call *c);
/* Each ends with a row whose method is NULL. */
extern const struct rest_action actions_account[]; /* account.c */
extern const struct rest_action actions_batch[];   /* batch.c */
extern const struct rest_action actions_compute[]; /* compute.c */
extern const struct rest_action actions_deploy[];  /* deployment.c */
extern const struct rest_action actions_key[];     /* action_key.c */
extern const struct rest_action actions_power[];   /* action_power.c */
extern const struct rest_action actions_routes[];  /* action_routes.c */
extern const struct rest_action actions_run[];     /* action_run.c */
extern const struct rest_action actions_watcher[]; /* action_watcher.c */
extern const struct rest_action actions_store[];   /* resource.c: everything else */

/* --- answers ---------------------------------------------------------------------------------- */

/* With JSON (NULL: no body). The call is freed. */
void rest_answer(struct rest_call *c, int status, json_t *body /* stolen; may be NULL */);
/* The same with the text of it. */
void rest_answer_text(struct rest_call *c, int status, char *json /* stolen; may be NULL */);
/* A header of the answer to come. */
void rest_header(struct rest_call *c, const char *name, const char *fmt, ...) PRINTF(3, 4);
void rest_fail(struct rest_call *c, int status, const char *code, const char *fmt, ...)
    PRINTF(4, 5);
/* False, and answered: the path names a resource group that is not in the store. */
bool rest_group_is_there(struct rest_call *c);
void rest_fail_with(struct rest_call *c, const struct rest_failure *f);
/* A driver's error: 503 when the lab has ended, else 500 with its sentence. */
void rest_fail_err(struct rest_call *c, const struct err *e);

/* --- what a call is about --------------------------------------------------------------------- */

/* The store as clients see it: with changes that are not applied yet. */
struct store *rest_store(const struct rest *r);
/* The resource of c->id; NULL: 404 has been answered, and c is gone. Borrowed. */
json_t *rest_resource(struct rest_call *c);
/* Its name in the lab, as the import gave it: a NIC's, a VM's, "RS/PEERING" of a bgpConnection;
 * NULL: it is not in the lab.  key: resource_key() of its id.  Borrowed. */
const char *rest_lab_name(const struct rest *r, const char *key);
const char *rest_query(const struct rest_call *c, const char *name); /* NULL: not given */
/* "https://localhost:8443", without a slash. */
const char *rest_endpoint(const struct rest *r);
struct loop *rest_loop(const struct rest *r);
const char *rest_lab(const struct rest *r);
const struct rest_options *rest_options_of(const struct rest *r);

/* --- the lab ---------------------------------------------------------------------------------- */

/* Asks the driver, on a connection of its own.  fn gets its final answer, borrowed, or NULL and
 * what went wrong.  A failure to ask goes the same way, before this returns. */
void rest_ask(struct rest *r, json_t *request /* stolen */,
              void (*fn)(void *ctx, const json_t *answer, const struct err *e), void *ctx);

/* rest/aside.h: work in a process of its own. */
int rest_aside(struct rest *r, json_t *(*work)(void *ctx),
               void (*done)(void *ctx, const json_t *result), void *ctx, struct err *e);

/* --- operations that take time ---------------------------------------------------------------- */

/* A new one, "InProgress"; its id, which the store of operations owns. */
const char *operation_new(struct rest *r);
/* It has ended: with a failure, or (NULL) well. result: what GET .../operationResults/ID answers,
 * stolen; may be NULL. */
void operation_end(struct rest *r, const char *id, const struct rest_failure *f, json_t *result);
/* Sets Azure-AsyncOperation (if azure_async), Location (if location) and Retry-After. */
void operation_headers(struct rest_call *c, const char *id, bool azure_async, bool location);
