/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/format.h"

static void *check_allocated(void *p)
{
	if (!p) {
		fputs("vnetlab: out of memory\n", stderr);
		abort();
	}
	return p;
}

void free_p(void *p)
{
	free(*(void **)p);
}

void close_p(int *fd)
{
	if (*fd < 0)
		return;
	int saved = errno;
	close(*fd);
	errno = saved;
}

void *xmalloc(size_t size)
{
	return check_allocated(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return check_allocated(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return check_allocated(NULL);
	return check_allocated(realloc(p, bytes ? bytes : 1));
}

char *xstrdup(const char *s)
{
	return check_allocated(strdup(s));
}

char **strv_copy(char *const *v)
{
	char **copy = NULL;
	size_t n = 0, cap = 0;

	for (; *v; v++)
		VEC_PUSH(copy, n, cap) = xstrdup(*v);
	VEC_PUSH(copy, n, cap) = NULL;
	return copy;
}

char **strv_free(char **v)
{
	for (size_t i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
	return NULL;
}

char *xstrndup(const char *s, size_t n)
{
	return check_allocated(strndup(s, n));
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *s = NULL;

	return check_allocated(vasprintf(&s, fmt, ap) < 0 ? NULL : s);
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *s = xvasprintf(fmt, ap);

	va_end(ap);
	return s;
}

/* --- arena ---------------------------------------------------------------------------------- */

struct block {
	struct block *next;
	size_t used, cap;
	_Alignas(
	    8) unsigned char data[]; /* nothing that is kept in one wants more than a pointer */
};

struct arena {
	struct block *head;
	size_t total;
};

/* There are arenas of a few objects, one for each file of a design: the first block is small, and
 * each has twice the bytes of the one before. */
enum {
	FIRST_BLOCK = 512 - sizeof(struct block),
	BLOCK = 16 * 1024 - sizeof(struct block),
};

static size_t next_block_size(const struct arena *a)
{
	size_t size = a->total < BLOCK ? a->total : BLOCK;

	return size < FIRST_BLOCK ? FIRST_BLOCK : size;
}

struct arena *arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

struct arena *arena_free(struct arena *a)
{
	if (!a)
		return NULL;
	for (struct block *b = a->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
	return NULL;
}

void arena_free_p(struct arena **a)
{
	*a = arena_free(*a);
}

void *arena_alloc(struct arena *a, size_t size)
{
	size = (size + 7) & ~(size_t)7;
	struct block *b = a->head;

	if (!b || b->cap - b->used < size) {
		size_t usual = next_block_size(a), cap = size > usual ? size : usual;

		b = xcalloc(1, sizeof(*b) + cap);
		b->cap = cap;
		a->total += sizeof(*b) + cap;
		/* A block of its own for a large object goes behind the head, which still has room.
		 */
		if (a->head && size > usual) {
			b->next = a->head->next;
			a->head->next = b;
		} else {
			b->next = a->head;
			a->head = b;
		}
	}
	void *p = b->data + b->used;

	b->used += size;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		check_allocated(NULL);
	return arena_alloc(a, bytes);
}

char *arena_strdup(struct arena *a, const char *s)
{
	if (!s)
		return NULL;
	size_t n = strlen(s) + 1;

	return memcpy(arena_alloc(a, n), s, n);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, copy;

	va_start(ap, fmt);
	va_copy(copy, ap);
	char here[256]; /* most are short, and formatting twice takes twice as long */
	int n = vsnprintf(here, sizeof(here), fmt, copy);
	va_end(copy);
	if (n < 0)
		check_allocated(NULL);
	char *s = arena_alloc(a, (size_t)n + 1);

	if ((size_t)n < sizeof(here))
		memcpy(s, here, (size_t)n + 1);
	else
		vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

size_t arena_size(const struct arena *a)
{
	return a->total;
}
