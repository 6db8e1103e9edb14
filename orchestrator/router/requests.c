/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests of the driver (proto.h). */
#include <errno.h>
#include <unistd.h>

#include "azure/given.h"
#include "base/clock.h"
#include "input/topology.h"
#include "router/router_priv.h"

/* The design in a request; NULL, with *e, when it is not valid.  The driver has checked it by
 * Azure's rules already. */
static struct model *read_model(const json_t *req, struct err *e)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct model *m = design_model(json_object_get(req, "design"), &f);

	if (m && !f.errors) {
		model_forget_given(m);
		return m;
	}
	findings_sort(&f);
	err_set(e, EINVAL, "the design is not valid: %s%s%s", f.n ? f.items[0].pointer : "",
	        f.n ? ": " : "", f.n ? f.items[0].message : "no reason was given");
	return model_free(m);
}

/* Takes the namespaces that came with a design: *ret, of all instances that speak, the caller
 * frees. */
static int take_namespaces(struct router *r, const struct model *m, int **ret, struct err *e)
{
	size_t n = model_n_tables(m) * 2, n_fds = 0;
	_cleanup_free_ int *fds = xcalloc(n + 1, sizeof(*fds));

	for (size_t i = 0; i < n; i++)
		n_fds += model_speaks(m, i / 2, i % 2);
	if (n_fds && !peer_take_fds(r->peer, fds, n_fds))
		return err_set(e, EPROTO,
		               "model: %zu namespaces of Route Server and gateway instances "
		               "were expected with it",
		               n_fds);
	*ret = take_ptr(fds);
	return 0;
}

/* The parts of the former design, while the next one takes its place. */
struct former {
	struct model *model;
	struct programmer *prog;
	struct rib_table *aside;
	size_t n_watches;
};

static struct former take_former(struct router *r)
{
	struct former f = { r->model, r->prog, r->aside, r->n_watches };

	report_rest(r);
	instances_close(r->watches, r->n_watches);
	free(r->tallies);
	free(r->from_watches); /* a closed descriptor is watched no longer */
	r->from_watches = NULL;
	r->tallies = NULL;
	r->watches = NULL;
	r->n_watches = 0;
	return f;
}

/* Instances that were there before keep what they were seen and programmed with. */
static void install_model(struct router *r, struct model *m, const json_t *req,
                          const struct former *f)
{
	struct program_times times;
	bool delays = program_times_of(&m->settings, &times);

	r->model = m;
	r->prog = programmer_new(model_n_tables(m), delays ? &times : NULL);
	programmer_peers(r->prog, instances_is_peer, r);
	r->aside = xcalloc(model_n_tables(m) * 2 + 1, sizeof(*r->aside));
	free(r->maintained);
	r->maintained = instances_from_json(m, json_object_get(req, "maintained"));
	free(r->stopped);
	r->stopped = stopped_from_json(m, json_object_get(req, "stopped"));
	down_from_json(m, json_object_get(req, "down"), &r->down);
	instances_silent(r, json_object_get(req, "silent"));
	if (f->model)
		instances_carry_over(r, f->model, f->prog, f->aside);
	instances_free_aside(f->aside, f->n_watches);
}

static int op_model(struct router *r, const json_t *req, struct err *e)
{
	struct model *m = read_model(req, e);
	_cleanup_free_ int *fds = NULL;

	if (!m)
		return -EINVAL;
	int rc = take_namespaces(r, m, &fds, e);

	if (rc < 0) {
		model_free(m);
		return rc;
	}
	struct former f = take_former(r);

	install_model(r, m, req, &f);
	rc = instances_open(r, fds, model_n_tables(m) * 2, e);
	r->quiet = !f.model;
	for (size_t i = 0; rc == 0 && i < r->n_watches; i++)
		instance_read(r, i);
	r->quiet = false;
	instances_stand_in(r, req);
	if (!f.model || !m->settings.timing_azure)
		programmer_catch_up(r->prog);
	else
		programmer_compare(r->prog, clock_ms());
	programmer_free(f.prog);
	model_free(f.model);
	router_dirty(r);
	return rc;
}

/* Answered when what is read now is applied. */
static void op_read(struct router *r, const json_t *req)
{
	_cleanup_free_ bool *doubt = instances_from_json(r->model, json_object_get(req, "doubt"));

	for (size_t i = 0; i < r->n_watches; i++) {
		if (r->watches[i] && doubt[i])
			watch_doubt(r->watches[i]);
		instance_read(r, i);
	}
	r->mark = json_integer_value(json_object_get(req, "mark"));
}

static json_t *describe_router(const struct router *r)
{
	json_t *routes = json_array();
	const struct fabric *f = r->kernel ? fabric_kernel_state(r->kernel) : NULL;

	for (size_t i = 0; r->prog && i < r->n_watches; i++)
		json_array_append_new(
		    routes,
		    json_pack("{s:s,s:i,s:I,s:I}", model_table_kind(r->model, i / 2),
		              model_table_name(r->model, i / 2), "instance", (int)(i % 2), "seen",
		              (json_int_t)programmer_seen(r->prog)->tables[i / 2][i % 2].n,
		              "programmed",
		              (json_int_t)programmer_rib(r->prog)->tables[i / 2][i % 2].n));
	json_t *kernel = f ? json_pack("{s:I,s:I,s:I,s:I}", "routes", (json_int_t)f->n_routes,
	                               "rules", (json_int_t)f->n_rules, "neighbours",
	                               (json_int_t)f->n_neighs, "ports", (json_int_t)f->n_ports)
	                   : json_null();

	return json_pack("{s:{s:i,s:I,s:I,s:I,s:I,s:I,s:f,s:I,s:I,s:o,s:o}}", "show", "pid",
	                 (int)getpid(), "generation", r->generation, "applied",
	                 (json_int_t)r->applied, "errors", (json_int_t)r->errors, "changes",
	                 (json_int_t)r->changes, "lastChanges", (json_int_t)r->last.total, "lastMs",
	                 r->last_ms, "missingPorts", (json_int_t)r->last.missing, "waiting",
	                 (json_int_t)(r->prog ? programmer_waiting(r->prog) : 0), "instances",
	                 routes, "kernel", kernel);
}

/* Answers whether somebody else has changed the fabric; mend: puts it back. */
static void op_look(struct router *r, bool mend)
{
	struct fabric_drift d = { 0 };
	struct err e = { 0 };

	if (r->dirty) /* what is due is nobody else's doing */
		router_apply(r, false);
	int rc = r->kernel ? fabric_look(r->kernel, &d, &e) : 0;
	bool any = d.routes || d.rules || d.neighs || d.filter || d.settings;

	if (rc == 0 && any && mend) {
		rc = fabric_mend(r->kernel, &d, &e);
		router_apply(r, false);
	}
	if (rc < 0)
		router_say_error(r, &e);
	router_say(r, json_pack("{s:s,s:I,s:I,s:I,s:b,s:I}", "event", "looked", "routes",
	                        (json_int_t)d.routes, "rules", (json_int_t)d.rules, "neighbours",
	                        (json_int_t)d.neighs, "filter", d.filter, "settings",
	                        (json_int_t)d.settings));
}

static int handle_request(struct router *r, const json_t *req, struct err *e)
{
	const char *op = json_string_value(json_object_get(req, "op"));
	const json_t *generation = json_object_get(req, "generation");
	int rc = 0;

	if (!op)
		return err_set(e, EPROTO, "a request without \"op\"");
	if (json_is_integer(generation))
		r->generation = json_integer_value(generation);
	if (strcmp(op, "model") == 0) {
		rc = op_model(r, req, e);
	} else if (strcmp(op, "show") == 0) {
		router_say(r, describe_router(r));
	} else if (!r->model) {
		rc = err_set(e, EPROTO, "%s: there was no model yet", op);
	} else if (strcmp(op, "stopped") == 0) {
		free(r->stopped);
		r->stopped = stopped_from_json(r->model, json_object_get(req, "vms"));
		router_dirty(r);
	} else if (strcmp(op, "maintained") == 0) {
		instances_maintained(r, req);
	} else if (strcmp(op, "silent") == 0) {
		instances_silent(r, json_object_get(req, "instances"));
	} else if (strcmp(op, "health") == 0) {
		down_from_json(r->model, json_object_get(req, "down"), &r->down);
		router_dirty(r);
	} else if (strcmp(op, "resync") == 0) {
		if (r->kernel)
			fabric_kernel_forget(r->kernel);
		router_dirty(r);
	} else if (strcmp(op, "look") == 0) {
		op_look(r, json_is_true(json_object_get(req, "mend")));
	} else if (strcmp(op, "read") == 0) {
		op_read(r, req);
	} else if (strcmp(op, "rib") == 0) {
		router_say(r, rib_to_json(r->model, programmer_rib(r->prog), r->version));
	} else {
		rc = err_set(e, EPROTO, "unknown request \"%s\"", op);
	}
	return rc;
}

int router_read_requests(struct router *r, struct err *e)
{
	int gone = peer_fill(r->peer, e);

	for (;;) {
		struct err why = { 0 };
		json_t *req = peer_next(r->peer, &why);

		if (!req && !why.code)
			return gone;
		if (req)
			handle_request(r, req, &why);
		if (why.code)
			router_say_error(r, &why);
		json_decref(req);
	}
}
