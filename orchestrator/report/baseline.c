/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/baseline.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/finding_edit.h"
#include "base/json.h"
#include "base/str.h"

struct baseline {
	json_t *entries; /* identity -> {"file", "rule", "pointer", "message", "count"} */
	char *folder;
};

/* ---- identity ---- */

/* Numbers of entries in lists change when one is put before them. */
static char *pointer_without_numbers(const char *pointer)
{
	struct str s = { 0 };

	for (const char *p = pointer; *p;) {
		size_t n = *p == '/' ? strspn(p + 1, "0123456789") : 0;

		if (n && (p[n + 1] == '/' || !p[n + 1])) {
			str_add(&s, "/*");
			p += n + 1;
		} else {
			str_addc(&s, *p++);
		}
	}
	return str_take(&s);
}

/* "line 12" is where it stands, not what it is. */
static char *message_without_lines(const char *message)
{
	struct str s = { 0 };

	for (const char *p = message; *p;) {
		bool number = isdigit((unsigned char)*p) && s.n >= 5 &&
		              (strncasecmp(s.s + s.n - 5, "line ", 5) == 0 ||
		               (s.n >= 7 && strncasecmp(s.s + s.n - 7, "column ", 7) == 0));

		if (number) {
			str_addc(&s, '*');
			p += strspn(p, "0123456789");
		} else {
			str_addc(&s, *p++);
		}
	}
	return str_take(&s);
}

/* From the baseline's folder, so that it does not matter from where check is called. */
static char *file_from(const char *folder, const char *name)
{
	_cleanup_free_ char *path = realpath(name, NULL);
	size_t n = strlen(folder);

	if (path && strncmp(path, folder, n) == 0 && path[n] == '/')
		return xstrdup(path + n + 1);
	return path ? xstrdup(path) : xstrdup(name);
}

static char *folder_of_baseline(const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder =
	    slash ? xstrndup(path, (size_t)(slash - path) + (slash == path)) : xstrdup(".");
	char *real = realpath(folder, NULL);

	return real ? real : take_ptr(folder);
}

static json_t *entry_of(const char *folder, const struct checked_file *c, const struct finding *x)
{
	_cleanup_free_ char *file = file_from(folder, c->name);
	_cleanup_free_ char *pointer = pointer_without_numbers(x->pointer);
	_cleanup_free_ char *message = message_without_lines(x->message);

	return json_pack("{s:o, s:s, s:o, s:o}", "file", text_json_of(file), "rule", x->rule,
	                 "pointer", text_json_of(pointer), "message", text_json_of(message));
}

/* The key of an entry as it is written, or as entry_of() makes it. */
static char *entry_key(const json_t *entry)
{
	static const char *const parts[] = { "file", "rule", "pointer", "message" };
	struct str s = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const char *part = json_string_value(json_object_get(entry, parts[i]));

		str_printf(&s, "%s\n", part ? part : "");
	}
	return str_take(&s);
}

static json_int_t entry_count(const json_t *entry)
{
	const json_t *n = json_object_get(entry, "count");

	return json_is_integer(n) ? json_integer_value(n) : 1;
}

/* ---- reading ---- */

int baseline_read(const char *path, struct baseline **ret, struct err *e)
{
	json_error_t je;
	json_t *doc, *x, *list;
	FILE *f = fopen(path, "re");
	size_t i;

	if (!f)
		return err_sys(e, errno, "--baseline %s", path);
	doc = json_loadf(f, 0, &je);
	fclose(f);
	list = json_object_get(doc, "findings");
	if (!json_is_array(list)) {
		json_decref(doc);
		return err_set(e, EINVAL,
		               "%s is no baseline: vnetlab check --baseline %s --write-baseline "
		               "makes one",
		               path, path);
	}
	struct baseline *b = xcalloc(1, sizeof(*b));

	b->entries = json_object();
	b->folder = folder_of_baseline(path);
	json_array_foreach (list, i, x) {
		_cleanup_free_ char *key = entry_key(x);

		json_object_set_new(b->entries, key, json_integer(entry_count(x)));
	}
	json_decref(doc);
	*ret = b;
	return 0;
}

struct baseline *baseline_free(struct baseline *b)
{
	if (!b)
		return NULL;
	json_decref(b->entries);
	free(b->folder);
	free(b);
	return NULL;
}

struct sieve {
	struct baseline *b;
	const struct checked_file *file;
};

static bool is_known(void *ctx, const struct finding *x)
{
	const struct sieve *s = ctx;
	json_t *entry = entry_of(s->b->folder, s->file, x);
	_cleanup_free_ char *key = entry_key(entry);
	json_int_t left = json_integer_value(json_object_get(s->b->entries, key));
	bool known = left >= (json_int_t)x->count;

	json_decref(entry);
	if (known)
		json_object_set_new(s->b->entries, key, json_integer(left - (json_int_t)x->count));
	return known;
}

size_t baseline_apply(struct baseline *b, struct checked_file *files, size_t n)
{
	size_t known = 0;

	for (size_t i = 0; i < n; i++)
		known += findings_drop(&files[i].f, is_known, &(struct sieve){ b, &files[i] });
	return known;
}

size_t baseline_gone(const struct baseline *b)
{
	size_t gone = 0;
	const char *key;
	json_t *left;

	json_object_foreach (b->entries, key, left)
		gone += json_integer_value(left) > 0;
	return gone;
}

/* ---- writing ---- */

static int compare_entries(const void *pa, const void *pb)
{
	_cleanup_free_ char *a = entry_key(*(json_t *const *)pa);
	_cleanup_free_ char *b = entry_key(*(json_t *const *)pb);

	return strcmp(a, b);
}

/* A line for each, in an order of their own, so that branches can be merged. */
static void write_entries(FILE *f, json_t **v, size_t n)
{
	const char *sep = "";

	fputs("{\n  \"about\": \"Findings that vnetlab check --baseline is silent about.\",\n"
	      "  \"findings\": [",
	      f);
	for (size_t i = 0, same; i < n; i += same) {
		json_int_t count = 0;

		for (same = 0; i + same < n && compare_entries(&v[i], &v[i + same]) == 0; same++)
			count += entry_count(v[i + same]);
		json_object_set_new(v[i], "count", json_integer(count));
		fprintf(f, "%s\n    ", sep);
		(void)json_dumpf(v[i], f, 0);
		sep = ",";
	}
	fputs("\n  ]\n}\n", f);
}

int baseline_write(const char *path, const struct checked_file *files, size_t n, size_t *ret_n,
                   struct err *e)
{
	_cleanup_free_ char *part = xasprintf("%s.part", path), *folder = folder_of_baseline(path);
	json_t **v = NULL;
	size_t all = 0, cap = 0;
	FILE *f = fopen(part, "we");

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < files[i].f.n; k++) {
			const struct finding *x = &files[i].f.items[k];
			json_t *entry = entry_of(folder, &files[i], x);

			json_object_set_new(entry, "count", json_integer((json_int_t)x->count));
			VEC_PUSH(v, all, cap) = entry;
		}
	if (all)
		qsort(v, all, sizeof(*v), compare_entries);
	if (f)
		write_entries(f, v, all);
	for (size_t i = 0; i < all; i++)
		json_decref(v[i]);
	free(v);
	*ret_n = all;
	if (!f || ferror(f) | (fclose(f) != 0) || rename(part, path) < 0) {
		int why = errno;

		(void)unlink(part);
		return err_sys(e, why, "--baseline %s", path);
	}
	return 0;
}
