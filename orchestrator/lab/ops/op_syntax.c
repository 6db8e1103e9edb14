/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `check` asks the daemons' own programs whether they can read the files of a design.  They run as
 * in a lab, each in a box of its node; but no lab is built, and this driver ends with its only
 * client. */
#include <errno.h>

#include "input/topology.h"
#include "lab/build/check.h"
#include "lab/build/node_make.h"
#include "lab/build/room.h"
#include "lab/build/spec.h"
#include "lab/ops/room.h"
#include "lab/ops/syntax.h"
#include "lab/proc/conn.h"
#include "lab/proc/node.h"
#include "lab/proc/op.h"

enum { SYNTAX_MS = 20000 };

/* Alive until its client goes, and the driver with it. */
struct syntax {
	struct driver *d;
	struct conn *c; /* NULL: answered, or gone */
	struct model *model;
	struct timer deadline;
};

/* The place of the file in the design, or of all files; the caller frees. */
static char *place_of_files(const struct node *vm)
{
	const char *first = vm->guest.configs[0].ptr;

	return vm->guest.n_configs == 1 ? xstrdup(first)
	                                : xstrndup(first, (size_t)(strrchr(first, '/') - first));
}

static json_t *objections(const struct syntax *s)
{
	json_t *list = json_array(), *o;
	size_t k;

	for (size_t i = 0; i < s->d->lab.n_nodes; i++)
		json_array_foreach (s->d->lab.nodes[i]->objections, k, o) {
			const struct node *vm = s->d->lab.nodes[i]->vm;

			if (json_is_null(json_object_get(o, "pointer"))) {
				_cleanup_free_ char *place = place_of_files(vm);

				json_object_set_new(o, "pointer", json_string(place));
			}
			json_array_append(list, o);
		}
	return list;
}

static void answer_syntax(struct syntax *s)
{
	struct conn *c = s->c;

	s->c = NULL;
	loop_timer_stop(s->d->loop, &s->deadline);
	if (!c)
		return;
	c->on_close = NULL;
	conn_answer(c, json_pack("{s:o}", "objections", objections(s)));
}

void syntax_look(struct driver *d)
{
	struct syntax *s = d->ops->syntax;

	if (!s || !s->c)
		return;
	for (size_t i = 0; i < d->lab.n_nodes; i++)
		if (d->lab.nodes[i]->checks_running)
			return;
	answer_syntax(s);
}

/* A check that hangs has said nothing. */
static void on_syntax_late(struct timer *t)
{
	answer_syntax(container_of(t, struct syntax, deadline));
}

static void on_syntax_client_gone(struct conn *c)
{
	((struct syntax *)c->ctx)->c = NULL;
}

static bool has_a_check(const struct image_plan *p)
{
	for (size_t i = 0; i < p->n_daemons; i++)
		if (p->daemons[i].check_argv)
			return true;
	return false;
}

/* Whose image, or whose programs, are not on this machine cannot be asked: skipped. */
static int ask_node(struct syntax *s, struct node *vm, struct err *e)
{
	struct want w = { .name = (char *)vm->name, .kind = NODE_VM, .vm = vm };
	int r = 0;

	if ((!vm->guest.n_configs && !vm->guest.n_filters) ||
	    image_plan(s->model, vm, &w.plan, NULL) < 0)
		return 0;
	if (has_a_check(w.plan)) {
		struct lab_node *n = node_new(&s->d->lab, vm->name, NODE_VM);

		n->vm = vm;
		r = node_house(s->d, n, &w, e);
		if (r == 0)
			r = checks_start(s->d, n, w.plan, true, e);
	}
	image_plan_free(w.plan);
	return r;
}

static int op_syntax(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	_cleanup_findings_ struct findings f = { 0 };
	json_t *design = json_object_get(r->body, "design");
	struct driver *d = l->driver;
	int rc = 0;

	(void)ret;
	if (l->design || d->build->apply || d->ops->syntax)
		return err_set(e, EBUSY, "lab %s runs: it checks no other design", l->name);
	struct model *m = json_is_object(design) ? design_checked(design, &f) : NULL;

	if (!m)
		return err_set(e, EBADMSG, "the design is not valid");
	images_use(json_object_get(design, "images"));
	struct syntax *s = xcalloc(1, sizeof(*s));

	*s = (struct syntax){ .d = d, .c = r->client, .model = m };
	s->deadline.fn = on_syntax_late;
	d->ops->syntax = s;
	json_incref(design); /* the model speaks of it */
	r->client->ctx = s;
	r->client->on_close = on_syntax_client_gone;
	for (size_t i = 0; rc == 0 && i < m->n_vms; i++)
		rc = ask_node(s, &m->vms[i], e);
	if (rc < 0) {
		s->c = NULL;
		r->client->on_close = NULL;
		return rc;
	}
	loop_timer(d->loop, &s->deadline, SYNTAX_MS);
	driver_changed(d, CHANGED_ANSWERS);
	return 1;
}

LAB_OP(syntax, { .name = "syntax", .kind = OP_INLINE, .run = op_syntax });
