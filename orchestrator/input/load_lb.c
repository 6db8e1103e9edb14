/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load balancers with their pools, rules and probe. */
#include "base/str.h"
#include "input/load.h"

static void load_rules(struct loader *l, struct load_balancer *lb, json_t *map,
                       const struct jptr *at)
{
	const char *key;
	json_t *x;

	lb->rules = arena_array(l->a, json_object_size(map), sizeof(*lb->rules));
	json_object_foreach (map, key, x) {
		struct lb_rule *r = &lb->rules[lb->n_rules++];

		r->name = arena_strdup(l->a, key);
		r->ptr = load_ptr(l, JPTR(at, key));
		r->broken = !schema_fill(&schema_lb_rule, x, l->a, r);
	}
}

void load_balancers(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "loadBalancers"), *x;
	const struct jptr *at = JPTR(NULL, "loadBalancers");
	const char *key;

	m->load_balancers = arena_array(l->a, json_object_size(map), sizeof(*m->load_balancers));
	json_object_foreach (map, key, x) {
		struct load_balancer *lb = &m->load_balancers[m->n_load_balancers];
		const struct jptr *here = JPTR(at, key);
		json_t *probe = json_object_get(x, "probe");

		lb->idx = m->n_load_balancers++;
		lb->name = arena_strdup(l->a, key);
		lb->ptr = load_ptr(l, here);
		lb->broken = !schema_fill(&schema_load_balancer, x, l->a, lb);
		lb->dynamic =
		    !lb->broken && !json_is_string(json_object_get(x, "privateIPAddress"));
		load_rules(l, lb, json_object_get(x, "rules"), JPTR(here, "rules"));
		if (!json_is_object(probe))
			continue;
		lb->probe.present = true;
		lb->probe.ptr = load_ptr(l, JPTR(here, "probe"));
		lb->broken |= !schema_fill(&schema_lb_probe, probe, l->a, &lb->probe);
	}
}

/* --- references ----------------------------------------------------------------------------- */

static void resolve_subnet(struct loader *l, struct load_balancer *lb, json_t *x)
{
	const char *name = json_string_value(json_object_get(x, "subnet"));

	if (name && schema_pair_valid(name)) {
		lb->subnet = model_subnet(l->m, name);
		if (!lb->subnet)
			load_unknown(l, SCOPE_SUBNETS, name,
			             arena_printf(l->a, "%s/subnet", lb->ptr));
	}
	if (lb->subnet)
		lb->subnet->n_lbs++;
	lb->broken |= !lb->subnet || lb->subnet->broken;
}

static void resolve_pool(struct loader *l, struct load_balancer *lb, json_t *list)
{
	size_t i;
	json_t *x;

	lb->first_backend = l->m->n_backends;
	lb->backends = arena_array(l->a, json_array_size(list), sizeof(struct nic *));
	json_array_foreach (list, i, x) {
		const char *name = json_string_value(x);
		const struct vm *vm = name ? model_vm(l->m, name) : NULL;
		struct nic *n = name ? model_nic(l->m, name) : NULL;

		if (!n && vm && vm->n_nics) /* its primary one */
			n = vm->nics[0];
		if (n && n->subnet) {
			lb->backends[lb->n_backends++] = n;
			continue;
		}
		lb->broken = true;
		if (name && !n)
			load_unknown(l, SCOPE_NICS, name,
			             arena_printf(l->a, "%s/backends/%zu", lb->ptr, i));
	}
	l->m->n_backends += lb->n_backends;
}

void resolve_balancers(struct loader *l)
{
	struct model *m = l->m;
	json_t *map = json_object_get(l->root, "loadBalancers"), *x;
	const char *key;
	size_t i = 0;

	json_object_foreach (map, key, x) {
		resolve_subnet(l, &m->load_balancers[i], x);
		resolve_pool(l, &m->load_balancers[i++], json_object_get(x, "backends"));
	}
	for (i = 0; i < m->n_subnets; i++) {
		m->subnets[i].lbs =
		    arena_array(l->a, m->subnets[i].n_lbs, sizeof(struct load_balancer *));
		m->subnets[i].n_lbs = 0;
	}
	for (i = 0; i < m->n_load_balancers; i++) {
		struct subnet *s = m->load_balancers[i].subnet;

		if (s)
			s->lbs[s->n_lbs++] = &m->load_balancers[i];
	}
}
