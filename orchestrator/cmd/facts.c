/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/facts.h"

#include <netinet/in.h>

#include "azure/foreseen.h"
#include "azure/hybrid.h"
#include "azure/lb.h"
#include "azure/walk.h"
#include "base/str.h"
#include "checks/check.h"
#include "matrix/grid.h"

void facts_done(struct facts *x)
{
	json_decref(x->matrix);
	json_decref(x->differ);
	json_decref(x->paths);
	json_decref(x->routes);
	json_decref(x->events);
	json_decref(x->status);
	*x = (struct facts){ 0 };
}

struct page_design facts_page(const char *name, const struct model *m,
                              const struct checked_file *file, const struct facts *x)
{
	return (struct page_design){ .name = name,
		                     .m = m,
		                     .file = file,
		                     .status = x->status,
		                     .matrix = x->matrix,
		                     .differ = x->differ,
		                     .paths = x->paths,
		                     .routes = x->routes,
		                     .events = x->events };
}

/* ---- effective routes ---- */

/* az shows tables of machines' NICs only. */
static bool has_table(const struct nic *n)
{
	return n->vm && n->subnet && n->vm->role != VM_ENDPOINT;
}

static bool same_table(const struct nic *a, const struct nic *b)
{
	return effective_routes_like(nic_routes(a)) == effective_routes_like(nic_routes(b)) &&
	       nic_instance(a) == nic_instance(b);
}

json_t *facts_tables(const struct model *m)
{
	_cleanup_free_ bool *done = xcalloc(m->n_nics + 1, sizeof(*done));
	json_t *tables = json_array();

	for (size_t i = 0; i < m->n_nics; i++) {
		json_t *nics = json_array();

		for (size_t k = i; k < m->n_nics && has_table(&m->nics[i]) && !done[i]; k++)
			if (!done[k] && has_table(&m->nics[k]) &&
			    same_table(&m->nics[i], &m->nics[k])) {
				json_array_append_new(nics, json_string(m->nics[k].name));
				done[k] = k != i;
			}
		if (json_array_size(nics))
			json_array_append_new(tables, json_pack("{s:o}", "nics", nics));
		else
			json_decref(nics);
	}
	return tables;
}

static void fill_tables(const struct model *m, const struct rib *rib, json_t *tables)
{
	json_t *t;
	size_t i;

	json_array_foreach (tables, i, t) {
		const struct nic *n =
		    model_nic(m, json_string_value(json_array_get(json_object_get(t, "nics"), 0)));

		if (!n)
			continue;
		struct eff_table *e =
		    effective_routes(m, nic_routes(n), nic_instance(n), rib, NULL);
		json_t *rows = eff_table_json(e, true);

		json_object_update(t, rows);
		json_decref(rows);
		eff_table_free(e);
	}
}

/* ---- ways ---- */

static const struct nic *nic_called(const struct model *m, const char *name)
{
	const struct node *vm = model_vm(m, name);

	return vm && vm->n_nics ? vm->nics[0] : model_nic(m, name);
}

/* false: the design does not say where that is. */
static bool find_destination(const struct model *m, const struct nic *from, const char *to,
                             ip4 *ret)
{
	const struct load_balancer *lb = model_lb(m, to);
	const struct nic *n = nic_called(m, to);

	if (ip4_parse(to, ret) == 0)
		return true;
	if (n)
		*ret = from ? n->ip : n->public_ip;
	else if (lb)
		*ret = lb->ip;
	else if (streq(to, "internet"))
		*ret = IP4(8, 8, 8, 8);
	else
		return false;
	return ip4_is_set(*ret);
}

static json_t *way_of_check(const struct walk_env *env, const struct check *c)
{
	enum { SOURCE_PORT = 50000 };
	const char *protocol = json_string_value(json_object_get(c->spec, "protocol"));
	bool icmp = !protocol || streq(protocol, "icmp"), udp = protocol && streq(protocol, "udp");
	const struct nic *from = nic_called(env->m, c->from);
	struct walk_packet p = { .ip_proto = icmp  ? IPPROTO_ICMP
		                             : udp ? IPPROTO_UDP
		                                   : IPPROTO_TCP,
		                 .sport = icmp ? 0 : SOURCE_PORT,
		                 .dport = icmp ? 0 : (uint16_t)(c->port ? c->port : 80) };

	if ((!from && !streq(c->from, "internet")) ||
	    !find_destination(env->m, from, c->to, &p.dst))
		return NULL;
	if (from)
		from = walk_source_nic(from->vm, p.dst, p.src);
	struct walk *there = walk_packet_path(env, from, &p), *back = NULL;

	if (there->verdict == WALK_DELIVERED && there->n && there->hops[there->n - 1].nic) {
		struct walk_env answer = *env;
		struct walk_packet reply = walk_reply(there);

		answer.reply_to = there;
		back = walk_packet_path(&answer, there->hops[there->n - 1].nic, &reply);
	}
	json_t *j = walk_json(there);

	if (back)
		json_object_set_new(j, "return", walk_json(back));
	walk_free(back);
	walk_free(there);
	return j;
}

static json_t *ways_of_checks(const struct model *m, const struct rib *rib)
{
	const struct walk_env env = { .m = m, .rib = rib };
	json_t *list = json_array();

	for (size_t i = 0; i < m->n_checks; i++) {
		const struct check *c = &m->checks[i];
		json_t *way = c->from && c->to ? way_of_check(&env, c) : NULL;

		if (way)
			json_array_append_new(
			    list, json_pack("{s:s, s:o}", "check", c->name, "path", way));
	}
	return list;
}

void facts_of_design(const struct model *m, struct facts *ret)
{
	_cleanup_matrix_ struct matrix *x = matrix_of_design(m);
	struct foreseen f;

	foreseen_init(m, &f);
	foreseen_read_files(&f);
	*ret = (struct facts){ .matrix = matrix_told_json(x, false),
		               .paths = ways_of_checks(m, f.rib),
		               .routes = facts_tables(m) };
	fill_tables(m, f.rib, ret->routes);
	foreseen_done(&f);
}
