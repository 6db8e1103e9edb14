/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/arm.h"
#include "input/arm/deploy/deploy.h"
#include "input/arm/expr/tree.h"
#include "input/arm/fn/table.h"
#include "input/arm/prereq.h"
#include "input/arm/resource/resource.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

/* --- what it is ------------------------------------------------------------------------------ */

static bool schema_names(json_t *doc, const char *what)
{
	const char *s = json_string_value(json_object_get(doc, "$schema"));

	return s && strcasestr(s, what);
}

bool arm_is_template(json_t *doc)
{
	json_t *resources = json_object_get(doc, "resources");

	return schema_names(doc, "deploymentTemplate") ||
	       ((json_is_array(resources) || json_is_object(resources)) &&
	        json_is_string(json_object_get(doc, "contentVersion")));
}

bool arm_is_parameters(json_t *doc)
{
	return schema_names(doc, "deploymentParameters") ||
	       (json_is_object(json_object_get(doc, "parameters")) &&
	        !json_object_get(doc, "resources") &&
	        json_is_string(json_object_get(doc, "contentVersion")));
}

/* --- what comes out -------------------------------------------------------------------------- */

static json_t *emit_resource(struct inst *i)
{
	struct arm *a = i->d->a;
	const struct val *props = val_get(i->body, "properties");
	struct val_builder b = { .a = a->arena };
	const struct val *v;
	json_t *j;

	val_set_all(&b, i->body);
	if (props)
		props = runtime_properties(i, props, false);
	if (props)
		val_set(&b, "properties", props);
	val_set(&b, "source", val_printf(a->arena, "%s#%s", i->d->file, i->ptr));
	v = val_built_obj(&b);
	j = v ? val_to_json(v, true) : NULL;
	return j;
}

/* Each id once, in the place of its first resource and with the contents of its last one,
 * which is what Azure keeps. */
static json_t *emit_resources(struct arm *a)
{
	json_t *list = json_array(), *places = json_object();
	uint64_t weight = 0;

	for (size_t k = 0; k < a->n_order && !a->over; k++) {
		struct inst *i = a->order[k];

		/* A body is written also when a part of the resource failed. */
		if (i->existing || !i->body || !i->key)
			continue;
		weight += i->body->weight;
		if (weight > VAL_MAX_WEIGHT) {
			arm_finding(a, SEV_ERROR, "ARM-LIMIT-01", NULL, i->d->file, i->ptr, NULL,
			            "what the template makes is too big");
			break;
		}
		json_t *place = json_object_get(places, i->key), *j = emit_resource(i);

		if (!j)
			continue;
		if (place) {
			json_array_set_new(list, (size_t)json_integer_value(place), j);
		} else {
			json_object_set_new_nocheck(
			    places, i->key, json_integer((json_int_t)json_array_size(list)));
			json_array_append_new(list, j);
		}
	}
	json_decref(places);
	return list;
}

/* --- a run ----------------------------------------------------------------------------------- */

static struct arm begin_run(const struct arm_options *o, struct findings *f)
{
	return (struct arm){ .arena = arena_new(),
		             .funcs = fn_table(),
		             .prereq_output = prereq_output,
		             .o = o,
		             .f = f };
}

static void finish_run(struct arm *a)
{
	for (size_t k = 0; k < a->n_deployments; k++) {
		HASH_CLEAR(hh, a->deployments[k]->params);
		HASH_CLEAR(hh, a->deployments[k]->vars);
		inst_names_free(a->deployments[k]);
		free(a->deployments[k]->insts);
	}
	HASH_CLEAR(hh, a->by_id);
	alloc_free(a);
	free(a->under_way);
	links_free(a);
	noted_free(a);
	free(a->deployments);
	free(a->order);
	free(a->fail.msg);
	free(a->fail.hint);
	arena_free(a->arena);
}

/* The scope that the template is deployed to, by its schema: but networks and machines go to a
 * resource group, whichever schema their author has copied. */
static enum scope_kind scope_of_root(const struct val *tmpl)
{
	const struct val *list = val_get(tmpl, "resources");
	enum scope_kind kind = scope_of_schema(tmpl);

	for (uint32_t i = 0; list && (list->type == V_ARR || list->type == V_OBJ) && i < list->n;
	     i++) {
		const struct val *r = list->type == V_ARR ? list->items[i] : list->members[i].v;
		const char *type = val_get_str(r, "type");

		if (type && !val_get(r, "existing") &&
		    (!strncasecmp(type, "Microsoft.Network/", 18) ||
		     !strncasecmp(type, "Microsoft.Compute/", 18)))
			return SCOPE_RG;
	}
	return kind;
}

static struct deployment *make_root_deployment(struct arm *a, const struct val *tmpl,
                                               const char *file)
{
	struct deployment *d = deployment_new(a, NULL);
	const char *base = strrchr(file, '/');

	base = base ? base + 1 : file;
	d->file = file;
	d->uri = arena_printf(a->arena, "%s%s", ARM_LOCAL, base);
	d->name = a->o->deployment ? a->o->deployment
	                           : arena_printf(a->arena, "%.*s", (int)strcspn(base, "."), base);
	d->tmpl = tmpl;
	d->given = a->params;
	d->scope = (struct scope){ .kind = scope_of_root(tmpl),
		                   .group = "lab",
		                   .subscription =
		                       a->o->subscription ? a->o->subscription : ARM_SUBSCRIPTION,
		                   .rg = a->o->resource_group ? a->o->resource_group : "lab",
		                   .location = arm_location(a) };
	a->root = d;
	params_declare(d);
	vars_declare(d);
	return d;
}

static int evaluate_template(struct arm *a, const char *text, size_t n, const char *file,
                             json_t **ret_resources, json_t **ret_outputs)
{
	const struct val *tmpl = text ? text_parse(a, text, n, file, true)
	                              : source_template(a, file, file, ""),
	                 *outputs;
	struct deployment *d;

	if (!tmpl)
		return -EBADMSG;
	if (tmpl->type != V_OBJ) {
		arm_finding(a, SEV_ERROR, "ARM-JSON-02", "InvalidTemplate", file, "", NULL,
		            "a template is an object: {\"$schema\": ..., \"resources\": ...}");
		return -EBADMSG;
	}
	d = make_root_deployment(a, tmpl, file);
	deployment_expand(d);
	deployment_eval(d);
	/* Again: what waited too deep is evaluated now. */
	for (size_t k = 0; k < a->n_deployments; k++)
		deployment_eval(a->deployments[k]);
	alloc_all(a);
	outputs = deployment_outputs(d);
	if (a->over && a->f->errors == a->errors_before)
		arm_finding(a, SEV_ERROR, "ARM-LIMIT-01", NULL, file, "", NULL,
		            "the template takes too much to evaluate");
	if (a->o->only_whole && a->f->errors > a->errors_before)
		return -EBADMSG;
	*ret_resources = emit_resources(a);
	*ret_outputs = val_to_json(outputs, false);
	return a->f->errors > a->errors_before ? -EBADMSG : 0;
}

static int run_template(struct arm *a, const char *text, size_t n, const char *file,
                        json_t **ret_resources, json_t **ret_outputs, struct err *e)
{
	json_t *resources = NULL, *outputs = NULL;
	int r;

	a->errors_before = a->f->errors;
	a->params = params_of_options(a, e);
	if (!a->params)
		return e->code ? -e->code : err_set(e, EFBIG, "the parameters are too big");
	r = evaluate_template(a, text, n, file, &resources, &outputs);
	*ret_resources = resources ? resources : json_array();
	*ret_outputs = outputs ? outputs : json_object();
	return r;
}

int arm_read(const struct arm_options *o, json_t **ret_resources, json_t **ret_outputs,
             struct findings *f, struct err *e)
{
	struct arm a = begin_run(o, f);
	_cleanup_str_ struct str text = { 0 };
	struct err ignored = { 0 };
	const char *slash = strrchr(o->file, '/'), *name;
	int r;

	a.dir = !slash             ? "."
	        : slash == o->file ? "/"
	                           : arena_printf(a.arena, "%.*s", (int)(slash - o->file), o->file);
	name = o->name ? o->name : slash ? slash + 1 : o->file;
	r = o->sources ? 0 : arm_file_read(&a, o->file, NULL, &text);
	if (o->sources) {
		r = run_template(&a, NULL, 0, name, ret_resources, ret_outputs, e ? e : &ignored);
	} else if (r < 0) {
		r = err_sys(e, -r, "%s", o->file);
	} else {
		arm_place_file(&a, name, o->file, &text);
		r = run_template(&a, str_get(&text), text.n, name, ret_resources, ret_outputs,
		                 e ? e : &ignored);
	}
	finish_run(&a);
	return r;
}

int arm_read_text(const char *text, size_t n, const struct arm_options *o, json_t **ret_resources,
                  json_t **ret_outputs, struct findings *f, struct err *e)
{
	struct arm a = begin_run(o, f);
	struct err ignored = { 0 };
	int r = run_template(&a, text, n, o->file ? o->file : "main.json", ret_resources,
	                     ret_outputs, e ? e : &ignored);

	finish_run(&a);
	return r;
}

int arm_expression(const char *text, json_t *template, json_t **ret, struct findings *f)
{
	const struct arm_options o = { .file = "test.json" };
	struct arm a = begin_run(&o, f);
	struct val_builder b = { .a = a.arena };
	json_t *j = json_pack("{s:s}", "value", text);
	const struct val *v = NULL, *tmpl;
	struct deployment *d;

	val_set(&b, "contentVersion", val_str(a.arena, "1.0.0.0"));
	if (template)
		val_set_all(&b, val_from_json(a.arena, template, true));
	tmpl = val_built_obj(&b);
	d = make_root_deployment(&a, tmpl, o.file);
	if (val_get(tmpl, "resources"))
		deployment_expand(d);
	if (j)
		v = tree_eval(&d->env, val_get(val_from_json(a.arena, j, true), "value"),
		              JPTR(NULL, "value"), d);
	json_decref(j);
	if (v)
		*ret = val_to_json(v, false);
	finish_run(&a);
	return v ? 0 : -EBADMSG;
}

const char **arm_functions(size_t *n)
{
	const struct func_table *t = fn_table();
	const char **names = xcalloc(t->n + 1, sizeof(*names));

	for (size_t i = 0; i < t->n; i++)
		names[i] = t->rows[i]->name;
	*n = t->n;
	return names;
}
