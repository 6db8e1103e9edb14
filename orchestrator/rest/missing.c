/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what a resource refers to is there. */
#include "base/str.h"
#include "input/resources.h"
#include "rest/children.h"
#include "rest/edit.h"
#include "rest/refs.h"

#define PROVIDER "/providers/microsoft.network/"

/* Has the store a group of the subscription that the key names? */
static bool knows_subscription(const struct store *s, const char *key)
{
	size_t n = strlen("/subscriptions/");
	const char *group;
	json_t *v;

	if (!str_starts(key, "/subscriptions/"))
		return false;
	n += strcspn(key + n, "/") + 1;
	json_object_foreach (s->groups, group, v)
		if (strncmp(group, key, n) == 0)
			return true;
	return false;
}

/* Of what stands in no list (an application gateway's own parts, a gateway's NAT rules) the
 * resource that has it is asked for.  Network watchers are everywhere, and in no store. */
static bool resource_is_there(const struct store *s, const char *key)
{
	const char *type = strstr(key, PROVIDER);
	_cleanup_free_ char *own = resource_type(key);

	if (!type || str_starts(type, PROVIDER "networkwatchers/") || store_find(s, key))
		return true;
	if (!own) /* an id that ends within a name */
		return false;
	const char *kind = strchr(own, '/');

	if (child_list_of(own) || !kind || !strchr(kind + 1, '/'))
		return false;
	type += strlen(PROVIDER);
	size_t n = strcspn(type, "/") + 1;
	_cleanup_free_ char *top = xstrndup(key, (size_t)(type - key) + n + strcspn(type + n, "/"));

	return store_find(s, top);
}

struct missing {
	const struct store *s;
	const json_t *but; /* keys that may be missing; NULL: none */
	json_t *keys;      /* {"KEY": true} of all that are missing */
	char *id, *from;   /* the first one; NULL: all are there */
};

static void note_missing(void *ctx, const char *id, const char *from)
{
	struct missing *m = ctx;
	_cleanup_free_ char *key = resource_key(id);

	if (!strstr(key, PROVIDER) || json_object_get(m->but, key) ||
	    !knows_subscription(m->s, key) || resource_is_there(m->s, key))
		return;
	json_object_set_new(m->keys, key, json_true());
	if (m->id)
		return;
	m->id = xstrdup(id);
	m->from = xstrdup(from);
}

static int refuse_missing(const struct missing *m, struct rest_failure *f)
{
	/* Azure names a NIC, and not its configuration. */
	const char *part = strstr(m->from, "/ipconfigurations/");
	_cleanup_free_ char *from =
	    xstrndup(m->from, part ? (size_t)(part - m->from) : strlen(m->from));
	const char *own = json_string_value(json_object_get(store_find(m->s, from), "id"));
	/* Networks are peered across regions. */
	bool global = strstr(m->from, "/virtualnetworkpeerings/");
	_cleanup_free_ char *detail = xasprintf("Resource %s not found.", m->id);

	rest_refuse(
	    f, 400, global ? "InvalidGlobalResourceReference" : "InvalidResourceReference",
	    "Resource %s referenced by resource %s was not found. Please make sure that the "
	    "referenced resource exists%s.",
	    m->id, own ? own : from,
	    global ? "" : ", and that both resources are in the same region");
	rest_failure_detail(f, "NotFound", detail);
	return -1;
}

int refs_check(const struct store *s, const char *key, const json_t *was, struct rest_failure *f)
{
	struct missing m = { .s = s, .keys = json_object() };
	struct missing old = { .s = s, .keys = json_object() };
	int r = 0;

	refs_each(store_find(s, key), key, note_missing, &m);
	if (m.id && was) {
		refs_each(was, key, note_missing, &old);
		free(m.id);
		free(m.from);
		m.id = m.from = NULL;
		m.but = old.keys;
		refs_each(store_find(s, key), key, note_missing, &m);
	}
	if (m.id)
		r = refuse_missing(&m, f);
	free(m.id);
	free(m.from);
	free(old.id);
	free(old.from);
	json_decref(m.keys);
	json_decref(old.keys);
	return r;
}
