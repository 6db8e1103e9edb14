/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/yaml_json.h"

#include <errno.h>
#include <math.h>
#include <yaml.h>

#include "base/json.h"
#include "base/str.h"

enum { DEPTH = 64, NODES = 100000 };

struct reading {
	yaml_document_t doc;
	size_t left; /* values */
	bool too_much;
};

/* NULL: the text is no number. */
static json_t *parse_yaml_number(const char *s)
{
	char *end;

	if (!*s || strspn(s, "+-0123456789.eE") != strlen(s))
		return NULL;
	long long whole = strtoll(s, &end, 10);

	if (!*end && strlen(s) < 19)
		return json_integer(whole);
	double d = strtod(s, &end);

	if (*end || !isfinite(d))
		return NULL;
	return fabs(d) < 1e15 && d == (double)(long long)d ? json_integer((json_int_t)d)
	                                                   : json_real(d);
}

static json_t *scalar_value(const yaml_node_t *n)
{
	const char *s = (const char *)n->data.scalar.value;
	json_t *number;

	if (n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return text_json(s, n->data.scalar.length);
	if (!*s || streq(s, "~") || streq(s, "null"))
		return json_null();
	if (streq(s, "true") || streq(s, "false"))
		return json_boolean(*s == 't');
	number = parse_yaml_number(s);
	return number ? number : text_json(s, n->data.scalar.length);
}

static json_t *node_value(struct reading *r, int id, unsigned depth)
{
	const yaml_node_t *n = yaml_document_get_node(&r->doc, id);
	json_t *v;

	if (!r->left || depth > DEPTH)
		r->too_much = true;
	if (!n || r->too_much)
		return json_null();
	r->left--;
	if (n->type == YAML_SCALAR_NODE)
		return scalar_value(n);
	if (n->type == YAML_SEQUENCE_NODE) {
		v = json_array();
		for (yaml_node_item_t *i = n->data.sequence.items.start;
		     i < n->data.sequence.items.top; i++)
			json_array_append_new(v, node_value(r, *i, depth + 1));
		return v;
	}
	v = json_object();
	for (yaml_node_pair_t *i = n->data.mapping.pairs.start; i < n->data.mapping.pairs.top;
	     i++) {
		const yaml_node_t *key = yaml_document_get_node(&r->doc, i->key);

		if (key && key->type == YAML_SCALAR_NODE)
			json_object_set_new(v, (const char *)key->data.scalar.value,
			                    node_value(r, i->value, depth + 1));
	}
	return v;
}

json_t *yaml_json(const char *text, size_t n, struct err *e)
{
	struct reading r = { .left = NODES };
	yaml_parser_t parser;
	json_t *v = NULL;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
	if (!yaml_parser_load(&parser, &r.doc)) {
		err_set(e, EINVAL, "line %zu: %s", parser.problem_mark.line + 1,
		        parser.problem ? parser.problem : "it cannot be read");
		yaml_parser_delete(&parser);
		return NULL;
	}
	v = yaml_document_get_root_node(&r.doc) ? node_value(&r, 1, 0) : json_null();
	yaml_document_delete(&r.doc);
	yaml_parser_delete(&parser);
	if (!r.too_much)
		return v;
	json_decref(v);
	err_set(e, EINVAL, "it is nested deeper than %d, or has more than %d values", DEPTH, NODES);
	return NULL;
}
