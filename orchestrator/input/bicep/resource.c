/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources and modules.  Microsoft Learn, "Resource declaration in Bicep", "Bicep modules",
 * "Iterative loops in Bicep". */
#include "base/suggest.h"
#include "input/bicep/lower.h"

struct declaring {
	struct btarget target;
	json_t *needs;
	struct bbind room[2];
};

static void set_copy(struct blow *l, const struct bicep_decl *d, json_t *out)
{
	const struct bx *loop = bicep_loop(d), *batch = bicep_decorator(d, "batchSize");
	_cleanup_str_ struct str count = { 0 };
	const struct bbind *mine = l->binds;
	json_t *copy;

	if (!loop)
		return;
	l->binds = NULL;
	str_add(&count, "length(");
	l->text(l, loop->by, &count);
	str_addc(&count, ')');
	l->binds = mine;
	size_t at = bicep_enter(l, "copy");

	copy = json_pack("{s:s, s:o}", "name", bicep_symbol(l, d), "count",
	                 bicep_expression(l, "count", str_get(&count)));
	bicep_leave(l, at);
	if (batch && batch->n_items) {
		json_object_set_new(copy, "mode", json_string("serial"));
		json_object_set_new(copy, "batchSize", bicep_value(l, batch->items[0]));
	}
	json_object_set_new(out, "copy", copy);
}

/* Begins with what both have: copy, condition, type, version, name, scope. */
static json_t *begin_resource(struct blow *l, const struct bicep_decl *d, struct declaring *now)
{
	_cleanup_str_ struct str condition = { 0 }, name = { 0 };
	json_t *out = json_object();

	*now = (struct declaring){ .target = { .decl = d }, .needs = json_object() };
	l->needs = now->needs;
	l->within = d;
	bicep_leave(l, 0);
	bicep_enter(l, "resources");
	bicep_enter(l, bicep_symbol(l, d));
	bicep_put_place(l, &d->place);
	if (d->existing)
		json_object_set_new(out, "existing", json_true());
	set_copy(l, d, out);
	l->binds = deploy_binds(l, &now->target, now->room);
	if (deploy_condition(l, &now->target, &condition))
		json_object_set_new(out, "condition",
		                    bicep_expression(l, "condition", str_get(&condition)));
	json_object_set_new(out, "type", json_string(deploy_type(l, d)));
	json_object_set_new(out, "apiVersion", json_string(deploy_version(l, d)));
	deploy_name(l, &now->target, &name);
	json_object_set_new(out, "name", bicep_expression(l, "name", str_get(&name)));
	deploy_where(l, &now->target, out);
	return out;
}

static void need_parent(struct blow *l, const struct bicep_decl *d)
{
	const struct bx *parent = bx_property(bicep_body(d), "parent");
	struct btarget t;

	if (d->up)
		blow_needs(l, d->up);
	if (parent && blow_target(l, parent, &t))
		blow_needs(l, t.decl);
}

/* dependsOn: what is named there; also "cond ? a : b" and lists of loops. */
static void need_named(struct blow *l, const struct bx *x)
{
	struct btarget t;
	_cleanup_str_ struct str ignored = { 0 };

	if (x->sort == BX_ARRAY)
		for (size_t i = 0; i < x->n_items; i++)
			need_named(l,
			           x->items[i]->sort == BX_SPREAD ? x->items[i]->of : x->items[i]);
	else if (blow_target(l, x, &t))
		blow_needs(l, t.decl);
	else
		l->text(l, x, &ignored);
}

static void finish_resource(struct blow *l, const struct bicep_decl *d, struct declaring *now,
                            json_t *out)
{
	const struct bx *on = bx_property(bicep_body(d), "dependsOn");
	const char *symbol = bicep_symbol(l, d), *key;
	json_t *list = json_array(), *x;

	need_parent(l, d);
	if (on)
		need_named(l, on);
	json_object_del(now->needs, symbol);
	json_object_foreach (now->needs, key, x)
		json_array_append_new(list, json_string(key));
	if (json_array_size(list) && !d->existing)
		json_object_set(out, "dependsOn", list);
	json_decref(list);
	json_object_set_new(json_object_get(l->template, "resources"), symbol, out);
	json_decref(now->needs);
	l->needs = NULL;
	l->binds = NULL;
	l->within = NULL;
}

static bool is_of_deployment(const char *key)
{
	static const char *const keys[] = { "name", "scope", "parent", "dependsOn" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (streq(key, keys[i]))
			return true;
	return false;
}

void declare_resource(struct blow *l, const struct bicep_decl *d)
{
	const struct bx *body = bicep_body(d);
	struct declaring now;
	json_t *out = begin_resource(l, d, &now);

	if (!bx_property(body, "name"))
		bicep_report(l, SEV_ERROR, "BICEP-RES-01", d->place, NULL,
		             "the resource \"%s\" has no name", d->name);
	for (size_t i = 0; i < body->n_items; i++) {
		const struct bx *item = body->items[i];

		if (item->sort == BX_SPREAD || (item->sort == BX_PROPERTY && item->by))
			bicep_report(l, SEV_ERROR, "BICEP-RES-02", item->place, NULL,
			             "the names of a resource's own members are not computed");
		if (item->sort != BX_PROPERTY || item->by)
			continue;
		size_t n = bicep_enter(l, item->name);

		bicep_put_place(l, &item->place);
		if (!is_of_deployment(item->name))
			json_object_set_new(out, item->name, bicep_value(l, item->of));
		bicep_leave(l, n);
	}
	finish_resource(l, d, &now, out);
}

/* --- modules -----------------------------------------------------------------------------------
 */

/* kv.getSecret('name') is a reference, not a value; NULL: it is none. */
static json_t *secret(struct blow *l, const struct bx *x)
{
	_cleanup_str_ struct str id = { 0 };
	struct btarget t;

	if (x->sort != BX_CALL || !x->of || !streq(x->name, "getSecret") || !x->n_items ||
	    !blow_target(l, x->of, &t))
		return NULL;
	deploy_id(l, &t, &id);
	return json_pack("{s:{s:{s:o}, s:o}}", "reference", "keyVault", "id",
	                 bicep_expression(l, "reference", str_get(&id)), "secretName",
	                 bicep_value(l, x->items[0]));
}

static void set_parameters(struct blow *l, const struct bx *params, json_t *properties)
{
	json_t *out = json_object();

	for (size_t i = 0; params && i < params->n_items; i++) {
		const struct bx *item = params->items[i];

		if (item->sort != BX_PROPERTY || item->by) {
			bicep_report(l, SEV_ERROR, "BICEP-RES-02", item->place, NULL,
			             "the names of parameters are not computed");
			continue;
		}
		json_t *one = secret(l, item->of);
		size_t n = bicep_enter(l, item->name);

		bicep_put_place(l, &item->place);
		if (!one) {
			bicep_enter(l, "value");
			one = json_pack("{s:o}", "value", bicep_value(l, item->of));
		}
		bicep_leave(l, n);
		json_object_set_new(out, item->name, one);
	}
	json_object_set_new(properties, "parameters", out);
}

static const struct bicep_decl *parameter_of(const struct bicep_file *f, const char *name)
{
	for (size_t i = 0; i < f->n_decls; i++)
		if (f->decls[i]->sort == BS_PARAM && streq(f->decls[i]->name, name))
			return f->decls[i];
	return NULL;
}

/* Parameters that the module lacks, and that it needs. */
static void check_parameters(struct blow *l, const struct bicep_decl *d,
                             const struct bicep_file *file, const struct bx *params)
{
	const char *names[256];
	size_t n = 0, compared = 0;

	for (size_t i = 0; i < file->n_decls && n < ARRAY_LEN(names); i++)
		if (file->decls[i]->sort == BS_PARAM)
			names[n++] = file->decls[i]->name;
	for (size_t i = 0; params && i < params->n_items; i++) {
		const struct bx *item = params->items[i];

		if (item->sort != BX_PROPERTY || item->by || parameter_of(file, item->name))
			continue;
		_cleanup_free_ char *hint =
		    n ? suggest_name(item->name, names, n, &compared) : NULL;

		bicep_report(l, SEV_ERROR, "BICEP-PARAM-01", item->place, hint,
		             "the module %s has no parameter \"%s\"", d->text, item->name);
	}
	for (size_t i = 0; i < file->n_decls; i++) {
		const struct bicep_decl *p = file->decls[i];

		if (p->sort != BS_PARAM || p->value || (params && bx_property(params, p->name)) ||
		    !p->type || p->type->sort != BX_NAME)
			continue;
		const struct bx *type = p->type;

		if (!type->of && (streq(type->name, "string") || streq(type->name, "int") ||
		                  streq(type->name, "bool") || streq(type->name, "object") ||
		                  streq(type->name, "array")))
			bicep_report(l, SEV_ERROR, "BICEP-PARAM-02", d->place, NULL,
			             "the module %s needs a value for its parameter \"%s\" (%s)",
			             d->text, p->name, type->name);
	}
}

void declare_module(struct blow *l, const struct bicep_decl *d, const char *name,
                    const struct bicep_file *file)
{
	const struct bx *body = bicep_body(d), *params = bx_property(body, "params");
	struct declaring now;
	json_t *out = begin_resource(l, d, &now), *properties = json_object();

	bicep_enter(l, "properties");
	bicep_enter(l, "parameters");
	if (params && params->sort != BX_OBJECT) {
		bicep_report(l, SEV_ERROR, "BICEP-RES-02", params->place, NULL,
		             "the parameters of a module are an object: params: { name: value }");
		params = NULL;
	}
	json_object_set_new(properties, "mode", json_string("Incremental"));
	json_object_set_new(properties, "expressionEvaluationOptions",
	                    json_pack("{s:s}", "scope", "inner"));
	set_parameters(l, params, properties);
	if (file)
		check_parameters(l, d, file, params);
	json_object_set_new(properties, "templateLink",
	                    json_pack("{s:o}", "uri", json_sprintf("source:%s", name)));
	json_object_set_new(out, "properties", properties);
	finish_resource(l, d, &now, out);
}
