/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The "checks" of a topology -> struct check.  Their form is the schema's. */
#include "checks/fields.h"

static const struct check_sort *sort_of(json_t *spec)
{
	size_t n, i = 0;
	const struct object_def *def = schema_choose(check_defs, spec, &n);

	while (def && check_defs[i] != def)
		i++;
	return def ? check_sorts[i] : NULL;
}

/* False: it is of no sort, which the schema has reported. */
static bool read_check(struct check_reader *r, const char *name, json_t *spec, struct check *ret)
{
	_cleanup_free_ char *ptr = jptr_str(JPTR(JPTR(NULL, "checks"), name));
	const struct check_sort *sort = json_is_object(spec) ? sort_of(spec) : NULL;

	if (!sort)
		return false;
	*ret = (struct check){ .name = name,
		               .ptr = arena_strdup(r->a, ptr),
		               .sort = sort,
		               .spec = spec,
		               .protocol = -1,
		               .instance = CHECK_BOTH_INSTANCES };
	schema_fill(&sort->fields, spec, r->a, ret);
	if (sort->refer)
		sort->refer(r, ret);
	return true;
}

void checks_read(json_t *checks, struct model *m, struct findings *f)
{
	struct check_reader r = { .m = m, .a = m->arena, .f = f };
	const char *name;
	json_t *spec;

	if (!json_is_object(checks))
		return;
	m->check_specs = json_incref(checks);
	m->checks = arena_array(m->arena, json_object_size(checks), sizeof(*m->checks));
	json_object_foreach (checks, name, spec)
		m->n_checks += read_check(&r, name, spec, &m->checks[m->n_checks]);
}

unsigned check_points(json_t *spec)
{
	const struct check_sort *sort = json_is_object(spec) ? sort_of(spec) : NULL;
	struct check c = { 0 };

	if (!sort)
		return 1;
	struct arena *a = arena_new();

	schema_fill(&sort->fields, spec, a, &c);
	arena_free(a);
	return c.points;
}
