/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the lab's table that corresponds to a saved one. */
#include "cmd/compare.h"

#include <errno.h>

#include "base/str.h"
#include "cmd/remote.h"

static int ask_for_answer(struct lab_client *c, json_t *req, json_t **ret, struct err *e)
{
	return lab_call(c, req, NULL, NULL, ret, NULL, e);
}

int compare_lab_open(const char *lab, struct compare_lab *ret, struct err *e)
{
	struct compare_lab l = { 0 };
	json_t *reply = NULL;
	int r = lab_connect(lab, &l.c, e);

	if (r >= 0)
		r = ask_for_answer(l.c, json_pack("{s:s}", "op", "status"), &l.status, e);
	if (r >= 0)
		r = ask_for_answer(l.c, json_pack("{s:s}", "op", "design"), &reply, e);
	if (r < 0) {
		compare_lab_close(&l);
		return r;
	}
	l.design = json_incref(json_object_get(json_object_get(reply, "design"), "topology"));
	json_decref(reply);
	*ret = l;
	return 0;
}

void compare_lab_close(struct compare_lab *l)
{
	lab_disconnect(l->c);
	json_decref(l->status);
	json_decref(l->design);
	*l = (struct compare_lab){ 0 };
}

/* ---- candidates ---- */

struct names {
	char **items;
	size_t n, cap;
};

static void names_free(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
}
#define _cleanup_names_ _cleanup_(names_free)

static void names_add(struct names *l, char *name /* stolen */)
{
	for (size_t i = 0; i < l->n; i++)
		if (strieq(l->items[i], name)) {
			free(name);
			return;
		}
	VEC_PUSH(l->items, l->n, l->cap) = name;
}

static char *names_list(const struct names *l)
{
	_cleanup_str_ struct str s = { 0 };

	for (size_t i = 0; l->items && i < l->n && i < 12; i++)
		str_printf(&s, "%s%s", i ? ", " : "", l->items[i]);
	if (l->n > 12)
		str_add(&s, ", ...");
	return str_take(&s);
}

static void list_nic_names(const struct compare_lab *l, struct names *out)
{
	const char *vm, *nic;
	json_t *v, *n;

	json_object_foreach (json_object_get(l->design, "virtualMachines"), vm, v) {
		names_add(out, xstrdup(vm));
		if (json_object_get(v, "nic"))
			names_add(out, xasprintf("%sVMNic", vm));
		json_object_foreach (json_object_get(v, "nics"), nic, n)
			names_add(out, xasprintf("%s/%s", vm, nic));
	}
}

/* Can the table be of this session?  Compares the instances and the peer that its rows name. */
static bool fits_session(const json_t *session, const struct compare_table *want)
{
	const char *address = json_str(session, "address"), *peer = json_str(session, "peerIp");
	size_t i;
	json_t *row;

	json_array_foreach (want->rows, i, row) {
		const char *local = json_str(row, "localAddress"), *hop = json_str(row, "nextHop");
		const char *from = json_str(row, "sourcePeer");

		if (want->kind == COMPARE_ADVERTISED && !*local)
			local = hop;
		if (streq(local, address))
			return want->kind == COMPARE_ADVERTISED || !*from || streq(from, peer);
	}
	return false;
}

static void add_peerings(const struct compare_lab *l, const struct compare_table *fitting,
                         struct names *out)
{
	size_t i;
	json_t *s;

	json_array_foreach (json_object_get(l->status, "bgp"), i, s) {
		if (!fitting || fits_session(s, fitting))
			names_add(out, xasprintf("%s/%s", json_str(s, "routeServer"),
			                         json_str(s, "peering")));
	}
}

static void add_keys(const json_t *design, const char *kind, struct names *out)
{
	const char *name;
	json_t *v;

	json_object_foreach (json_object_get(design, kind), name, v)
		names_add(out, xstrdup(name));
}

static const char *what(enum compare_kind k)
{
	return k == COMPARE_ROUTES                               ? "NIC"
	       : k == COMPARE_LEARNED || k == COMPARE_ADVERTISED ? "peering"
	                                                         : "gateway";
}

static int find_by_name(const char *file, const json_t *text, const struct names *all,
                        enum compare_kind kind, char **ret, struct err *e)
{
	long k = compare_who(file, text, (const char *const *)all->items, all->n);

	if (k < 0 && all->n == 1) /* there is but one */
		k = 0;
	if (k >= 0 && all->items) {
		*ret = xstrdup(all->items[k]);
		return 0;
	}
	_cleanup_free_ char *list = names_list(all);

	if (!all->n)
		return err_set(e, ENOENT, "%s: this lab has no %s", file, what(kind));
	return err_set(e, k == -2 ? ENOTUNIQ : ENOENT,
	               "%s: which %s this is about %s; say it with --%s (%s)", file, what(kind),
	               k == -2 ? "is not clear, its name fits several" : "cannot be told",
	               strieq(what(kind), "NIC") ? "nic" : what(kind), list);
}

static int find_subject(const struct compare_lab *l, const struct compare_names *names,
                        const char *file, const json_t *text, struct compare_table *want,
                        char **ret_subject, struct err *e)
{
	const bool flat =
	    want->kind == COMPARE_GATEWAY_LEARNED || want->kind == COMPARE_GATEWAY_ADVERTISED;
	_cleanup_names_ struct names all = { 0 }, near = { 0 };

	if (flat && !names->gateway &&
	    (names->peering ||
	     !json_object_size(json_object_get(l->design, "virtualNetworkGateways")))) {
		/* one instance's list, cut out by a query: it looks like a gateway's */
		want->kind =
		    want->kind == COMPARE_GATEWAY_LEARNED ? COMPARE_LEARNED : COMPARE_ADVERTISED;
	}
	switch (want->kind) {
	case COMPARE_ROUTES:
		if (names->nic) {
			*ret_subject = xstrdup(names->nic);
			return 0;
		}
		list_nic_names(l, &all);
		break;
	case COMPARE_LEARNED:
	case COMPARE_ADVERTISED:
		if (names->peering) {
			*ret_subject = xstrdup(names->peering);
			return 0;
		}
		add_peerings(l, want, &near);
		if (near.n) /* the addresses inside say more than a name */
			return find_by_name(file, text, &near, want->kind, ret_subject, e);
		add_peerings(l, NULL, &all);
		break;
	case COMPARE_GATEWAY_LEARNED:
	case COMPARE_GATEWAY_ADVERTISED:
	case COMPARE_GATEWAY_PEERS:
		if (names->gateway) {
			*ret_subject = xstrdup(names->gateway);
			return 0;
		}
		add_keys(l->design, "virtualNetworkGateways", &all);
		break;
	default:
		return err_set(e, EINVAL,
		               "%s: a lab has no such table; compare it --against a file", file);
	}
	return find_by_name(file, text, &all, want->kind, ret_subject, e);
}

static bool is_session_of(const json_t *session, const char *peering)
{
	_cleanup_free_ char *name =
	    xasprintf("%s/%s", json_str(session, "routeServer"), json_str(session, "peering"));

	return strieq(name, peering) || strieq(json_str(session, "peering"), peering);
}

/* The addresses of a peering's two instances; they live as long as l. */
static void instances(const struct compare_lab *l, const char *peering, const char *ret[2])
{
	size_t i;
	json_t *s;

	json_array_foreach (json_object_get(l->status, "bgp"), i, s) {
		json_int_t k = json_integer_value(json_object_get(s, "instance"));

		if (is_session_of(s, peering) && k >= 0 && k < 2)
			ret[k] = json_str(s, "address");
	}
}

/* "the session is Connect, not Established", when that is why a peering has no routes; the caller
 * frees; NULL: it is up. */
static char *session_down(const struct compare_lab *l, const char *peering, const char *address)
{
	size_t i;
	json_t *s;

	json_array_foreach (json_object_get(l->status, "bgp"), i, s) {
		const char *state = json_str(s, "state");

		if (is_session_of(s, peering) && streq(json_str(s, "address"), address) &&
		    !streq(state, "Established"))
			return xasprintf("the session of %s is %s, not Established", address,
			                 state);
	}
	return NULL;
}

/* The lab's table of that kind. */
static int ask_table(const struct compare_lab *l, const struct compare_names *names,
                     enum compare_kind kind, const char *subject, struct compare_table *ret,
                     struct err *e)
{
	struct compare_source source = { .kind = kind };
	json_t *req, *reply = NULL;

	switch (kind) {
	case COMPARE_ROUTES:
		req = json_pack("{s:s, s:s, s:b}", "op", "routes", "nic", subject, "explain", 1);
		break;
	case COMPARE_LEARNED:
	case COMPARE_ADVERTISED:
		instances(l, subject, source.instances);
		req = json_pack("{s:s, s:s}", "op",
		                kind == COMPARE_LEARNED ? "learned" : "advertised", "connection",
		                subject);
		break;
	case COMPARE_GATEWAY_LEARNED:
	case COMPARE_GATEWAY_ADVERTISED:
	case COMPARE_GATEWAY_PEERS:
		req = json_pack("{s:s, s:s, s:s*}", "op",
		                kind == COMPARE_GATEWAY_LEARNED      ? "gatewayLearned"
		                : kind == COMPARE_GATEWAY_ADVERTISED ? "gatewayAdvertised"
		                                                     : "gatewayPeers",
		                "gateway", subject, "peer", names->peer);
		break;
	default:
		return err_set(e, EOPNOTSUPP, "%s tables of a lab cannot be had",
		               compare_kind_str(kind));
	}
	int r = ask_for_answer(l->c, req, &reply, e);

	if (r < 0)
		return r;
	const json_t *table = json_object_get(reply, "routes");

	r = compare_read(&source, json_is_object(table) ? table : reply, ret, e);
	json_decref(reply);
	return r < 0 ? err_wrap(e, "the lab's answer") : 0;
}

/* A peering's routes are missing because its session is not up. */
static void explain_sessions(const struct compare_lab *l, const char *peering, struct comparison *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct compare_row *r = &c->rows[i];
		const char *at = r->want ? json_str(r->want, "localAddress") : "";

		if (r->verdict == COMPARE_MISSING && !r->reason && *at)
			r->reason = session_down(l, peering, at);
	}
}

int compare_with_lab(const struct compare_lab *l, const struct compare_names *names,
                     const struct compare_source *file, const json_t *text,
                     const struct compare_options *o, struct compare_pair *ret, struct err *e)
{
	int r = compare_read(file, text, &ret->want, e);

	if (r < 0)
		return err_wrap(e, "%s", file->name);
	r = find_subject(l, names, file->name, text, &ret->want, &ret->subject, e);
	if (r < 0)
		return r;
	bool peering = ret->want.kind == COMPARE_LEARNED || ret->want.kind == COMPARE_ADVERTISED;

	if (peering) { /* once more: its rows may lack the instances' addresses, now known */
		struct compare_source again = { .name = file->name, .kind = ret->want.kind };

		instances(l, ret->subject, again.instances);
		compare_table_free(&ret->want);
		r = compare_read(&again, text, &ret->want, e);
	}
	if (r >= 0)
		r = ask_table(l, names, ret->want.kind, ret->subject, &ret->got, e);
	if (r < 0)
		return r;
	compare_tables(&ret->want, &ret->got, o, &ret->result);
	if (peering)
		explain_sessions(l, ret->subject, &ret->result);
	return 0;
}

void compare_pair_free(struct compare_pair *p)
{
	comparison_free(&p->result);
	compare_table_free(&p->want);
	compare_table_free(&p->got);
	free(p->subject);
	*p = (struct compare_pair){ 0 };
}
