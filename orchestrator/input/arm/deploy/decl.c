/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The declaration of a parameter or an output: its type, its limits, and whether a value fits. */
#include "input/arm/deploy/param.h"

/* Follows "$ref": "#/definitions/x" to the declaration that it names. */
const struct val *param_declaration(const struct deployment *d, const struct val *decl)
{
	for (int i = 0; i < 16; i++) {
		const char *ref = val_get_str(decl, "$ref");
		const struct val *to;

		if (!ref || !str_starts(ref, "#/definitions/"))
			break;
		to = val_get(val_get(d->tmpl, "definitions"), ref + strlen("#/definitions/"));
		if (!to)
			break;
		decl = to;
	}
	return decl;
}

const char *param_type(const struct deployment *d, const struct val *decl)
{
	const char *type = val_get_str(param_declaration(d, decl), "type");

	return type ? type : "string";
}
