/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as what a client sends: a line with a URL, then a body.  Its id, its query and $filter,
 * and the store after a PUT, a PATCH and a DELETE of it are refused or kept, and never a crash; a
 * store that took a change is one that its file gives back. */
#include <assert.h>
#include <stdint.h>

#include "base/str.h"
#include "rest/body.h"
#include "rest/design.h"
#include "rest/edit.h"
#include "rest/odata.h"
#include "rest/rest.h"
#include "rest/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_query(const char *query)
{
	json_t *q = rest_query_parse(query, NULL);
	const char *text = json_string_value(json_object_get(q, "$filter"));
	struct odata *f = NULL;

	if (text && odata_parse(text, &f, NULL) == 0) {
		json_t *r =
		    json_pack("{s:s,s:s,s:{s:s}}", "name", "a", "type", "b/c", "tags", "d", "e");

		odata_match(f, r);
		json_decref(r);
		odata_free(f);
	}
	json_decref(q);
}

static void check_file(const struct store *s)
{
	json_t *j = store_json(s);
	_cleanup_store_ struct store *again = store_from_json(j, NULL);
	json_t *k = store_json(again);

	assert(json_equal(j, k));
	json_decref(j);
	json_decref(k);
}

static void try_design(struct store *s)
{
	static const struct rest_options o = { .lab = "fuzz" };
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct designed d;

	if (design_build(&o, s, NULL, &d, &f) == 0)
		designed_done(&d);
}

/* One change on a copy, which takes the place of *s when it was taken. */
static void try_edit(struct store **s, json_t *edit)
{
	struct store *c = store_copy(*s);
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *edits = json_array(), *before = store_json(*s);

	json_array_append_new(edits, edit);
	bool taken = store_edit(c, edits, &f) == 0;
	json_t *after = store_json(*s);

	assert(json_equal(before, after)); /* a copy is changed alone */
	assert(taken || f.status >= 400);
	json_decref(before);
	json_decref(after);
	json_decref(edits);
	if (!taken) {
		store_free(c);
		return;
	}
	check_file(c);
	store_free(*s);
	*s = c;
}

static struct store *with_group(const struct rest_id *id)
{
	struct store *s = store_new();
	_cleanup_free_ char *path =
	    xasprintf("/subscriptions/%s/resourceGroups/%s", id->subscription, id->group);
	struct rest_id group;

	if (rest_id_parse(path, false, &group, NULL) == 0) {
		json_t *body = json_object();

		try_edit(&s, edit_put(&group, body));
		json_decref(body);
		rest_id_done(&group);
	}
	return s;
}

static void try_body(const struct rest_id *id, const char *text, size_t n)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *body = body_parse(text, n, &f);

	if (json_is_object(body) && id->kind == ID_RESOURCE && id->name && id->group) {
		struct store *s = with_group(id);

		try_edit(&s, edit_put(id, body));
		try_edit(&s, edit_put(id, body));
		try_edit(&s, edit_patch(id, body));
		try_design(s);
		try_edit(&s, edit_delete(id));
		store_free(s);
	}
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);
	size_t n = strcspn(text, "\n"), path = strcspn(text, "?\n");
	_cleanup_free_ char *url = xstrndup(text, path);
	_cleanup_free_ char *query = xstrndup(text + path, n - path);
	struct rest_id id;

	try_query(*query ? query + 1 : query);
	for (int post = 0; post < 2; post++) {
		if (rest_id_parse(url, post, &id, NULL) < 0)
			continue;
		if (!post && text[n])
			try_body(&id, text + n + 1, strlen(text + n + 1));
		rest_id_done(&id);
	}
	return 0;
}
