/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PUT, GET, PATCH, DELETE, HEAD and lists of whatever ARM has. */
#include "base/str.h"
#include "input/resources.h"
#include "rest/action.h"
#include "rest/children.h"
#include "rest/edit.h"
#include "rest/priv.h"

static json_t *one_edit(json_t *edit)
{
	json_t *edits = json_array();

	json_array_append_new(edits, edit);
	return edits;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static bool wants_instance(const struct rest_call *c)
{
	const char *expand = rest_query(c, "$expand");

	return expand && strcasestr(expand, "instanceView");
}

/* Members of a list in a parent. */
static void list_children(struct rest_call *c, const struct import_children *cl)
{
	_cleanup_free_ char *parent = resource_key(c->id.parent);
	json_t *shown = view_resource(c->rest, parent, false);

	if (!shown) {
		rest_fail(c, 404, "ParentResourceNotFound",
		          "Can not perform requested operation on nested resource. Parent resource "
		          "'%s' not found.",
		          c->id.parent);
		return;
	}
	json_t *list = json_object_get(json_object_get(shown, "properties"), cl->name);

	rest_answer(c, 200, json_pack("{s:O}", "value", list ? list : json_array()));
	json_decref(shown);
}

/* Resources of the list's type below the group, the subscription or the parent. */
static void list_type(struct rest_call *c)
{
	_cleanup_free_ char *above =
	    c->id.parent ? resource_key(c->id.parent)
	    : c->id.group
	        ? xasprintf("/subscriptions/%s/resourcegroups/%s/", c->id.subscription, c->id.group)
	        : xasprintf("/subscriptions/%s/", c->id.subscription);

	rest_answer_text(c, 200, list_text(c->rest, above, c->id.type, wants_instance(c)));
}

static void get_any(struct rest_call *c)
{
	const struct import_children *cl = c->id.type ? child_list_of(c->id.type) : NULL;

	if (c->id.kind == ID_RESOURCE && !rest_group_is_there(c))
		return;
	if (c->id.kind == ID_RESOURCE && !c->id.name) {
		if (cl && c->id.parent)
			list_children(c, cl);
		else
			list_type(c);
		return;
	}
	if (rest_resource(c))
		rest_answer(c, 200, view_resource(c->rest, c->id.key, wants_instance(c)));
}

static void head_any(struct rest_call *c)
{
	bool there = store_find(rest_store(c->rest), c->id.key) != NULL;

	rest_answer(c, there ? 204 : 404, NULL);
}

/* --- states that the lab tells
 * -------------------------------------------------------------------- */

/* "RS/PEERING" of a connection of a Route Server: is a session of it Established? */
static const char *bgp_state(const json_t *status, const char *lab_name)
{
	const json_t *row;
	size_t i;
	const char *state = "Unknown";

	json_array_foreach (json_object_get(status, "bgp"), i, row) {
		const char *rs = json_string_value(json_object_get(row, "routeServer"));
		const char *peering = json_string_value(json_object_get(row, "peering"));
		_cleanup_free_ char *name =
		    xasprintf("%s/%s", rs ? rs : "", peering ? peering : "");

		if (!streq(name, lab_name))
			continue;
		if (streq(json_string_value(json_object_get(row, "state")), "Established"))
			return "Connected";
		state = "NotConnected";
	}
	return state;
}

static const char *connection_state(const json_t *status, const char *lab_name)
{
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(status, "connections"), i, row)
		if (strieq(json_string_value(json_object_get(row, "name")), lab_name)) {
			const char *s = json_string_value(json_object_get(row, "state"));

			return s ? s : "Unknown";
		}
	return "Unknown";
}

static void on_status(void *ctx, const json_t *answer, const struct err *e)
{
	struct rest_call *c = ctx;

	(void)e; /* without the lab, its word is "Unknown" */
	json_t *shown = view_resource(c->rest, c->id.key, false);

	if (!shown) {
		rest_resource(c);
		return;
	}
	bool bgp = strieq(strrchr(c->id.type, '/'), "/bgpConnections");
	const char *name = rest_lab_name(c->rest, c->id.key);
	const char *state = !name ? "Unknown"
	                    : bgp ? bgp_state(answer, name)
	                          : connection_state(answer, name);

	json_object_set_new(json_object_get(shown, "properties"),
	                    bgp ? "connectionState" : "connectionStatus", json_string(state));
	rest_answer(c, 200, shown);
}

static void get_with_state(struct rest_call *c)
{
	if (!c->id.name)
		get_any(c);
	else if (rest_resource(c))
		rest_ask(c->rest, json_pack("{s:s}", "op", "status"), on_status, c);
}

/* --- changing
 * ------------------------------------------------------------------------------------- */

static char new_one; /* what c->ctx is of a call that makes something */

static void show_changed(struct rest_call *c)
{
	json_t *shown = view_resource(c->rest, c->id.key, false);

	if (shown)
		rest_answer(c, c->ctx ? 201 : 200, shown);
	else
		rest_resource(c); /* another request of the same round has removed it */
}

/* The answer comes when it is taken, and an operation with it. */
static void change_resource(struct rest_call *c, json_t *edit)
{
	c->ctx = store_find(rest_store(c->rest), c->id.key) ? NULL : &new_one;
	action_change(c, one_edit(edit), true, false, show_changed);
}

static void on_group(void *ctx, const struct rest_failure *f)
{
	struct rest_call *c = ctx;

	if (f)
		rest_fail_with(c, f);
	else
		show_changed(c);
}

/* Groups move no packet: they are there when the answer comes. */
static void change_group(struct rest_call *c, json_t *edit)
{
	c->ctx = store_find(rest_store(c->rest), c->id.key) ? NULL : &new_one;
	c->n_changes = 1;
	rest_change(c->rest, one_edit(edit), NULL, on_group, c);
}

static bool has_object(struct rest_call *c)
{
	if (json_is_object(c->body) && (c->id.kind == ID_GROUP || c->id.name))
		return true;
	rest_fail(c, 400, "InvalidRequestContent",
	          c->id.kind == ID_GROUP || c->id.name
	              ? "The request content was invalid: an object is needed."
	              : "vnetlab: the URL names a type, and no resource.");
	return false;
}

static void put_any(struct rest_call *c)
{
	if (!has_object(c))
		return;
	if (c->id.kind == ID_GROUP)
		change_group(c, edit_put(&c->id, c->body));
	else
		change_resource(c, edit_put(&c->id, c->body));
}

static void patch_any(struct rest_call *c)
{
	if (!has_object(c) || !rest_resource(c))
		return;
	if (c->id.kind == ID_GROUP)
		change_group(c, edit_patch(&c->id, c->body));
	else
		change_resource(c, edit_patch(&c->id, c->body));
}

static void on_deleted(void *ctx, const struct rest_failure *f)
{
	struct rest_call *c = ctx;

	if (f)
		rest_fail_with(c, f);
	else
		rest_answer(c, 200, NULL);
}

static void delete_any(struct rest_call *c)
{
	if (!c->id.name)
		rest_fail(c, 400, "InvalidResourceId",
		          "vnetlab: the URL names a type, and no resource.");
	else if (!store_find(rest_store(c->rest), c->id.key))
		rest_answer(c, 204, NULL);
	else {
		c->n_changes = 1;
		rest_change(c->rest, one_edit(edit_delete(&c->id)), NULL, on_deleted, c);
	}
}

static void delete_group(struct rest_call *c)
{
	if (rest_resource(c))
		action_change(c, one_edit(edit_delete(&c->id)), false, true, action_accepted);
}

static void no_action(struct rest_call *c)
{
	rest_fail(c, 404, "NotFound", "vnetlab: the action %s of %s is not answered here.",
	          c->id.tail ? c->id.tail : "", c->id.type ? c->id.type : c->id.path);
}

#define GROUPS "microsoft.resources/resourcegroups"

const struct rest_action actions_store[] = {
	{ "GET", "microsoft.network/virtualhubs/bgpconnections", NULL, get_with_state },
	{ "GET", "microsoft.network/connections", NULL, get_with_state },
	{ "GET", GROUPS, NULL, get_any },
	{ "HEAD", GROUPS, NULL, head_any },
	{ "PUT", GROUPS, NULL, put_any },
	{ "PATCH", GROUPS, NULL, patch_any },
	{ "DELETE", GROUPS, NULL, delete_group },
	{ "GET", "*/*", NULL, get_any },
	{ "HEAD", "*/*", NULL, head_any },
	{ "PUT", "*/*", NULL, put_any },
	{ "PATCH", "*/*", NULL, patch_any },
	{ "DELETE", "*/*", NULL, delete_any },
	{ "POST", "*/*", "*", no_action },
	{ 0 },
};
