/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that write values as text and read them back, and hashes. */
#include <stdio.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/yaml_json.h"
#include "input/hcl/func.h"
#include "input/hcl/hash.h"

static json_t *f_jsonencode(struct hcl_call *c)
{
	char *text = json_dumps(c->args[0], JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	json_t *v = func_string(c, text, text ? strlen(text) : 0);

	free(text);
	return v;
}

static json_t *f_jsondecode(struct hcl_call *c)
{
	const char *s;
	json_error_t je;

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	json_t *v = json_loads(s, JSON_DECODE_ANY, &je);

	return v ? v : func_fail(c, "the text is no JSON: %s", je.text);
}

static json_t *f_base64encode(struct hcl_call *c)
{
	const char *s;
	struct str out = { 0 };

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	base64_encode(s, strlen(s), &out);
	json_t *v = func_string(c, out.s, out.n);

	str_free_p(&out);
	return v;
}

static json_t *f_base64decode(struct hcl_call *c)
{
	const char *s;
	struct str out = { 0 };

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	json_t *v = base64_decode(s, strlen(s), &out) ? func_string(c, out.s, out.n)
	                                              : func_fail(c, "the text is no base64");

	str_free_p(&out);
	return v;
}

static json_t *f_urlencode(struct hcl_call *c)
{
	const char *s;
	struct str out = { 0 };

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	for (; *s; s++) {
		if ((*s >= '0' && *s <= '9') || ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z') ||
		    strchr("-_.~", *s))
			str_addc(&out, *s);
		else if (*s == ' ')
			str_addc(&out, '+');
		else
			str_printf(&out, "%%%02X", (unsigned)(unsigned char)*s);
	}
	json_t *v = func_string(c, out.s, out.n);

	str_free_p(&out);
	return v;
}

/* --- CSV
 * ------------------------------------------------------------------------------------------- */

/* A field from *s on; *s: behind it and its separator; *ret_end: it is the last of its line. */
static void take_field(const char **s, struct str *out, bool *ret_end)
{
	const char *p = *s;

	if (*p == '"') {
		for (p++; *p && !(*p == '"' && p[1] != '"'); p++) {
			if (*p == '"')
				p++;
			str_addc(out, *p);
		}
		p += *p == '"';
	} else {
		while (*p && !strchr(",\r\n", *p))
			str_addc(out, *p++);
	}
	*ret_end = *p != ',';
	if (*p == '\r')
		p++;
	if (*p)
		p++;
	*s = p;
}

static json_t *take_csv_row(const char **s)
{
	json_t *row = json_array();
	bool end = false;

	while (!end) {
		struct str field = { 0 };

		take_field(s, &field, &end);
		json_array_append_new(row, text_json(str_get(&field), field.n));
		str_free_p(&field);
	}
	return row;
}

static json_t *f_csvdecode(struct hcl_call *c)
{
	const char *s;
	json_t *head, *out = json_array(), *x;
	size_t i;

	if (!func_text(c, 0, &s)) {
		json_decref(out);
		return hcl_unknown(NULL);
	}
	head = take_csv_row(&s);
	while (*s) {
		json_t *row = take_csv_row(&s), *map = json_object();

		json_array_foreach (head, i, x) {
			json_t *v = json_array_get(row, i);

			if (v)
				json_object_set(map, json_string_value(x), v);
		}
		json_decref(row);
		json_array_append_new(out, map);
	}
	json_decref(head);
	return out;
}

/* --- YAML
 * ------------------------------------------------------------------------------------------ */

static json_t *f_yamldecode(struct hcl_call *c)
{
	struct err e = { 0 };
	const char *s;
	json_t *v;

	if (!func_text(c, 0, &s))
		return hcl_unknown(NULL);
	v = yaml_json(s, strlen(s), &e);
	return v ? v : func_fail(c, "the text is no YAML: %s", e.msg);
}

/* --- hashes and names ------------------------------------------------------------------------- */

static json_t *f_hash(struct hcl_call *c)
{
	const char *s;

	return func_text(c, 0, &s) ? hcl_hash(c, s, strlen(s)) : hcl_unknown(NULL);
}

static json_t *f_uuid(struct hcl_call *c)
{
	return json_sprintf("00000000-0000-4000-8000-%012x", ++c->ev->uuids);
}

const struct hcl_func hcl_code_funcs[] = {
	{ "jsonencode", 1, 1, f_jsonencode, false },
	{ "jsondecode", 1, 1, f_jsondecode, false },
	/* YAML takes JSON for YAML; what reads it again reads either. */
	{ "yamlencode", 1, 1, f_jsonencode, false },
	{ "yamldecode", 1, 1, f_yamldecode, false },
	{ "csvdecode", 1, 1, f_csvdecode, false },
	{ "base64encode", 1, 1, f_base64encode, false },
	{ "base64decode", 1, 1, f_base64decode, false },
	{ "textencodebase64", 1, 2, f_base64encode, false },
	{ "textdecodebase64", 1, 2, f_base64decode, false },
	{ "urlencode", 1, 1, f_urlencode, false },
	{ "base64gzip", 1, 1, f_hash, false },
	{ "md5", 1, 1, f_hash, false },
	{ "sha1", 1, 1, f_hash, false },
	{ "sha256", 1, 1, f_hash, false },
	{ "sha512", 1, 1, f_hash, false },
	{ "base64sha256", 1, 1, f_hash, false },
	{ "base64sha512", 1, 1, f_hash, false },
	{ "bcrypt", 1, 2, f_hash, false },
	{ "rsadecrypt", 2, 2, f_hash, false },
	{ "uuid", 0, 0, f_uuid, false },
	{ "uuidv5", 2, 2, hcl_uuidv5, false },
	{ NULL },
};
