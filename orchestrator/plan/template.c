/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/template.h"

#include <errno.h>
#include <stdio.h>

#include "base/format.h"
#include "base/str.h"

enum { MAX_DEPTH = 16 };

struct scope { /* innermost first */
	const struct scope *up;
	const json_t *value;
};

struct tmpl {
	const char *text, *name;
	struct err *e;
};

struct tag {
	char kind; /* '#', '^', '/', '!', or 0: a value */
	char name[64];
	const char *begin, *end; /* of what it takes out of the text */
	bool alone;              /* nothing else on its line */
};

static int line_of(const struct tmpl *t, const char *at)
{
	int n = 1;

	for (const char *p = t->text; p < at; p++)
		n += *p == '\n';
	return n;
}

static int fail(const struct tmpl *t, const char *at, const char *fmt, ...) PRINTF(3, 4);
static int fail(const struct tmpl *t, const char *at, const char *fmt, ...)
{
	_cleanup_free_ char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	return err_set(t->e, EINVAL, "%s:%d: %s", t->name, line_of(t, at), msg);
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A tag that has its line for itself takes the line with it. */
static void widen(const struct tmpl *t, struct tag *tag)
{
	const char *b = tag->begin, *e = tag->end;

	while (b > t->text && blank(b[-1]))
		b--;
	while (blank(*e))
		e++;
	if ((b > t->text && b[-1] != '\n') || (*e && *e != '\n'))
		return;
	tag->begin = b;
	tag->end = e + (*e == '\n');
	tag->alone = true;
}

/* The next tag at or behind p; 0 when there is none, 1, or -EINVAL. */
static int next_tag(const struct tmpl *t, const char *p, struct tag *tag)
{
	const char *open = strstr(p, "{{");

	if (!open)
		return 0;
	const char *close = strstr(open, "}}"), *name = open + 2;

	if (!close)
		return fail(t, open, "\"{{\" without \"}}\"");
	*tag = (struct tag){ .begin = open, .end = close + 2 };
	while (name < close && blank(*name))
		name++;
	if (name < close && strchr("#^/!", *name))
		tag->kind = *name++;
	while (name < close && blank(*name))
		name++;
	while (close > name && blank(close[-1]))
		close--;
	if (tag->kind)
		widen(t, tag);
	if (tag->kind == '!')
		return 1;
	size_t n = (size_t)(close - name);

	if (!n || n >= sizeof(tag->name))
		return fail(t, open, "a name of 1 to %zu characters must stand between the braces",
		            sizeof(tag->name) - 1);
	memcpy(tag->name, name, n);
	tag->name[n] = 0;
	return 1;
}

static void unknown(const struct tmpl *t, const struct tag *tag, const struct scope *s)
{
	const char *names[256] = { NULL }, *key;
	size_t n = 0;
	json_t *v;

	for (; s; s = s->up)
		json_object_foreach ((json_t *)s->value, key, v)
			if (n < ARRAY_LEN(names))
				names[n++] = key;
	const char *near = str_nearest(tag->name, names, n);

	fail(t, tag->begin, "there is no value \"%s\"%s%s%s", tag->name,
	     near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* NULL when there is none: said. */
static const json_t *lookup(const struct tmpl *t, const struct tag *tag, const struct scope *s)
{
	if (streq(tag->name, "."))
		return s->value;
	for (const struct scope *x = s; x; x = x->up) {
		const json_t *v = json_object_get(x->value, tag->name);

		if (v)
			return v;
	}
	unknown(t, tag, s);
	return NULL;
}

static bool truthy(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_ARRAY:
		return json_array_size(v) > 0;
	case JSON_STRING:
		return *json_string_value(v);
	case JSON_NULL:
	case JSON_FALSE:
		return false;
	default:
		return true;
	}
}

static int append_tag_value(const struct tmpl *t, const struct tag *tag, const json_t *v,
                            struct str *out)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		str_addn(out, json_string_value(v), json_string_length(v));
		return 0;
	case JSON_INTEGER:
		str_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		return 0;
	case JSON_TRUE:
	case JSON_FALSE:
		str_add(out, json_is_true(v) ? "true" : "false");
		return 0;
	default:
		return fail(t, tag->begin, "\"%s\" is not a text or a number here", tag->name);
	}
}

/* Finds the tag that closes the section which `open` opens; -EINVAL when there is none. */
static int section_end(const struct tmpl *t, const struct tag *open, struct tag *ret)
{
	struct tag tag;
	const char *p = open->end;
	unsigned depth = 1;
	int rc;

	while ((rc = next_tag(t, p, &tag)) > 0) {
		if (tag.kind == '#' || tag.kind == '^')
			depth++;
		else if (tag.kind == '/' && !--depth) {
			if (!streq(tag.name, open->name))
				return fail(t, tag.begin,
				            "\"{{/%s}}\" closes \"{{%c%s}}\" of line %d", tag.name,
				            open->kind, open->name, line_of(t, open->begin));
			*ret = tag;
			return 0;
		}
		p = tag.end;
	}
	return rc < 0
	           ? rc
	           : fail(t, open->begin, "\"{{%c%s}}\" is never closed", open->kind, open->name);
}

static int render_section(const struct tmpl *t, const char *p, const char *end,
                          const struct scope *s, unsigned depth, struct str *out);

static int section(const struct tmpl *t, const struct tag *open, const struct tag *close,
                   const struct scope *s, unsigned depth, struct str *out)
{
	const json_t *v = lookup(t, open, s);

	if (!v)
		return -EINVAL;
	if (depth >= MAX_DEPTH)
		return fail(t, open->begin, "sections are nested over %d deep", MAX_DEPTH);
	if (open->kind == '^')
		return truthy(v) ? 0
		                 : render_section(t, open->end, close->begin, s, depth + 1, out);
	if (!json_is_array(v)) {
		struct scope in = { s, v };

		return truthy(v) ? render_section(t, open->end, close->begin, &in, depth + 1, out)
		                 : 0;
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		struct scope in = { s, json_array_get(v, i) };
		int rc = render_section(t, open->end, close->begin, &in, depth + 1, out);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int render_section(const struct tmpl *t, const char *p, const char *end,
                          const struct scope *s, unsigned depth, struct str *out)
{
	while (p < end) {
		struct tag tag = { 0 }, close = { 0 };
		const json_t *v;
		int rc = next_tag(t, p, &tag);

		if (rc < 0)
			return rc;
		if (!rc || tag.begin >= end)
			break;
		/* A tag alone on its line begins where the line does, which may be behind p. */
		str_addn(out, p, tag.begin > p ? (size_t)(tag.begin - p) : 0);
		p = tag.end;
		switch (tag.kind) {
		case '!':
			break;
		case '/':
			return fail(t, tag.begin, "\"{{/%s}}\" closes nothing", tag.name);
		case '#':
		case '^':
			rc = section_end(t, &tag, &close);
			if (rc == 0)
				rc = section(t, &tag, &close, s, depth, out);
			if (rc < 0)
				return rc;
			p = close.end;
			break;
		default:
			v = lookup(t, &tag, s);
			rc = v ? append_tag_value(t, &tag, v, out) : -EINVAL;
			if (rc < 0)
				return rc;
		}
	}
	if (p < end)
		str_addn(out, p, (size_t)(end - p));
	return 0;
}

int template_render(const char *text, const char *name, const json_t *data, char **ret,
                    struct err *e)
{
	_cleanup_str_ struct str out = { 0 };
	struct tmpl t = { text, name, e };
	struct scope top = { NULL, data };
	int rc = render_section(&t, text, text + strlen(text), &top, 0, &out);

	if (rc < 0)
		return rc;
	*ret = str_take(&out);
	return 0;
}
