/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A name is declared once in a module: https://developer.hashicorp.com/terraform/language. */
#include <stdlib.h>

#include "input/tfsource/source.h"

struct declared {
	const char *what, *type, *name; /* type: "" where there is none */
	struct hcl_place place;
	size_t order;
};

struct declarations {
	struct declared *v;
	size_t n, cap;
};

static void add_blocks_declared(struct declarations *d, const struct hcl_block **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		VEC_PUSH(d->v, d->n, d->cap) =
		    (struct declared){ v[i]->type, v[i]->n_labels > 1 ? v[i]->labels[0] : "",
			               v[i]->labels[v[i]->n_labels - 1], v[i]->place, d->n };
}

static int compare_declared(const void *a, const void *b)
{
	const struct declared *x = a, *y = b;
	int order = strcmp(x->what, y->what);

	order = order ? order : strcmp(x->type, y->type);
	order = order ? order : strcmp(x->name, y->name);
	return order ? order : x->order < y->order ? -1 : 1;
}

static bool is_same_name(const struct declared *x, const struct declared *y)
{
	return streq(x->what, y->what) && streq(x->type, y->type) && streq(x->name, y->name);
}

void tfs_report_declared_twice(struct source *s, const struct tfs_code *c)
{
	struct declarations d = { 0 };

	add_blocks_declared(&d, c->resources, c->n_resources);
	add_blocks_declared(&d, c->variables, c->n_variables);
	add_blocks_declared(&d, c->outputs, c->n_outputs);
	add_blocks_declared(&d, c->modules, c->n_modules);
	for (size_t i = 0; i < c->n_locals; i++)
		VEC_PUSH(d.v, d.n, d.cap) =
		    (struct declared){ "local value", "", c->locals[i]->name, c->locals[i]->place,
			               d.n };
	if (d.n)
		qsort(d.v, d.n, sizeof(*d.v), compare_declared);
	for (size_t i = 1; i < d.n; i++) {
		const struct declared *x = &d.v[i];

		if (!is_same_name(x, x - 1))
			continue;
		_cleanup_free_ char *first = hcl_place_str(x[-1].place);

		hcl_report(s->findings, SEV_ERROR, "HCL-TWICE-01", x->place,
		           "give one of them another name, or take it out",
		           "%s %s%s\"%s\" is declared twice, at %s as well", x->what, x->type,
		           *x->type ? " " : "", x->name, first);
	}
	free(d.v);
}
