/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/places.h"

#include <uthash.h>

#include "base/json_places.h"
#include "base/str.h"
#include "base/utf8.h"

#ifndef __clang__ /* gcc's analyzer loses uthash's table, which hangs on the first element */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

struct known_place {
	char *pointer;
	unsigned line, column, end_column;
	const char *same_as; /* of an alias: its pointer */
	const struct inner_place *inner;
	size_t n_inner;
	const struct json_value_place *json; /* whose inside was not looked through yet, or NULL */
	UT_hash_handle hh;
};

struct placed_file {
	char *name, *path;
	char *
	    text; /* JSON, of which the levels are looked through that somebody asks for, or NULL */
	size_t n;
	bool begun;
	char *source; /* of another language: its text, or NULL */
	size_t source_n;
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
	free(x->source);
	free(x->path);
	x->text = x->source = x->path = NULL;
	x->arena = NULL;
	x->begun = false;
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

void places_add_source(struct places *p, const char *name, const char *text, size_t n)
{
	struct placed_file *x = find_file(p, name);

	if (!x)
		x = make_file(p, name, name);
	free(x->source);
	x->source = xmalloc(n + 1);
	if (n)
		memcpy(x->source, text, n);
	x->source_n = n;
}

static struct placed_file *find_by_path(const struct places *p, const char *path)
{
	for (struct placed_file *x = p ? p->files : NULL; x; x = x->next)
		if (streq(x->path, path))
			return x;
	return NULL;
}

char *places_line(const struct places *p, const char *file, unsigned line)
{
	const struct placed_file *x = find_by_path(p, file);
	const char *at, *end, *next;

	if (!x || !x->source)
		x = p ? find_file(p, file) : NULL;
	if (!x || !x->source || !line)
		return NULL;
	at = x->source;
	end = at + x->source_n;
	for (; line > 1; line--) {
		next = memchr(at, '\n', (size_t)(end - at));
		if (!next)
			return NULL;
		at = next + 1;
	}
	next = memchr(at, '\n', (size_t)(end - at));
	end = next ? next : end;
	end -= end > at && end[-1] == '\r';
	return xstrndup(at, (size_t)(end - at));
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
                       unsigned column, unsigned end_column)
{
	struct known_place *k = know_pointer(x, pointer, n);

	k->line = line;
	k->column = column;
	k->end_column = end_column;
}

void places_add(struct places *p, const char *name, const char *pointer, unsigned line,
                unsigned column, unsigned end_column)
{
	struct placed_file *x = find_file(p, name);

	if (x)
		know_place(x, pointer, strlen(pointer), line, column, end_column);
}

void places_add_inner(struct places *p, const char *name, const char *pointer,
                      const struct inner_place *list, size_t n)
{
	struct placed_file *x = find_file(p, name);

	if (x && n) {
		struct known_place *k = know_pointer(x, pointer, strlen(pointer));
		struct inner_place *copy = arena_array(x->arena, n, sizeof(*copy));

		memcpy(copy, list, n * sizeof(*copy));
		k->inner = copy;
		k->n_inner = n;
	}
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
	struct placed_file *x = ctx;
	struct known_place *k = know_pointer(x, v->pointer, v->n);
	struct json_value_place *copy = arena_alloc(x->arena, sizeof(*copy));

	*copy = *v;
	copy->pointer = k->pointer;
	k->json = copy;
	k->line = v->line;
	k->column = v->column;
	k->end_column = 0;
}

/* Makes known what stands in JSON on the way to a value. */
static void look_on_the_way(struct placed_file *x, const char *pointer)
{
	struct json_value_place root;
	struct known_place *k;

	if (!x->text)
		return;
	if (!x->begun && json_places_root(x->text, x->n, &root))
		know_value(x, &root);
	x->begun = true;
	for (const char *end = pointer;; end++) {
		if (*end && *end != '/')
			continue;
		HASH_FIND(hh, x->known, pointer, (size_t)(end - pointer), k);
		if (k && k->json) {
			const struct json_value_place *of = take_ptr(k->json);

			json_places_inside(x->text, x->n, of, know_value, x);
		}
		if (!*end)
			return;
	}
}

bool places_find(struct places *p, const char *name, const char *pointer, struct text_place *ret)
{
	struct placed_file *x = p ? find_file(p, name) : NULL;
	struct known_place *k = NULL;

	if (!x)
		x = find_by_path(p, name);
	if (!x)
		return false;
	HASH_FIND(hh, x->known, pointer, strlen(pointer), k);
	if (k && k->same_as)
		pointer = k->same_as;
	look_on_the_way(x, pointer);
	*ret = (struct text_place){ .file = x->path };
	for (size_t n = strlen(pointer);;) {
		HASH_FIND(hh, x->known, pointer, n, k);
		if ((k && k->line) || !n)
			break;
		do
			n--;
		while (n && pointer[n] != '/');
	}
	if (k) {
		ret->line = k->line;
		ret->column = k->column;
		ret->end_column = k->end_column;
	}
	return true;
}

static struct text_place count_place(const struct placed_file *x, struct inner_place in)
{
	struct text_place at = { .file = x->path, .line = 1, .column = 1 };
	size_t i = 0;

	for (; i < in.at; i++)
		if (x->source[i] == '\n') {
			at.line++;
			at.column = 1;
		} else {
			at.column += !utf8_continues(x->source[i]);
		}
	at.end_column = at.column;
	for (; i < in.end && !strchr("\r\n", x->source[i]); i++)
		at.end_column += !utf8_continues(x->source[i]);
	return at;
}

bool places_find_inner(struct places *p, const char *name, const char *pointer, size_t part,
                       struct text_place *ret)
{
	struct placed_file *x = p ? find_file(p, name) : NULL;
	struct known_place *k = NULL;
	size_t i;

	if (x && x->source)
		HASH_FIND(hh, x->known, pointer, strlen(pointer), k);
	for (i = k ? k->n_inner : 0; i && k->inner[i - 1].part > part; i--)
		;
	if (!i || k->inner[i - 1].end > x->source_n)
		return false;
	*ret = count_place(x, k->inner[i - 1]);
	return true;
}
