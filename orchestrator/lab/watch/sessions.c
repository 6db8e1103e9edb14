/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/watch/sessions.h"

#include "azure/routes.h"
#include "base/json.h"
#include "base/str.h"
#include "lab/proc/node.h"

char *hybrid_session_name(const struct hybrid_session *s)
{
	return s->peer ? xasprintf("%s with %s", s->vm->name, s->peer->name)
	               : xasprintf("%s with %s/%u", s->vm->name, s->rs->name, s->instance);
}

char *hybrid_led_astray(const struct driver *d, const struct hybrid_session *s)
{
	const struct runtime rt = { .vm_stopped = lab_stopped(&d->lab) };
	const struct model *m = d->lab.model;

	if (s->vm->role != VM_GATEWAY || s->nic || !vm_gateway(s->vm)->subnet->route_table ||
	    s->kind == HP_SITE || s->kind == HP_MSEE || s->kind == HP_GATEWAY)
		return NULL;
	_cleanup_(eff_table_free_p) struct eff_table *t =
	    effective_routes(m, vm_gateway(s->vm)->subnet, 0, NULL, &rt);
	const struct eff_route *r = eff_lookup(t, s->peer_ip);

	if (r && r->source == SRC_USER && r->type != NH_VNET_LOCAL)
		return xasprintf("user-defined route %s of GatewaySubnet leads %s elsewhere",
		                 r->name, IP4_STR(s->peer_ip));
	return NULL;
}

bool hybrid_counted_end(const struct hybrid_session *s)
{
	if (s->vm->role == VM_GATEWAY)
		return !s->peer || s->peer->role != VM_GATEWAY || s->vm->idx < s->peer->idx;
	return s->vm->role == VM_MSEE && s->kind == HP_SITE;
}

bool hybrid_same(const struct lab *l, const struct hybrid_session *a,
                 const struct hybrid_session *b)
{
	const struct lab_node *peer = a && a->peer ? node_find(l, a->peer->name) : NULL;

	return a && b && a->kind == b->kind && a->peer_ip == b->peer_ip &&
	       a->peer_asn == b->peer_asn && a->local_asn == b->local_asn && !(peer && peer->fresh);
}

char *observed_name(const struct lab_node *n, const struct observed *s)
{
	const struct bgp_connection *c = s->conn;

	return c ? xasprintf("%s/%s/%u", c->rs->name, c->name, s->instance)
	         : xasprintf("%s-%s", n->name, IP4_STR(s->session->peer_ip));
}

json_t *observed_change(const struct observed *s, const char *at, const char *from)
{
	const struct bgp_connection *c = s->conn;
	_cleanup_free_ char *name = c ? NULL : hybrid_session_name(s->session);
	json_t *row = c ? json_pack("{s:s,s:s,s:i}", "routeServer", c->rs->name, "peering", c->name,
	                            "instance", (int)s->instance)
	                : json_pack("{s:s}", "session", name);

	json_object_set_new(row, "time", json_string(at));
	json_object_set_new(row, "from", text_json_of(from));
	json_object_set_new(row, "to", text_json_of(s->s.state));
	return row;
}

size_t observed_of(const struct model *m, const struct node *vm, struct observed **ret)
{
	size_t n = 0;

	*ret = xcalloc(m->n_sessions + 1, sizeof(**ret));
	for (size_t i = 0; i < m->n_sessions; i++)
		if (m->sessions[i].vm == vm)
			(*ret)[n++].session = &m->sessions[i];
	return n;
}
