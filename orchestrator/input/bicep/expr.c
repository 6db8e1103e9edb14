/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions as those of templates.  Microsoft Learn, "Bicep operators", "ARM template functions".
 */
#include "input/bicep/lower.h"

enum { LINKS = 128, TEXT_MAX = 4 << 20 };

/* --- strings, lists, objects -------------------------------------------------------------------
 */

static void format_text(struct blow *l, const struct bx *x, struct str *out)
{
	_cleanup_str_ struct str format = { 0 }, args = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < x->n_items; i++) {
		const struct bx *part = x->items[i];

		if (part->sort != BX_STRING) {
			str_printf(&format, "{%zu}", n++);
			str_add(&args, ", ");
			bicep_text(l, part, &args);
			continue;
		}
		for (const char *c = part->name; *c; c++) {
			str_addc(&format, *c);
			if (*c == '{' || *c == '}')
				str_addc(&format, *c);
		}
	}
	str_add(out, "format(");
	bicep_quote(str_get(&format), format.n, out);
	str_printf(out, "%s)", str_get(&args));
}

/* Elements that are no spread between those that are: createArray(...) or createObject(...). */
static void append_plain_run(struct blow *l, const struct bx *x, size_t from, size_t to,
                             struct str *out)
{
	bool any = false;

	str_add(out, x->sort == BX_ARRAY ? "createArray(" : "createObject(");
	for (size_t i = from; i < to; i++) {
		const struct bx *item = x->items[i];

		if (item->sort == BX_RESOURCE)
			continue;
		str_add(out, any ? ", " : "");
		any = true;
		if (item->sort == BX_PROPERTY) {
			if (item->by)
				bicep_text(l, item->by, out);
			else
				bicep_quote(item->name, strlen(item->name), out);
			str_add(out, ", ");
			item = item->of;
		}
		bicep_text(l, item, out);
	}
	str_addc(out, ')');
}

static void elements_text(struct blow *l, const struct bx *x, struct str *out)
{
	bool spread = false, any = false;

	for (size_t i = 0; i < x->n_items; i++)
		spread = spread || x->items[i]->sort == BX_SPREAD;
	if (!spread) {
		append_plain_run(l, x, 0, x->n_items, out);
		return;
	}
	str_add(out, x->sort == BX_ARRAY ? "flatten(createArray(" : "shallowMerge(createArray(");
	for (size_t i = 0, to; i < x->n_items; i = to) {
		str_add(out, any ? ", " : "");
		any = true;
		to = i + 1;
		if (x->items[i]->sort == BX_SPREAD) {
			bicep_text(l, x->items[i]->of, out);
			continue;
		}
		while (to < x->n_items && x->items[to]->sort != BX_SPREAD)
			to++;
		append_plain_run(l, x, i, to, out);
	}
	str_add(out, "))");
}

/* --- loops and lambdas -------------------------------------------------------------------------
 */

static void for_text(struct blow *l, const struct bx *x, struct str *out)
{
	const struct bicep_decl *each = bicep_whole_loop(l, x->by);
	const struct bx *body = x->of;

	if (!x->other || x->n_names == 1) {
		str_add(out, x->other ? "map(filter(" : "map(");
		bicep_text(l, x->by, out);
		str_add(out, ", ");
		if (x->other) {
			bicep_lambda(l, x->names, x->n_names, x->other, each, out);
			str_add(out, "), ");
		}
		bicep_lambda(l, x->names, x->n_names, body, each, out);
		str_addc(out, ')');
		return;
	}
	/* The index counts what the filter leaves out, too. */
	struct bx one = { .sort = BX_ARRAY, .items = &body, .n_items = 1, .place = x->place };
	struct bx none = { .sort = BX_ARRAY, .place = x->place };
	struct bx chosen = {
		.sort = BX_IF, .of = x->other, .by = &one, .other = &none, .place = x->place
	};

	str_add(out, "flatten(map(");
	bicep_text(l, x->by, out);
	str_add(out, ", ");
	bicep_lambda(l, x->names, x->n_names, &chosen, each, out);
	str_add(out, "))");
}

/* --- names and what follows them ---------------------------------------------------------------
 */

static void declared_text(struct blow *l, const struct bicep_decl *d, const struct bx *x,
                          struct str *out)
{
	struct btarget t;
	const char *name;

	switch (d->sort) {
	case BS_PARAM:
		if (l->b->params_file) {
			str_add(out, "variables(");
			name = l->variable(l, d, out);
		} else {
			str_add(out, "parameters(");
			name = d->name;
		}
		bicep_quote(name, strlen(name), out);
		str_addc(out, ')');
		return;
	case BS_VAR: {
		_cleanup_str_ struct str inlined = { 0 };

		name = l->variable(l, d, &inlined);
		if (!name) {
			str_add(out, str_get(&inlined));
			return;
		}
		str_add(out, "variables(");
		bicep_quote(name, strlen(name), out);
		str_addc(out, ')');
		return;
	}
	case BS_RESOURCE:
	case BS_MODULE:
		if (!blow_target(l, x, &t))
			break;
		blow_needs(l, t.decl);
		deploy_reference(l, &t, d->sort == BS_RESOURCE, out);
		return;
	default:
		break;
	}
	bicep_report(l, SEV_ERROR, "BICEP-NAME-02", x->place, NULL, "\"%s\" is no value", x->name);
	str_add(out, "null()");
}

static void name_text(struct blow *l, const struct bx *x, struct str *out)
{
	const struct bbind *bind = blow_bind(l, x->name);
	const struct bicep_decl *d = bind ? NULL : blow_find(l, x->name);

	if (bind && bind->text) {
		str_add(out, bind->text);
	} else if (bind) {
		str_printf(out, "lambdaVariables('%s')", x->name);
	} else if (d || (d = blow_imported(l, x))) {
		declared_text(l, d, x, out);
	} else {
		blow_unknown_name(l, x);
		str_add(out, "null()");
	}
}

struct chain { /* base.a[1].?b: links from the base on */
	const struct bx *base, *links[LINKS];
	size_t n;
	bool safe; /* tryGet() is open */
};

static void append_key_text(struct blow *l, const struct bx *link, struct str *out)
{
	if (link->sort == BX_MEMBER) {
		bicep_quote(link->name, strlen(link->name), out);
	} else if (link->end) {
		str_add(out, "createObject('value', ");
		bicep_text(l, link->by, out);
		str_add(out, ", 'fromEnd', true())");
	} else {
		bicep_text(l, link->by, out);
	}
}

/* Appends links to what is in out; from the first safe one on they are arguments of tryGet(). */
static void append_chain_link(struct blow *l, struct chain *c, const struct bx *link,
                              struct str *out)
{
	if ((link->safe || link->end) && !c->safe) {
		_cleanup_free_ char *of = str_take(out);

		*out = (struct str){ 0 };
		str_printf(out, "tryGet(%s", of);
		c->safe = true;
	}
	if (c->safe) {
		str_add(out, ", ");
		append_key_text(l, link, out);
	} else if (link->sort == BX_MEMBER) {
		str_printf(out, ".%s", link->name);
	} else {
		str_addc(out, '[');
		bicep_text(l, link->by, out);
		str_addc(out, ']');
	}
}

/* Writes a question for what may not be there: if(condition, reference(...), null()), where the
 * link is a safe one. */
static void asked_text(struct blow *l, const struct btarget *t, bool full, bool safe,
                       struct str *out)
{
	_cleanup_str_ struct str condition = { 0 }, answer = { 0 };

	deploy_reference(l, t, full, &answer);
	if (safe && deploy_condition(l, t, &condition))
		str_printf(out, "if(%s, %s, null())", str_get(&condition), str_get(&answer));
	else
		str_add(out, str_get(&answer));
}

/* r.id and what else is known before it is deployed. */
static bool known_text(struct blow *l, const struct btarget *t, const char *name, struct str *out)
{
	struct btarget here = *t;

	if (t->each)
		return false;
	if (streq(name, "id"))
		deploy_id(l, &here, out);
	else if (streq(name, "name") && t->decl->sort == BS_RESOURCE)
		deploy_own_name(l, &here, out);
	else if (streq(name, "name"))
		deploy_name(l, &here, out);
	else if (streq(name, "type"))
		str_printf(out, "'%s'", deploy_type(l, t->decl));
	else if (streq(name, "apiVersion"))
		str_printf(out, "'%s'", deploy_version(l, t->decl));
	else
		return false;
	return true;
}

/* Writes the text of a resource or a module; returns how many links that took. */
static size_t target_text(struct blow *l, struct chain *c, size_t at, const struct btarget *t,
                          struct str *out)
{
	const struct bx *link = at < c->n ? c->links[at] : NULL, *next;
	bool module = t->decl->sort == BS_MODULE;

	blow_needs(l, t->decl);
	if (!link || link->sort != BX_MEMBER) {
		asked_text(l, t, !module, link && link->safe, out);
		return at;
	}
	if (known_text(l, t, link->name, out))
		return at + 1;
	if (!module && streq(link->name, "properties") && !link->safe && !t->each) {
		asked_text(l, t, false, false, out);
		return at + 1;
	}
	asked_text(l, t, !module, link->safe, out);
	append_chain_link(l, c, link, out);
	next = at + 1 < c->n ? c->links[at + 1] : NULL;
	if (!module || !streq(link->name, "outputs") || !next)
		return at + 1;
	append_chain_link(l, c, next, out);
	const struct bx value = { .sort = BX_MEMBER, .name = "value", .place = next->place };

	append_chain_link(l, c, &value, out);
	return at + 2;
}

static void chain_text(struct blow *l, const struct bx *x, struct str *out)
{
	const struct bicep_decl *d;
	struct chain c = { .base = x };
	struct btarget t;
	_cleanup_str_ struct str text = { 0 };
	size_t at = 0;

	for (; c.base->sort == BX_MEMBER || c.base->sort == BX_INDEX; c.base = c.base->of) {
		if (c.n == LINKS) {
			bicep_report(l, SEV_ERROR, "BICEP-LIMIT-01", x->place, NULL,
			             "more than %d members of members are not taken", LINKS);
			str_add(out, "null()");
			return;
		}
		c.links[c.n++] = c.base;
	}
	for (size_t i = 0; i < c.n / 2; i++) {
		const struct bx *swap = c.links[i];

		c.links[i] = c.links[c.n - 1 - i];
		c.links[c.n - 1 - i] = swap;
	}
	const struct bx *first = c.n ? c.links[0] : x;

	if (c.base->sort == BX_NAME && !blow_bind(l, c.base->name) && !blow_find(l, c.base->name) &&
	    first->sort == BX_MEMBER && (d = blow_imported(l, first))) {
		declared_text(l, d, first, &text);
		at = 1;
	} else if (first->sort == BX_INDEX && blow_target(l, first, &t)) {
		at = target_text(l, &c, 1, &t, &text);
	} else if (blow_target(l, c.base, &t)) {
		at = target_text(l, &c, 0, &t, &text);
	} else {
		bicep_text(l, c.base, &text);
	}
	for (; at < c.n; at++) {
		bool marked = bicep_mark(l, &c.links[at]->place, &text);

		append_chain_link(l, &c, c.links[at], &text);
		if (marked)
			bicep_mark_end(&text);
	}
	str_printf(out, "%s%s", str_get(&text), c.safe ? ")" : "");
}

/* --- operators ---------------------------------------------------------------------------------
 */

static void call_text(struct blow *l, const char *name, const struct bx *a, const struct bx *b,
                      struct str *out)
{
	str_printf(out, "%s(", name);
	bicep_text(l, a, out);
	if (b) {
		str_add(out, ", ");
		bicep_text(l, b, out);
	}
	str_addc(out, ')');
}

static void binary_text(struct blow *l, const struct bx *x, struct str *out)
{
	static const char *const names[] = { [BOP_OR] = "or",      [BOP_AND] = "and",
		                             [BOP_EQ] = "equals",  [BOP_NE] = NULL,
		                             [BOP_LT] = "less",    [BOP_LE] = "lessOrEquals",
		                             [BOP_GT] = "greater", [BOP_GE] = "greaterOrEquals",
		                             [BOP_ADD] = "add",    [BOP_SUB] = "sub",
		                             [BOP_MUL] = "mul",    [BOP_DIV] = "div",
		                             [BOP_MOD] = "mod",    [BOP_COALESCE] = "coalesce" };
	const struct bx a = { .sort = BX_CALL,
		              .name = "toLower",
		              .items = (const struct bx **)&x->of,
		              .n_items = 1,
		              .place = x->of->place };
	const struct bx b = { .sort = BX_CALL,
		              .name = "toLower",
		              .items = (const struct bx **)&x->by,
		              .n_items = 1,
		              .place = x->by->place };

	switch (x->op) {
	case BOP_NE:
		str_add(out, "not(");
		call_text(l, "equals", x->of, x->by, out);
		str_addc(out, ')');
		return;
	case BOP_LIKE:
		call_text(l, "equals", &a, &b, out);
		return;
	case BOP_UNLIKE:
		str_add(out, "not(");
		call_text(l, "equals", &a, &b, out);
		str_addc(out, ')');
		return;
	default:
		call_text(l, names[x->op], x->of, x->by, out);
	}
}

static void minus_text(struct blow *l, const struct bx *x, struct str *out)
{
	const struct bx zero = { .sort = BX_INT, .place = x->place };

	if (x->of->sort == BX_INT)
		str_printf(out, "-%lld", x->of->number);
	else
		call_text(l, "sub", &zero, x->of, out);
}

static void if_text(struct blow *l, const struct bx *x, struct str *out)
{
	str_add(out, "if(");
	bicep_text(l, x->of, out);
	str_add(out, ", ");
	bicep_text(l, x->by, out);
	str_add(out, ", ");
	bicep_text(l, x->other, out);
	str_addc(out, ')');
}

static void nested_text(struct blow *l, const struct bx *x, struct str *out)
{
	struct btarget t;

	if (!blow_target(l, x, &t))
		return;
	blow_needs(l, t.decl);
	deploy_reference(l, &t, true, out);
}

static void sort_text(struct blow *l, const struct bx *x, struct str *out)
{
	switch (x->sort) {
	case BX_NULL:
		str_add(out, "null()");
		return;
	case BX_BOOL:
		str_add(out, x->number ? "true()" : "false()");
		return;
	case BX_INT:
		str_printf(out, "%lld", x->number);
		return;
	case BX_STRING:
		bicep_quote(x->name, strlen(x->name), out);
		return;
	case BX_FORMAT:
		format_text(l, x, out);
		return;
	case BX_NAME:
		name_text(l, x, out);
		return;
	case BX_MEMBER:
	case BX_INDEX:
		chain_text(l, x, out);
		return;
	case BX_NESTED:
		nested_text(l, x, out);
		return;
	case BX_CALL:
		if (!bicep_call(l, x, out))
			str_add(out, "null()");
		return;
	case BX_ARRAY:
	case BX_OBJECT:
		elements_text(l, x, out);
		return;
	case BX_NOT:
		call_text(l, "not", x->of, NULL, out);
		return;
	case BX_MINUS:
		minus_text(l, x, out);
		return;
	case BX_BINARY:
		binary_text(l, x, out);
		return;
	case BX_IF:
		if_text(l, x, out);
		return;
	case BX_LAMBDA:
		bicep_lambda(l, x->names, x->n_names, x->of, NULL, out);
		return;
	case BX_FOR:
		for_text(l, x, out);
		return;
	default:
		bicep_report(l, SEV_ERROR, "BICEP-NAME-02", x->place, NULL, "this is no value");
		str_add(out, "null()");
	}
}

void bicep_text(struct blow *l, const struct bx *x, struct str *out)
{
	if (l->depth > 400 || out->n > TEXT_MAX) {
		bicep_report(l, SEV_ERROR, "BICEP-LIMIT-01", x->place, NULL,
		             "what this stands for is nested too deep, or too long");
		str_add(out, "null()");
		return;
	}
	bool marked = x->sort > BX_BOOL && bicep_mark(l, &x->place, out);

	l->depth++;
	sort_text(l, x, out);
	l->depth--;
	if (marked)
		bicep_mark_end(out);
}
