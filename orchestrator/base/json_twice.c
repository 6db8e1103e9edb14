/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that stand twice in an object. */
#include <uthash.h>

#include "base/json_places.h"
#include "base/str.h"

struct seen_pointer {
	char *pointer;
	UT_hash_handle hh;
};

struct watching {
	struct arena *arena;
	struct seen_pointer *seen;
	const char *told; /* the last one that stood twice: what is inside was seen, too */
	void (*fn)(void *ctx, const struct json_value_place *v);
	void *ctx;
};

static bool inside_of(const char *pointer, const char *outer)
{
	size_t n = strlen(outer);

	return !strncmp(pointer, outer, n) && pointer[n] == '/';
}

static void watch_value(void *ctx, const struct json_value_place *v)
{
	struct watching *w = ctx;
	struct seen_pointer *s;

	HASH_FIND(hh, w->seen, v->pointer, v->n, s);
	if (!s) {
		s = arena_alloc(w->arena, sizeof(*s));
		s->pointer = arena_strdup(w->arena, v->pointer);
		HASH_ADD_KEYPTR(hh, w->seen, s->pointer, v->n, s);
	} else if (!w->told || !inside_of(v->pointer, w->told)) {
		w->told = s->pointer;
		w->fn(w->ctx, v);
	}
}

void json_twice(const char *text, size_t n, void (*fn)(void *ctx, const struct json_value_place *v),
                void *ctx)
{
	struct watching w = { .arena = arena_new(), .fn = fn, .ctx = ctx };

	json_places(text, n, watch_value, &w);
	HASH_CLEAR(hh, w.seen);
	arena_free(w.arena);
}
