/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that is answered, in the order in which it is looked for. */
#include "base/str.h"
#include "rest/call.h"

/* A table of actions, and its extern in rest/call.h, is all that a new one needs. */
static const struct rest_action *const action_tables[] = {
	actions_account, actions_batch,  actions_compute, actions_deploy,  actions_key,
	actions_power,   actions_routes, actions_run,     actions_watcher, actions_store,
};

/* The type, and below it the name, that a row's are compared with. */
static const char *type_of(const struct rest_call *c)
{
	switch (c->id.kind) {
	case ID_RESOURCE:
		return c->id.type;
	case ID_GROUP:
		return "microsoft.resources/resourcegroups";
	case ID_SUBSCRIPTION:
		return "microsoft.resources/subscriptions";
	case ID_OTHER:
		break;
	}
	return "";
}

static const char *get_called_name(const struct rest_call *c)
{
	const char *tail = c->id.kind == ID_OTHER ? c->id.path : c->id.tail;

	if (!tail)
		return "";
	return *tail == '/' ? tail + 1 : tail;
}

const struct rest_action *rest_action_find(const struct rest_call *c)
{
	for (size_t i = 0; i < ARRAY_LEN(action_tables); i++)
		for (const struct rest_action *a = action_tables[i]; a->method; a++)
			if (streq(a->method, c->method) &&
			    (!a->type || str_glob(a->type, type_of(c))) &&
			    (a->name ? str_glob(a->name, get_called_name(c))
			             : !*get_called_name(c)))
				return a;
	return NULL;
}
