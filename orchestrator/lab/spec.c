#include "lab/spec.h"

#include <errno.h>

#include "base/str.h"
#include "plan/bird_hybrid.h"
#include "plan/firewall_nft.h"
#include "plan/names.h"

/* FNV-1a over bytes; str_hash() folds case, and files differ by case. */
static uint64_t mix(uint64_t h, const void *p, size_t n)
{
	const unsigned char *s = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ s[i]) * 0x100000001b3u;
	return h;
}

static uint64_t mix_u(uint64_t h, uint64_t v)
{
	return mix(h, &v, sizeof(v));
}

static uint64_t mix_s(uint64_t h, const char *s)
{
	return s ? mix(h, s, strlen(s) + 1) : mix_u(h, 0);
}

static const uint64_t SEED = 0xcbf29ce484222325u;

static uint64_t wire_of_vm(const struct vm *vm)
{
	uint64_t h = mix_u(mix_u(SEED, vm->endpoint), vm->firewall != NULL);

	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *n = vm->nics[i];
		uint8_t mac[6];

		h = mix_s(h, n->name);
		h = mix_u(h, n->ip);
		if (n->peer) {
			h = mix_s(h, n->peer->vm->name);
			h = mix_u(h, n->peer->ip);
			if (n->tunnel) {
				h = mix_s(h, n->tunnel->name);
				h = mix_u(h, n->tunnel->vni);
				h = mix_u(h, n->tunnel->port);
				h = mix_u(h, n->ip);
				h = mix_u(h, n->peer->vm->nics[0]->ip);
			}
			continue;
		}
		h = mix_u(h, n->subnet->prefix.addr);
		h = mix_u(h, n->subnet->prefix.len);
		mac_nic(n, mac);
		h = mix(h, mac, sizeof(mac));
	}
	return h;
}

static uint64_t guest_of_vm(const struct vm *vm, bool forwarding)
{
	uint64_t h = mix_u(SEED, forwarding);

	h = mix_u(h, vm->source_nat);
	for (size_t i = 0; i < vm->n_routes; i++) {
		h = mix_u(h, vm->routes[i].prefix.addr);
		h = mix_u(h, vm->routes[i].prefix.len);
		h = mix_u(h, vm->routes[i].via);
	}
	for (size_t i = 0; i < vm->n_loopbacks; i++)
		h = mix_u(h, vm->loopbacks[i]);
	for (size_t i = 0; vm->gateway && i < vm->gateway->vnet->n_prefixes; i++) {
		h = mix_u(h, vm->gateway->vnet->prefixes[i].addr);
		h = mix_u(h, vm->gateway->vnet->prefixes[i].len);
	}
	return h;
}

static uint64_t files_of(const struct image_plan *p)
{
	uint64_t h = SEED;

	if (!p)
		return h;
	for (char **d = p->dirs; d && *d; d++)
		h = mix_s(h, *d);
	for (size_t i = 0; i < p->n_files; i++) {
		h = mix_s(h, p->files[i].path);
		h = mix(h, p->files[i].content, p->files[i].size);
		h = mix_u(h, p->files[i].mode);
	}
	for (size_t i = 0; i < p->n_daemons; i++)
		for (char **a = p->daemons[i].argv; *a; a++)
			h = mix_s(h, *a);
	return h;
}

static bool any_forwarding(const struct vm *vm)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i]->forwarding)
			return true;
	return false;
}

static bool is_plain(const struct vm *vm)
{
	return !bird_hybrid_runs(vm) && streq(vm->image, "host") && !vm->bgp.present &&
	       !vm->n_configs;
}

static int want_vm(struct model *m, struct vm *vm, struct want *w, struct err *e)
{
	int r = 0;

	w->name = xstrdup(vm->name);
	w->kind = NODE_VM;
	w->vm = vm;
	w->forwarding = any_forwarding(vm);
	if (!is_plain(vm)) {
		r = bird_hybrid_runs(vm) ? image_plan_hybrid(m, vm, &w->plan, e)
		                         : image_plan(m, vm, &w->plan, e);
		if (r < 0)
			return err_wrap(e, "%s", vm->name);
		w->forwarding = w->plan->forwarding;
	}
	w->wire = wire_of_vm(vm);
	w->guest = guest_of_vm(vm, w->forwarding);
	w->files = files_of(w->plan);
	if (vm->firewall) {
		char chain[FIREWALL_CHAIN];

		w->files = mix_s(w->files, firewall_chain_name(vm->firewall, chain));
	}
	return 0;
}

static int want_rs(struct model *m, struct route_server *rs, unsigned instance, struct want *w,
                   struct err *e)
{
	uint8_t mac[6];
	int r;

	w->name = node_name_rs(rs, instance);
	w->kind = NODE_ROUTE_SERVER;
	w->rs = rs;
	w->instance = instance;
	r = image_plan_rs(m, rs, instance, &w->plan, e);
	if (r < 0)
		return err_wrap(e, "%s", w->name);
	mac_rs(rs, instance, mac);
	w->wire = mix(mix_u(SEED, rs->instance[instance]), mac, sizeof(mac));
	w->wire = mix_u(w->wire, m->settings.route_server_ping);
	w->files = files_of(w->plan);
	return 0;
}

int wants_of(struct model *m, struct want **ret, size_t *ret_n, struct err *e)
{
	size_t cap = m->n_route_servers * 2 + m->n_vms, n = 0;
	struct want *w = xcalloc(cap, sizeof(*w));
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_route_servers * 2; i++)
		r = want_rs(m, &m->route_servers[i / 2], i % 2, &w[n++], e);
	for (int plain = 0; plain < 2; plain++)
		for (size_t i = 0; r == 0 && i < m->n_vms; i++)
			if (is_plain(&m->vms[i]) == plain)
				r = want_vm(m, &m->vms[i], &w[n++], e);
	if (r < 0) {
		wants_free(w, n);
		return r;
	}
	*ret = w;
	*ret_n = n;
	return 0;
}

void wants_free(struct want *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(w[i].name);
		image_plan_free(w[i].plan);
	}
	free(w);
}
