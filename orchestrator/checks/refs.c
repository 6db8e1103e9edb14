/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks/refs.h"

#include <stdarg.h>
#include <stdio.h>

#include "azure/hybrid.h"
#include "azure/lb.h"
#include "base/format.h"
#include "base/str.h"
#include "base/suggest.h"
#include "schema/schema.h"

void check_error(struct check_reader *r, const char *rule, const char *ptr, const char *hint,
                 const char *fmt, ...)
{
	_cleanup_free_ char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	finding_add(r->f, SEV_ERROR, rule, NULL, ptr, hint, "%s", msg);
}

const char *check_ptr(struct check_reader *r, const char *ptr, const char *key)
{
	return arena_printf(r->a, "%s/%s", ptr, key);
}

/* --- names that do not exist ---------------------------------------------------------------- */

struct names {
	const char **v;
	size_t n, cap;
};

static void names_add_vms(struct names *x, const struct model *m)
{
	for (size_t i = 0; i < m->n_vms; i++)
		VEC_PUSH(x->v, x->n, x->cap) = m->vms[i].name;
}

static bool names_are_of_use(const struct check_reader *r)
{
	return r->compared <= SUGGEST_MAX_COMPARED;
}

/* Reports that there is no such thing, and what there is; frees the list. */
static void report_unknown(struct check_reader *r, const char *what, const char *name,
                           const char *ptr, struct names *x)
{
	_cleanup_free_ char *hint = suggest_name(name, x->v, x->n, &r->compared);

	check_error(r, "TOPO-REF-01", ptr, hint, "there is no %s \"%s\"", what, name);
	free(x->v);
}

void check_unknown_node(struct check_reader *r, const char *name, const char *ptr)
{
	const struct model *m = r->m;
	struct names x = { 0 };

	if (names_are_of_use(r)) {
		names_add_vms(&x, m);
		VEC_PUSH(x.v, x.n, x.cap) = "internet";
	}
	for (size_t i = 0; names_are_of_use(r) && i < m->n_route_servers * 2; i++)
		VEC_PUSH(x.v, x.n, x.cap) =
		    arena_printf(r->a, "%s/%zu", m->route_servers[i / 2].name, i % 2);
	report_unknown(r, "node", name, ptr, &x);
}

static void report_unknown_connection(struct check_reader *r, const char *name, const char *ptr)
{
	const struct model *m = r->m;
	struct names x = { 0 };

	for (size_t i = 0; names_are_of_use(r) && i < m->n_route_servers; i++)
		for (size_t j = 0; j < m->route_servers[i].n_conns; j++)
			VEC_PUSH(x.v, x.n, x.cap) =
			    arena_printf(r->a, "%s/%s", m->route_servers[i].name,
			                 m->route_servers[i].conns[j].name);
	report_unknown(r, "BGP connection", name, ptr, &x);
}

/* --- nodes ---------------------------------------------------------------------------------- */

bool check_is_instance(const struct model *m, const char *name)
{
	const char *slash = strrchr(name, '/');
	char rs[81];

	if (!slash || slash - name > 80 || (!streq(slash, "/0") && !streq(slash, "/1")))
		return false;
	memcpy(rs, name, (size_t)(slash - name));
	rs[slash - name] = 0;
	return model_route_server(m, rs);
}

bool check_is_node(const struct model *m, const char *name)
{
	return model_vm(m, name) || strieq(name, "internet") || check_is_instance(m, name) ||
	       (strchr(name, '/') && model_nic(m, name));
}

/* It sends and receives as the Internet does. */
static bool is_internet_host(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n_internet; i++)
		if (strieq(m->internet[i].name, name))
			return true;
	return false;
}

void check_refer_node(struct check_reader *r, const char *name, const char *ptr)
{
	if (strieq(name, "fabric") && !model_vm(r->m, name))
		check_error(r, "CHECK-NODE-01", ptr, "name a VM, \"ROUTESERVER/0\" or \"internet\"",
		            "the fabric neither sends nor receives packets of its own");
	else if (!check_is_node(r->m, name) && !is_internet_host(r->m, name))
		check_unknown_node(r, name, ptr);
}

void check_refer_vm(struct check_reader *r, const char *name, const char *ptr)
{
	struct names x = { 0 };

	if (model_vm(r->m, name) || (strchr(name, '/') && model_nic(r->m, name)))
		return;
	names_add_vms(&x, r->m);
	report_unknown(r, "virtual machine", name, ptr, &x);
}

void check_refer_nic(struct check_reader *r, const char *name, const char *ptr)
{
	const struct model *m = r->m;
	_cleanup_str_ struct str found = { 0 };
	size_t n = 0;
	struct node *vm = model_vm(m, name);

	if (model_nic(m, name) && !vm)
		return;
	for (size_t i = 0; i < m->n_nics; i++) {
		if (!strieq(m->nics[i].name, name) || m->nics[i].vm == vm)
			continue;
		str_printf(&found, "%s\"%s/%s\"", n++ ? ", " : "", m->nics[i].vm->name,
		           m->nics[i].name);
	}
	if (vm && !n)
		return;
	if (!n) {
		struct names x = { 0 };

		for (size_t i = 0; i < m->n_nics; i++)
			VEC_PUSH(x.v, x.n, x.cap) = m->nics[i].name;
		names_add_vms(&x, m);
		report_unknown(r, "NIC or VM", name, ptr, &x);
		return;
	}
	if (vm && vm->n_nics)
		str_printf(&found, ", \"%s/%s\"", vm->name, vm->nics[0]->name);
	_cleanup_free_ char *hint = xasprintf("say which: %s", str_get(&found));

	check_error(r, "CHECK-NODE-02", ptr, hint, "\"%s\" is the name of several things", name);
}

void check_refer_hops(struct check_reader *r, const json_t *list, const char *ptr)
{
	size_t i;
	json_t *hop;

	json_array_foreach (list, i, hop) {
		const char *name = json_string_value(hop);
		struct names x = { 0 };

		if (!name || model_vm(r->m, name) || model_lb(r->m, name))
			continue;
		for (size_t k = 0; k < r->m->n_load_balancers; k++)
			VEC_PUSH(x.v, x.n, x.cap) = r->m->load_balancers[k].name;
		names_add_vms(&x, r->m);
		report_unknown(r, "virtual machine or load balancer", name,
		               arena_printf(r->a, "%s/%zu", ptr, i), &x);
	}
}

/* --- sessions ------------------------------------------------------------------------------- */

void check_refer_connection(struct check_reader *r, const char *name, const char *ptr)
{
	if (schema_pair_valid(name) && !model_connection(r->m, name))
		report_unknown_connection(r, name, ptr);
}

void check_refer_session(struct check_reader *r, const char *name, const char *ptr)
{
	_cleanup_free_ char *pair = xstrdup(name);
	size_t n = strlen(pair);
	char *slash = strchr(pair, '/');

	if (slash && strchr(slash + 1, '/') && n > 2 &&
	    (streq(pair + n - 2, "/0") || streq(pair + n - 2, "/1")))
		pair[n - 2] = 0;
	for (size_t i = 0; i < r->m->n_sessions; i++)
		if (hybrid_session_is(&r->m->sessions[i], name))
			return;
	if (!model_connection(r->m, pair))
		report_unknown_connection(r, pair, ptr);
}
