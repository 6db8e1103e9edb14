/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image.json: its form.  One table a level says what may stand there; whatever does not fit is
 * refused with file and JSON pointer, since users write images too. */
#include <errno.h>
#include <regex.h>
#include <stdio.h>

#include "base/finding.h"
#include "kernel/caps.h"
#include "lab/image/image_def.h"
#include "lab/image/image_kind.h"

enum { MAX_TEXT = 1 << 20 };

struct ctx {
	const char *file;
	struct err *e;
};

typedef int (*check_fn)(const struct ctx *c, const struct jptr *at, json_t *v);

struct field {
	const char *name;
	check_fn check;
	bool required;
};

static int fail(const struct ctx *c, const struct jptr *at, const char *fmt, ...) PRINTF(3, 4);
static int fail(const struct ctx *c, const struct jptr *at, const char *fmt, ...)
{
	_cleanup_free_ char *ptr = jptr_str(at), *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&msg, fmt, ap) < 0)
		abort();
	va_end(ap);
	return err_set(c->e, EINVAL, "%s: %s: %s", c->file, *ptr ? ptr : "/", msg);
}

static int object(const struct ctx *c, const struct jptr *at, json_t *v, const struct field *fields)
{
	const char *key, *names[16];
	size_t n = 0;
	json_t *x;

	if (!json_is_object(v))
		return fail(c, at, "must be an object");
	while (fields[n].name) {
		names[n] = fields[n].name;
		n++;
	}
	json_object_foreach (v, key, x) {
		size_t i = 0;

		while (i < n && !streq(key, names[i]))
			i++;
		if (i == n) {
			const char *near = str_nearest(key, names, n);

			return fail(c, JPTR(at, key), "unknown%s%s%s",
			            near ? "; did you mean \"" : "", near ? near : "",
			            near ? "\"?" : "");
		}
		int rc = fields[i].check(c, JPTR(at, key), x);

		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < n; i++)
		if (fields[i].required && !json_object_get(v, names[i]))
			return fail(c, at, "\"%s\" is missing", names[i]);
	return 0;
}

static int list(const struct ctx *c, const struct jptr *at, json_t *v, check_fn check)
{
	if (!json_is_array(v))
		return fail(c, at, "must be a list");
	for (size_t i = 0; i < json_array_size(v); i++) {
		int rc = check(c, JPTR_AT(at, i), json_array_get(v, i));

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int map(const struct ctx *c, const struct jptr *at, json_t *v, check_fn check)
{
	const char *key;
	json_t *x;

	if (!json_is_object(v))
		return fail(c, at, "must be an object");
	json_object_foreach (v, key, x) {
		int rc = check(c, JPTR(at, key), x);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int text(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return json_is_string(v) ? 0 : fail(c, at, "must be a text");
}

static int texts(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return list(c, at, v, text);
}

static int capability(const struct ctx *c, const struct jptr *at, json_t *v)
{
	const char *all[64];
	size_t n = 0;

	if (!json_is_string(v))
		return fail(c, at, "must be a text");
	if (cap_number(json_string_value(v)) >= 0)
		return 0;
	while (n < ARRAY_LEN(all) && (all[n] = cap_name((int)n)))
		n++;
	const char *near = str_nearest(json_string_value(v), all, n);

	return fail(c, at,
	            "there is no capability \"%s\"%s%s%s (capabilities(7), in lower case, without "
	            "cap_)",
	            json_string_value(v), near ? "; did you mean \"" : "", near ? near : "",
	            near ? "\"?" : "");
}

static int capabilities(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return list(c, at, v, capability);
}

static int boolean(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return json_is_boolean(v) ? 0 : fail(c, at, "must be true or false");
}

static int kind(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return image_kind_of(json_string_value(v)) < IMAGE_KINDS
	           ? 0
	           : fail(c, at, "must be \"process\"");
}

/* Inside the node.  No "..": a node's files stay in it. */
static bool is_path(const char *s)
{
	return s && *s == '/' && s[1] && !strstr(s, "/../") &&
	       !(strlen(s) >= 3 && streq(s + strlen(s) - 3, "/.."));
}

static int path(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return is_path(json_string_value(v))
	           ? 0
	           : fail(c, at, "must be an absolute path, without \"..\"");
}

static int paths(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return list(c, at, v, path);
}

static int some_paths(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return json_array_size(v) ? paths(c, at, v)
	                          : fail(c, at, "must be a list of at least one path");
}

/* A template is a file of the image's own folder. */
static int template_name(const struct ctx *c, const struct jptr *at, json_t *v)
{
	const char *s = json_string_value(v);

	return s && *s && *s != '.' && !strchr(s, '/')
	           ? 0
	           : fail(c, at, "must be the name of a file in the image's folder");
}

static int config(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return map(c, at, v, path);
}

static int generate(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return map(c, at, v, template_name);
}

static int when(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return map(c, at, v, texts);
}

/* POSIX, extended. */
static int regular(const struct ctx *c, const struct jptr *at, json_t *v)
{
	regex_t re;

	if (!json_is_string(v) || regcomp(&re, json_string_value(v), REG_EXTENDED | REG_NOSUB) != 0)
		return fail(c, at, "must be a regular expression (POSIX, extended)");
	regfree(&re);
	return 0;
}

static int ready(const struct ctx *c, const struct jptr *at, json_t *v)
{
	static const struct field fields[] = { { "socket", path, false },
		                               { "line", regular, false },
		                               { "exit", boolean, false },
		                               { NULL, NULL, false } };
	bool ends = json_object_get(v, "exit");

	if (json_is_object(v) && (!json_object_size(v) || (ends && json_object_size(v) > 1)))
		return fail(c, at, "must have either \"exit\", or \"socket\", \"line\" or both");
	return object(c, at, v, fields);
}

/* A file of the user's with something before it, which the file itself must not be given. */
static int one_copy(const struct ctx *c, const struct jptr *at, json_t *v)
{
	static const struct field fields[] = { { "of", text, true },
		                               { "before", text, true },
		                               { "unless", texts, false },
		                               { NULL, NULL, false } };

	return object(c, at, v, fields);
}

static int path_map(const struct ctx *c, const struct jptr *at, json_t *v, check_fn check)
{
	const char *key;
	json_t *x;
	int rc = map(c, at, v, check);

	if (rc < 0)
		return rc;
	json_object_foreach (v, key, x)
		if (!is_path(key))
			return fail(c, JPTR(at, key), "must be an absolute path, without \"..\"");
	return 0;
}

static int files(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return path_map(c, at, v, template_name);
}

static int copies(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return path_map(c, at, v, one_copy);
}

static int arguments_for(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return path_map(c, at, v, texts);
}

static int one_check(const struct ctx *c, const struct jptr *at, json_t *v)
{
	static const struct field fields[] = {
		{ "when", when, false },      { "search", some_paths, true },
		{ "arguments", texts, true }, { "decides", boolean, false },
		{ "noise", regular, false },  { NULL, NULL, false }
	};

	return object(c, at, v, fields);
}

static int checks(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return list(c, at, v, one_check);
}

static int one_question(const struct ctx *c, const struct jptr *at, json_t *v)
{
	static const struct field fields[] = {
		{ "when", when, false },      { "search", some_paths, true },
		{ "arguments", texts, true }, { "usable", text, false },
		{ "unusable", text, false },  { "muted", text, false },
		{ "says", text, false },      { NULL, NULL, false }
	};

	return object(c, at, v, fields);
}

static int questions(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return list(c, at, v, one_question);
}

static int daemon_def(const struct ctx *c, const struct jptr *at, json_t *v)
{
	static const struct field fields[] = {
		{ "name", text, true },
		{ "search", some_paths, true },
		{ "optional", boolean, false },
		{ "when", when, false },
		{ "forEach", text, false },
		{ "arguments", texts, true },
		{ "argumentsFor", arguments_for, false },
		{ "ready", ready, false },
		{ "stray", regular, false },
		{ "check", checks, false },
		{ "ignoreSetgroups", boolean, false },
		{ NULL, NULL, false },
	};

	return object(c, at, v, fields);
}

static int daemons(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return list(c, at, v, daemon_def);
}

/* Words by which the daemons' files reach out of the node: input/appliance/outside.h. */
static int outside_row(const struct ctx *c, const struct jptr *at, json_t *v)
{
	static const struct field fields[] = { { "words", texts, true },
		                               { "does", text, true },
		                               { "next", boolean, false },
		                               { "program", boolean, false },
		                               { NULL, NULL, false } };

	return object(c, at, v, fields);
}

static int outside_rows(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return list(c, at, v, outside_row);
}

static int outside(const struct ctx *c, const struct jptr *at, json_t *v)
{
	static const struct field fields[] = {
		{ "words", outside_rows, true },   { "comments", texts, false },
		{ "folder", path, false },         { "byLines", boolean, false },
		{ "abbreviated", boolean, false }, { NULL, NULL, false }
	};

	return object(c, at, v, fields);
}

/* What a file of the user's does without a word: "advice". */
static int one_advice(const struct ctx *c, const struct jptr *at, json_t *v)
{
	static const struct field fields[] = { { "in", text, true },     { "has", texts, true },
		                               { "lacks", texts, true }, { "says", text, true },
		                               { "hint", text, true },   { NULL, NULL, false } };

	return object(c, at, v, fields);
}

static int advice(const struct ctx *c, const struct jptr *at, json_t *v)
{
	return list(c, at, v, one_advice);
}

static const struct field image_fields[] = {
	{ "kind", kind, true },
	{ "description", text, true },
	{ "package", text, true },
	{ "config", config, false },
	{ "generate", generate, false },
	{ "files", files, false },
	{ "copies", copies, false },
	{ "directories", paths, false },
	{ "daemons", daemons, false },
	{ "outside", outside, false },
	{ "routes", questions, false },
	{ "advice", advice, false },
	{ "capabilities", capabilities, false },
	{ NULL, NULL, false },
};

/* What names a file in "generate" or "when" must be one that "config" knows. */
static int names_known(const struct ctx *c, json_t *def)
{
	json_t *known = json_object_get(def, "config"), *d, *x, *v;
	const char *key;
	size_t i, k;

	json_object_foreach (json_object_get(def, "copies"), key, v)
		if (!json_object_get(known, json_string_value(json_object_get(v, "of"))))
			return fail(c, JPTR(JPTR(JPTR(NULL, "copies"), key), "of"),
			            "is not one of the files in \"config\"");
	json_object_foreach (json_object_get(def, "generate"), key, v)
		if (!json_object_get(known, key))
			return fail(c, JPTR(JPTR(NULL, "generate"), key),
			            "is not one of the files in \"config\"");
	json_array_foreach (json_object_get(def, "daemons"), i, d) {
		const struct jptr *at = JPTR_AT(JPTR(NULL, "daemons"), i);

		json_object_foreach (json_object_get(d, "when"), key, v)
			if (!json_object_get(known, key))
				return fail(c, JPTR(JPTR(at, "when"), key),
				            "is not one of the files in \"config\"");
		json_array_foreach (json_object_get(d, "check"), k, x)
			json_object_foreach (json_object_get(x, "when"), key, v)
				if (!json_object_get(known, key))
					return fail(
					    c,
					    JPTR(JPTR(JPTR_AT(JPTR(at, "check"), k), "when"), key),
					    "is not one of the files in \"config\"");
	}
	return 0;
}

int image_text(const char *file, char **ret, struct err *e)
{
	FILE *f = fopen(file, "re");
	struct str b = { 0 };
	char chunk[8192];

	if (!f)
		return err_sys(e, errno, "%s", file);
	while (b.n <= MAX_TEXT && !feof(f) && !ferror(f))
		str_addn(&b, chunk, fread(chunk, 1, sizeof(chunk), f));
	bool bad = ferror(f);

	fclose(f);
	if (bad || b.n > MAX_TEXT || (b.n && strlen(b.s) != b.n)) {
		str_free_p(&b);
		return bad ? err_set(e, EIO, "%s: cannot be read", file)
		           : err_set(e, EINVAL, "%s: is not a text of at most 1 MiB", file);
	}
	*ret = str_take(&b);
	return 0;
}

int image_parse(const char *file, const char *text, json_t **ret, struct err *e)
{
	struct ctx c = { file, e };
	json_error_t je;
	json_t *def = json_loads(text, JSON_REJECT_DUPLICATES, &je);

	if (!def)
		return err_set(e, EINVAL, "%s:%d:%d: %s", file, je.line, je.column, je.text);
	int rc = object(&c, NULL, def, image_fields);
	if (rc == 0)
		rc = names_known(&c, def);
	if (rc < 0) {
		json_decref(def);
		return rc;
	}
	*ret = def;
	return 0;
}

int image_read(const char *dir, json_t **ret, struct err *e)
{
	_cleanup_free_ char *file = xasprintf("%s/image.json", dir), *content = NULL;
	int rc = image_text(file, &content, e);

	return rc < 0 ? rc : image_parse(file, content, ret, e);
}
