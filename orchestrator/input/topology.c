/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Design -> model, in two passes: first every object with its own values, then what refers to other
 * objects; so the order of the file does not matter, and all findings come in one run. */
#include "input/topology.h"

#include <string.h>

#include "azure/alloc.h"
#include "azure/guest_filter.h"
#include "azure/hybrid.h"
#include "azure/kind.h"
#include "azure/own_bgp.h"
#include "azure/routes.h"
#include "azure/sessions.h"
#include "base/str.h"
#include "checks/check.h"
#include "checks/failures.h"
#include "input/load.h"
#include "input/topology_def.h"
#include "schema/lab_name.h"

/* Without "name" the lab is called as its file: "seed.vnetlab.json" -> "seed". */
static const char *name_from_path(struct arena *a, const char *path)
{
	const char *base = path ? strrchr(path, '/') : NULL;
	_cleanup_free_ char *name = schema_lab_name(base ? base + 1 : path ? path : "");

	return arena_strdup(a, name);
}

static void load_settings(struct loader *l)
{
	schema_fill(settings_def(), json_object_get(l->root, "settings"), l->a, &l->m->settings);
}

static void load_all(struct loader *l, const char *path, const json_t *addresses)
{
	struct model *m = l->m;

	schema_fill(topology_def(), l->root, l->a, m);
	if (!m->name)
		m->name = name_from_path(l->a, path);
	load_settings(l);
	load_reserve(l);
	for (size_t i = 0; kinds[i]; i++)
		if (kinds[i]->list.size || kinds[i]->load)
			load_kind(l, kinds[i]);
	model_index(m); /* names */
	load_references(l);
	for (size_t i = 0; kinds[i]; i++)
		if (kinds[i]->resolve)
			kinds[i]->resolve(l, kinds[i]);
	load_place_nics(l);
	alloc_keep(m, addresses);
	alloc_private(m, l->f);
	for (size_t i = 0; kinds[i]; i++)
		if (kinds[i]->address)
			load_each(l, kinds[i], kinds[i]->address);
	for (size_t i = 0; kinds[i]; i++)
		if (kinds[i]->settle)
			kinds[i]->settle(l, kinds[i]);
	hybrid_wire(m);
	model_index(m); /* and addresses */
	model_bare_subnets(m);
	effective_routes_share(m);
	sessions_find_peers(m);
	own_bgp_read(m);
	guest_filters_read(m);
	checks_read(json_object_get(l->root, "checks"), m, l->f);
	failures_check_budgets(m, l->f);
}

struct model *design_model(json_t *design, struct findings *f)
{
	json_t *root = json_object_get(design, "topology");

	if (!json_is_object(root)) {
		finding_add(f, SEV_ERROR, "TOPO-TYPE-01", NULL, "", NULL,
		            "a topology is a JSON object: { ... }");
		return NULL;
	}
	struct loader l = {
		.m = model_new(),
		.f = f,
		.root = root,
		.files = json_object_get(design, "files"),
		.kinds = kinds,
	};

	l.a = l.m->arena;
	l.m->topology = json_incref(root);
	schema_check(topology_def(), root, NULL, f);
	load_all(&l, json_string_value(json_object_get(design, "path")),
	         json_object_get(design, "addresses"));
	return l.m;
}
