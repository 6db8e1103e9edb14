/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/exam.h"

#include <errno.h>

#include "base/finding.h"
#include "base/json.h"
#include "base/str.h"
#include "lab/build/room.h"
#include "lab/proc/op.h"
#include "plan/overlay.h"

json_t *exam_given(const struct lab *l)
{
	json_t *given = l->driver->build->given;

	return given ? given : l->design;
}

static bool has_standing_fault(const json_t *exam, json_t *given)
{
	json_t *f;
	size_t i;

	json_array_foreach (json_object_get(exam, "faults"), i, f)
		if (overlay_stands(f, given))
			return true;
	return false;
}

bool exam_hides(const struct driver *d)
{
	return has_standing_fault(d->build->exam, exam_given(&d->lab));
}

/* "routeTables/rt/routes/out": an object of a kind, or what is within it. */
static int redeploy_object(json_t *exam, const char *name, json_t *given, struct err *e)
{
	_cleanup_free_ char *pointer = xasprintf("/%s", name);

	if (!strchr(name, '/') ||
	    !json_is_object(json_at_pointer(json_object_get(given, "topology"), pointer)))
		return err_set(e, ENOENT,
		               "the design has no object \"%s\"; name one as in routeTables/rt or "
		               "virtualMachines/fw/nic",
		               name);
	if (!exam)
		return 0;
	json_t *done = json_object_get(exam, "redeployed");

	if (!done)
		json_object_set_new(exam, "redeployed", done = json_array());
	json_array_append_new(done, json_string(name));
	overlay_mend(json_object_get(exam, "faults"), pointer, "redeployed");
	return 0;
}

int exam_read(const struct lab *l, const json_t *body, json_t *given, json_t **ret, struct err *e)
{
	json_t *had = l->driver->build->exam, *hide = json_object_get(body, "hide"), *exam;
	const char *redeploy = json_string_value(json_object_get(body, "redeploy"));
	int r = 0;

	if (hide && (!json_is_array(json_object_get(hide, "faults")) ||
	             !json_is_string(json_object_get(hide, "key"))))
		return err_set(e, EINVAL, "apply: \"hide\" has \"key\" and \"faults\"");
	if (hide && has_standing_fault(had, exam_given(l)))
		return err_set(e, EEXIST, "faults are hidden in lab %s already", l->name);
	exam = hide ? json_deep_copy(hide) : had ? json_deep_copy(had) : NULL;
	if (redeploy)
		r = redeploy_object(exam, redeploy, given, e);
	if (r < 0) {
		json_decref(exam);
		return r;
	}
	*ret = exam;
	return 0;
}

void exam_settle(struct driver *d, json_t *given, json_t *exam)
{
	json_incref(given);
	json_incref(exam);
	json_decref(d->build->given);
	json_decref(d->build->exam);
	d->build->given = given;
	d->build->exam = exam;
	overlay_settle(json_object_get(exam, "faults"), given);
}

bool exam_started(struct driver *d, struct lab_node *n)
{
	_cleanup_free_ char *at = xasprintf("/topology%s", n->vm->ptr), *power = NULL;
	json_t *vm = json_at_pointer(d->lab.design, at);
	const json_t *given = json_at_pointer(exam_given(&d->lab), at);

	power = xasprintf("%s/powerState", n->vm->ptr);
	if (!overlay_mend(json_object_get(d->build->exam, "faults"), power, "started"))
		return false;
	json_object_del(vm, "powerState");
	if (json_object_get(given, "powerState"))
		json_object_set(vm, "powerState", json_object_get(given, "powerState"));
	n->vm->deallocated = false;
	return true;
}

/* What was hidden, for who has the key. */
static int op_exam(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	json_t *exam = l->driver->build->exam;

	if (!exam)
		return err_set(e, ENOENT, "lab %s has no exam", l->name);
	if (!streq(member_text(r->body, "key", ""), member_text(exam, "key", "")))
		return err_set(e, EACCES, "the exam of lab %s was made with another seed", l->name);
	*ret = json_pack("{s:O,s:O*}", "faults", json_object_get(exam, "faults"), "redeployed",
	                 json_object_get(exam, "redeployed"));
	return 0;
}

LAB_OP(exam, { .name = "exam", .kind = OP_INLINE, .run = op_exam });
