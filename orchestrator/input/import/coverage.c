/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists what became of the resources, by types and one by one: `vnetlab import --coverage`. */
#include "input/import/priv.h"

static const char *const hows[] = { "read", "part", "ignored", "unsupported", "unknown" };

json_t *im_coverage(struct import *im)
{
	json_t *by_type = json_object(), *list = json_array(), *row;
	const char *type;

	for (size_t i = 0; i < im->n; i++) {
		const struct res *r = im->v[i];
		const char *how = hows[r->row->how];

		if (r->made_up)
			continue;
		row = json_object_get(by_type, r->type);
		if (!row) {
			row = json_pack("{s:s, s:i, s:s, s:i, s:b, s:s?}", "type", r->type,
			                "resources", 0, "how", how, "leftOut", 0, "packets",
			                r->row->packets, "why", r->row->why);
			json_object_set_new(by_type, r->type, row);
		}
		json_t *n = json_object_get(row, "resources"),
		       *out = json_object_get(row, "leftOut");

		json_integer_set(n, json_integer_value(n) + 1);
		json_integer_set(out, json_integer_value(out) + r->left_out);
	}
	/* Types that are not understood come first. */
	for (size_t k = ARRAY_LEN(hows); k-- > 0;)
		json_object_foreach (by_type, type, row)
			if (streq(json_string_value(json_object_get(row, "how")), hows[k]))
				json_array_append(list, row);
	json_decref(by_type);
	return list;
}

/* The place in the lab of what the resource became, or is a part of: "/virtualNetworks/hub"; NULL:
 * none.  The caller frees. */
static char *find_place_in_lab(const struct import *im, const struct res *r)
{
	const char *section;
	json_t *map;

	for (; r; r = r->parent) {
		if (!r->out || !r->lab)
			continue;
		json_object_foreach (im->topology, section, map)
			if (json_object_get(map, r->lab) == r->out)
				return xasprintf("/%s/%s", section, r->lab);
		for (size_t i = 0; i < im->n_nics; i++)
			if (im->nics[i].out == r->out)
				return xasprintf("/virtualMachines/%s/nics/%s", im->nics[i].vm,
				                 im->nics[i].lab);
	}
	return NULL;
}

/* Is it a member of its parent, written within it?  Then the source has no resource of its own. */
static bool is_member(const struct res *r)
{
	const char *own = r->source, *of = r->parent ? r->parent->source : NULL;

	return own && of && str_starts(own, of) && str_starts(own + strlen(of), "/properties/");
}

json_t *im_fates(struct import *im)
{
	json_t *list = json_array();

	for (size_t i = 0; i < im->n; i++) {
		const struct res *r = im->v[i];
		const char *why = r->why_out    ? r->why_out
		                  : r->row->why ? r->row->why
		                  : r->left_out ? "its finding says why"
		                                : NULL;
		bool out =
		    r->left_out && r->row->how != TYPE_UNSUPPORTED && r->row->how != TYPE_UNKNOWN;
		_cleanup_free_ char *place = r->left_out ? NULL : find_place_in_lab(im, r);

		if (r->made_up || is_member(r))
			continue;
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*}", "name", r->name, "type",
		                    r->type, "how", out ? "leftOut" : hows[r->row->how], "becomes",
		                    place, "why", place ? NULL : why, "source", r->source));
	}
	return list;
}
