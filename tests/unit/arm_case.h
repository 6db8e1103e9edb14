/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates as text, ` for the quotes of JSON, and questions about what they make. */
#pragma once

#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "input/arm/arm.h"
#include "unit.h"

struct made {
	int r;
	json_t *resources, *outputs;
	struct findings f;
};

static inline char *unquoted(const char *text)
{
	char *s = xstrdup(text);

	for (char *p = s; *p; p++)
		if (*p == '`')
			*p = '"';
	return s;
}

static inline json_t *json_of(const char *text)
{
	_cleanup_free_ char *s = unquoted(text);
	json_error_t je;
	json_t *j = json_loads(s, JSON_DECODE_ANY, &je);

	if (!j)
		fail_msg("%s: %s", text, je.text);
	return j;
}

static inline struct made make_with(const char *text, const char *const *params)
{
	const struct arm_options o = { .file = "t.json", .params = params };
	_cleanup_free_ char *s = unquoted(text);
	struct made m = { 0 };
	struct err e = { 0 };

	m.r = arm_read_text(s, strlen(s), &o, &m.resources, &m.outputs, &m.f, &e);
	if (*e.msg)
		print_message("# %s\n", e.msg);
	return m;
}

/* "resources": [...] and what stands before and behind it. */
static inline struct made make(const char *text)
{
	return make_with(text, NULL);
}

static inline void made_free(struct made *m)
{
	json_decref(m->resources);
	json_decref(m->outputs);
	findings_free(&m->f);
}
#define _cleanup_made_ _cleanup_(made_free)

static inline void no_findings(const struct made *m)
{
	for (size_t i = 0; i < m->f.n; i++)
		print_message("# %s %s: %s\n", m->f.items[i].rule, m->f.items[i].source,
		              m->f.items[i].message);
	assert_int_equal(m->f.n, 0);
	assert_int_equal(m->r, 0);
}

/* The one whose id ends so. */
static inline json_t *resource(const struct made *m, const char *tail)
{
	json_t *j;
	size_t i;

	json_array_foreach (m->resources, i, j) {
		const char *id = json_string_value(json_object_get(j, "id"));
		size_t n = strlen(id), k = strlen(tail);

		if (n >= k && !strcasecmp(id + n - k, tail))
			return j;
	}
	return NULL;
}

/* "a.b.0.c" */
static inline json_t *at(json_t *j, const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);

	for (char *save = NULL, *s = strtok_r(copy, ".", &save); j && s;
	     s = strtok_r(NULL, ".", &save))
		j = json_is_array(j) ? json_array_get(j, strtoul(s, NULL, 10))
		                     : json_object_get(j, s);
	return j;
}

static inline void same(json_t *got, const char *want, const char *what)
{
	json_t *w = json_of(want);

	if (!got || !json_equal(got, w)) {
		_cleanup_free_ char *s =
		    got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

		fail_msg("%s is %s, not %s", what, s ? s : "not there", want);
	}
	json_decref(w);
}

static inline void has(const struct made *m, const char *tail, const char *path, const char *want)
{
	json_t *j = resource(m, tail);

	if (!j)
		fail_msg("there is no %s among %zu", tail, json_array_size(m->resources));
	same(at(j, path), want, path);
}

static inline void output_is(const struct made *m, const char *name, const char *want)
{
	same(json_object_get(json_object_get(m->outputs, name), "value"), want, name);
}

/* A finding of that rule at that place, with that in its message or hint. */
static inline void says(const struct made *m, const char *rule, const char *pointer,
                        const char *part)
{
	for (size_t i = 0; i < m->f.n; i++) {
		const struct finding *f = &m->f.items[i];
		const char *hash = f->source ? strchr(f->source, '#') : NULL;

		if (streq(f->rule, rule) && hash && streq(hash + 1, pointer) &&
		    (strstr(f->message, part) || (f->hint && strstr(f->hint, part))))
			return;
	}
	for (size_t i = 0; i < m->f.n; i++)
		print_message("# %s %s: %s (%s)\n", m->f.items[i].rule, m->f.items[i].source,
		              m->f.items[i].message, m->f.items[i].hint ? m->f.items[i].hint : "");
	fail_msg("no %s at %s with \"%s\"", rule, pointer, part);
}

static inline size_t errors_of(const struct made *m, const char *rule)
{
	size_t n = 0;

	for (size_t i = 0; i < m->f.n; i++)
		n += streq(m->f.items[i].rule, rule);
	return n;
}
