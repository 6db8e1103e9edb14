/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/proposal.h"

#include <errno.h>

#include "base/json.h"
#include "base/str.h"
#include "input/topology.h"
#include "lab/build/drift.h"
#include "lab/build/exam.h"
#include "lab/build/fresh.h"
#include "lab/build/spec.h"
#include "lab/client/client.h"
#include "lab/proc/op.h"
#include "plan/overlay.h"
#include "plan/reconcile.h"

/* NICs that got their addresses from Azure keep them, whatever is added or removed before them. */
static void keep_addresses(const struct model *have, json_t *design)
{
	json_t *kept = json_object();

	for (size_t i = 0; have && i < have->n_nics; i++)
		if (have->nics[i].dynamic)
			json_object_set_new(kept, have->nics[i].name,
			                    json_string(IP4_STR(have->nics[i].ip)));
	json_object_set_new(design, DESIGN_ADDED, kept);
}

void proposal_free(struct proposal *p)
{
	json_decref(p->given);
	json_decref(p->design);
	json_decref(p->exam);
	model_free(p->model);
	*p = (struct proposal){ 0 };
}

static int read_given(const struct lab *l, json_t *body, json_t **ret, struct err *e)
{
	json_t *design = json_object_get(body, "design"), *has = exam_given(l);
	const char *digest = json_string_value(json_object_get(body, "designDigest"));
	char runs[JSON_DIGEST];

	if (!design && digest) {
		if (!has || !streq(digest, json_digest(has, DESIGN_ADDED, runs)))
			return err_set(e, ESTALE, "the lab has another design");
		*ret = has;
		return 0;
	}
	if (!json_is_object(design))
		return err_set(e, EINVAL, "the request has no \"design\"");
	keep_addresses(l->model, design);
	*ret = design;
	return 0;
}

/* Faults that a design does not take any more are over: what is refused then is the student's. */
static struct model *model_of_proposal(struct proposal *p, struct findings *f)
{
	struct model *m = design_checked(p->design, f);

	if (m || p->design == p->given)
		return m;
	findings_free(f);
	*f = (struct findings){ 0 };
	overlay_mend(json_object_get(p->exam, "faults"), "", "changed");
	json_decref(p->design);
	p->design = json_incref(p->given);
	return design_checked(p->design, f);
}

static int read_proposed_model(const struct lab *l, struct proposal *p, struct err *e)
{
	_cleanup_findings_ struct findings f = { 0 };

	if (l->design && json_equal(p->design, l->design))
		return 0;
	p->model = model_of_proposal(p, &f);
	if (!p->model) {
		findings_sort(&f);
		return err_set(e, EBADMSG, "the design has %zu errors; the first, %s at %s: %s",
		               f.errors, f.n ? f.items[0].rule : "", f.n ? f.items[0].pointer : "",
		               f.n ? f.items[0].message : "");
	}
	/* So that the same file is the same design next time. */
	keep_addresses(p->model, p->given);
	if (p->design != p->given)
		keep_addresses(p->model, p->design);
	return 0;
}

int proposal_read(const struct lab *l, json_t *body, struct proposal *ret, struct err *e)
{
	struct proposal p = { 0 };
	int r = read_given(l, body, &p.given, e);

	if (r < 0)
		return r;
	json_incref(p.given);
	r = exam_read(l, body, p.given, &p.exam, e);
	if (r == 0) {
		p.design = overlay_design(json_object_get(p.exam, "faults"), p.given);
		r = read_proposed_model(l, &p, e);
	}
	if (r < 0) {
		proposal_free(&p);
		return r;
	}
	*ret = p;
	return 0;
}

json_t *proposal_changes(const struct lab *l, const json_t *given)
{
	_cleanup_changes_ struct changes c = { 0 };

	reconcile(exam_given(l), given, &c);
	return changes_json(&c);
}

/* Lists what becomes of the nodes, except those that stay as they are, by the decisions that `up`
 * goes by. */
static int node_actions(const struct lab *l, struct model *m, const json_t *design,
                        const json_t *fresh, json_t **ret, json_t **ret_fresh, struct err *e)
{
	json_t *a = json_array(), *f = fresh_sessions(l->driver, fresh);
	struct want *w;
	size_t n;
	int r = wants_of(m, design, &w, &n, e);

	if (r < 0) {
		json_decref(a);
		json_decref(f);
		return r;
	}
	wants_match(l, w, n);
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *why = fresh_why(l, &w[i], fresh);
		enum want_action action = why ? WANT_REBUILD : want_action(&w[i]);

		if (why)
			json_array_append_new(
			    f, json_pack("{s:s,s:s}", "node", w[i].name, "why", why));
		if (action != WANT_KEEP)
			json_array_append_new(a, json_pack("{s:s,s:s}", "name", w[i].name, "action",
			                                   want_action_str(action)));
	}
	for (size_t i = 0; i < l->n_nodes; i++)
		l->nodes[i]->pos =
		    l->nodes[i]->kind == NODE_FABRIC || l->nodes[i]->kind == NODE_INTERNET;
	for (size_t i = 0; i < n; i++)
		if (w[i].have)
			w[i].have->pos = true;
	for (size_t i = 0; i < l->n_nodes; i++)
		if (!l->nodes[i]->pos)
			json_array_append_new(a, json_pack("{s:s,s:s}", "name", l->nodes[i]->name,
			                                   "action", "remove"));
	wants_free(w, n);
	*ret = a;
	*ret_fresh = f;
	return 0;
}

struct planning {
	struct conn *c; /* NULL: the client has gone */
	json_t *answer;
};

static void plan_gone(struct conn *c)
{
	((struct planning *)c->ctx)->c = NULL;
}

static void plan_answer(void *ctx, json_t *drift)
{
	struct planning *p = ctx;

	json_object_set_new(p->answer, "drift", drift);
	if (p->c) {
		p->c->on_close = NULL;
		conn_answer(p->c, p->answer);
	} else {
		json_decref(p->answer);
	}
	free(p);
}

static int op_plan(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	json_t *nodes = NULL, *fresh = NULL, *freshened = NULL, *changes = NULL;
	struct proposal of;
	int rc = proposal_read(l, r->body, &of, e);

	(void)ret;
	if (rc < 0)
		return rc;
	rc = fresh_read(l, r->body, &fresh, e);
	if (rc == 0)
		rc = node_actions(l, of.model ? of.model : l->model, of.design, fresh, &nodes,
		                  &freshened, e);
	if (rc == 0)
		changes = proposal_changes(l, of.given);
	proposal_free(&of);
	if (rc < 0)
		return rc;
	struct planning *p = xcalloc(1, sizeof(*p));

	p->c = r->client;
	p->answer = json_pack("{s:o,s:o}", "changes", changes, "nodes", nodes);
	if (fresh)
		json_object_set(p->answer, "fresh", freshened);
	json_decref(freshened);
	r->client->ctx = p;
	r->client->on_close = plan_gone;
	drift_look(l->driver, false, plan_answer, p);
	return 1;
}

LAB_OP(plan, { .name = "plan", .kind = OP_INLINE, .run = op_plan });
