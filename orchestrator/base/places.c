/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/places.h"

#include <uthash.h>

#include "base/json_places.h"
#include "base/str.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

struct known_place {
	char *pointer;
	unsigned line, column;
	const char *same_as; /* of an alias: its pointer */
	UT_hash_handle hh;
};

struct placed_file {
	char *name, *path;
	char *text; /* JSON that was not looked through yet, or NULL */
	size_t n;
	struct known_place *known;
	struct arena *arena; /* has those */
	struct placed_file *next;
};

struct places {
	struct placed_file *files;
};

struct places *places_new(void)
{
	return xcalloc(1, sizeof(struct places));
}

static void forget_places(struct placed_file *x)
{
	HASH_CLEAR(hh, x->known);
	arena_free(x->arena);
	free(x->text);
	free(x->path);
	x->text = x->path = NULL;
	x->arena = NULL;
}

struct places *places_free(struct places *p)
{
	for (struct placed_file *x = p ? p->files : NULL, *next; x; x = next) {
		next = x->next;
		forget_places(x);
		free(x->name);
		free(x);
	}
	free(p);
	return NULL;
}

static struct placed_file *find_file(const struct places *p, const char *name)
{
	for (struct placed_file *x = p->files; x; x = x->next)
		if (streq(x->name, name))
			return x;
	return NULL;
}

static struct placed_file *make_file(struct places *p, const char *name, const char *path)
{
	struct placed_file *x = find_file(p, name);

	if (x) {
		forget_places(x);
	} else {
		x = xcalloc(1, sizeof(*x));
		x->name = xstrdup(name);
		x->next = p->files;
		p->files = x;
	}
	x->path = xstrdup(path);
	return x;
}

void places_add_file(struct places *p, const char *name, const char *path)
{
	make_file(p, name, path);
}

static struct known_place *know_pointer(struct placed_file *x, const char *pointer, size_t n)
{
	struct known_place *k;

	HASH_FIND(hh, x->known, pointer, n, k);
	if (!k) {
		if (!x->arena)
			x->arena = arena_new();
		k = arena_alloc(x->arena, sizeof(*k));
		k->pointer = arena_printf(x->arena, "%.*s", (int)n, pointer);
		HASH_ADD_KEYPTR(hh, x->known, k->pointer, n, k);
	}
	return k;
}

static void know_place(struct placed_file *x, const char *pointer, size_t n, unsigned line,
                       unsigned column)
{
	struct known_place *k = know_pointer(x, pointer, n);

	k->line = line;
	k->column = column;
}

void places_add(struct places *p, const char *name, const char *pointer, unsigned line,
                unsigned column)
{
	struct placed_file *x = find_file(p, name);

	if (x)
		know_place(x, pointer, strlen(pointer), line, column);
}

void places_add_alias(struct places *p, const char *name, const char *alias, const char *pointer)
{
	struct placed_file *x = find_file(p, name);

	if (x) {
		struct known_place *k = know_pointer(x, alias, strlen(alias));

		if (!k->same_as)
			k->same_as = arena_strdup(x->arena, pointer);
	}
}

void places_add_json(struct places *p, const char *name, const char *path, const char *text,
                     size_t n)
{
	struct placed_file *x = make_file(p, name, path);

	x->text = xmalloc(n + 1);
	memcpy(x->text, text, n);
	x->n = n;
}

static void know_value(void *ctx, const struct json_value_place *v)
{
	know_place(ctx, v->pointer, v->n, v->line, v->column);
}

static void look_through(struct placed_file *x)
{
	if (!x->text)
		return;
	json_places(x->text, x->n, know_value, x);
	free(x->text);
	x->text = NULL;
}

bool places_find(struct places *p, const char *name, const char *pointer, struct text_place *ret)
{
	struct placed_file *x = p ? find_file(p, name) : NULL;
	struct known_place *k = NULL;

	for (struct placed_file *y = p ? p->files : NULL; y && !x; y = y->next)
		if (streq(y->path, name))
			x = y;
	if (!x)
		return false;
	look_through(x);
	HASH_FIND(hh, x->known, pointer, strlen(pointer), k);
	if (k && k->same_as)
		pointer = k->same_as;
	*ret = (struct text_place){ .file = x->path };
	for (size_t n = strlen(pointer);;) {
		HASH_FIND(hh, x->known, pointer, n, k);
		if (k || !n)
			break;
		do
			n--;
		while (n && pointer[n] != '/');
	}
	if (k) {
		ret->line = k->line;
		ret->column = k->column;
	}
	return true;
}
