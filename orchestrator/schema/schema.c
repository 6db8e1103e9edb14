/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schema/schema.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "base/format.h"
#include "base/str.h"

static const char *name_json_type(const json_t *v)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number with a fraction",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return names[json_typeof(v)];
}

static const char *kind_wanted(enum field_type t)
{
	switch (t) {
	case T_BOOL:
		return "true or false";
	case T_UINT:
		return "a whole number";
	case T_LIST:
		return "a list";
	case T_OBJECT:
	case T_MAP:
	case T_CHECK:
		return "an object";
	case T_PUBLIC_IP:
		return "true, false or the name of an entry of publicIPAddresses";
	default:
		return "a string";
	}
}

static bool add_value_finding(struct findings *f, const char *rule, const char *code,
                              const struct jptr *at, const char *hint, const char *fmt, ...)
    PRINTF(6, 7);
static bool add_value_finding(struct findings *f, const char *rule, const char *code,
                              const struct jptr *at, const char *hint, const char *fmt, ...)
{
	_cleanup_free_ char *ptr = jptr_str(at), *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	finding_add(f, SEV_ERROR, rule, code, ptr, hint, "%s", msg);
	return false;
}

static bool wrong_type(const struct field *fd, enum field_type t, json_t *v, const struct jptr *at,
                       struct findings *f)
{
	const char *hint = NULL;

	if (t == T_UINT && json_is_string(v) &&
	    strspn(json_string_value(v), "0123456789") == json_string_length(v))
		hint = "write the number without quotes";
	else if (t == T_BOOL && json_is_string(v))
		hint = "write true or false without quotes";
	else if (t == T_LIST)
		hint = "put it in brackets: [ ... ]";
	return add_value_finding(f, "TOPO-TYPE-01", NULL, at, hint, "\"%s\" must be %s, not %s",
	                         fd->name, kind_wanted(t), name_json_type(v));
}

static bool wrong_form(const struct field *fd, const char *s, const char *what,
                       const struct jptr *at, struct findings *f)
{
	return add_value_finding(f, "TOPO-FORMAT-01", NULL, at, NULL,
	                         "\"%s\" is \"%s\"; it must be %s", fd->name, s, what);
}

static bool check_addr(const struct field *fd, enum field_type t, const char *s,
                       const struct jptr *at, struct findings *f)
{
	struct prefix p = { 0, 0 };
	ip4 ip;
	int r = t == T_IP ? ip4_parse(s, &ip) : prefix_parse(s, &p);

	if (r == -EAFNOSUPPORT)
		return add_value_finding(f, "EMU-IPV6-01", NULL, at,
		                         "leave the IPv6 part of the design out of the topology",
		                         "\"%s\" is \"%s\": this version emulates IPv4 only",
		                         fd->name, s);
	if (r == -EDOM) {
		_cleanup_free_ char *hint = xasprintf("write %s", PREFIX_STR(p));

		return add_value_finding(
		    f, "TOPO-PREFIX-01", "InvalidCIDRNotation", at, hint,
		    "\"%s\" is \"%s\", which has host bits set; with that length the prefix "
		    "is %s",
		    fd->name, s, PREFIX_STR(p));
	}
	if (r < 0 && t == T_PREFIX && schema_name_valid(s) && isalpha((unsigned char)*s))
		return add_value_finding(
		    f, "EMU-TAG-01", NULL, at, "write the prefixes that you mean",
		    "\"%s\" is \"%s\": a service tag can stand in routes only", fd->name, s);
	if (r < 0)
		return wrong_form(fd, s, schema_word_what(t), at, f);
	return true;
}

const struct enum_value *schema_enum_find(const struct enum_value *v, const char *s)
{
	for (; v->name; v++)
		if (streq(v->name, s))
			return v;
	return NULL;
}

static bool check_enum(const struct field *fd, const char *s, const struct jptr *at,
                       struct findings *f)
{
	const struct enum_value *v = schema_enum_find(fd->values, s);
	const char *names[32];
	size_t n = 0;
	_cleanup_str_ struct str all = { 0 };

	if (v && v->refused)
		return add_value_finding(f, "TOPO-ENUM-02", "InvalidRequestFormat", at, v->refused,
		                         "\"%s\" cannot be \"%s\": Azure refuses it", fd->name, s);
	if (v)
		return true;
	for (v = fd->values; v->name && n < ARRAY_LEN(names); v++) {
		if (v->refused)
			continue;
		names[n++] = v->name;
		str_printf(&all, "%s%s", n > 1 ? ", " : "", v->name);
	}
	const char *near = str_nearest(s, names, n);
	_cleanup_free_ char *hint = near ? xasprintf("did you mean \"%s\"?", near) : NULL;

	return add_value_finding(f, "TOPO-ENUM-01", NULL, at, hint,
	                         "\"%s\" is \"%s\"; it must be one of: %s", fd->name, s,
	                         str_get(&all));
}

static bool check_value(const struct field *fd, enum field_type t, json_t *v, const struct jptr *at,
                        struct findings *f);

/* Azure ignores case in names: two that differ only so are one object. */
struct folded {
	const char *key;
	size_t pos;
};

static int folded_cmp(const void *pa, const void *pb)
{
	const struct folded *a = pa, *b = pb;
	int d = strcasecmp(a->key, b->key);

	return d ? d : (a->pos > b->pos) - (a->pos < b->pos);
}

static bool check_member_names(json_t *map, const struct jptr *at, struct findings *f)
{
	size_t n = 0;
	bool ok = true;
	_cleanup_free_ struct folded *list = xcalloc(json_object_size(map), sizeof(*list));
	const char *key;
	json_t *v;

	json_object_foreach (map, key, v) {
		list[n] = (struct folded){ key, n };
		n++;
	}
	qsort(list, n, sizeof(*list), folded_cmp);
	for (size_t i = 1; i < n; i++)
		if (strieq(list[i - 1].key, list[i].key))
			ok = add_value_finding(
			    f, "TOPO-NAME-02", NULL, JPTR(at, list[i].key), "rename one of them",
			    "\"%s\" and \"%s\" differ only in case: for Azure they are the "
			    "same name",
			    list[i - 1].key, list[i].key);
	return ok;
}

static bool check_map(const struct field *fd, json_t *map, const struct jptr *at,
                      struct findings *f)
{
	bool ok = fd->keys == KEYS_TEXT || check_member_names(map, at, f);
	const char *key;
	json_t *v;

	json_object_foreach (map, key, v) {
		const struct jptr *here = JPTR(at, key);

		if (fd->keys == KEYS_NAME && !schema_name_valid(key))
			ok = add_value_finding(
			    f, "TOPO-NAME-01", "InvalidResourceName", here, NULL,
			    "\"%s\" is not a valid name: Azure takes 1 to 80 of letters, "
			    "digits, \"_\", \".\", \"-\", beginning with a letter or a digit",
			    key);
		if (fd->keys == KEYS_TEXT && !*key)
			ok = add_value_finding(f, "TOPO-NAME-01", NULL, here, NULL,
			                       "an entry of \"%s\" has an empty name", fd->name);
		if (fd->key_form && !fd->key_form->valid(key))
			ok = add_value_finding(f, "TOPO-FORMAT-01", NULL, here, NULL,
			                       "\"%s\", a name in \"%s\", must be %s", key,
			                       fd->name, fd->key_form->what);
		/* A finding calls a wrong value in a map by its own key. */
		struct field item = fd->of ? *fd->of
		                           : (struct field){ .type = fd->item,
			                                     .min = fd->min,
			                                     .max = fd->max,
			                                     .values = fd->values,
			                                     .object = fd->object,
			                                     .choices = fd->choices,
			                                     .form = fd->form };

		item.name = key;
		ok &= check_value(&item, item.type, v, here, f);
	}
	return ok;
}

static bool check_list(const struct field *fd, json_t *list, const struct jptr *at,
                       struct findings *f)
{
	bool ok = true;
	size_t i;
	json_t *v;
	struct field item = *fd;

	if (json_array_size(list) < fd->min)
		ok = add_value_finding(f, "TOPO-RANGE-01", NULL, at, NULL,
		                       "\"%s\" must have at least %u entr%s", fd->name, fd->min,
		                       fd->min == 1 ? "y" : "ies");
	item.min = item.max = 0;
	json_array_foreach (list, i, v)
		ok &= check_value(&item, fd->item, v, JPTR_AT(at, i), f);
	return ok;
}

static bool check_choice(const struct field *fd, json_t *v, const struct jptr *at,
                         struct findings *f)
{
	size_t n;
	const struct object_def *def = schema_choose(fd->choices, v, &n);

	if (def)
		return schema_check(def, v, at, f);
	_cleanup_str_ struct str keys = { 0 };

	for (size_t i = 0; fd->choices[i]; i++)
		if (!n || json_object_get(v, fd->choices[i]->fields[0].name))
			str_printf(&keys, "%s\"%s\"", keys.n ? ", " : "",
			           fd->choices[i]->fields[0].name);
	if (n)
		return add_value_finding(f, "CHECK-KIND-01", NULL, at, "make two checks of it",
		                         "this check is of several kinds: it has %s",
		                         str_get(&keys));
	/* The key that was meant may be there with a typing error. */
	const char *key, *near = NULL;
	json_t *x;
	const char *names[16];
	size_t n_names = 0;

	for (size_t i = 0; fd->choices[i] && n_names < ARRAY_LEN(names); i++)
		names[n_names++] = fd->choices[i]->fields[0].name;
	json_object_foreach (v, key, x)
		if (!near)
			near = str_nearest(key, names, n_names);
	_cleanup_free_ char *hint = near ? xasprintf("did you mean \"%s\"?", near) : NULL;

	return add_value_finding(f, "CHECK-KIND-01", NULL, at, hint,
	                         "this check says nothing that could be checked: it has none of %s",
	                         str_get(&keys));
}

static bool empty_value(json_t *v)
{
	return json_is_null(v) || (json_is_object(v) && !json_object_size(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

static bool check_uint(const struct field *fd, json_t *v, const struct jptr *at, struct findings *f)
{
	json_int_t x = json_integer_value(v);

	if (x >= (json_int_t)fd->min && x <= (json_int_t)fd->max)
		return true;
	return add_value_finding(f, "TOPO-RANGE-01", NULL, at, NULL,
	                         "\"%s\" is %" JSON_INTEGER_FORMAT "; it must be from %u to %u",
	                         fd->name, x, fd->min, fd->max);
}

static bool check_word(const struct field *fd, enum field_type t, const char *s,
                       const struct jptr *at, struct findings *f)
{
	const char *what = schema_word_what(t);
	long ms;
	bool ok = true;

	if (t == T_IP || t == T_PREFIX)
		return check_addr(fd, t, s, at, f);
	if (t == T_PREFIX_OR_TAG && (isdigit((unsigned char)*s) || strchr(s, ':')))
		return check_addr(fd, T_PREFIX, s, at, f);
	if (t == T_ENUM)
		return check_enum(fd, s, at, f);
	if (t == T_TEXT && fd->form) {
		what = fd->form->what;
		ok = fd->form->valid(s);
	} else {
		ok = t == T_DURATION ? !str_duration(s, &ms) : schema_word_valid(t, s);
	}
	return ok || wrong_form(fd, s, what, at, f);
}

static bool check_value(const struct field *fd, enum field_type t, json_t *v, const struct jptr *at,
                        struct findings *f)
{
	if (json_is_null(v) && fd->nullable)
		return true;
	if (fd->or_list && json_is_array(v)) {
		struct field list = *fd;

		list.or_list = false;
		list.item = t;
		list.min = 0;
		return check_list(&list, v, at, f);
	}
	switch (t) {
	case T_UNSUPPORTED:
		if (empty_value(v))
			return true;
		return add_value_finding(
		    f, "EMU-KIND-01", NULL, at,
		    fd->instead ? fd->instead
		                : "remove it, and keep in mind that the lab then lacks it",
		    "this version of vnetlab does not emulate \"%s\" (%s)", fd->name, fd->help);
	case T_BOOL:
		return json_is_boolean(v) || wrong_type(fd, t, v, at, f);
	case T_UINT:
		return json_is_integer(v) ? check_uint(fd, v, at, f) : wrong_type(fd, t, v, at, f);
	case T_PUBLIC_IP:
		if (json_is_boolean(v))
			return true;
		return json_is_string(v) ? check_word(fd, T_NAME, json_string_value(v), at, f)
		                         : wrong_type(fd, t, v, at, f);
	case T_LIST:
		return json_is_array(v) ? check_list(fd, v, at, f) : wrong_type(fd, t, v, at, f);
	case T_OBJECT:
		return json_is_object(v) ? schema_check(fd->object, v, at, f)
		                         : wrong_type(fd, t, v, at, f);
	case T_MAP:
		return json_is_object(v) ? check_map(fd, v, at, f) : wrong_type(fd, t, v, at, f);
	case T_CHECK:
		return json_is_object(v) ? check_choice(fd, v, at, f) : wrong_type(fd, t, v, at, f);
	default:
		return json_is_string(v) ? check_word(fd, t, json_string_value(v), at, f)
		                         : wrong_type(fd, t, v, at, f);
	}
}

const struct field schema_common[] = {
	{ .name = "description", .type = T_TEXT, .help = "For people." },
	{ .name = "id",
	  .type = T_TEXT,
	  .help = "ARM's id of the resource that it was imported from: `-o json` shows it." },
	{ .name = "source",
	  .type = T_TEXT,
	  .help =
	      "Where it comes from, when it was imported: the file, `#`, the JSON pointer there. "
	      "Findings name this place." },
	{ .name = NULL },
};

const struct field *schema_field(const struct object_def *def, const char *key)
{
	for (const struct field *fd = def->fields; fd->name; fd++)
		if (streq(fd->name, key))
			return fd;
	for (const struct field *fd = schema_common; fd->name && !def->bare; fd++)
		if (streq(fd->name, key))
			return fd;
	return NULL;
}

static bool unknown_key(const struct object_def *def, const char *key, const struct jptr *at,
                        struct findings *f)
{
	const char *names[64];
	size_t n = 0;
	_cleanup_str_ struct str all = { 0 };

	if (f->n == FINDINGS_MAX) /* too many to think about each */
		return add_value_finding(f, "TOPO-KEY-01", NULL, at, NULL, "unknown key");

	for (const struct field *fd = def->fields; fd->name && n < ARRAY_LEN(names); fd++) {
		names[n++] = fd->name;
		if (fd->type != T_UNSUPPORTED)
			str_printf(&all, "%s%s", all.n ? ", " : "", fd->name);
	}
	const char *near = str_nearest(key, names, n);
	_cleanup_free_ char *hint = near ? xasprintf("did you mean \"%s\"?", near)
	                                 : xasprintf("known here: %s", str_get(&all));

	return add_value_finding(f, "TOPO-KEY-01", NULL, JPTR(at, key), hint,
	                         "unknown key \"%s\" in %s", key, def->title);
}

bool schema_check(const struct object_def *def, json_t *obj, const struct jptr *at,
                  struct findings *f)
{
	bool ok = true;
	const char *key;
	json_t *v;

	json_object_foreach (obj, key, v) {
		const struct field *fd = schema_field(def, key);

		ok &= fd ? check_value(fd, fd->type, v, JPTR(at, key), f)
		         : unknown_key(def, key, at, f);
	}
	for (const struct field *fd = def->fields; fd->name; fd++)
		if (fd->required && !json_object_get(obj, fd->name))
			ok = add_value_finding(f, "TOPO-REQ-01", NULL, at, NULL,
			                       "%s needs \"%s\" (%s)", def->title, fd->name,
			                       fd->help);
	return ok;
}

const struct object_def *schema_choose(const struct object_def *const *choices, json_t *obj,
                                       size_t *ret_n)
{
	const struct object_def *found = NULL;

	*ret_n = 0;
	for (size_t i = 0; choices[i]; i++) {
		const char *key = choices[i]->fields[0].name;

		/* A key that the choice before has as one of its fields belongs to that. */
		if (!json_object_get(obj, key) || (found && schema_field(found, key)))
			continue;
		found = choices[i];
		++*ret_n;
	}
	return *ret_n == 1 ? found : NULL;
}
