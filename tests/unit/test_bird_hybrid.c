/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations of gateways, MSEEs and generated routers of sites, and a Route Server's of its
 * gateways: as they are in the lab of tests/e2e/hybrid.  ACCEPT=1 takes new ones. */
#include <stdio.h>
#include <stdlib.h>

#include "azure/hybrid.h"
#include "azure/sessions.h"
#include "base/str.h"
#include "input/topology.h"
#include "plan/bird_hybrid.h"
#include "plan/bird_rs.h"
#include "unit.h"

static struct model *lab(void)
{
	struct findings f = { 0 };
	struct err e = { 0 };
	json_t *design = design_read("tests/e2e/hybrid/gateways.vnetlab.json", &f, &e);
	struct model *m = design ? design_checked(design, &f) : NULL;

	assert_non_null(m);
	json_decref(design);
	findings_free(&f);
	return m;
}

static void golden(const char *name, char *got)
{
	_cleanup_free_ char *path = xasprintf("tests/golden/bird_hybrid/%s.conf", name);
	FILE *f = fopen(path, getenv("ACCEPT") ? "w+" : "r");
	_cleanup_str_ struct str want = { 0 };
	char chunk[4096];

	assert_non_null(f);
	if (getenv("ACCEPT"))
		fputs(got, f);
	rewind(f);
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f));)
		str_addn(&want, chunk, n);
	fclose(f);
	assert_string_equal(got, str_get(&want));
	free(got);
}

/* What the gateway was told of a site is what it dials: another address, and nobody answers. */
static void told_another_address(void **state)
{
	struct findings f = { 0 };
	struct err e = { 0 };
	json_t *design = design_read("tests/golden/check/conn-bgp-02.json", &f, &e);
	_cleanup_(model_free_p) struct model *m = design_checked(design, &f);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < m->n_sessions; i++) {
		const struct hybrid_session *s = &m->sessions[i];

		if (s->kind != HP_SITE)
			continue;
		_cleanup_free_ char *never = hybrid_never(s);

		assert_string_equal(IP4_STR(s->peer_ip), "10.40.0.9");
		assert_string_equal(never, "local network gateway lng says bgpPeeringAddress "
		                           "10.40.0.9, and the router of site dc has 10.40.0.1");
		n++;
	}
	assert_int_equal(n, 2); /* each instance's end */
	json_decref(design);
	findings_free(&f);
}

static void configurations(void **state)
{
	static const struct {
		const char *vm, *file;
	} all[] = { { "vpngw/0", "vpngw-0" }, { "ergw/1", "ergw-1" }, { "far/0", "far-0" },
		    { "er/0", "er-0" },       { "office", "office" }, { "static", "static" } };
	_cleanup_(model_free_p) struct model *m = lab();
	const struct bird_how how = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct node *vm = model_vm(m, all[i].vm);

		assert_non_null(vm);
		assert_true(bird_hybrid_runs(vm));
		golden(all[i].file, bird_hybrid_config(m, vm));
	}
	golden("rs-0", bird_rs_config(m, &m->route_servers[0], 0, &how));
	assert_false(bird_hybrid_runs(model_vm(m, "frr"))); /* it has an image of its own */
	assert_false(bird_hybrid_runs(model_vm(m, "app")));
}

/* Each session has two ends that agree; each wire, too. */
static void ends_agree(void **state)
{
	_cleanup_(model_free_p) struct model *m = lab();

	(void)state;
	for (size_t i = 0; i < m->n_sessions; i++) {
		const struct hybrid_session *a = &m->sessions[i];
		size_t n = 0;

		for (size_t k = 0; a->peer && k < m->n_sessions; k++) {
			const struct hybrid_session *b = &m->sessions[k];

			n += b->vm == a->peer && b->peer == a->vm && b->local_ip == a->peer_ip &&
			     b->peer_ip == a->local_ip && b->local_asn == a->peer_asn &&
			     b->peer_asn == a->local_asn;
		}
		assert_int_equal(n, a->peer ? 1 : 0);
	}
	for (size_t i = 0; i < m->n_vms; i++)
		for (size_t k = 0; k < m->vms[i].n_nics; k++) {
			const struct nic *n = m->vms[i].nics[k];

			assert_int_equal(n->index, k);
			if (n->peer)
				assert_ptr_equal(n->peer->peer, n);
		}
	assert_string_equal(m->connections[2].name, "to-locked");
	assert_non_null(m->connections[2].down);
	for (size_t i = 0; i < model_vm(m, "locked")->n_nics; i++)
		assert_int_equal(model_vm(m, "locked")->nics[i]->peer->vm->role, VM_SITE_HOST);
}

/* By role, what is at the other end, and the gateway's type. */
static void limits(void **state)
{
	_cleanup_(model_free_p) struct model *m = lab();
	static const struct {
		const char *vm, *peer;
		uint32_t most;
	} all[] = {
		{ "vpngw/0", "frr", 11 },   { "vpngw/0", "far/0", 11 }, { "vpngw/0", "vpngw/1", 0 },
		{ "vpngw/0", "ergw/0", 0 }, { "ergw/0", "er/0", 0 },    { "er/0", "office", 22 },
		{ "er/1", "ergw/1", 33 },   { "office", "er/0", 0 },
	};

	(void)state;
	m->settings.max_from_vpn_peer = 11;
	m->settings.max_from_circuit = 22;
	m->settings.max_to_circuit = 33;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		size_t found = 0;

		for (size_t k = 0; k < m->n_sessions; k++) {
			const struct hybrid_session *s = &m->sessions[k];

			if (!streq(s->vm->name, all[i].vm) || !s->peer ||
			    !streq(s->peer->name, all[i].peer))
				continue;
			assert_int_equal(hybrid_session_limit(m, s), all[i].most);
			found++;
		}
		assert_true(found > 0);
	}
	for (size_t k = 0; k < m->n_sessions; k++)
		assert_true(m->sessions[k].peer || !hybrid_session_limit(m, &m->sessions[k]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations),
		cmocka_unit_test(told_another_address),
		cmocka_unit_test(ends_agree),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests_name("bird_hybrid", tests, NULL, NULL);
}
