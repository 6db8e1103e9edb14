/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/import.h"

#include <errno.h>

#include "base/str.h"
#include "input/resources.h"
#include "rest/children.h"
#include "rest/edit.h"
#include "rest/token.h"

/* Ids of templates may name no subscription of ours: resources keep the one they have. */
static int make_group(struct store *s, const struct rest_id *id, const char *location,
                      struct rest_failure *f)
{
	_cleanup_free_ char *path =
	    xasprintf("/subscriptions/%s/resourceGroups/%s", id->subscription, id->group);
	struct rest_id group = { 0 };
	int r = 0;

	if (rest_id_parse(path, false, &group, NULL) < 0)
		return 0;
	if (!store_find(s, group.key)) {
		json_t *body = json_pack("{s:s}", "location", location ? location : "westeurope");
		json_t *edits = json_array();

		json_array_append_new(edits, edit_put(&group, body));
		r = store_take(s, edits, f);
		json_decref(edits);
		json_decref(body);
	}
	rest_id_done(&group);
	return r;
}

static int put_one(struct store *s, const json_t *resource, struct rest_failure *f)
{
	const char *path = json_string_value(input_member(resource, "id"));
	struct rest_id id = { 0 };
	int r = 0;

	if (!path || rest_id_parse(path, false, &id, NULL) < 0)
		return 0;
	if (id.kind == ID_RESOURCE && id.name && id.group) {
		json_t *body = json_copy((json_t *)resource), *edits = json_array();

		json_object_del(body, "source");
		json_object_del(body, "name");
		r = make_group(s, &id, json_string_value(json_object_get(body, "location")), f);
		json_array_append_new(edits, edit_put(&id, body));
		if (r == 0)
			r = store_take(s, edits, f);
		json_decref(edits);
		json_decref(body);
	}
	rest_id_done(&id);
	return r;
}

/* Parents before their children: by the number of names. */
static size_t depth_of(const json_t *resource)
{
	const char *id = json_string_value(input_member(resource, "id"));
	size_t n = 0;

	for (; id && *id; id++)
		n += *id == '/';
	return n;
}

int import_into(struct store *s, const json_t *resources, struct err *e)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	size_t most = 0, i;
	json_t *r;

	json_array_foreach ((json_t *)resources, i, r)
		most = depth_of(r) > most ? depth_of(r) : most;
	for (size_t depth = 0; depth <= most; depth++)
		json_array_foreach ((json_t *)resources, i, r)
			if (depth_of(r) == depth && put_one(s, r, &f) < 0)
				return err_set(e, EINVAL, "%s: %s", f.code, f.message);
	return 0;
}
