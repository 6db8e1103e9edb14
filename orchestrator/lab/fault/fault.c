/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Breaking things on purpose.  Each fault is remembered until it is mended or its target goes; its
 * words are those of checks/faults.h. */
#include "lab/fault/fault.h"

#include <errno.h>
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "checks/faults.h"
#include "kernel/ns.h"
#include "lab/build/build.h"
#include "lab/build/exam.h"
#include "lab/build/ledger.h"
#include "lab/build/node_make.h"
#include "lab/build/responder.h"
#include "lab/build/room.h"
#include "lab/fault/answer.h"
#include "lab/fault/freeze.h"
#include "lab/fault/maintenance.h"
#include "lab/fault/power.h"
#include "lab/proc/events.h"
#include "lab/proc/node.h"
#include "lab/proc/op.h"
#include "lab/proc/process.h"
#include "lab/watch/routerlink.h"

json_t *fault_list(const struct driver *d)
{
	json_t *a = json_array();

	for (size_t i = 0; i < d->build->n_faults; i++) {
		const struct fault *f = &d->build->faults[i];
		_cleanup_free_ char *s =
		    xasprintf("%s %s%s%s", f->what, f->target, *f->detail ? " " : "", f->detail);

		json_array_append_new(a, text_json_of(s));
	}
	return a;
}

/* --- VMs ---------------------------------------------------------------------------------------
 */

static int find_vm(struct driver *d, const char *name, struct lab_node **ret, struct err *e)
{
	int r = lab_node(&d->lab, name, ret, e);

	if (r < 0)
		return r;
	if (!(*ret)->vm)
		return err_set(e, EINVAL, "%s is not a virtual machine", (*ret)->name);
	return 0;
}

/* Forgets the faults of a node's processes and cables when it stops: it starts whole. */
static void forget_within(struct driver *d, const struct lab_node *n)
{
	for (size_t i = d->build->n_faults; i-- > 0;) {
		struct lab_node *of = NULL;

		if (!fault_is_power(&d->build->faults[i]) &&
		    !streq(d->build->faults[i].what, "session") &&
		    lab_node(&d->lab, d->build->faults[i].target, &of, NULL) == 0 && of == n)
			fault_drop(d, i);
	}
}

static int do_stop(struct driver *d, const char *const *argv, struct err *e)
{
	struct lab_node *n;
	int r = find_vm(d, argv[1], &n, e);

	if (r < 0)
		return r;
	if (n->stopped)
		return err_set(e, EALREADY, "%s is deallocated already", n->name);
	/* Half stopped is stopped: it is listed, and starting makes the node anew. */
	r = node_halt(d, n, e);
	n->stopped = n->faulted = true;
	forget_within(d, n);
	if (n->vm->deallocated)
		fault_mended(d, "start", n->name, "stop");
	else
		fault_note(d, "stop", n->name, "");
	int told = lab_stopped_changed(d, r < 0 ? NULL : e);

	return r < 0 ? r : told;
}

static int do_start(struct driver *d, const char *const *argv, struct err *e)
{
	struct lab_node *n;
	int r = find_vm(d, argv[1], &n, e);

	if (r < 0)
		return r;
	if (!n->stopped)
		return err_set(e, EALREADY, "%s runs already", n->name);
	r = node_boot(d, n, e);
	if (r < 0)
		return r;
	n->stopped = false;
	if (exam_started(d, n))
		event_add(d->events, "fault", n->name, "start");
	else if (n->vm->deallocated)
		fault_note(d, "start", n->name, "");
	else
		fault_mended(d, "stop", n->name, "start");
	r = lab_stopped_changed(d, e);
	/* Its routes are read in its namespace, which is a new one. */
	if (r == 0 && n->vm->role == VM_GATEWAY)
		r = router_update(d, e);
	return r < 0 ? r : responder_update(d, e);
}

/* --- processes ---------------------------------------------------------------------------------
 */

static int do_kill(struct driver *d, const char *const *argv, struct err *e)
{
	struct lab_node *n;
	int r = lab_node(&d->lab, argv[1], &n, e);
	bool hold = argv[2];

	if (r < 0)
		return r;
	if (n->kind == NODE_FABRIC) {
		if (hold)
			return err_set(e, EINVAL, "the virtual router cannot be held down");
		return router_kill(d, e);
	}
	if (!n->n_procs)
		return err_set(e, EINVAL, "%s runs no process", n->name);
	node_procs_kill(n, hold);
	maintenance_look(d);
	n->faulted = true;
	if (hold)
		fault_note(d, "kill", n->name, "--hold");
	else
		event_add(d->events, "fault", n->name, "kill");
	return 0;
}

static int do_revive(struct driver *d, const char *name, struct err *e)
{
	struct lab_node *n;
	int r = lab_node(&d->lab, name, &n, e);

	if (r < 0)
		return r;
	r = n->stopped ? 0 : node_procs_resume(n, e);
	if (r == 0)
		fault_mended(d, "kill", n->name, "processes are started again");
	return r;
}

static int do_freeze(struct driver *d, const char *const *argv, struct err *e)
{
	bool freeze = streq(argv[0], "freeze");
	struct lab_node *n;
	int r = lab_node(&d->lab, argv[1], &n, e);

	if (r < 0)
		return r;
	if (n->kind != NODE_VM && n->kind != NODE_ROUTE_SERVER)
		return err_set(e, EINVAL,
		               "%s cannot be frozen, virtual machines and Route Server "
		               "instances can",
		               n->name);
	if (n->stopped || n->frozen == freeze)
		return err_set(e, EALREADY, "%s is %s", n->name,
		               n->stopped ? "deallocated"
		               : freeze   ? "frozen already"
		                          : "not frozen");
	r = node_freeze(n->netns, freeze, e);
	if (r < 0)
		return err_wrap(e, "%s", n->name);
	node_procs_freeze(n, freeze);
	n->frozen = freeze;
	n->faulted = true;
	if (freeze)
		fault_note(d, "freeze", n->name, "");
	else
		fault_mended(d, "freeze", n->name, "thaw");
	return 0;
}

/* --- the words ---------------------------------------------------------------------------------
 */

static int do_nothing(struct driver *d, const char *const *argv, struct err *e)
{
	(void)d;
	(void)argv;
	(void)e;
	return 0;
}

static int mend_fault(struct driver *d, const struct fault *f, struct err *e)
{
	const char *const start[] = { "start", f->target, NULL };
	const char *const stop[] = { "stop", f->target, NULL };
	const char *const thaw[] = { "thaw", f->target, NULL };
	const char *const link[] = { "link", f->target, "up", NULL };
	const char *const session[] = { "session", f->target, "up", NULL };
	const char *const impair[] = { "impair", f->target, "none", NULL };

	if (streq(f->what, "stop"))
		return do_start(d, start, e);
	if (streq(f->what, "start"))
		return do_stop(d, stop, e);
	if (streq(f->what, "freeze"))
		return do_freeze(d, thaw, e);
	if (streq(f->what, "link"))
		return fault_link(d, link, e);
	if (streq(f->what, "session"))
		return fault_session(d, session, e);
	if (streq(f->what, "impair"))
		return fault_impair(d, impair, e);
	if (streq(f->what, "maintenance"))
		return maintenance_end(d, f->target, e);
	return do_revive(d, f->target, e);
}

/* All of them, the last one first.  One that cannot be mended stays in the list, and does not keep
 * the others from it. */
static int do_clear(struct driver *d, const char *const *argv, struct err *e)
{
	int r = 0;

	(void)argv;
	for (size_t i = d->build->n_faults; i-- > 0;) {
		if (i >= d->build->n_faults) /* mending one has ended others, too */
			continue;
		/* mend_fault() frees the entry that it is given. */
		const struct fault *last = &d->build->faults[i];
		_cleanup_free_ char *what = xstrdup(last->what), *target = xstrdup(last->target);
		struct fault f = { what, target, NULL };
		struct err why = { 0 };
		int rc = mend_fault(d, &f, &why);

		if (rc == 0) {
			fault_forget(d, what, target);
		} else if (r == 0) {
			r = err_wrap(&why, "fault %s %s cannot be mended", what, target);
			*e = why;
		}
	}
	return r;
}

static int (*const run_fault[FAULT_VERBS])(struct driver *d, const char *const *argv,
                                           struct err *e) = {
	[FAULT_STOP] = do_stop,
	[FAULT_START] = do_start,
	[FAULT_KILL] = do_kill,
	[FAULT_FREEZE] = do_freeze,
	[FAULT_THAW] = do_freeze,
	[FAULT_LINK] = fault_link,
	[FAULT_SESSION] = fault_session,
	[FAULT_IMPAIR] = fault_impair,
	[FAULT_MAINTENANCE] = maintenance_begin,
	[FAULT_LIST] = do_nothing,
	[FAULT_CLEAR] = do_clear,
};

static json_t *fault_answer(const struct driver *d)
{
	return json_pack("{s:o}", "faults", fault_list(d));
}

static int op_fault(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	const json_t *a = json_object_get(r->body, "argv");
	size_t n = json_array_size(a);
	const char *argv[8] = { NULL };

	if (!n || n >= ARRAY_LEN(argv))
		return err_set(e, EINVAL, "fault: \"argv\" is a list of 1 to %zu words",
		               ARRAY_LEN(argv) - 1);
	for (size_t i = 0; i < n; i++) {
		argv[i] = json_string_value(json_array_get(a, i));
		if (!argv[i])
			return err_set(e, EINVAL, "fault: \"argv\" is a list of words");
	}
	if (!l->model)
		return err_set(e, EAGAIN, "the lab is still being built");
	struct fault_command c;
	int rc = fault_parse(argv, n, &c, e);

	if (rc < 0)
		return rc;
	rc = run_fault[c.form->verb](l->driver, c.words, e);
	if (rc < 0)
		return rc;
	if (!router_applied(l->driver)) {
		answer_when_applied(l->driver, r->client, fault_answer);
		return 1;
	}
	*ret = fault_answer(l->driver);
	return 0;
}

LAB_OP(fault, { .name = "fault", .kind = OP_INLINE, .run = op_fault });
