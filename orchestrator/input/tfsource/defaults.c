/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets what the provider azurerm assumes where a design says nothing, and a plan would show: the
 * rows stand beside those of the types (input/terraform/types.h). */
#include "input/terraform/types.h"
#include "input/tfsource/source.h"

static bool is_of_version(const struct source *s, const struct tf_default *d)
{
	unsigned version = s->modules[0]->code->azurerm;

	if (!version)
		version = 4; /* the newest, which `terraform init` would take */
	return version >= d->from && (!d->to || version <= d->to);
}

static const struct tf_default *defaults_of(const struct tfs_node *n)
{
	static const struct tf_default none[] = { { 0 } };
	const struct tf_type *def = n->data ? NULL : tf_type_find(n->type);

	return def && def->defaults ? def->defaults : none;
}

static void set_attribute_default(json_t *values, const char *attr, const struct tf_default *d)
{
	if (json_object_get(values, attr) || (d->unless && json_object_get(values, d->unless)))
		return;
	json_object_set_new(values, attr, json_loads(d->value, JSON_DECODE_ANY, NULL));
}

void tfs_defaults(const struct source *s, const struct tfs_node *n, json_t *values,
                  const json_t *unknown)
{
	json_t *x;
	size_t i;

	for (const struct tf_default *d = defaults_of(n); d->attr; d++) {
		const char *dot = strchr(d->attr, '.');

		if (!is_of_version(s, d))
			continue;
		if (!dot) {
			/* A value that the design gives and that is not known is not the default.
			 */
			if (!json_object_get(unknown, d->attr))
				set_attribute_default(values, d->attr, d);
			continue;
		}
		_cleanup_free_ char *block = xstrndup(d->attr, (size_t)(dot - d->attr));
		const json_t *open = json_object_get(unknown, block);

		json_array_foreach (json_object_get(values, block), i, x)
			if (json_is_object(x) && !json_object_get(json_array_get(open, i), dot + 1))
				set_attribute_default(x, dot + 1, d);
	}
}

json_t *tfs_default(struct source *s, struct tfs_node *n, const char *attr)
{
	for (const struct tf_default *d = defaults_of(n); d->attr; d++)
		if (streq(d->attr, attr) && is_of_version(s, d)) {
			json_t *other = d->unless ? tfs_given_attr(s, n, d->unless) : NULL;

			if (other) {
				json_decref(other);
				return NULL;
			}
			return json_loads(d->value, JSON_DECODE_ANY, NULL);
		}
	return NULL;
}
