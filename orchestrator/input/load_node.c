/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes nodes for every kind that has some. */
#include "azure/kind.h"
#include "azure/own_filter.h"
#include "base/str.h"
#include "input/load.h"

/* The design carries the files' contents, or why one has none. */
static void load_config_content(struct loader *l, struct config_file *c)
{
	json_t *x = json_object_get(l->files, c->path);

	if (json_is_string(x)) {
		c->content = arena_strdup(l->a, json_string_value(x));
		c->size = json_string_length(x);
	} else if (json_is_object(x) && json_is_string(json_object_get(x, "error"))) {
		const char *rule = json_string_value(json_object_get(x, "rule"));

		load_error(l,
		           streq(rule, "TOPO-FILE-02")   ? "TOPO-FILE-02"
		           : streq(rule, "TOPO-FILE-03") ? "TOPO-FILE-03"
		                                         : "TOPO-FILE-01",
		           NULL, c->ptr, json_string_value(json_object_get(x, "hint")), "\"%s\" %s",
		           c->path, json_string_value(json_object_get(x, "error")));
	} else {
		load_error(l, "TOPO-FILE-01", NULL, c->ptr, NULL,
		           "\"%s\": the design does not carry this file", c->path);
	}
}

void load_config(struct loader *l, struct node *vm, json_t *map, const struct jptr *at)
{
	const char *key;
	json_t *x;

	vm->guest.configs = arena_array(l->a, json_object_size(map), sizeof(*vm->guest.configs));
	vm->guest.filters = arena_array(l->a, OWN_FILTERS, sizeof(*vm->guest.filters));
	json_object_foreach (map, key, x) {
		if (!json_is_string(x) || !schema_path_valid(json_string_value(x)))
			continue;
		struct config_file *c = own_filter_named(key)
		                            ? &vm->guest.filters[vm->guest.n_filters++]
		                            : &vm->guest.configs[vm->guest.n_configs++];

		c->name = arena_strdup(l->a, key);
		c->path = arena_strdup(l->a, json_string_value(x));
		c->ptr = load_ptr(l, JPTR(at, key));
		load_config_content(l, c);
	}
}

void load_listen(struct loader *l, struct node *vm, json_t *list)
{
	json_t *y;
	size_t i;

	vm->listen = arena_array(l->a, json_array_size(list), sizeof(*vm->listen));
	json_array_foreach (list, i, y) {
		const char *s = json_string_value(y);

		if (!s || strlen(s) < 5)
			continue;
		vm->listen[vm->n_listen++] = (struct listener){
			.proto = str_starts(s, "udp/") ? LISTEN_UDP : LISTEN_TCP,
			.port = (uint16_t)strtoul(s + 4, NULL, 10),
		};
	}
}

void load_reserve(struct loader *l)
{
	struct model *m = l->m;
	size_t nodes = 0, nics = 0;

	for (size_t i = 0; l->kinds[i]; i++) {
		const struct kind *k = l->kinds[i];
		json_t *map = json_object_get(l->root, k->key), *x;
		const char *name;

		if (k->nodes && !k->count) {
			nodes += json_object_size(map);
			nics += json_object_size(map);
		}
		if (!k->count)
			continue;
		json_object_foreach (map, name, x)
			k->count(x, &nodes, &nics);
	}
	m->vms = arena_array(l->a, nodes, sizeof(*m->vms));
	m->nics = arena_array(l->a, nics, sizeof(*m->nics));
}

void load_place_nics(struct loader *l)
{
	struct model *m = l->m;

	for (size_t i = 0; i < m->n_subnets; i++)
		m->subnets[i].n_nics = 0;
	for (size_t i = 0; i < m->n_nics; i++) {
		struct nic *n = &m->nics[i];

		n->broken |= !n->subnet || n->subnet->broken;
		if (n->subnet)
			n->subnet->n_nics++;
	}
	for (size_t i = 0; i < m->n_subnets; i++) {
		m->subnets[i].nics = arena_array(l->a, m->subnets[i].n_nics, sizeof(struct nic *));
		m->subnets[i].n_nics = 0;
	}
	for (size_t i = 0; i < m->n_nics; i++) {
		struct subnet *s = m->nics[i].subnet;

		if (s)
			s->nics[s->n_nics++] = &m->nics[i];
	}
}

struct node *load_node(struct loader *l, const char *name, const char *ptr)
{
	struct model *m = l->m;
	struct node *vm = &m->vms[m->n_vms];
	struct nic *n = &m->nics[m->n_nics];

	vm->idx = m->n_vms++;
	vm->name = name;
	vm->ptr = ptr;
	vm->guest.image = "host";
	vm->nics = arena_array(l->a, 1, sizeof(struct nic *));
	vm->nics[vm->n_nics++] = n;
	n->idx = m->n_nics++;
	n->vm = vm;
	n->name = arena_printf(l->a, "%s.nic", name);
	n->ptr = ptr;
	return vm;
}
