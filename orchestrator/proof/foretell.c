/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/foretell.h"

#include "azure/sessions.h"
#include "base/str.h"
#include "proof/foretell_priv.h"

/* More equal paths than these are not tried one by one. */
enum { LEGS_MOST = 8 };

static unsigned foretell_leg(void *ctx, const struct nic *from, const struct eff_route *r,
                             const struct walk_packet *p)
{
	struct teller *t = ctx;

	(void)from, (void)p;
	if (r->n_next_hops > t->legs)
		t->legs = r->n_next_hops;
	return r->n_next_hops ? t->leg % r->n_next_hops : 0;
}

/* ---- the design ---- */

/* A session with a recursive next hop goes up and down, and its routes come and go: marks those of
 * the Route Server as unknown. */
static void doubt_recursive(struct teller *t, const struct route_server *rs)
{
	for (size_t i = 0; i < rs->n_conns; i++)
		if (connection_recursive(&rs->conns[i]))
			t->foreseen.unknown[rs->idx] = true;
}

static void teller_init(struct teller *t, const struct model *m)
{
	*t = (struct teller){ .m = m };
	foreseen_init(m, &t->foreseen);
	foreseen_read_files(&t->foreseen);
	for (size_t i = 0; i < m->n_route_servers; i++)
		doubt_recursive(t, &m->route_servers[i]);
	t->tables = eff_cache_new(m, t->foreseen.rib, NULL);
	t->env = (struct walk_env){ .m = m,
		                    .rib = t->foreseen.rib,
		                    .rt = &t->rt,
		                    .ctx = t,
		                    .tables = t->tables,
		                    .ecmp_choice = foretell_leg };
	teller_probe_backends(t);
}

static void teller_done(struct teller *t)
{
	eff_cache_free(t->tables);
	foreseen_done(&t->foreseen);
	free(t->backend_down);
}

/* ---- answers, as a driver gives them ---- */

static json_t *session_row(struct teller *t, const struct bgp_connection *c, unsigned instance)
{
	_cleanup_free_ char *never = connection_never(t->m, c, instance);

	if (!never && connection_recursive(c))
		t->why = "the way to the Route Server is by a BGP route alone: its session may "
		         "come and go";
	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "routeServer", c->rs->name, "peering",
	                 c->name, "instance", (int)instance, "address",
	                 IP4_STR(c->rs->instance[instance]), "state",
	                 never ? "Down" : "Established", "lastError", never ? never : "");
}

static json_t *tell_status(struct teller *t, const char *peering)
{
	const struct bgp_connection *c = model_connection(t->m, peering);
	json_t *rows = json_array();

	for (unsigned i = 0; c && i < 2; i++)
		json_array_append_new(rows, session_row(t, c, i));
	return json_pack("{s:o}", "bgp", rows);
}

static json_t *tell_routes(struct teller *t, const char *name)
{
	const struct node *vm = model_vm(t->m, name);
	const struct nic *n = vm && vm->n_nics ? vm->nics[0] : model_nic(t->m, name);

	if (!n || !n->subnet) {
		t->why = "it is not a NIC of a subnet";
		return NULL;
	}
	const struct eff_table *table = eff_cache_get(t->tables, n->subnet, nic_instance(n));
	json_t *all = eff_table_json(table, false), *rows = json_object_get(all, "value");

	if (!foreseen_knows(&t->foreseen, n->subnet))
		t->why = "what a Route Server or gateway learns is not wholly in the design";
	json_incref(rows);
	json_decref(all);
	return rows;
}

/* Answers what the Route Server learns of a peering: what the appliance's "bgp" block announces to
 * it. */
static json_t *tell_learned(struct teller *t, const char *peering)
{
	const struct bgp_connection *c = model_connection(t->m, peering);
	const struct bgp_block *b = c && c->nic ? &c->nic->vm->guest.bgp : NULL;
	const char *why = c ? foreseen_unread(c) : "nobody has it";
	json_t *rows = json_array(), *o;
	_cleanup_str_ struct str path = { 0 };

	if (why || !b) {
		t->why = why ? why : "nobody has it";
		return rows;
	}
	_cleanup_free_ char *never = connection_never(t->m, c, 0);

	for (unsigned i = 0; i <= b->prepend; i++)
		str_printf(&path, "%s%u", i ? "-" : "", b->asn);
	for (size_t i = 0; i < b->n_advertise && !never; i++) {
		ip4 hop = ip4_is_set(b->next_hop) ? b->next_hop : c->peer_ip;

		json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s, s:s}", "network",
		                                      PREFIX_STR(b->advertise[i]), "nextHop",
		                                      IP4_STR(hop), "asPath", str_get(&path),
		                                      "sourcePeer", IP4_STR(c->peer_ip), "origin",
		                                      "EBgp"));
	}
	o = json_pack("{s:O, s:o}", "RouteServiceRole_IN_0", rows, "RouteServiceRole_IN_1", rows);
	return o;
}

static json_t *tell_packet(struct teller *t, const json_t *request, const char *list, bool way)
{
	json_t *probe, *path;

	teller_send(t, json_array_get(json_object_get(request, list), 0), &probe, &path);
	json_decref(way ? probe : path);
	return way ? path : probe;
}

/* Makes the model's answer to a check's request; a new reference, NULL: the model cannot tell. */
static json_t *foretell_answer(struct teller *t, const struct check *c, const json_t *request)
{
	const char *op = json_string_value(json_object_get(request, "op"));

	if (streq(op, "probe"))
		return tell_packet(t, request, "probes", false);
	if (streq(op, "path"))
		return tell_packet(t, request, "paths", true);
	if (streq(op, "status"))
		return tell_status(t, c->subject);
	if (streq(op, "routes"))
		return tell_routes(t, c->subject);
	if (streq(op, "learned"))
		return tell_learned(t, c->subject);
	t->why = "only a lab can say";
	return NULL;
}

/* ---- judgement ---- */

static struct judgement judge_by_model(struct teller *t, const struct check *c)
{
	_cleanup_free_ void *memory = xcalloc(1, c->sort->memory_size + 1);
	struct check_question q[CHECK_QUESTIONS] = { { 0 } };
	json_t *told[CHECK_QUESTIONS] = { NULL };
	_cleanup_free_ struct check_answers *a = xcalloc(1, sizeof(*a));
	size_t n = c->sort->ask(c, q);

	for (size_t i = 0; i < n; i++)
		if (q[i].request)
			a->a[i] = told[i] = foretell_answer(t, c, q[i].request);
	struct judgement j = { false, NULL };

	if (!t->why)
		j = c->sort->judge(c, a, memory);
	for (size_t i = 0; i < n; i++) {
		json_decref(q[i].request);
		json_decref(told[i]);
	}
	return j;
}

static struct foretelling unforetold(const char *why)
{
	return (struct foretelling){ FORETOLD_UNKNOWN, xstrdup(why) };
}

/* By each of equal paths; they must agree. */
static struct foretelling foretell_check(struct teller *t, const struct check *c)
{
	struct foretelling ret = { FORETOLD_UNKNOWN, NULL };

	if (!c->sort->ask)
		return unforetold("it is an action");
	t->legs = 1;
	for (t->leg = 0; t->leg < t->legs && t->leg < LEGS_MOST; t->leg++) {
		t->why = NULL;
		struct judgement j = judge_by_model(t, c);
		enum foretold v = j.holds != c->inverted ? FORETOLD_HOLDS : FORETOLD_FAILS;

		if (t->why || (ret.text && ret.v != v)) {
			judgement_free(&j);
			free(ret.text);
			return unforetold(t->why ? t->why : "equal paths differ");
		}
		free(ret.text);
		ret = (struct foretelling){ v, j.text };
	}
	return ret;
}

struct foretelling *foretell(const struct model *m)
{
	struct foretelling *f = xcalloc(m->n_checks + 1, sizeof(*f));
	bool acted = false;
	struct teller t;

	teller_init(&t, m);
	for (size_t i = 0; i < m->n_checks; i++) {
		acted |= !m->checks[i].sort->ask;
		f[i] = acted ? unforetold("an action comes before it")
		             : foretell_check(&t, &m->checks[i]);
	}
	teller_done(&t);
	return f;
}

struct foretelling *foretellings_free(struct foretelling *f, size_t n)
{
	for (size_t i = 0; f && i < n; i++)
		free(f[i].text);
	free(f);
	return NULL;
}
