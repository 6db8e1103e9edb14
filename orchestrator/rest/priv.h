/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the endpoint. */
#pragma once

#include "base/loop.h"
#include "lab/client/ask.h"
#include "rest/aside.h"
#include "rest/call.h"
#include "rest/clean.h"
#include "rest/design.h"
#include "rest/http.h"
#include "rest/queue.h"
#include "rest/rest.h"
#include "rest/token.h"

struct operations;

struct rest {
	struct loop *loop;
	struct rest_options o;
	char *folder;   /* rest/folder.h */
	char *endpoint; /* "https://localhost:8443" */
	struct tokens tokens;
	struct http *https, *http; /* http: managed identities alone */
	struct queue *queue;
	struct operations *operations;
	json_t *listed; /* list.c: texts of what lists have shown; NULL: none yet */
	void (*run)(struct rest_call *c); /* call_run(): what answers may ask for more answers */
	struct lab_asks asks;             /* under way */
	struct asides asides;             /* the same */
	bool ended;                       /* the lab is gone, or going */
	char *why;                        /* it ended, for people; NULL */
};

/* --- guard.c: who may ask --------------------------------------------------------------------- */

/* Host, Origin, bearer: false, and *f says what is wrong. */
bool guard_request(struct rest *r, const struct http_request *q, const char *path,
                   struct rest_failure *f);

/* --- login.c: what is answered without a bearer ------------------------------------------------
 */

/* True: it was one of these, and is answered. */
bool login_request(struct rest *r, struct rest_call *c, const char *path, bool plain);

/* --- call.c, dispatch.c ------------------------------------------------------------------------
 */

/* A call of its own; NULL with *f.  The caller sets its done, and has it run. */
struct rest_call *call_new(struct rest *r, const char *method, const char *uri,
                           struct rest_failure *f);
void call_free(struct rest_call *c); /* one that is not answered */
void call_run(struct rest_call *c);
void call_http(void *ctx, struct http_request *q); /* struct rest */

/* --- view.c: what a GET shows ------------------------------------------------------------------
 */

/* The view of a resource, child or group of the head; NULL: there is none.  New reference. */
json_t *view_resource(const struct rest *r, const char *key, bool instance_view);
/* Follows what is shown of such a resource from others that do not refer to it? */
bool view_of_others(const char *type);
json_t *view_instance(const struct store *s, const char *key); /* instanceView of a VM */

/* --- list.c: lists of them -------------------------------------------------------------------- */

/* {"value": [...]} of the head's resources of a type below a key, as text; the caller frees. */
char *list_text(struct rest *r, const char *above, const char *type, bool instance_view);

/* --- operation.c --------------------------------------------------------------------------------
 */

struct operations *operations_new(void);
struct operations *operations_free(struct operations *o);
void operation_get(struct rest_call *c); /* .../operations/ID, .../operationResults/ID */

/* --- asking.c -----------------------------------------------------------------------------------
 */

void asks_end(struct rest *r, const struct err *e); /* all that are under way, with this error */

/* log.c: a line for people */
void rest_log(const struct rest *r, const char *fmt, ...) PRINTF(2, 3);
