/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files as values.  Microsoft Learn, "File functions for Bicep". */
#include <errno.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/yaml_json.h"
#include "input/bicep/lower.h"

/* "$.a.b", "a.b": the part that a path means; borrowed, NULL: it has none. */
static json_t *part_of(json_t *v, const char *path)
{
	path += *path == '$';
	while (v && *path) {
		path += *path == '.';
		size_t n = strcspn(path, ".[");
		_cleanup_free_ char *key = xstrndup(path, n);

		if (n) {
			v = json_object_get(v, key);
			path += n;
		} else if (*path == '[') {
			v = json_array_get(v, strtoul(path + 1, NULL, 10));
			path += strcspn(path, "]");
			path += *path == ']';
		} else {
			return NULL;
		}
	}
	return v;
}

static json_t *parse_json(const char *text, struct err *ret)
{
	json_error_t e;
	json_t *v = json_loads(text, JSON_DECODE_ANY, &e);

	if (!v)
		err_set(ret, EINVAL, "line %d, column %d: %s", e.line, e.column, e.text);
	return v;
}

/* The value that a file of JSON or YAML has, or the part of it that the second argument names. */
static json_t *value_of_file(struct blow *l, const struct bx *x, const struct str *text, bool yaml)
{
	const struct bx *path = x->n_items > 1 ? x->items[1] : NULL;
	const char *s = str_get(text);
	struct err e = { 0 };

	if (text->n >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3))
		s += 3;
	json_t *all = yaml ? yaml_json(s, strlen(s), &e) : parse_json(s, &e), *part = all;

	if (!all) {
		bicep_report(l, SEV_ERROR, "BICEP-FILE-02", x->items[0]->place, NULL,
		             "%s is no %s: %s", x->items[0]->name, yaml ? "YAML" : "JSON", e.msg);
		return NULL;
	}
	if (path && path->sort == BX_STRING && !(part = part_of(all, path->name)))
		bicep_report(l, SEV_ERROR, "BICEP-FILE-02", path->place, NULL, "%s has no \"%s\"",
		             x->items[0]->name, path->name);
	json_incref(part);
	json_decref(all);
	return part;
}

json_t *bicep_loaded(struct blow *l, const struct bx *x, bool *ret_is)
{
	static const char *const names[] = { "loadTextContent", "loadFileAsBase64",
		                             "loadJsonContent", "loadYamlContent" };
	_cleanup_str_ struct str text = { 0 }, code = { 0 };
	size_t k = 0;

	while (k < ARRAY_LEN(names) && !streq(names[k], x->name))
		k++;
	*ret_is = k < ARRAY_LEN(names);
	if (!*ret_is)
		return NULL;
	if (!x->n_items || x->items[0]->sort != BX_STRING) {
		bicep_report(l, SEV_ERROR, "BICEP-FILE-01", x->place, NULL,
		             "%s() takes the path of a file, as a string without expressions",
		             x->name);
		return NULL;
	}
	if (!bicep_load(l, x->items[0]->name, x->items[0]->place, &text))
		return NULL;
	if (k == 0)
		return text_json(str_get(&text), text.n);
	if (k == 1) {
		base64_encode(str_get(&text), text.n, &code);
		return json_string(str_get(&code));
	}
	return value_of_file(l, x, &text, k == 3);
}
