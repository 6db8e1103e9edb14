/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory and ownership helpers.
 *
 * Out of memory aborts: a lab tool has nothing sensible to do then.  Kernel resources are held by
 * cleanup attributes and handed over with take_fd()/take_ptr(); every destructor accepts NULL.
 * Objects that live and die together (a model, a plan) are allocated from one arena. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_free_ _cleanup_(free_p)
#define _cleanup_close_ _cleanup_(close_p)

void free_p(void *p);  /* p points at the pointer that is freed */
void close_p(int *fd); /* closes *fd when it is >= 0, keeps errno */

#define take_fd(fd) \
	({ \
		int t_ = (fd); \
		(fd) = -1; \
		t_; \
	})
#define take_ptr(p) \
	({ \
		__typeof__(p) t_ = (p); \
		(p) = NULL; \
		t_; \
	})

/* Never return NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size); /* n * size bytes, checked for overflow */
char *xstrdup(const char *s);
/* A copy of an array of strings that NULL ends, and its end; strv_free() takes NULL, and returns
 * it. */
char **strv_copy(char *const *v);
char **strv_free(char **v);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) PRINTF(1, 2);

/* Makes room for one more element in a plain growing array: VEC_PUSH(items, n, cap) is an lvalue.
 */
#define VEC_PUSH(items, n, cap) \
	(*({ \
		if ((n) == (cap)) { \
			(cap) = (cap) ? 2 * (cap) : 8; \
			(items) = xrealloc((items), (cap), sizeof(*(items))); \
		} \
		memset(&(items)[(n)], 0, sizeof(*(items))); \
		&(items)[(n)++]; \
	}))

/* A bump allocator: zeroed memory, freed all at once. */
struct arena;
struct arena *arena_new(void);
struct arena *arena_free(struct arena *a); /* returns NULL */
void arena_free_p(struct arena **a);
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s); /* NULL stays NULL */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
size_t arena_size(const struct arena *a); /* bytes taken from malloc */
