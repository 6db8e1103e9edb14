/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/overlay.h"

#include "base/json.h"
#include "base/str.h"

json_t *overlay_fault(json_t *design, const char *pointer, const char *member, const char *object,
                      json_t *now)
{
	json_t *f =
	    json_pack("{s:s,s:s,s:s}", "pointer", pointer, "member", member, "object", object);
	json_t *was = json_object_get(json_at_pointer(design, pointer), member);

	if (was)
		json_object_set_new(f, "was", json_deep_copy(was));
	if (now)
		json_object_set_new(f, "now", now);
	return f;
}

bool overlay_stands(const json_t *fault, json_t *given)
{
	json_t *at = json_at_pointer(given, member_text(fault, "pointer", ""));
	const json_t *has = json_object_get(at, member_text(fault, "member", ""));
	const json_t *was = json_object_get(fault, "was");

	if (!at || json_object_get(fault, "mended"))
		return false;
	return has && was ? json_equal(has, was) : !has && !was;
}

void overlay_apply(const json_t *fault, json_t *design)
{
	json_t *at = json_at_pointer(design, member_text(fault, "pointer", ""));
	const char *member = member_text(fault, "member", "");
	json_t *now = json_object_get(fault, "now");

	if (now)
		json_object_set_new(at, member, json_deep_copy(now));
	else
		json_object_del(at, member);
}

json_t *overlay_design(const json_t *faults, json_t *given)
{
	json_t *run = NULL, *f;
	size_t i;

	json_array_foreach ((json_t *)faults, i, f)
		if (overlay_stands(f, given)) {
			run = run ? run : json_deep_copy(given);
			overlay_apply(f, run);
		}
	return run ? run : json_incref(given);
}

void overlay_settle(json_t *faults, json_t *given)
{
	json_t *f;
	size_t i;

	json_array_foreach (faults, i, f)
		if (!overlay_stands(f, given) && !json_object_get(f, "mended"))
			json_object_set_new(f, "mended", json_string("changed"));
}

size_t overlay_mend(json_t *faults, const char *object, const char *how)
{
	size_t n = strlen(object), mended = 0, i;
	json_t *f;

	json_array_foreach (faults, i, f) {
		const char *of = member_text(f, "object", "");

		if (strncasecmp(of, object, n) != 0 || (of[n] && of[n] != '/') ||
		    json_object_get(f, "mended"))
			continue;
		json_object_set_new(f, "mended", json_string(how));
		mended++;
	}
	return mended;
}
