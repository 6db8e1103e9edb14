/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/arm/deploy/used.h"

#include <strings.h>

#include "base/str.h"

struct search {
	struct arm *a;
	const char *asked; /* "parameters('name')" */
	struct param_use *found;
};

/* "'text'" at p, after what stands between arguments; NULL: there is none.  *ret_n: its length. */
static const char *find_literal(const char *p, size_t *ret_n)
{
	p += strspn(p, ", ");
	if (*p != '\'')
		return NULL;
	const char *end = strchr(++p, '\'');

	if (!end || end[1] == '\'') /* a quote in it */
		return NULL;
	*ret_n = (size_t)(end - p);
	return p;
}

/* "split(" before and ", '/')[8]" behind: it has nine parts at least. */
static void note_split(struct search *x, const char *behind)
{
	size_t n;
	const char *sep = find_literal(behind, &n), *p = sep ? sep + n + 1 : NULL;

	if (!sep || n != 1 || strncmp(p, ")[", 2) != 0)
		return;
	unsigned long k = strtoul(p + 2, NULL, 10);

	if (k < 32 && p[2] >= '0' && p[2] <= '9' && k + 1 > x->found->parts) {
		x->found->separator = *sep;
		x->found->parts = (unsigned)k + 1;
	}
}

/* "equals(" before and ", 'Microsoft.NetApp')" behind: the first such is one of its values. */
static void note_equal(struct search *x, const char *behind)
{
	size_t n;
	const char *text = find_literal(behind, &n);

	if (text && n && text[n + 1] == ')' && !x->found->value)
		x->found->value = val_strn(x->a->arena, text, n);
}

static bool stands_before(const char *s, const char *p, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(p - s) >= n && !strncasecmp(p - n, word, n);
}

static void look_into_expression(struct search *x, const char *s)
{
	for (const char *p = s; (p = strcasestr(p, x->asked)); p += strlen(x->asked)) {
		const char *behind = p + strlen(x->asked);

		if (stands_before(s, p, "split("))
			note_split(x, behind);
		else if (stands_before(s, p, "equals("))
			note_equal(x, behind);
		else if (stands_before(s, p, "equals(toLower(") && *behind == ')')
			note_equal(x, behind + 1);
	}
}

static void look_into_value(struct search *x, const struct val *v)
{
	if (v->type == V_STR && *v->s == '[')
		look_into_expression(x, v->s);
	for (uint32_t i = 0; v->type == V_ARR && i < v->n; i++)
		look_into_value(x, v->items[i]);
	for (uint32_t i = 0; v->type == V_OBJ && i < v->n; i++) {
		const struct member *m = &v->members[i];
		size_t n = strlen(x->asked);

		if (m->v->type == V_STR && *m->v->s == '[' &&
		    !strncasecmp(m->v->s + 1, x->asked, n) && streq(m->v->s + 1 + n, "]") &&
		    !streq(m->key, "value"))
			x->found->property = m->key;
		look_into_value(x, m->v);
	}
}

void param_used(struct deployment *d, const char *name, struct param_use *ret)
{
	_cleanup_free_ char *asked = xasprintf("parameters('%s')", name);
	struct search x = { d->a, asked, ret };

	*ret = (struct param_use){ 0 };
	look_into_value(&x, d->tmpl);
}
