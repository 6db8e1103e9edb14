/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, ids, scopes and conditions of what is deployed, as expressions.  Microsoft Learn, "Set
 * name and type for child resources in Bicep", "Set scope for extension resources". */
#include "input/bicep/lower.h"

const char *deploy_type(struct blow *l, const struct bicep_decl *d)
{
	size_t n = strcspn(d->text, "@");

	if (d->sort == BS_MODULE)
		return "Microsoft.Resources/deployments";
	/* Nested, it has the last part alone. */
	if (d->up && !memchr(d->text, '/', n))
		return arena_printf(l->b->arena, "%s/%.*s", deploy_type(l, d->up), (int)n, d->text);
	return arena_printf(l->b->arena, "%.*s", (int)n, d->text);
}

const char *deploy_version(struct blow *l, const struct bicep_decl *d)
{
	const char *at = strchr(d->text, '@');

	(void)l;
	return d->sort == BS_MODULE ? "2022-09-01"
	       : at                 ? at + 1
	       : d->up              ? deploy_version(l, d->up)
	                            : "2024-01-01";
}

const struct bbind *deploy_binds(struct blow *l, const struct btarget *t, struct bbind room[2])
{
	const struct bx *loop = bicep_loop(t->decl);
	const struct bbind *around = NULL;
	_cleanup_str_ struct str list = { 0 };
	const char *index = t->index;

	if (!loop)
		return NULL;
	if (!index)
		index = arena_printf(l->b->arena, "copyIndex('%s')", bicep_symbol(l, t->decl));
	const struct bbind *mine = l->binds;

	l->binds = NULL;
	l->unmarked++; /* its variables are marked where they are used */
	l->text(l, loop->by, &list);
	l->unmarked--;
	l->binds = mine;
	room[0] =
	    (struct bbind){ around, loop->names[0],
		            arena_printf(l->b->arena, "%s[%s]", str_get(&list), index), NULL };
	if (loop->n_names < 2)
		return &room[0];
	room[1] = (struct bbind){ &room[0], loop->names[1], index, NULL };
	return &room[1];
}

struct view { /* what is seen from where another resource is declared */
	const struct bbind *binds;
	const struct bicep_decl *within;
	struct bbind room[2];
};

static void view_from(struct blow *l, const struct btarget *t, struct view *v)
{
	v->binds = l->binds;
	v->within = l->within;
	l->binds = deploy_binds(l, t, v->room);
	l->within = t->decl;
}

static void view_back(struct blow *l, const struct view *v)
{
	l->binds = v->binds;
	l->within = v->within;
}

/* The parent by "parent:" or by nesting; seen from the resource itself. */
static bool find_parent(struct blow *l, const struct btarget *t, struct btarget *ret)
{
	const struct bx *parent = bx_property(bicep_body(t->decl), "parent");

	*ret = (struct btarget){ 0 };
	if (t->decl->up) {
		ret->decl = t->decl->up;
		ret->index = !bicep_loop(t->decl->up) ? NULL
		             : t->index               ? t->index
		                                      : arena_printf(l->b->arena, "copyIndex('%s')",
		                                                     bicep_symbol(l, t->decl));
		return true;
	}
	if (!parent)
		return false;
	struct view v;

	view_from(l, t, &v);
	bool found = blow_target(l, parent, ret);

	view_back(l, &v);
	return found;
}

void deploy_own_name(struct blow *l, const struct btarget *t, struct str *out)
{
	const struct bx *name = bx_property(bicep_body(t->decl), "name");
	struct view v;

	if (!name && t->decl->sort == BS_MODULE) {
		str_printf(out, "format('%s-{0}{1}', uniqueString('%s', deployment().name), %s)",
		           t->decl->name, t->decl->name,
		           !bicep_loop(t->decl) ? "''"
		           : t->index           ? t->index
		                                : arena_printf(l->b->arena, "copyIndex('%s')",
		                                               bicep_symbol(l, t->decl)));
		return;
	}
	if (!name) {
		str_add(out, "''");
		return;
	}
	view_from(l, t, &v);
	l->text(l, name, out);
	view_back(l, &v);
}

/* One text for each part of the name. */
struct names {
	const char *v[16];
	size_t n;
};

static size_t parts_of_type(const char *type)
{
	size_t n = 0;

	for (const char *p = strchr(type, '/'); p; p = strchr(p + 1, '/'))
		n++;
	return n;
}

static void add_target_name(struct blow *l, struct names *out, const char *text, size_t parts)
{
	bool literal = *text == '\'' && strchr(text + 1, '\'') == text + strlen(text) - 1;

	for (size_t i = 0; i < parts && out->n < ARRAY_LEN(out->v); i++) {
		if (parts == 1) {
			out->v[out->n++] = text;
		} else if (literal) {
			const char *part = text + 1;

			for (size_t k = 0; k < i && *part; k++) {
				part += strcspn(part, "/'");
				part += *part == '/';
			}
			out->v[out->n++] =
			    arena_printf(l->b->arena, "'%.*s'", (int)strcspn(part, "/'"), part);
		} else {
			out->v[out->n++] =
			    arena_printf(l->b->arena, "split(%s, '/')[%zu]", text, i);
		}
	}
}

static void add_target_names(struct blow *l, const struct btarget *t, struct names *out,
                             unsigned depth)
{
	size_t parts = parts_of_type(deploy_type(l, t->decl));
	_cleanup_str_ struct str own = { 0 };
	struct btarget parent;

	if (depth < 16 && find_parent(l, t, &parent))
		add_target_names(l, &parent, out, depth + 1);
	l->unmarked++; /* of a literal the parts are taken */
	deploy_own_name(l, t, &own);
	l->unmarked--;
	add_target_name(l, out, arena_strdup(l->b->arena, str_get(&own)),
	                parts > out->n ? parts - out->n : 1);
}

void deploy_name(struct blow *l, const struct btarget *t, struct str *out)
{
	struct btarget parent;
	struct names names = { 0 };
	bool literal = true;

	if (!find_parent(l, t, &parent)) {
		deploy_own_name(l, t, out);
		return;
	}
	add_target_names(l, t, &names, 0);
	for (size_t i = 0; i < names.n; i++)
		literal = literal && *names.v[i] == '\'' &&
		          strchr(names.v[i] + 1, '\'') == names.v[i] + strlen(names.v[i]) - 1;
	str_add(out, literal ? "'" : "format('");
	for (size_t i = 0; i < names.n; i++)
		if (literal)
			str_printf(out, "%s%.*s", i ? "/" : "", (int)strlen(names.v[i]) - 2,
			           names.v[i] + 1);
		else
			str_printf(out, "%s{%zu}", i ? "/" : "", i);
	str_addc(out, '\'');
	for (size_t i = 0; i < names.n && !literal; i++)
		str_printf(out, ", %s", names.v[i]);
	if (!literal)
		str_addc(out, ')');
}

/* --- scopes ------------------------------------------------------------------------------------
 */

enum where { WHERE_HERE, WHERE_RG, WHERE_SUBSCRIPTION, WHERE_TENANT, WHERE_GROUP, WHERE_RESOURCE };

struct scope_of {
	enum where kind;
	const char *subscription, *name; /* texts; name: of a group, an id of a resource */
};

static const char *text_of_expr(struct blow *l, const struct bx *x)
{
	_cleanup_str_ struct str s = { 0 };

	l->text(l, x, &s);
	return arena_strdup(l->b->arena, str_get(&s));
}

static struct scope_of scope_of_target(struct blow *l, const struct btarget *t);

static struct scope_of scope_of_call(struct blow *l, const struct bx *x)
{
	struct scope_of s = { 0 };
	const char *first = x->n_items ? text_of_expr(l, x->items[0]) : NULL;

	if (streq(x->name, "resourceGroup") && first) {
		s.kind = WHERE_RG;
		s.name = x->n_items > 1 ? text_of_expr(l, x->items[1]) : first;
		s.subscription = x->n_items > 1 ? first : NULL;
	} else if (streq(x->name, "subscription")) {
		s.kind = WHERE_SUBSCRIPTION;
		s.subscription = first;
	} else if (streq(x->name, "tenant")) {
		s.kind = WHERE_TENANT;
	} else if (streq(x->name, "managementGroup")) {
		s.kind = WHERE_GROUP;
		s.name = first ? first : "managementGroup().name";
	}
	return s;
}

static struct scope_of scope_of_expr(struct blow *l, const struct bx *x)
{
	struct btarget t;
	struct scope_of s = { 0 };

	if (x->sort == BX_CALL)
		return scope_of_call(l, x);
	if (x->sort == BX_IF) {
		struct scope_of a = scope_of_expr(l, x->by), b = scope_of_expr(l, x->other);
		const char *of = text_of_expr(l, x->of);

		if (a.kind == WHERE_RG || b.kind == WHERE_RG) {
			s.kind = WHERE_RG;
			s.name = arena_printf(l->b->arena, "if(%s, %s, %s)", of,
			                      a.name ? a.name : "resourceGroup().name",
			                      b.name ? b.name : "resourceGroup().name");
			if (a.subscription || b.subscription)
				s.subscription =
				    arena_printf(l->b->arena, "if(%s, %s, %s)", of,
				                 a.subscription ? a.subscription
				                                : "subscription().subscriptionId",
				                 b.subscription ? b.subscription
				                                : "subscription().subscriptionId");
			return s;
		}
		return a;
	}
	if (!blow_target(l, x, &t))
		return s;
	blow_needs(l, t.decl);
	if (strieq(deploy_type(l, t.decl), "Microsoft.Resources/resourceGroups")) {
		_cleanup_str_ struct str name = { 0 };

		deploy_own_name(l, &t, &name);
		s.kind = WHERE_RG;
		s.name = arena_strdup(l->b->arena, str_get(&name));
		s.subscription = scope_of_target(l, &t).subscription;
		return s;
	}
	_cleanup_str_ struct str id = { 0 };

	deploy_id(l, &t, &id);
	s.kind = WHERE_RESOURCE;
	s.name = arena_strdup(l->b->arena, str_get(&id));
	return s;
}

static struct scope_of scope_of_target(struct blow *l, const struct btarget *t)
{
	const struct bx *x = bx_property(bicep_body(t->decl), "scope");
	struct btarget parent;
	struct scope_of s = { 0 };
	struct view v;

	if (x) {
		view_from(l, t, &v);
		s = scope_of_expr(l, x);
		view_back(l, &v);
		return s;
	}
	if (l->depth++ < 90 && find_parent(l, t, &parent))
		s = scope_of_target(l, &parent);
	l->depth--;
	return s;
}

static const char *target_scope(const struct blow *l)
{
	for (size_t i = 0; i < l->main->n_decls; i++) {
		const struct bicep_decl *d = l->main->decls[i];

		if (d->sort == BS_TARGET && d->value && d->value->sort == BX_STRING)
			return d->value->name;
	}
	return "resourceGroup";
}

void deploy_id(struct blow *l, const struct btarget *t, struct str *out)
{
	const char *type = deploy_type(l, t->decl), *target = target_scope(l);
	struct scope_of s = scope_of_target(l, t);
	struct names names = { 0 };

	add_target_names(l, t, &names, 0);
	if (strieq(type, "Microsoft.Resources/resourceGroups") ||
	    (s.kind == WHERE_HERE && streq(target, "subscription")))
		s.kind = WHERE_SUBSCRIPTION;
	if (strieq(type, "Microsoft.Management/managementGroups") ||
	    (s.kind == WHERE_HERE && streq(target, "tenant")))
		s.kind = WHERE_TENANT;
	if (s.kind == WHERE_HERE && streq(target, "managementGroup")) {
		s.kind = WHERE_GROUP;
		s.name = "managementGroup().name";
	}
	str_add(out, s.kind == WHERE_RESOURCE       ? "extensionResourceId("
	             : s.kind == WHERE_TENANT       ? "tenantResourceId("
	             : s.kind == WHERE_SUBSCRIPTION ? "subscriptionResourceId("
	             : s.kind == WHERE_GROUP        ? "managementGroupResourceId("
	                                            : "resourceId(");
	if (s.subscription && s.kind != WHERE_TENANT)
		str_printf(out, "%s, ", s.subscription);
	if (s.name && s.kind != WHERE_TENANT)
		str_printf(out, "%s, ", s.name);
	str_printf(out, "'%s'", type);
	for (size_t i = 0; i < names.n; i++)
		str_printf(out, ", %s", names.v[i]);
	str_addc(out, ')');
}

static void set_text(struct blow *l, json_t *out, const char *key, const char *text)
{
	json_object_set_new(out, key, bicep_expression(l, key, text));
}

void deploy_where(struct blow *l, const struct btarget *t, json_t *out)
{
	struct scope_of s = scope_of_target(l, t);
	const char *target = target_scope(l);

	switch (s.kind) {
	case WHERE_HERE:
		return;
	case WHERE_RG:
		if (s.subscription)
			set_text(l, out, "subscriptionId", s.subscription);
		set_text(l, out, "resourceGroup", s.name);
		return;
	case WHERE_SUBSCRIPTION:
		if (s.subscription || !streq(target, "subscription"))
			set_text(l, out, "subscriptionId",
			         s.subscription ? s.subscription : "subscription().subscriptionId");
		return;
	case WHERE_TENANT:
		if (!streq(target, "tenant"))
			json_object_set_new(out, "scope", json_string("/"));
		return;
	case WHERE_GROUP:
		set_text(l, out, "scope",
		         arena_printf(l->b->arena,
		                      "format('Microsoft.Management/managementGroups/{0}', %s)",
		                      s.name));
		return;
	case WHERE_RESOURCE:
		set_text(l, out, "scope", s.name);
		return;
	}
}

void deploy_reference(struct blow *l, const struct btarget *t, bool full, struct str *out)
{
	const char *symbol = bicep_symbol(l, t->decl);

	l->runtime = true;
	if (t->each) {
		str_add(out, t->each);
		return;
	}
	if (bicep_loop(t->decl) && !t->index) {
		str_printf(out, "references('%s'%s)", symbol, full ? ", 'full'" : "");
		return;
	}
	str_add(out, "reference(");
	if (t->index)
		str_printf(out, "format('%s[{0}]', %s)", symbol, t->index);
	else
		str_printf(out, "'%s'", symbol);
	if (full)
		str_printf(out, ", '%s', 'full'", deploy_version(l, t->decl));
	str_addc(out, ')');
}

static const struct bx *own_condition(const struct bicep_decl *d)
{
	const struct bx *x = d->value;

	if (x && x->sort == BX_FOR)
		return x->other;
	return x && x->sort == BX_WHEN ? x->by : NULL;
}

bool deploy_condition(struct blow *l, const struct btarget *t, struct str *out)
{
	_cleanup_str_ struct str own = { 0 };
	const struct bx *x = own_condition(t->decl);
	struct btarget up = { .decl = t->decl->up };
	bool around = false;
	struct view v;

	if (x) {
		view_from(l, t, &v);
		l->text(l, x, &own);
		view_back(l, &v);
	}
	if (up.decl) {
		_cleanup_str_ struct str outer = { 0 };

		up.index = t->index ? t->index
		                    : arena_printf(l->b->arena, "copyIndex('%s')",
		                                   bicep_symbol(l, t->decl));
		around = deploy_condition(l, &up, &outer);
		if (around)
			str_printf(out, x ? "and(%s, %s)" : "%s%s", str_get(&outer), str_get(&own));
	}
	if (x && !around)
		str_add(out, str_get(&own));
	return x || around;
}
