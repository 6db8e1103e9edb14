/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json.h"

#include "base/str.h"
#include "base/utf8.h"

json_t *text_json(const char *s, size_t n)
{
	json_t *j = memchr(s, '\0', n) ? NULL : json_stringn(s, n);

	if (j)
		return j;
	_cleanup_str_ struct str b = { 0 };

	for (size_t i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)s[i];

		if (ch && ch < 0x80)
			str_addc(&b, (char)ch);
		else
			str_add(&b, UTF8_REPLACEMENT);
	}
	return json_stringn(str_get(&b), b.n);
}

json_t *text_json_of(const char *s)
{
	return s ? text_json(s, strlen(s)) : json_null();
}

json_t *texts_json(const char *const *v, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, json_string(v[i]));
	return a;
}

void text_append(json_t *list, char *text)
{
	json_array_append_new(list, text_json_of(text));
	free(text);
}

const char *member_text(const json_t *v, const char *key, const char *none)
{
	const char *s = json_string_value(json_object_get(v, key));

	return s ? s : none;
}

/* The next key of a pointer, unescaped; the caller frees. */
static char *pointer_key(const char **p)
{
	struct str s = { 0 };
	const char *c = *p + 1; /* behind the slash */

	for (; *c && *c != '/'; c++) {
		if (c[0] == '~' && (c[1] == '0' || c[1] == '1'))
			str_addc(&s, *++c == '0' ? '~' : '/');
		else
			str_addc(&s, *c);
	}
	*p = c;
	return str_take(&s);
}

json_t *json_step(json_t *v, const char **pointer)
{
	if (**pointer != '/')
		return NULL;
	_cleanup_free_ char *key = pointer_key(pointer);

	return json_is_array(v) ? json_array_get(v, strtoul(key, NULL, 10))
	                        : json_object_get(v, key);
}

json_t *json_at_pointer(json_t *v, const char *pointer)
{
	while (v && *pointer)
		v = json_step(v, &pointer);
	return v;
}

json_t *json_merged(const json_t *old, const json_t *patch)
{
	if (!json_is_object(patch))
		return json_incref((json_t *)patch);
	json_t *new = json_is_object(old) ? json_copy((json_t *)old) : json_object();
	const char *name;
	json_t *v;

	json_object_foreach ((json_t *)patch, name, v) {
		if (json_is_null(v))
			json_object_del(new, name);
		else
			json_object_set_new(new, name, json_merged(json_object_get(old, name), v));
	}
	return new;
}
