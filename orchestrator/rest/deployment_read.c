/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A template, perhaps as people write them, becomes resources. */
#include <errno.h>

#include "base/json.h"
#include "base/str.h"
#include "input/arm/arm.h"
#include "input/relax.h"
#include "input/resources.h"
#include "rest/deployment.h"
#include "rest/deployment_link.h"
#include "rest/edit.h"
#include "rest/rest.h"

/* --- the body
 * ------------------------------------------------------------------------------------- */

/* az sends the text of a template as it stands in the file, and its name without quotes. */
static json_t *read_template_text(const struct rest_call *c, struct rest_failure *f)
{
	_cleanup_free_ char *strict = NULL;
	struct err e = { 0 };
	json_error_t je = { 0 };
	json_t *j = NULL;
	size_t n = 0;

	if (c->body)
		return json_incref(c->body);
	if (arm_relax(c->text, c->n_text, &strict, &n, &e) == 0)
		j = json_loadb(strict, n, 0, &je);
	if (!json_is_object(j)) {
		json_decref(j);
		rest_refuse(f, 400, "InvalidRequestContent",
		            "The request content was invalid and could not be deserialized: '%s'.",
		            *e.msg ? e.msg : je.text);
		return NULL;
	}
	return j;
}

static int take_properties(const struct rest_call *c, json_t *body, struct deployed *d,
                           json_t **ret_template, struct rest_failure *f)
{
	json_t *properties = json_object_get(body, "properties");
	json_t *template = json_object_get(properties, "template");
	json_t *parameters = json_object_get(properties, "parameters");
	const char *mode = member_text(properties, "mode", NULL);

	d->complete = mode && strieq(mode, "Complete");
	if (mode && !d->complete && !strieq(mode, "Incremental"))
		return rest_refuse(f, 400, "InvalidDeployment",
		                   "vnetlab: mode %s is not here; Incremental and Complete are.",
		                   mode);
	if (d->complete && !c->id.group)
		return rest_refuse(f, 400, "InvalidDeployment",
		                   "The mode Complete is of a group's deployments alone.");
	if (!json_is_object(template) && !deployment_says(properties, "templateLink"))
		return rest_refuse(f, 400, "InvalidDeployment",
		                   "The deployment has neither a template nor a templateLink.");
	if (deployment_says(properties, "parametersLink") && json_object_size(parameters))
		return rest_refuse(f, 400, "InvalidDeployment",
		                   "The deployment has both parameters and a parametersLink; one "
		                   "of them is taken.");
	d->parameters = json_incref(parameters);
	if (json_is_object(template))
		d->template = json_incref(template);
	d->linked = deployment_has_link(properties);
	d->template_link = deployment_link_shown(json_object_get(properties, "templateLink"));
	d->parameters_link = deployment_link_shown(json_object_get(properties, "parametersLink"));
	*ret_template =
	    d->linked ? deployment_around_link(&c->id, properties) : json_incref(template);
	return 0;
}

/* --- where it is deployed to
 * ---------------------------------------------------------------------- */

static const char *get_deployment_location(const struct rest_call *c, const json_t *body)
{
	const char *end = strstr(c->id.key, "/providers/");
	_cleanup_free_ char *group = xstrndup(c->id.key, end ? (size_t)(end - c->id.key) : 0);
	const char *own = member_text(body, "location", NULL);
	const char *where =
	    member_text(json_object_get(rest_store(c->rest)->groups, group), "location", NULL);

	return own ? own : where;
}

static int refuse_by_findings(const struct findings *found, struct rest_failure *f)
{
	const struct finding *first = NULL;

	for (size_t i = 0; i < found->n; i++) {
		const struct finding *x = &found->items[i];

		if (x->severity != SEV_ERROR)
			continue;
		if (!first) {
			first = x;
			rest_refuse(f, 400, x->azure_code ? x->azure_code : "InvalidTemplate",
			            "Deployment template validation failed: '%s'.", x->message);
		}
		_cleanup_free_ char *text =
		    xasprintf("%s (%s)%s%s", x->message, x->source ? x->source : "",
		              x->hint ? "; " : "", x->hint ? x->hint : "");

		rest_failure_detail(f, x->rule, text);
	}
	return first ? -1
	             : rest_refuse(f, 400, "InvalidTemplate",
	                           "Deployment template validation failed.");
}

static int evaluate_sent_template(const struct rest_call *c, const json_t *body, json_t *template,
                                  struct deployed *d, struct rest_failure *f)
{
	const struct rest_options *o = rest_options_of(c->rest);
	json_t *sources = json_pack("{s:O}", "template", template);
	_cleanup_findings_ struct findings found = { 0 };
	struct err e = { 0 };
	const struct arm_options ao = {
		/* Nothing is looked for beside it. */
		.file = "/dev/null/template",
		.name = "template",
		.sources = sources,
		.given = d->linked ? NULL : d->parameters,
		.links = o->links,
		.fetch = o->fetch,
		.fetch_public = true, /* who asks is not who started the endpoint */
		.resource_group = c->id.group,
		.location = get_deployment_location(c, body),
		.subscription = c->id.subscription,
		.deployment = c->id.name,
		.there = rest_store(c->rest)->resources,
	};
	int r = arm_read(&ao, &d->resources, &d->outputs, &found, &e);

	json_decref(sources);
	if (r == -EBADMSG)
		return refuse_by_findings(&found, f);
	if (r < 0)
		return rest_refuse(f, 400, "InvalidTemplate", "%s", e.msg);
	if (d->linked)
		deployment_unwrap_link(&c->id, d);
	if (json_array_size(d->resources) > DEPLOYMENT_RESOURCES_MAX)
		return rest_refuse(f, 400, "InvalidTemplate",
		                   "The template has %zu resources; a deployment has at most %d.",
		                   json_array_size(d->resources), DEPLOYMENT_RESOURCES_MAX);
	return 0;
}

struct reading {
	struct rest_call *c;
	json_t *body, *template;
	struct deployed d;
	void (*done)(struct rest_call *c, const struct deployed *d, const struct rest_failure *f);
};

/* {"resources", "outputs"?} or an error's answer with its "status". */
static json_t *work_on_template(void *ctx)
{
	struct reading *x = ctx;
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *j;

	if (evaluate_sent_template(x->c, x->body, x->template, &x->d, &f) == 0)
		return json_pack("{s:O,s:O*}", "resources", x->d.resources, "outputs",
		                 x->d.outputs);
	j = rest_failure_json(&f);
	json_object_set_new(j, "status", json_integer(f.status));
	return j;
}

static void end_reading(void *ctx, const json_t *result)
{
	struct reading *x = ctx;
	_cleanup_failure_ struct rest_failure f = { 0 };
	const json_t *status = json_object_get(result, "status");

	if (!result)
		rest_refuse(&f, 409, "OperationFailed",
		            "vnetlab: the process that read the template has ended early.");
	else if (status)
		rest_failure_take(&f, (int)json_integer_value(status), result);
	json_decref(x->d.resources);
	json_decref(x->d.outputs);
	x->d.resources = json_incref(json_object_get(result, "resources"));
	x->d.outputs = json_incref(json_object_get(result, "outputs"));
	x->done(x->c, f.status ? NULL : &x->d, f.status ? &f : NULL);
	deployed_done(&x->d);
	json_decref(x->body);
	json_decref(x->template);
	free(x);
}

/* Only who follows links waits for the network. */
static bool may_wait(const struct rest_call *c)
{
	return rest_options_of(c->rest)->fetch &&
	       (strcasestr(c->text, "templateLink") || strcasestr(c->text, "parametersLink"));
}

/* The call's own body is logged, and may hold secrets by any name. */
static void forget_template(struct rest_call *c)
{
	static const char *const members[] = { "parameters", "template", "templateLink",
		                               "parametersLink" };

	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		json_object_del(json_object_get(c->body, "properties"), members[i]);
}

void deployment_read(struct rest_call *c,
                     void (*done)(struct rest_call *c, const struct deployed *d,
                                  const struct rest_failure *f))
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct reading *x = xcalloc(1, sizeof(*x));
	struct err e;
	int r;

	x->c = c;
	x->done = done;
	x->body = read_template_text(c, &f);
	r = x->body ? take_properties(c, x->body, &x->d, &x->template, &f) : -1;
	if (r < 0) {
		json_t *answer = rest_failure_json(&f);

		json_object_set_new(answer, "status", json_integer(f.status));
		forget_template(c);
		end_reading(x, answer);
		json_decref(answer);
		return;
	}
	if (may_wait(c) && rest_aside(c->rest, work_on_template, end_reading, x, &e) == 0) {
		forget_template(c);
		return;
	}
	json_t *result = work_on_template(x);

	forget_template(c);
	end_reading(x, result);
	json_decref(result);
}

void deployed_done(struct deployed *d)
{
	json_decref(d->template);
	json_decref(d->template_link);
	json_decref(d->parameters);
	json_decref(d->parameters_link);
	json_decref(d->resources);
	json_decref(d->outputs);
	*d = (struct deployed){ 0 };
}

/* --- its resources
 * -------------------------------------------------------------------------------- */

/* Makes the body that a PUT of the resource would carry. */
static json_t *body_of(const json_t *resource)
{
	static const char *const beside[] = { "id",     "name",     "type", "apiVersion",
		                              "source", "comments", "scope" };
	json_t *body = json_copy((json_t *)resource);

	for (size_t i = 0; i < ARRAY_LEN(beside); i++)
		json_object_del(body, beside[i]);
	return body;
}

/* Deployments in it have been: only their resources are made. */
static bool is_nested_deployment(const json_t *resource)
{
	const char *type = member_text(resource, "type", NULL);

	return type && strieq(type, "Microsoft.Resources/deployments");
}

/* The group has no other resource any more. */
static json_t *make_prune_edit(const struct rest_call *c, const struct deployed *d)
{
	const char *end = strstr(c->id.path, "/providers/");
	_cleanup_free_ char *path =
	    xstrndup(c->id.path, end ? (size_t)(end - c->id.path) : strlen(c->id.path));
	json_t *keep = json_object(), *r, *edit = NULL;
	struct rest_id group = { 0 };
	size_t i;

	json_array_foreach (d->resources, i, r) {
		_cleanup_free_ char *key = resource_key(member_text(r, "id", ""));

		json_object_set_new(keep, key, json_true());
	}
	if (rest_id_parse(path, false, &group, NULL) == 0)
		edit = edit_prune(&group, keep);
	rest_id_done(&group);
	json_decref(keep);
	return edit;
}

json_t *deployment_edits(const struct rest_call *c, const struct deployed *d,
                         struct rest_failure *f)
{
	json_t *edits = json_array(), *r;
	size_t i;

	json_array_foreach (d->resources, i, r) {
		struct rest_id id = { 0 };
		struct err e = { 0 };

		if (is_nested_deployment(r))
			continue;
		if (rest_id_parse(member_text(r, "id", NULL), false, &id, &e) < 0) {
			rest_refuse(f, 400, "InvalidResourceId", "vnetlab: %s", e.msg);
			json_decref(edits);
			return NULL;
		}
		json_t *body = body_of(r);

		json_array_append_new(edits, edit_put(&id, body));
		json_decref(body);
		rest_id_done(&id);
	}
	if (d->complete)
		json_array_append_new(edits, make_prune_edit(c, d));
	return edits;
}
