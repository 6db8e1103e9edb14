/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image_plan TOPOLOGY: what every VM and every Route Server instance of a design would start, as
 * JSON, for tests that start it themselves. */
#include <stdio.h>

#include "input/topology.h"
#include "lab/image/image.h"
#include "plan/filter/bgp_open.h"
#include "plan/names.h"

static json_t *strings(char **list)
{
	json_t *a = json_array();

	for (size_t i = 0; list && list[i]; i++)
		json_array_append_new(a, json_string(list[i]));
	return a;
}

static json_t *plan_json(const char *name, const char *kind, const struct image_plan *p)
{
	static const char *const ready[] = { "none", "socket", "exit", "line" };
	json_t *files = json_object(), *daemons = json_array();

	for (size_t i = 0; i < p->n_files; i++)
		json_object_set_new(files, p->files[i].path,
		                    json_stringn(p->files[i].content, p->files[i].size));
	for (size_t i = 0; i < p->n_daemons; i++) {
		const struct image_daemon *d = &p->daemons[i];

		json_array_append_new(
		    daemons, json_pack("{s:s,s:o,s:s,s:s?,s:o,s:b}", "name", d->name, "argv",
		                       strings(d->argv), "ready", ready[d->ready], "readyPath",
		                       d->ready_path, "check", strings(d->check_argv),
		                       "ignoreSetgroups", d->ignore_setgroups));
	}
	return json_pack("{s:s,s:s,s:o,s:o,s:o,s:b}", "name", name, "kind", kind, "files", files,
	                 "dirs", strings(p->dirs), "daemons", daemons, "forwarding", p->forwarding);
}

static json_t *vm_json(const struct model *m, const struct node *vm)
{
	struct image_plan *p;
	struct err e = { 0 };
	json_t *nics = json_array(), *routes = json_array();

	if (image_plan(m, vm, &p, &e) < 0)
		return json_pack("{s:s,s:s,s:i}", "name", vm->name, "error", e.msg, "code", e.code);
	json_t *j = plan_json(vm->name, "vm", p);

	for (size_t i = 0; i < vm->n_nics; i++)
		json_array_append_new(nics,
		                      json_pack("{s:s,s:s}", "ip", IP4_STR(vm->nics[i]->ip),
		                                "subnet", PREFIX_STR(vm->nics[i]->subnet->prefix)));
	for (size_t i = 0; i < vm->guest.n_routes; i++)
		json_array_append_new(routes, json_pack("{s:s,s:s}", "prefix",
		                                        PREFIX_STR(vm->guest.routes[i].prefix),
		                                        "via", IP4_STR(vm->guest.routes[i].via)));
	json_object_set_new(j, "nics", nics);
	json_object_set_new(j, "routes", routes);
	image_plan_free(p);
	return j;
}

int main(int argc, char **argv)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };
	json_t *nodes = json_array();

	if (argc != 2)
		return 2;
	json_t *design = design_read(argv[1], &f, &e);
	struct model *m = design ? design_checked(design, &f) : NULL;

	if (!m) {
		for (size_t i = 0; i < f.n; i++)
			fprintf(stderr, "%s: %s\n", f.items[i].pointer, f.items[i].message);
		fprintf(stderr, "%s: %s\n", argv[1], e.msg);
		return 1;
	}
	for (size_t r = 0; r < m->n_route_servers; r++)
		for (unsigned i = 0; i < 2; i++) {
			const struct route_server *rs = &m->route_servers[r];
			_cleanup_free_ char *name = node_name_rs(rs, i);
			struct image_plan *p;

			if (image_plan_rs(m, rs, i, &p, &e) < 0) {
				fprintf(stderr, "%s\n", e.msg);
				return 1;
			}
			json_t *j = plan_json(name, "routeServer", p);

			_cleanup_free_ char *rules = bgp_open_nft(true), *old = bgp_open_nft(false);

			json_object_set_new(j, "ip", json_string(IP4_STR(rs->instance[i])));
			json_object_set_new(j, "nft", json_pack("[s,s]", rules, old));
			json_array_append_new(nodes, j);
			image_plan_free(p);
		}
	for (size_t i = 0; i < m->n_vms; i++)
		json_array_append_new(nodes, vm_json(m, &m->vms[i]));
	json_dumpf(nodes, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(nodes);
	json_decref(design);
	model_free(m);
	return 0;
}
