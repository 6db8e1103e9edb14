/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/import/import.h"

#include "azure/kind.h"
#include "input/import/priv.h"

static void name_all(struct import *im)
{
	for (size_t i = 0; i < im->n; i++) {
		struct res *r = im->v[i];

		if (r->row->how == TYPE_READ && r->row->map)
			r->lab = im_name(im, r->row->map, r, r->name);
	}
}

static void set_origins(struct import *im)
{
	for (size_t i = 0; i < im->n; i++)
		if (im->v[i]->out)
			im_put_origin(im->v[i]->out, im->v[i]);
}

/* The order in which people read a design. */
static json_t *in_order(struct import *im)
{
	json_t *top = json_object();

	put_str(top, "name", im->o->name);
	if (im->o->from)
		json_object_set_new(top, "description",
		                    json_sprintf("imported from %s", im->o->from));
	for (const struct kind *k = NULL; (k = kind_after(k));) {
		json_t *map = json_object_get(im->topology, k->key);

		if (json_object_size(map))
			json_object_set(top, k->key, map);
	}
	return top;
}

static void read_resources(struct import *im)
{
	for (size_t k = 0; im->table[k]; k++)
		for (const struct import_type *row = im->table[k]; row->type; row++) {
			struct res *r;

			if (!row->read || row->when_used)
				continue;
			IM_EACH(im, r, row->type)
			row->read(im, r);
		}
}

json_t *import_design(json_t *resources, const struct import_options *o, struct findings *f)
{
	struct import im = {
		.a = arena_new(),
		.f = f,
		.o = o,
		.table = import_table(),
		.topology = json_object(),
		.files = json_object(),
		.names = json_object(),
		.held = json_object(),
		.keep = json_array(),
		.pools = json_object(),
		.elsewhere = json_object(),
		.services = json_object(),
		.tails = json_object(),
	};

	im_index(&im, resources);
	if (!o->all_there)
		im_make_up_parents(&im);
	im_types(&im);
	im_keep_names(&im);
	name_all(&im);
	read_resources(&im);
	import_guests(&im);
	import_overrides(&im);
	im_props(&im);
	set_origins(&im);
	if (!json_object_size(kinds_needed(im.topology)))
		finding_add_source(
		    f, SEV_ERROR, "IMPORT-EMPTY-01", NULL, o->from,
		    "--coverage says what was read and what was not",
		    "there is no virtual network in it, so there is nothing to build");
	json_t *ret = json_pack("{s:o, s:o, s:o, s:o}", "topology", in_order(&im), "files",
	                        im.files, "coverage", im_coverage(&im), "fates", im_fates(&im));

	json_decref(im.topology);
	json_decref(im.names);
	json_decref(im.held);
	json_decref(im.keep);
	json_decref(im.pools);
	json_decref(im.elsewhere);
	json_decref(im.services);
	json_decref(im.tails);
	HASH_CLEAR(hh, im.by_key);
	HASH_CLEAR(hh, im.by_type);
	free(im.v);
	free(im.nics);
	free(im.taken);
	arena_free(im.a);
	return ret;
}
