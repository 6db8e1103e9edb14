/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deployments: a template's resources come into the store together, by one apply.  What is kept of
 * them stands beside the resources, in no list. */
#include "rest/deployment.h"

#include "base/str.h"
#include "input/resources.h"
#include "rest/edit.h"
#include "rest/priv.h"
#include "rest/what_if.h"

static const char kept_as[] = "deployment";

/* --- reading
 * -------------------------------------------------------------------------------------- */

/* As it is shown; NULL: there is none.  New reference. */
static json_t *show_deployment(const struct rest *r, const char *key)
{
	json_t *record = json_deep_copy(store_hidden(rest_store(r), key, kept_as));

	if (record && queue_touches(r->queue, key))
		json_object_set_new(json_object_get(record, "properties"), "provisioningState",
		                    json_string("Running"));
	return record;
}

static void fail_not_found(struct rest_call *c, const char *name)
{
	rest_fail(c, 404, "DeploymentNotFound", "Deployment '%s' could not be found.", name);
}

/* Those of the group, or of the subscription itself. */
static void list_deployments(struct rest_call *c)
{
	_cleanup_free_ char *prefix = xasprintf("%s/", c->id.key);
	json_t *list = json_array(), *v;
	const char *key;

	json_object_foreach (rest_store(c->rest)->hidden, key, v)
		if (str_starts(key, prefix) && json_object_get(v, kept_as))
			json_array_append_new(list, show_deployment(c->rest, key));
	rest_answer(c, 200, json_pack("{s:o}", "value", list));
}

static void get_deployment(struct rest_call *c)
{
	json_t *record;

	if (!c->id.name) {
		list_deployments(c);
		return;
	}
	record = show_deployment(c->rest, c->id.key);
	if (record)
		rest_answer(c, 200, record);
	else
		fail_not_found(c, c->id.name);
}

static void head_deployment(struct rest_call *c)
{
	rest_answer(c, store_hidden(rest_store(c->rest), c->id.key, kept_as) ? 204 : 404, NULL);
}

/* ".../resourcegroups/G/deployments/D/operations", and the same with "providers". */
static void list_operations(struct rest_call *c)
{
	const char *at = strcasestr(c->id.path, "/deployments/");
	const char *name = at ? at + strlen("/deployments/") : "";
	_cleanup_free_ char *own = xstrndup(name, strcspn(name, "/"));
	_cleanup_free_ char *path =
	    c->id.group
	        ? xasprintf("/subscriptions/%s/resourceGroups/%s/providers/"
	                    "Microsoft.Resources/deployments/%s",
	                    c->id.subscription, c->id.group, own)
	        : xasprintf("/subscriptions/%s/providers/Microsoft.Resources/deployments/%s",
	                    c->id.subscription, own);
	_cleanup_free_ char *key = resource_key(path);
	json_t *record = show_deployment(c->rest, key);

	if (record)
		rest_answer(c, 200, deployment_operations(record));
	else
		fail_not_found(c, own);
	json_decref(record);
}

/* --- deploying
 * ------------------------------------------------------------------------------------ */

/* As Azure wraps what a resource of a template is refused for. */
static void wrap_failure(struct rest_failure *to, const struct rest_failure *f)
{
	rest_refuse(
	    to, 400, "DeploymentFailed",
	    "At least one resource deployment operation failed. Please list deployment "
	    "operations for details. Please see https://aka.ms/arm-deployment-operations for "
	    "usage details.");
	rest_failure_detail(to, f->code, f->message);
}

struct under_way {
	struct rest *r;
	struct rest_call *c; /* until it is taken */
	bool there;          /* it was, before */
	struct rest_id id;
	char *operation;
	json_t *failed; /* what is kept when it fails */
};

static void ignore_end(void *ctx, const struct rest_failure *f)
{
	(void)ctx;
	(void)f;
}

/* The record of one that failed moves no packet. */
static void keep_record(struct rest *r, const struct rest_id *id, json_t *record)
{
	json_t *edits = json_array();

	json_array_append_new(edits, edit_hide(id, kept_as, record));
	rest_change(r, edits, NULL, ignore_end, NULL);
}

static void end_deployment(void *ctx, const struct rest_failure *f)
{
	struct under_way *u = ctx;
	_cleanup_failure_ struct rest_failure whole = { 0 };

	if (f) {
		json_t *e;

		wrap_failure(&whole, f);
		e = rest_failure_json(&whole);
		json_object_set(json_object_get(u->failed, "properties"), "error",
		                json_object_get(e, "error"));
		json_decref(e);
		keep_record(u->r, &u->id, u->failed);
	}
	operation_end(u->r, u->operation, f ? &whole : NULL, NULL);
	json_decref(u->failed);
	rest_id_done(&u->id);
	free(u->operation);
	free(u);
}

static void answer_deployment(void *ctx, const struct rest_failure *f)
{
	struct under_way *u = ctx;
	_cleanup_failure_ struct rest_failure whole = { 0 };
	json_t *shown;

	if (f) {
		wrap_failure(&whole, f);
		json_object_clear(u->c->headers);
		rest_fail_with(u->c, &whole);
		end_deployment(u, f);
		return;
	}
	shown = show_deployment(u->r, u->id.key);
	if (shown)
		rest_answer(u->c, u->there ? 200 : 201, shown);
	else
		fail_not_found(u->c, u->id.name); /* deleted in the same round */
}

/* Deployments in the template have been, with it. */
static void keep_nested(const struct deployed *d, json_t *edits)
{
	json_t *r;
	size_t i;

	json_array_foreach (d->resources, i, r) {
		const char *path = json_string_value(json_object_get(r, "id"));
		struct rest_id id = { 0 };
		struct err e;

		if (rest_id_parse(path, false, &id, &e) == 0 && id.type &&
		    strieq(id.type, "Microsoft.Resources/deployments")) {
			const struct deployed own = { .outputs = json_object_get(
				                          json_object_get(r, "properties"),
				                          "outputs") };
			json_t *record = deployment_record(&id, &own, NULL);

			json_array_append_new(edits, edit_hide(&id, kept_as, record));
			json_decref(record);
		}
		rest_id_done(&id);
	}
}

/* The edits of the resources, and the record that stands there when they are made. */
static json_t *edits_with_record(const struct rest_call *c, const struct deployed *d,
                                 struct rest_failure *f)
{
	json_t *edits = deployment_edits(c, d, f), *record;

	if (!edits)
		return NULL;
	keep_nested(d, edits);
	record = deployment_record(&c->id, d, NULL);
	json_array_append_new(edits, edit_hide(&c->id, kept_as, record));
	json_decref(record);
	return edits;
}

static void start_deployment(struct rest_call *c, const struct deployed *d)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *edits = edits_with_record(c, d, &f);
	struct err e;

	if (!edits) {
		rest_fail_with(c, &f);
		return;
	}
	struct under_way *u = xcalloc(1, sizeof(*u));
	const struct rest_failure unknown = { .status = 409, .code = "Failed" };

	c->n_changes = json_array_size(d->resources);
	u->r = c->rest;
	u->c = c;
	u->there = store_hidden(rest_store(c->rest), c->id.key, kept_as);
	u->operation = xstrdup(operation_new(c->rest));
	u->failed = deployment_record(&c->id, d, &unknown);
	rest_id_parse(c->id.path, false, &u->id, &e);
	operation_headers(c, u->operation, true, false);
	rest_change(c->rest, edits, answer_deployment, end_deployment, u);
}

static void put_what_was_read(struct rest_call *c, const struct deployed *d,
                              const struct rest_failure *f)
{
	if (d)
		start_deployment(c, d);
	else
		rest_fail_with(c, f);
}

static void put_deployment(struct rest_call *c)
{
	if (rest_group_is_there(c))
		deployment_read(c, put_what_was_read);
}

static char what_if_asked; /* what c->ctx is of a call that asks for it */

static void answer_valid(struct rest_call *c, const struct deployed *d)
{
	json_t *record = deployment_record(&c->id, d, NULL);
	json_t *properties = json_object_get(record, "properties");

	json_object_set(properties, "validatedResources",
	                json_object_get(properties, "outputResources"));
	json_object_del(properties, "outputResources");
	rest_answer(c, 200, record);
}

static void answer_what_if(struct rest_call *c, const struct store *after, const json_t *edits)
{
	const json_t *settings = json_object_get(
	    json_object_get(json_object_get(c->body, "properties"), "whatIfSettings"),
	    "resultFormat");
	const char *end = strstr(c->id.key, "/providers/");
	_cleanup_free_ char *group = xstrndup(c->id.key, end ? (size_t)(end - c->id.key) : 0);

	rest_answer(c, 200,
	            what_if(rest_store(c->rest), after, edits, group,
	                    strieq(json_string_value(settings), "ResourceIdOnly")));
}

/* Answers what the deployment would do, or why it would be refused, and does nothing. */
static void try_what_was_read(struct rest_call *c, const struct deployed *d,
                              const struct rest_failure *refused)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *edits;

	if (!d) {
		rest_fail_with(c, refused);
		return;
	}
	edits = deployment_edits(c, d, &f);
	_cleanup_store_ struct store *s = store_copy(rest_store(c->rest));

	if (!edits || store_edit(s, edits, &f) < 0 || queue_check(c->rest->queue, s, &f) < 0)
		rest_fail_with(c, &f);
	else if (c->ctx == &what_if_asked)
		answer_what_if(c, s, edits);
	else
		answer_valid(c, d);
	json_decref(edits);
}

static void validate_deployment(struct rest_call *c)
{
	if (rest_group_is_there(c))
		deployment_read(c, try_what_was_read);
}

static void tell_what_if(struct rest_call *c)
{
	c->ctx = &what_if_asked;
	validate_deployment(c);
}

static void on_forgotten(void *ctx, const struct rest_failure *f)
{
	struct rest_call *c = ctx;

	if (f)
		rest_fail_with(c, f);
	else
		rest_answer(c, 200, NULL);
}

/* Deletes a deployment; the resources that it has made stay. */
static void delete_deployment(struct rest_call *c)
{
	json_t *edits;

	if (!store_hidden(rest_store(c->rest), c->id.key, kept_as)) {
		rest_answer(c, 204, NULL);
		return;
	}
	c->n_changes = 1;
	edits = json_array();
	json_array_append_new(edits, edit_hide(&c->id, kept_as, NULL));
	rest_change(c->rest, edits, NULL, on_forgotten, c);
}

#define DEPLOYMENTS "microsoft.resources/deployments"

const struct rest_action actions_deploy[] = {
	{ "GET", DEPLOYMENTS, NULL, get_deployment },
	{ "HEAD", DEPLOYMENTS, NULL, head_deployment },
	{ "PUT", DEPLOYMENTS, NULL, put_deployment },
	{ "DELETE", DEPLOYMENTS, NULL, delete_deployment },
	{ "POST", DEPLOYMENTS, "validate", validate_deployment },
	{ "POST", DEPLOYMENTS, "whatif", tell_what_if },
	{ "GET", DEPLOYMENTS "/operations", NULL, list_operations },
	{ "GET", "microsoft.resources/resourcegroups", "deployments/?*/operations",
	  list_operations },
	{ "GET", "microsoft.resources/subscriptions", "deployments/?*/operations",
	  list_operations },
	{ 0 },
};
