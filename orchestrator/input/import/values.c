/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates, REST, az and Terraform write one value in several ways. */
#include <ctype.h>
#include <errno.h>

#include "input/import/priv.h"

static json_t *find_member_icase(const json_t *obj, const char *name, size_t n)
{
	const char *key;
	json_t *v;

	if (!json_is_object(obj))
		return NULL;
	json_object_foreach ((json_t *)obj, key, v)
		if (!strncasecmp(key, name, n) && !key[n])
			return json_is_null(v) ? NULL : v;
	return NULL;
}

json_t *arm_get(const json_t *obj, const char *path)
{
	while (obj && *path) {
		size_t n = strcspn(path, ".");
		const json_t *v =
		    find_member_icase(find_member_icase(obj, "properties", 10), path, n);

		obj = v ? v : find_member_icase(obj, path, n);
		path += path[n] ? n + 1 : n;
	}
	return (json_t *)obj;
}

const char *arm_str(const json_t *obj, const char *path)
{
	const char *s = json_string_value(arm_get(obj, path));

	return s && *s ? s : NULL;
}

bool arm_bool(const json_t *obj, const char *path, bool dflt)
{
	const json_t *v = arm_get(obj, path);

	if (json_is_string(v))
		return strieq(json_string_value(v), "true");
	return json_is_boolean(v) ? json_is_true(v) : dflt;
}

bool arm_int(const json_t *obj, const char *path, json_int_t *ret)
{
	const json_t *v = arm_get(obj, path);
	const char *s = json_string_value(v);
	char *end;

	if (json_is_integer(v)) {
		*ret = json_integer_value(v);
		return true;
	}
	if (!s || !isdigit((unsigned char)*s))
		return false;
	errno = 0;
	long long n = strtoll(s, &end, 10);

	if (errno || *end)
		return false;
	*ret = n;
	return true;
}

const char *arm_id(const json_t *obj, const char *path)
{
	const json_t *v = arm_get(obj, path);
	const char *s = json_is_string(v) ? json_string_value(v) : arm_str(v, "id");

	return s && *s ? s : NULL;
}

json_t *arm_list(const json_t *obj, const char *path)
{
	json_t *v = arm_get(obj, path);

	if (json_is_object(v))
		v = arm_get(v, "value");
	return json_is_array(v) ? v : NULL;
}

const char *arm_word(const char *s, const char *const *words)
{
	for (; s && *words; words++)
		if (strieq(s, *words))
			return *words;
	return s;
}

void put_str(json_t *obj, const char *key, const char *s)
{
	if (s)
		json_object_set_new(obj, key, json_string(s));
}

void put_description(json_t *obj, const char *const *words, size_t n)
{
	_cleanup_str_ struct str s = { 0 };

	for (size_t i = 0; i < n; i++)
		if (words[i] && *words[i])
			str_printf(&s, "%s%s", s.n ? ", " : "", words[i]);
	if (s.n)
		put_str(obj, "description", str_get(&s));
}

void put_bool(json_t *obj, const char *key, bool v, bool dflt)
{
	if (v != dflt)
		json_object_set_new(obj, key, json_boolean(v));
}

int arm_family(const char *s)
{
	struct prefix p;
	ip4 ip;
	int r = strchr(s, '/') ? prefix_parse(s, &p) : ip4_parse(s, &ip);

	if (r == -EAFNOSUPPORT)
		return 0;
	return r == 0 || r == -EDOM ? 1 : -1;
}

static bool is_open_word(const char *s)
{
	return strchr(s, '(') && arm_family(s) < 0;
}

bool arm_is_open(const json_t *obj, const char *path)
{
	const char *s = arm_str(obj, path);

	return s && is_open_word(s);
}

/* Is it the words of a question that only Azure answers ("reference('gw').bgpSettings...") where an
 * address should be?  Reports IMPORT-OPEN-01 then. */
static bool is_open_address(struct import *im, const struct res *r, const char *s)
{
	if (!is_open_word(s))
		return false;
	im_note(im, SEV_WARNING, "IMPORT-OPEN-01", r,
	        "check the folder that has both templates, or give the address here",
	        "the address %s of \"%s\" is one that only Azure knows: left out", s, r->name);
	return true;
}

const char *arm_address(struct import *im, const struct res *r, const json_t *obj, const char *path)
{
	const char *s = arm_str(obj, path);

	return s && is_open_address(im, r, s) ? NULL : s;
}

static void add_ip4_prefix(struct import *im, const struct res *r, const char *s, json_t *list)
{
	if (!s || !*s || is_open_address(im, r, s))
		return;
	if (arm_family(s) == 0)
		im_note(im, SEV_INFO, "IMPORT-IPV6-01", r, NULL,
		        "%s is IPv6, which is not emulated: left out", s);
	else
		json_array_append_new(list, json_string(s));
}

json_t *arm_prefixes(struct import *im, const struct res *r, const json_t *obj, const char *single,
                     const char *plural)
{
	json_t *list = json_array(), *many = arm_list(obj, plural), *v;
	size_t i;

	if (!many && single) /* PowerShell has a list under the singular name */
		many = arm_list(obj, single);
	json_array_foreach (many, i, v)
		add_ip4_prefix(im, r, json_string_value(v), list);
	if (!json_array_size(many) && single)
		add_ip4_prefix(im, r, arm_str(obj, single), list);
	return list;
}

json_t *arm_only_ip4(struct import *im, const struct res *r, const json_t *list)
{
	json_t *out = json_array(), *v;
	size_t i;

	json_array_foreach ((json_t *)list, i, v)
		add_ip4_prefix(im, r, json_string_value(v), out);
	return out;
}
