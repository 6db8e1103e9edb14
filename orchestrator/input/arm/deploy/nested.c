/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deployments in a template: nested with both scopes, linked.  Microsoft Learn, "Linked and nested
 * templates"; "Deploy resources to ... scope". */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/tree.h"
#include "input/arm/value/uri.h"

static bool is_inner(const struct val *props)
{
	return strieq(val_get_str(val_get(props, "expressionEvaluationOptions"), "scope"), "inner");
}

/* The template's own schema says what it is deployed to, where the resource does not. */
enum scope_kind scope_of_schema(const struct val *tmpl)
{
	const char *schema = val_get_str(tmpl, "$schema");

	if (schema && strcasestr(schema, "subscriptionDeploymentTemplate"))
		return SCOPE_SUBSCRIPTION;
	if (schema && strcasestr(schema, "managementGroupDeploymentTemplate"))
		return SCOPE_GROUP;
	if (schema && strcasestr(schema, "tenantDeploymentTemplate"))
		return SCOPE_TENANT;
	return SCOPE_RG;
}

static void place_nested(struct inst *i, struct env *e, struct deployment *d)
{
	const struct val *where = val_get(i->decl, "location");

	d->scope = i->scope;
	/* A deployment that names a subscription and no resource group goes to the
	 * subscription.  The schema of its template alone does not move it. */
	if (d->scope.kind == SCOPE_RG && val_get(i->decl, "subscriptionId") &&
	    !val_get(i->decl, "resourceGroup"))
		d->scope.kind = SCOPE_SUBSCRIPTION;
	if (where)
		where = tree_eval_at(e, where, i->d->file, i->ptr, JPTR(NULL, "location"));
	if (where && where->type == V_STR)
		d->scope.location = where->s;
}

static const struct val *eval_inst_member(struct inst *i, struct env *e, const char *key)
{
	const struct val *v = val_path(i->decl, key);
	_cleanup_free_ char *ptr = xasprintf("%s/%s", i->ptr, key);

	for (char *p = ptr + strlen(i->ptr); *p; p++)
		if (*p == '.')
			*p = '/';
	return v ? tree_eval_at(e, v, i->d->file, ptr, NULL) : NULL;
}

/* A link: {"uri"} or {"relativePath"}, and perhaps {"queryString"}, a token that the address gets;
 * what it leads to, parsed. */
static const struct val *load_link(struct inst *i, struct env *e, const struct val *link,
                                   const char *what, const char **file, const char **uri)
{
	_cleanup_str_ struct str full = { 0 };
	_cleanup_free_ char *ptr = xasprintf("%s/properties/%s", i->ptr, what);
	const char *to = val_get_str(link, "uri"), *relative = val_get_str(link, "relativePath");
	const char *query = val_get_str(link, "queryString");

	if (relative) {
		uri_join(i->d->uri, relative, &full);
		to = str_get(&full);
	}
	if (to && query && *query) {
		query += *query == '?';
		to = arena_printf(e->a->arena, "%s%c%s", to, strchr(to, '?') ? '&' : '?', query);
	}
	if (!to) {
		arm_finding(e->a, SEV_ERROR, "ARM-LINK-02", NULL, i->d->file, ptr,
		            "export it (az ts export) and give the file",
		            "%s names no uri: template specs are not here", what);
		return NULL;
	}
	return link_load(e->a, i->d, to, ptr, file, uri);
}

static int load_nested_template(struct inst *i, struct env *e, struct deployment *d)
{
	const struct val *props = val_get(i->decl, "properties"),
	                 *inline_ = val_get(props, "template");
	const struct val *link;

	d->file = i->d->file;
	d->uri = i->d->uri;
	if (inline_ && inline_->type == V_OBJ) {
		/* The template around it was evaluated as a whole before this one is deployed. */
		d->tmpl =
		    i->d->outer && is_inner(props) ? val_unescaped(e->a->arena, inline_) : inline_;
		if (!d->tmpl)
			return -EBADMSG;
		d->ptr = arena_printf(e->a->arena, "%s/properties/template", i->ptr);
		return 0;
	}
	if (!val_get(props, "templateLink")) {
		arm_finding(e->a, SEV_ERROR, "ARM-LINK-02", "InvalidTemplate", i->d->file, i->ptr,
		            NULL, "the deployment has neither \"template\" nor \"templateLink\"");
		return -EBADMSG;
	}
	link = eval_inst_member(i, e, "properties.templateLink");
	d->tmpl = link ? load_link(i, e, link, "templateLink", &d->file, &d->uri) : NULL;
	d->ptr = "";
	d->linked = true;
	return d->tmpl ? 0 : -EBADMSG;
}

static int eval_nested_parameters(struct inst *i, struct env *e, struct deployment *d)
{
	const char *file, *uri;
	const struct val *link;

	if (val_path(i->decl, "properties.parametersLink")) {
		link = eval_inst_member(i, e, "properties.parametersLink");
		link = link ? load_link(i, e, link, "parametersLink", &file, &uri) : NULL;
		d->given = val_get(link, "parameters");
		return link ? 0 : -EBADMSG;
	}
	if (!val_path(i->decl, "properties.parameters"))
		return 0;
	d->given = eval_inst_member(i, e, "properties.parameters");
	return d->given ? 0 : -EBADMSG;
}

int nested_start(struct inst *i, struct env *e)
{
	struct arm *a = e->a;
	struct inst *asker = a->current;
	struct deployment *d;
	size_t before;
	int r;

	if (i->nested)
		return 0;
	if (i->starting) {
		under_way_meet(i);
		return -ELOOP;
	}
	d = i->draft ? i->draft : deployment_new(a, i->d);
	i->draft = d;
	if (!d) {
		arm_finding(
		    a, SEV_ERROR, "ARM-LIMIT-01", NULL, i->d->file, i->ptr, NULL,
		    "more than %d deployments, or more than %d in each other, are not taken",
		    ARM_MAX_DEPLOYMENTS, ARM_MAX_NESTING);
		a->n_waiting--;
		return -EBADMSG;
	}
	i->starting = true;
	a->current = i; /* the questions in its parameters are its own, not those of who wakes it */
	before = under_way_begin(i);
	d->name = i->name;
	place_nested(i, e, d);
	r = load_nested_template(i, e, d);
	d->outer = r >= 0 && !d->linked && !is_inner(val_get(i->decl, "properties"));
	if (r >= 0 && !d->outer)
		r = eval_nested_parameters(i, e, d);
	under_way_end(i, before);
	a->current = asker;
	i->starting = false;
	if (a->tentative && a->cycle) /* tried again later */
		return -ELOOP;
	a->n_waiting--;
	if (r < 0)
		return r;
	if (d->outer) {
		d->env = *e;
		d->env.home = d;
	} else {
		params_declare(d);
		vars_declare(d);
	}
	i->nested = d;
	deployment_expand(d);
	return 0;
}

/* So that reference() finds what is in deployments that were not started yet. */
bool deployment_wake(struct arm *a)
{
	bool any = false;

	for (size_t k = 0; a->n_waiting && k < a->n_deployments; k++) {
		struct deployment *d = a->deployments[k];

		for (size_t j = 0; j < d->n_insts; j++) {
			struct inst *i = d->insts[j];
			struct env e = d->env;
			bool cycle = a->cycle;
			size_t met = a->met;

			if (i->nested || i->starting || i->off || i->existing ||
			    i->state == ST_FAILED || under_way_stops(i) ||
			    !strieq(i->type, "Microsoft.Resources/deployments"))
				continue;
			e.loops = i->loops;
			a->tentative++;
			a->cycle = false;
			a->met = 0;
			if (nested_start(i, &e) >= 0)
				any = true;
			else if (!a->cycle)
				i->state = ST_FAILED;
			else
				under_way_stopped(i);
			a->cycle = cycle;
			a->met = met;
			a->tentative--;
		}
	}
	return any;
}
