/* SPDX-License-Identifier: GPL-2.0-or-later */
/* op matrix: everybody to everybody, answered in the least JSON; see lab/client/client.h. */
#include <errno.h>

#include "base/str.h"
#include "lab/ops/endpoint.h"
#include "lab/proc/op.h"
#include "probe/probe.h"

enum { MAX_PROBES = 1000000, DEFAULT_TIMEOUT_MS = 1000, INTERVAL_MS = 20 };

struct names {
	const char **items;
	size_t n, cap;
};

static void names_done(struct names *v)
{
	free(v->items);
}

/* VMs that run; a name without * or ? stands for itself. */
static int expand_names(const struct lab *l, const json_t *list, struct names *ret, struct err *e)
{
	const bool *stopped = lab_stopped(l);
	size_t i;
	json_t *v;

	json_array_foreach (list, i, v) {
		const char *s = json_string_value(v);
		size_t before = ret->n;

		if (!s)
			return err_set(e, EINVAL, "matrix: names of nodes are needed");
		if (!strpbrk(s, "*?")) {
			VEC_PUSH(ret->items, ret->n, ret->cap) = s;
			continue;
		}
		for (size_t k = 0; k < l->model->n_vms; k++) {
			const struct node *vm = &l->model->vms[k];

			if (str_glob(s, vm->name) && !(stopped ? stopped[k] : vm->deallocated))
				VEC_PUSH(ret->items, ret->n, ret->cap) = vm->name;
		}
		if (ret->n == before)
			return err_set(e, ENOENT, "no running VM is called %s", s);
	}
	return ret->n ? 0 : err_set(e, EINVAL, "matrix: names of nodes are needed");
}

static int template_of(const json_t *o, struct probe *ret, struct err *e)
{
	const char *proto = json_string_value(json_object_get(o, "protocol"));
	int kind = proto ? probe_protocol_parse(proto) : PROBE_ICMP;
	const json_t *port = json_object_get(o, "port"), *count = json_object_get(o, "count");
	const json_t *timeout = json_object_get(o, "timeoutMs");
	json_int_t n = count ? json_integer_value(count) : 1;
	json_int_t ms = timeout ? json_integer_value(timeout) : DEFAULT_TIMEOUT_MS;
	json_int_t to = port ? json_integer_value(port) : kind == PROBE_HTTP ? 80 : 0;

	if (kind < 0)
		return err_set(e, EINVAL, "matrix: unknown protocol \"%s\"", proto);
	if (kind != PROBE_ICMP && (to < 1 || to > 65535))
		return err_set(e, EINVAL, "matrix: %s needs a port, 1 to 65535", proto);
	if (n < 1 || n > 1000 || ms < 1 || ms > 3600000)
		return err_set(e, EINVAL, "matrix: count is 1 to 1000, timeoutMs 1 to 3600000");
	*ret = (struct probe){ .protocol = (enum probe_protocol)kind,
		               .port = (uint16_t)to,
		               .count = (unsigned)n,
		               .interval_ms = INTERVAL_MS,
		               .timeout_ms = (unsigned)ms };
	return 0;
}

/* One look-up for each sender; a VM is the same to all VMs, so for those also one for each
 * destination. */
static int fill_matrix(struct lab *l, const struct names *from, const struct names *to,
                       const struct probe *like, struct probe *probes, struct err *e)
{
	_cleanup_free_ ip4 *seen = xcalloc(to->n, sizeof(*seen));
	_cleanup_free_ bool *echoes = xcalloc(to->n, sizeof(*echoes)); /* of seen */
	int r = 0;

	for (size_t i = 0; i < from->n; i++) {
		_cleanup_endpoint_ struct endpoint f = { 0 };

		r = endpoint_from(l, from->items[i], &f, e);
		for (size_t k = 0; r == 0 && k < to->n; k++) {
			struct probe *p = &probes[i * to->n + k];

			*p = *like;
			p->ns_fd = f.node->netns;
			p->src = f.ip;
			if (f.node->kind == NODE_VM && ip4_is_set(seen[k])) {
				p->dst = seen[k];
				p->echoes = echoes[k];
				continue;
			}
			_cleanup_endpoint_ struct endpoint t = { 0 };

			r = endpoint_to(l, &f, to->items[k], &t, e);
			p->dst = t.ip;
			p->echoes = like->protocol == PROBE_TCP &&
			            endpoint_echoes(l->model, t.ip, like->port);
			if (f.node->kind == NODE_VM) {
				seen[k] = t.ip;
				echoes[k] = p->echoes;
			}
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static json_t *names_json(const struct names *v)
{
	json_t *a = json_array();

	for (size_t i = 0; i < v->n; i++)
		json_array_append_new(a, json_string(v->items[i]));
	return a;
}

static json_t *answer_matrix(const struct names *from, const struct names *to,
                             const struct probe *probes)
{
	json_t *rows = json_array();
	json_int_t sent = 0, answered = 0;

	for (size_t i = 0; i < from->n; i++) {
		json_t *row = json_array();

		for (size_t k = 0; k < to->n; k++) {
			const struct probe *p = &probes[i * to->n + k];
			/* in whole microseconds: shorter to print, and no truer otherwise */
			double ms = (double)(long)(p->rtt_avg * 1000.0 + 0.5) / 1000.0;

			sent += p->sent;
			answered += p->received;
			json_array_append_new(row, p->received == p->sent && p->sent ? json_real(ms)
			                                                             : json_null());
		}
		json_array_append_new(rows, row);
	}
	return json_pack("{s:o, s:o, s:o, s:I, s:I}", "from", names_json(from), "to",
	                 names_json(to), "rttMs", rows, "sent", sent, "answered", answered);
}

static int op_matrix(struct lab *l, struct request *r, json_t **ret_reply, struct err *e)
{
	_cleanup_(names_done) struct names from = { 0 }, to = { 0 };
	struct probe like = { 0 };
	int rc = template_of(r->body, &like, e);

	if (rc == 0)
		rc = expand_names(l, json_object_get(r->body, "from"), &from, e);
	if (rc == 0)
		rc = expand_names(l, json_object_get(r->body, "to"), &to, e);
	if (rc < 0)
		return rc;
	if (!to.n || from.n > MAX_PROBES / to.n)
		return err_set(e, E2BIG, "matrix: at most %d probes at once", MAX_PROBES);
	_cleanup_free_ struct probe *probes = xcalloc(from.n * to.n, sizeof(*probes));

	rc = fill_matrix(l, &from, &to, &like, probes, e);
	if (rc == 0)
		rc = probe_run(probes, from.n * to.n, e);
	if (rc == 0)
		*ret_reply = answer_matrix(&from, &to, probes);
	return rc;
}

LAB_OP(matrix, { .name = "matrix", .kind = OP_WORKER, .run = op_matrix });
