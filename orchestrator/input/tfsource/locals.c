/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/tfsource/source.h"

struct local {
	struct tfs_module *module;
	const struct hcl_attr *attr;
};

static json_t *make_local(struct source *s, void *ctx)
{
	const struct local *l = ctx;

	return tfs_eval(s, l->attr->expr, l->module, NULL);
}

json_t *tfs_local(struct source *s, struct tfs_module *m, const char *name,
                  const struct hcl_expr *at)
{
	struct local l = { .module = m };
	_cleanup_free_ char *key = xasprintf("local.%s", name);

	for (size_t i = 0; i < m->code->n_locals; i++)
		if (streq(m->code->locals[i]->name, name))
			l.attr = m->code->locals[i];
	return l.attr ? tfs_once(s, m->known, m->busy, key, at->place, make_local, &l) : NULL;
}
