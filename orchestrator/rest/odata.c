/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/odata.h"

#include <ctype.h>
#include <errno.h>

#include "base/str.h"

enum { TERMS_MAX = 16 };

enum how { IS, HAS, BEGINS };

struct term {
	enum how how;
	char *name, *value;
};

struct odata {
	struct term v[TERMS_MAX];
	size_t n;
};

struct reader {
	const char *at;
	struct err *e;
};

static const char *const known[] = { "name",     "resourceType", "resourceGroup",
	                             "location", "tagName",      "tagValue" };

static void skip_filter_blanks(struct reader *r)
{
	while (isspace((unsigned char)*r->at))
		r->at++;
}

static bool take_filter_char(struct reader *r, char c)
{
	skip_filter_blanks(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

static char *take_filter_word(struct reader *r)
{
	skip_filter_blanks(r);
	size_t n = 0;

	while (isalnum((unsigned char)r->at[n]) || r->at[n] == '.')
		n++;
	char *w = xstrndup(r->at, n);

	r->at += n;
	return w;
}

/* 'it''s' */
static int take_text(struct reader *r, char **ret)
{
	struct str s = { 0 };

	if (!take_filter_char(r, '\''))
		return err_set(r->e, EINVAL, "a text in quotes is missing before \"%.20s\"", r->at);
	for (;; r->at++) {
		if (!*r->at) {
			str_free_p(&s);
			return err_set(r->e, EINVAL, "a quote is missing at the end");
		}
		if (*r->at == '\'' && *++r->at != '\'')
			break;
		str_addc(&s, *r->at);
	}
	*ret = str_take(&s);
	return 0;
}

static int check_name(const char *name, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strieq(known[i], name))
			return 0;
	return err_set(e, EINVAL, "\"%s\" is nothing that can be asked for", name);
}

/* substringof('x', name), startswith(name, 'x'); the bracket is passed. */
static int read_function(struct reader *r, const char *function, struct term *t)
{
	int rc = 0;

	t->how = strieq(function, "substringof") ? HAS : BEGINS;
	if (t->how == HAS)
		rc = take_text(r, &t->value);
	if (rc == 0 && t->how == HAS && !take_filter_char(r, ','))
		rc = err_set(r->e, EINVAL, "a comma is missing before \"%.20s\"", r->at);
	if (rc == 0)
		t->name = take_filter_word(r);
	if (rc == 0 && t->how == BEGINS && !take_filter_char(r, ','))
		rc = err_set(r->e, EINVAL, "a comma is missing before \"%.20s\"", r->at);
	if (rc == 0 && t->how == BEGINS)
		rc = take_text(r, &t->value);
	if (rc == 0 && !take_filter_char(r, ')'))
		rc = err_set(r->e, EINVAL, "a bracket is missing before \"%.20s\"", r->at);
	return rc;
}

static int read_term(struct reader *r, struct term *t)
{
	bool bracket = take_filter_char(r, '(');
	char *word = take_filter_word(r);
	int rc;

	if ((strieq(word, "substringof") || strieq(word, "startswith")) &&
	    take_filter_char(r, '(')) {
		rc = read_function(r, word, t);
		free(word);
	} else {
		t->name = word;
		_cleanup_free_ char *op = take_filter_word(r);

		rc = strieq(op, "eq") ? take_text(r, &t->value)
		                      : err_set(r->e, EINVAL, "\"%s\" is no eq", op);
	}
	if (rc == 0)
		rc = check_name(t->name, r->e);
	if (rc == 0 && bracket && !take_filter_char(r, ')'))
		rc = err_set(r->e, EINVAL, "a bracket is missing before \"%.20s\"", r->at);
	return rc;
}

int odata_parse(const char *text, struct odata **ret, struct err *e)
{
	struct odata *f = xcalloc(1, sizeof(*f));
	struct reader r = { .at = text, .e = e };
	int rc;

	do {
		rc = f->n < TERMS_MAX ? read_term(&r, &f->v[f->n++])
		                      : err_set(e, EINVAL, "more than %d terms", TERMS_MAX);
		skip_filter_blanks(&r);
		if (rc == 0 && !*r.at) {
			*ret = f;
			return 0;
		}
		if (rc == 0) {
			_cleanup_free_ char *word = take_filter_word(&r);

			if (!strieq(word, "and"))
				rc = err_set(e, EINVAL, "\"%s\" is no and", *word ? word : r.at);
		}
	} while (rc == 0);
	odata_free(f);
	return rc;
}

struct odata *odata_free(struct odata *f)
{
	for (size_t i = 0; f && i < f->n; i++) {
		free(f->v[i].name);
		free(f->v[i].value);
	}
	free(f);
	return NULL;
}

static bool compare_term(const struct term *t, const char *s)
{
	if (!s)
		return false;
	if (t->how == IS)
		return strieq(s, t->value);
	if (t->how == BEGINS)
		return strncasecmp(s, t->value, strlen(t->value)) == 0;
	return strcasestr(s, t->value) != NULL;
}

static bool match_group(const struct term *t, const char *id)
{
	const char *at = id ? strcasestr(id, "/resourceGroups/") : NULL;

	if (!at)
		return false;
	at += strlen("/resourceGroups/");
	_cleanup_free_ char *group = xstrndup(at, strcspn(at, "/"));

	return compare_term(t, group);
}

/* tagName and tagValue are of the same tag. */
static bool match_tags(const struct odata *f, const json_t *tags)
{
	const char *name;
	json_t *v;
	bool asked = false;

	for (size_t i = 0; i < f->n; i++)
		asked |=
		    str_starts(f->v[i].name, "tag") || strncasecmp(f->v[i].name, "tag", 3) == 0;
	if (!asked)
		return true;
	json_object_foreach ((json_t *)tags, name, v) {
		bool all = true;

		for (size_t i = 0; i < f->n; i++) {
			if (strieq(f->v[i].name, "tagName"))
				all &= compare_term(&f->v[i], name);
			else if (strieq(f->v[i].name, "tagValue"))
				all &= compare_term(&f->v[i], json_string_value(v));
		}
		if (all)
			return true;
	}
	return false;
}

bool odata_match(const struct odata *f, const json_t *resource)
{
	if (!f)
		return true;
	for (size_t i = 0; i < f->n; i++) {
		const struct term *t = &f->v[i];
		const char *member = strieq(t->name, "resourceType") ? "type"
		                     : strieq(t->name, "name")       ? "name"
		                     : strieq(t->name, "location")   ? "location"
		                                                     : NULL;

		if (member &&
		    !compare_term(t, json_string_value(json_object_get(resource, member))))
			return false;
		if (strieq(t->name, "resourceGroup") &&
		    !match_group(t, json_string_value(json_object_get(resource, "id"))))
			return false;
	}
	return match_tags(f, json_object_get(resource, "tags"));
}
