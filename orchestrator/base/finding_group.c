/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/finding_group.h"

#include "base/str.h"

/* Writes the words of a message without the names and numbers in it. */
static void add_shape(struct str *s, const char *text)
{
	bool quoted = false;

	for (const char *p = text ? text : ""; *p; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (quoted || strchr("0123456789.:/", *p))
			continue;
		str_addc(s, *p);
	}
	str_addc(s, '\n');
}

struct finding_group *finding_group_of(struct finding_group **groups, const struct finding *x)
{
	_cleanup_str_ struct str key = { 0 };
	const char *end = strrchr(x->pointer, '/');
	struct finding_group *g;

	str_printf(&key, "%d %s %.*s\n", (int)x->severity, x->rule,
	           end ? (int)(end - x->pointer) : 0, x->pointer);
	add_shape(&key, x->message);
	add_shape(&key, x->hint);
	HASH_FIND_STR(*groups, str_get(&key), g);
	if (!g) {
		g = xcalloc(1, sizeof(*g));
		g->key = str_take(&key);
		HASH_ADD_KEYPTR(hh, *groups, g->key, strlen(g->key), g);
	}
	g->n++;
	return g;
}

void finding_groups_free(struct finding_group *groups)
{
	struct finding_group *g = groups, *next;

	HASH_CLEAR(hh, groups);
	for (; g; g = next) { /* HASH_CLEAR leaves the list */
		next = g->hh.next;
		free(g->key);
		free(g);
	}
}
