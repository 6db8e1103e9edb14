/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases as data: a JSON file with one topology and several states of it (what was learned, who is
 * stopped), each with what must follow.  Files: tests/golden/DIR, read from the repository's top.
 */
#pragma once

#include <glob.h>
#include <jansson.h>

#include "azure/hybrid.h"
#include "azure/routes.h"
#include "input/topology.h"
#include "unit.h"

struct cases_state {
	const struct model *m;
	struct rib *rib;
	struct runtime rt;
	bool stopped[64], down[64];
	const char *title;
	json_t *j;
};

/* "RouteServer" or "RouteServer/1": {"0.0.0.0/0": ["172.16.1.4"]} */
static void cases_learn(const struct model *m, struct rib *rib, json_t *learned)
{
	const char *key, *prefix;
	json_t *routes, *hops, *hop;
	size_t i;

	json_object_foreach (learned, key, routes) {
		char name[128];
		unsigned from = 0, to = 1;
		const char *slash = strchr(key, '/');

		snprintf(name, sizeof(name), "%.*s",
		         (int)(slash ? (size_t)(slash - key) : strlen(key)), key);
		if (slash)
			from = to = slash[1] == '1';
		int table = model_table(m, "routeServer", name);

		if (table < 0)
			table = model_table(m, "gateway", name);
		assert_true(table >= 0);
		json_object_foreach (routes, prefix, hops) {
			ip4 nh[64];
			size_t n = 0;

			json_array_foreach (hops, i, hop)
				nh[n++] = A(json_string_value(hop));
			for (unsigned k = from; k <= to; k++)
				rib_set(&rib->tables[table][k], P(prefix), nh, n);
		}
	}
}

static void cases_state_run(const struct model *m, const char *title, json_t *j,
                            void (*fn)(const struct cases_state *))
{
	struct cases_state s = { .m = m, .title = title, .j = j };
	json_t *vm;
	size_t i;

	print_message("#   %s\n", title);
	s.rib = rib_new(model_n_tables(m));
	cases_learn(m, s.rib, json_object_get(j, "learned"));
	json_array_foreach (json_object_get(j, "silent"), i, vm) {
		int table = model_table(m, "gateway", json_string_value(vm));

		assert_true(table >= 0);
		s.rib->tables[table][0].silent = true;
	}
	assert_true(m->n_vms <= ARRAY_LEN(s.stopped));
	for (i = 0; i < m->n_vms; i++)
		s.stopped[i] = m->vms[i].deallocated;
	json_array_foreach (json_object_get(j, "stopped"), i, vm) {
		assert_non_null(model_vm(m, json_string_value(vm)));
		s.stopped[model_vm(m, json_string_value(vm))->idx] = true;
	}
	/* All backends of these load balancers fail their probes. */
	json_array_foreach (json_object_get(j, "unhealthy"), i, vm)
		for (size_t k = 0; k < m->n_load_balancers; k++) {
			const struct load_balancer *lb = &m->load_balancers[k];
			bool meant = strcmp(lb->name, json_string_value(vm)) == 0;

			assert_true(lb->first_backend + lb->n_backends <= ARRAY_LEN(s.down));
			for (size_t b = 0; meant && b < lb->n_backends; b++)
				s.down[lb->first_backend + b] = true;
		}
	s.rt.vm_stopped = s.stopped;
	s.rt.backend_down = s.down;
	fn(&s);
	rib_free(s.rib);
}

static void cases_file_run(const char *path, void (*fn)(const struct cases_state *))
{
	struct findings f = { 0 };
	json_error_t je;
	json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &je), *state;
	const char *title;

	print_message("# %s\n", path);
	if (!file)
		fail_msg("%s:%d: %s", path, je.line, je.text);
	/* a copy that is gone before the model is used: it must not point into it */
	json_t *own = json_object_get(file, "files");
	json_t *design =
	    json_pack("{s:o, s:o}", "topology", json_deep_copy(json_object_get(file, "topology")),
	              "files", own ? json_deep_copy(own) : json_object());
	struct model *m = design_checked(design, &f);

	json_decref(design);

	for (size_t i = 0; i < f.n; i++)
		if (f.items[i].severity == SEV_ERROR)
			print_message("# %s: %s\n", f.items[i].pointer, f.items[i].message);
	assert_non_null(m);
	assert_true(json_object_size(json_object_get(file, "states")) > 0);
	json_object_foreach (json_object_get(file, "states"), title, state)
		cases_state_run(m, title, state, fn);
	model_free(m);
	findings_free(&f);
	json_decref(file);
}

static void cases_run(const char *dir, void (*fn)(const struct cases_state *))
{
	_cleanup_free_ char *pattern = xasprintf("tests/golden/%s/*.json", dir);
	glob_t g;

	if (glob(pattern, 0, NULL, &g))
		fail_msg("no cases in tests/golden/%s: run from the repository's top", dir);
	for (size_t i = 0; i < g.gl_pathc; i++)
		cases_file_run(g.gl_pathv[i], fn);
	globfree(&g);
}
