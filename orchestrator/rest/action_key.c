/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared key of a connection: it is set, and not shown. */
#include <sys/random.h>

#include "base/str.h"
#include "input/resources.h"
#include "rest/action.h"
#include "rest/edit.h"
#include "rest/queue.h"

enum { KEY_LENGTH = 32, KEY_LENGTH_MAX = 128 };

/* ".../connections/C/sharedkey[/reset]": false when there is no such connection, which is answered.
 */
static bool connection_is_there(struct rest_call *c)
{
	_cleanup_free_ char *key = resource_key(c->id.parent ? c->id.parent : "");

	if (store_find(rest_store(c->rest), key))
		return true;
	rest_fail(c, 404, "ResourceNotFound", "The Resource '%s' was not found.", key);
	return false;
}

static json_t *key_json(const struct rest_call *c)
{
	return json_pack("{s:s,s:n}", "id", c->id.path, "value");
}

static void get_key(struct rest_call *c)
{
	if (connection_is_there(c))
		rest_answer(c, 200, key_json(c));
}

static void on_key_set(void *ctx, const struct rest_failure *f)
{
	struct rest_call *c = ctx;

	if (f)
		rest_fail_with(c, f);
	else
		rest_answer(c, 200, key_json(c));
}

static void set_key(struct rest_call *c, const char *value)
{
	json_t *patch = json_pack("{s:{s:s}}", "properties", "sharedKey", value);
	json_t *edits = json_array();
	struct rest_id id = { 0 };
	struct err e;

	if (rest_id_parse(c->id.parent, false, &id, &e) == 0)
		json_array_append_new(edits, edit_patch(&id, patch));
	json_decref(patch);
	rest_id_done(&id);
	c->n_changes = 1;
	rest_change(c->rest, edits, NULL, on_key_set, c);
}

static void put_key(struct rest_call *c)
{
	const char *given = json_string_value(json_object_get(c->body, "value"));
	_cleanup_free_ char *value = xstrdup(given ? given : "");

	json_object_del(c->body, "value"); /* the body is logged */
	if (!connection_is_there(c))
		return;
	if (*value && strlen(value) <= KEY_LENGTH_MAX)
		set_key(c, value);
	else
		rest_fail(c, 400, "ConnectionSharedKeyInvalid",
		          "vnetlab: value must be a key of 1 to %d characters.", KEY_LENGTH_MAX);
}

/* A new one, of which nobody but the lab knows. */
static void reset_key(struct rest_call *c)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	json_int_t n = json_integer_value(json_object_get(c->body, "keyLength"));
	char key[KEY_LENGTH_MAX + 1];

	if (!connection_is_there(c))
		return;
	if (n < 1 || n > KEY_LENGTH_MAX)
		n = KEY_LENGTH;
	if (getrandom(key, (size_t)n, 0) != n) {
		rest_fail(c, 409, "OperationFailed", "vnetlab: the kernel gives no random bytes.");
		return;
	}
	for (json_int_t i = 0; i < n; i++)
		key[i] = letters[(unsigned char)key[i] % (sizeof(letters) - 1)];
	key[n] = '\0';
	set_key(c, key);
}

#define KEY "microsoft.network/connections/sharedkey"

const struct rest_action actions_key[] = {
	{ "GET", KEY, NULL, get_key },
	{ "PUT", KEY, NULL, put_key },
	{ "POST", KEY, NULL, reset_key },
	{ 0 },
};
