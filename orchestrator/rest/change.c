/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/change.h"

#include "base/str.h"
#include "rest/id.h"

struct change *change_new(json_t *edits, change_fn *taken, change_fn *done, void *ctx)
{
	struct change *c = xcalloc(1, sizeof(*c));

	c->edits = edits;
	c->taken = taken;
	c->done = done;
	c->ctx = ctx;
	return c;
}

void changes_init(struct changes *c)
{
	*c = (struct changes){ NULL, &c->first };
}

void changes_push(struct changes *c, struct change *x)
{
	x->next = NULL;
	*c->last = x;
	c->last = &x->next;
}

struct change *changes_pop(struct changes *c)
{
	struct change *x = c->first;

	if (!x)
		return NULL;
	c->first = x->next;
	if (!c->first)
		c->last = &c->first;
	return x;
}

void changes_move(struct changes *to, struct changes *from)
{
	if (!from->first)
		return;
	*to->last = from->first;
	to->last = from->last;
	changes_init(from);
}

void change_tell_taken(struct change *c)
{
	if (!c->told && c->taken)
		c->taken(c->ctx, NULL);
	c->told = true;
}

void change_end(struct change *c, const struct rest_failure *f)
{
	(c->told || !c->taken ? c->done : c->taken)(c->ctx, f);
	rest_failure_done(&c->refused);
	json_decref(c->edits);
	free(c);
}

/* A change of a child is one of its parent, and one in a group none of the group. */
static bool concerns(const char *edited, const char *key)
{
	size_t n = strlen(key);

	return str_starts(edited, key) &&
	       (!edited[n] || (edited[n] == '/' && strstr(key, "/providers/")));
}

bool changes_touch(const struct changes *c, const char *key)
{
	const json_t *e;
	size_t i;

	for (const struct change *x = c->first; x; x = x->next)
		json_array_foreach (x->edits, i, e) {
			struct rest_id id = { 0 };
			const char *path = json_string_value(json_object_get(e, "id"));
			bool same =
			    rest_id_parse(path, false, &id, NULL) == 0 && concerns(id.key, key);

			rest_id_done(&id);
			if (same)
				return true;
		}
	return false;
}
