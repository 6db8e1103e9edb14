/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses the faults that an exam hides: those that break a check. */
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/design.h"
#include "cmd/exam.h"
#include "input/topology.h"
#include "plan/overlay.h"
#include "proof/foretell.h"

/* Hold times become that of a Route Server (azure-behaviour 7.3). */
enum { EXAM_HOLD_S = 180 };

void exam_done(struct exam *x)
{
	json_decref(x->original);
	json_decref(x->design);
	json_decref(x->chosen);
	free(x->held);
}

/* splitmix64: the same seed gives the same faults everywhere. */
static uint64_t next_random(struct exam *x)
{
	uint64_t z = x->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* ---- which faults ---- */

static bool set_names(const char *set, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = set; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ','))
		if (strcspn(p, ",") == n && !strncmp(p, name, n))
			return true;
	return streq(set, "all");
}

int exam_check_set(const struct cmd_args *a, const char *set)
{
	_cleanup_str_ struct str names = { 0 };

	for (size_t i = 0; exam_faults[i].name; i++)
		str_printf(&names, "%s%s", i ? ", " : "", exam_faults[i].name);
	for (const char *p = set; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ',')) {
		_cleanup_free_ char *name = xstrndup(p, strcspn(p, ","));
		bool known = streq(name, "all");

		for (size_t i = 0; exam_faults[i].name; i++)
			known |= streq(name, exam_faults[i].name);
		if (!known)
			return ui_usage(a, "there is no fault %s; there are all, %s", name,
			                str_get(&names));
	}
	return EX_DONE;
}

/* Every place for a fault of the set, in an order that the seed decides. */
static void find_changes(struct exam *x, const char *set, struct exam_changes *ret)
{
	for (size_t i = 0; exam_faults[i].name; i++)
		if (set_names(set, exam_faults[i].name))
			exam_faults[i].find(&exam_faults[i], x->design, ret);
	for (size_t i = ret->n; i > 1; i--) {
		size_t k = next_random(x) % i;
		struct exam_change was = ret->v[k];

		ret->v[k] = ret->v[i - 1];
		ret->v[i - 1] = was;
	}
}

/* ---- what a fault does ---- */

/* Tells of each check whether the model says v of it; NULL: the design is refused. */
static bool *checks_that(json_t *design, enum foretold v, size_t *ret_n)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct model *m = design_checked(design, &f);

	if (!m || f.errors) {
		model_free(m);
		return NULL;
	}
	bool *r = xcalloc(m->n_checks + 1, sizeof(*r));
	struct foretelling *told = foretell(m);

	for (size_t i = 0; i < m->n_checks; i++)
		r[i] = told[i].v == v;
	*ret_n = m->n_checks;
	foretellings_free(told, m->n_checks);
	model_free(m);
	return r;
}

/* The checks that held, and fail now; NULL: none, or the design is no longer valid. */
static json_t *breaks(const struct exam *x, json_t *design)
{
	size_t n = 0;
	_cleanup_free_ bool *failed = checks_that(design, FORETOLD_FAILS, &n);
	json_t *list = json_array(), *spec;
	const char *name;
	size_t i = 0;

	json_object_foreach (json_object_get(json_object_get(design, "topology"), "checks"), name,
	                     spec) {
		if (failed && n == x->n_checks && i < n && x->held[i] && failed[i])
			json_array_append_new(list, json_string(name));
		i++;
	}
	if (json_array_size(list))
		return list;
	json_decref(list);
	return NULL;
}

static json_t *design_with(const json_t *design, const struct exam_change *c)
{
	json_t *changed = json_deep_copy(design);

	exam_apply(c, changed);
	return changed;
}

static bool is_valid_design(json_t *design)
{
	size_t n;
	bool *held = checks_that(design, FORETOLD_HOLDS, &n);

	free(held);
	return held != NULL;
}

/* Checks that an appliance hangs or is cut off, and ask how soon packets arrive again: the model
 * cannot judge them, and they wait for a hold time. */
static json_t *slow_checks(json_t *design, const char *vm)
{
	json_t *list = json_array(), *spec;
	const char *name;

	json_object_foreach (json_object_get(json_object_get(design, "topology"), "checks"), name,
	                     spec) {
		const char *does = member_text(spec, "do", "");
		_cleanup_free_ char *hang = xasprintf("fault freeze %s", vm),
		                    *cut = xasprintf("fault link %s", vm);
		size_t n = strlen(cut);
		long ms;

		if (!strieq(does, hang) &&
		    (strncasecmp(does, cut, n) != 0 || (does[n] != ' ' && does[n] != '/')))
			continue;
		if (str_duration(member_text(spec, "recoverWithin", ""), &ms) == 0 &&
		    ms < EXAM_HOLD_S * 1000L)
			json_array_append_new(list, json_string(name));
	}
	if (json_array_size(list))
		return list;
	json_decref(list);
	return NULL;
}

static json_t *chosen_fault(const struct exam *x, const struct exam_change *c, json_t *broken)
{
	_cleanup_free_ char *at = xasprintf("/topology%s", c->pointer),
	                    *object = xasprintf("%s/%s", c->pointer, c->member);
	json_t *f = overlay_fault(x->original, c->file ? "/files" : at,
	                          c->file ? c->file : c->member, object, json_incref(c->now));

	json_object_set_new(f, "fault", json_string(c->fault));
	json_object_set_new(f, "what", json_string(c->what));
	json_object_set_new(f, "breaks", broken);
	return f;
}

/* A fault breaks a check by itself: others must not hide that it does nothing. */
static bool choose(struct exam *x, const struct exam_change *c)
{
	json_t *alone = design_with(x->original, c), *all = design_with(x->design, c);
	json_t *broken = c->slow ? slow_checks(x->original, c->slow) : breaks(x, alone);
	bool taken = broken && is_valid_design(all);

	json_decref(alone);
	if (!taken) {
		json_decref(broken);
		json_decref(all);
		return false;
	}
	json_array_append_new(x->chosen, chosen_fault(x, c, broken));
	json_decref(x->design);
	x->design = all;
	return true;
}

/* True if a fault was chosen already for the object that c changes. */
static bool has_chosen_place(const struct exam *x, const struct exam_change *c)
{
	size_t i, n = strlen(c->pointer);
	json_t *f;

	json_array_foreach (x->chosen, i, f) {
		const char *object = member_text(f, "object", "");

		if (!strncmp(object, c->pointer, n) && object[n] == '/' &&
		    !strchr(object + n + 1, '/'))
			return true;
	}
	return false;
}

/* A fault of each place at most, until there are enough. */
int exam_hide(struct exam *x, json_t *design, const char *set, long count, long seed)
{
	struct exam_changes all = { 0 };

	x->original = json_deep_copy(design);
	x->design = json_deep_copy(design);
	x->chosen = json_array();
	x->state = (uint64_t)seed;
	x->held = checks_that(x->design, FORETOLD_HOLDS, &x->n_checks);
	if (!x->held) {
		ui_reason("the design is refused as it is: vnetlab check says why");
		return EX_INVALID_DESIGN;
	}
	find_changes(x, set, &all);
	for (size_t i = 0; i < all.n && (long)json_array_size(x->chosen) < count; i++)
		if (!has_chosen_place(x, &all.v[i]))
			(void)choose(x, &all.v[i]);
	exam_changes_free(&all);
	if ((long)json_array_size(x->chosen) == count)
		return EX_DONE;
	ui_reason("the design has a place for %zu faults of the set that break a check by the "
	          "model, and %ld were asked for",
	          json_array_size(x->chosen), count);
	return EX_FAILED;
}

/* A fault as it is told: where it is in the topology, and what it breaks. */
static json_t *told_fault(const json_t *f)
{
	const char *object = member_text(f, "object", ""), *slash = strrchr(object, '/');
	json_t *j = json_pack("{s:O,s:s%,s:s,s:O,s:O}", "fault", json_object_get(f, "fault"),
	                      "pointer", object, slash ? (size_t)(slash - object) : 0, "member",
	                      slash ? slash + 1 : "", "what", json_object_get(f, "what"), "breaks",
	                      json_object_get(f, "breaks"));

	if (json_object_get(f, "mended"))
		json_object_set(j, "mended", json_object_get(f, "mended"));
	return j;
}

int exam_reveal(const struct cmd_args *a, const json_t *faults)
{
	json_t *told = json_array(), *c, *check;
	size_t i, k;

	json_array_foreach ((json_t *)faults, i, c)
		json_array_append_new(told, told_fault(c));
	if (a->json) {
		ui_json(json_pack("{s:o}", "faults", told));
		return EX_DONE;
	}
	json_array_foreach (told, i, c) {
		ui_print("%s: %s (%s/%s)\n", member_text(c, "fault", ""),
		         member_text(c, "what", ""), member_text(c, "pointer", ""),
		         member_text(c, "member", ""));
		json_array_foreach (json_object_get(c, "breaks"), k, check)
			ui_print("    breaks: %s\n", json_string_value(check));
		if (json_object_get(c, "mended"))
			ui_print("    mended: it was %s\n", member_text(c, "mended", ""));
	}
	json_decref(told);
	return EX_DONE;
}
