/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lambdas, and loops whose elements they see.  Microsoft Learn, "Lambda functions for Bicep". */
#include "input/bicep/lower.h"

/* A loop of resources or modules, of which an expression means all; NULL. */
const struct bicep_decl *bicep_whole_loop(struct blow *l, const struct bx *x)
{
	struct btarget t;

	if (x->sort != BX_NAME && x->sort != BX_NESTED)
		return NULL;
	return blow_target(l, x, &t) && bicep_loop(t.decl) && !t.index && !t.each ? t.decl : NULL;
}

void bicep_lambda(struct blow *l, const char *const *names, size_t n, const struct bx *body,
                  const struct bicep_decl *each, struct str *out)
{
	struct bbind room[3];
	const struct bbind *around = l->binds;

	str_add(out, "lambda(");
	for (size_t i = 0; i < n; i++) {
		room[i] = (struct bbind){ l->binds, names[i], NULL, i ? NULL : each };
		l->binds = &room[i];
		bicep_quote(names[i], strlen(names[i]), out);
		str_add(out, ", ");
	}
	l->text(l, body, out);
	str_addc(out, ')');
	l->binds = around;
}
