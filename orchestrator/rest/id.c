/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/id.h"

#include <errno.h>

#include "base/hex.h"
#include "base/str.h"
#include "base/utf8.h"
#include "input/resources.h"

enum { NAME_MAX_LEN = 260, PARTS_MAX = 40 };

struct parts {
	const char *v[PARTS_MAX];
	size_t n;
};

/* n characters of a URL; what stands for one of `never` is refused. */
static int decode_percent(const char *s, size_t n, const char *never, struct str *out,
                          struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '%') {
			int high = i + 1 < n ? hex_digit(s[i + 1]) : -1;
			int low = i + 2 < n ? hex_digit(s[i + 2]) : -1;

			if (high < 0 || low < 0)
				return err_set(e, EINVAL, "a percent sign without two digits");
			c = (char)(16 * high + low);
			i += 2;
			if (strchr(never, c)) /* NUL, too */
				return err_set(e, EINVAL, "%%%c%c is part of no name", s[i - 1],
				               s[i]);
		}
		if ((unsigned char)c < ' ' || c == 0x7f)
			return err_set(e, EINVAL, "a control character");
		str_addc(out, c);
	}
	for (size_t i = 0; i < out->n;) {
		size_t len = utf8_len(out->s + i, out->n - i);

		if (!len)
			return err_set(e, EINVAL, "bytes that are no UTF-8");
		i += len;
	}
	return 0;
}

/* Cuts text at its slashes. */
static int split_path(char *text, struct parts *ret, struct err *e)
{
	for (char *at = text; *at;) {
		size_t n = strcspn(at, "/");
		bool last = !at[n];

		at[n] = 0;
		if (n > NAME_MAX_LEN)
			return err_set(e, EINVAL, "a name of more than %d characters",
			               NAME_MAX_LEN);
		if (streq(at, "..") || streq(at, "."))
			return err_set(e, EINVAL, "\"%s\" is no name", at);
		if (n && ret->n == PARTS_MAX)
			return err_set(e, EINVAL, "more than %d names", PARTS_MAX);
		if (n)
			ret->v[ret->n++] = at;
		at += n + !last;
	}
	return 0;
}

static char *join_parts(const struct parts *p, size_t from, size_t to)
{
	struct str s = { 0 };

	for (size_t i = from; i < to; i++)
		str_printf(&s, "/%s",
		           i == 2 && strieq(p->v[i], "resourceGroups") ? "resourceGroups"
		                                                       : p->v[i]);
	return str_take(&s);
}

/* Behind the last "providers": a provider, and pairs of type and name. */
static void read_provider(const struct parts *p, size_t at, bool post, struct rest_id *id)
{
	size_t n = p->n, pairs;
	struct str type = { 0 };

	id->kind = ID_RESOURCE;
	if (post && (n - at) % 2 == 0 && n - at > 2) /* PROVIDER/T/N/action */
		id->tail = xstrdup(p->v[--n]);
	pairs = n - at - 1;
	str_add(&type, p->v[at]);
	for (size_t i = 0; i < pairs; i += 2)
		str_printf(&type, "/%s", p->v[at + 1 + i]);
	id->type = str_take(&type);
	if (pairs % 2 == 0) {
		id->name = xstrdup(p->v[n - 1]);
		if (pairs > 2)
			id->parent = join_parts(p, 0, n - 2);
	} else if (pairs > 1) {
		id->parent = join_parts(p, 0, n - 1);
	}
	free(id->path);
	id->path = join_parts(p, 0, n);
}

static void read_parts(const struct parts *p, bool post, struct rest_id *id)
{
	size_t provider = 0;

	id->path = join_parts(p, 0, p->n);
	if (p->n < 2 || !strieq(p->v[0], "subscriptions"))
		return;
	id->kind = ID_SUBSCRIPTION;
	id->subscription = xstrdup(p->v[1]);
	bool grouped = p->n > 3 && strieq(p->v[2], "resourceGroups");

	if (grouped) {
		id->kind = ID_GROUP;
		id->group = xstrdup(p->v[3]);
	}
	for (size_t i = grouped ? 4 : 2; i + 2 < p->n; i++)
		if (strieq(p->v[i], "providers") && strchr(p->v[i + 1], '.'))
			provider = i + 1;
	if (provider)
		read_provider(p, provider, post, id);
	else if (p->n > (grouped ? 4u : 2u))
		id->tail = join_parts(p, grouped ? 4 : 2, p->n);
}

int rest_id_parse(const char *path, bool post, struct rest_id *ret, struct err *e)
{
	_cleanup_str_ struct str text = { 0 };
	struct parts p = { 0 };
	struct rest_id id = { 0 };
	int r = decode_percent(path, strlen(path), "/\\", &text, e);

	str_addc(&text, 0);
	if (r == 0)
		r = split_path(text.s, &p, e);
	if (r < 0)
		return r;
	read_parts(&p, post, &id);
	id.key = resource_key(id.path);
	*ret = id;
	return 0;
}

void rest_id_done(struct rest_id *id)
{
	free(id->path);
	free(id->key);
	free(id->subscription);
	free(id->group);
	free(id->type);
	free(id->name);
	free(id->parent);
	free(id->tail);
	*id = (struct rest_id){ 0 };
}

static int add_parameter(json_t *to, const char *s, size_t n, struct err *e)
{
	_cleanup_str_ struct str name = { 0 }, value = { 0 };
	_cleanup_free_ char *plain = xstrndup(s, n);

	for (char *c = plain; *c; c++)
		if (*c == '+')
			*c = ' ';
	size_t eq = strcspn(plain, "=");
	int r = decode_percent(plain, eq, "", &name, e);

	if (r == 0 && plain[eq])
		r = decode_percent(plain + eq + 1, strlen(plain + eq + 1), "", &value, e);
	if (r < 0)
		return r;
	for (char *c = name.s; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
	if (name.n && !json_object_get(to, name.s))
		json_object_set_new(to, name.s, json_string(str_get(&value)));
	return 0;
}

json_t *rest_query_parse(const char *query, struct err *e)
{
	json_t *q = json_object();

	for (const char *at = query; at && *at;) {
		size_t n = strcspn(at, "&");

		if (add_parameter(q, at, n, e) < 0) {
			json_decref(q);
			return NULL;
		}
		at += n + (at[n] != 0);
	}
	return q;
}
