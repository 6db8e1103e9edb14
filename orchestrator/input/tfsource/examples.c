/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports variables without a value: those that are asked for have examples of their types, which
 * can be pasted and fit each other. */
#include "input/arm/deploy/example.h"
#include "input/tfsource/source.h"

enum { EXAMPLE_DEPTH = 8 };

struct exampling {
	struct examples made;
	unsigned depth;
};

static bool write_type_example(struct exampling *x, const char *name, const struct hcl_expr *type,
                               const char *text, struct str *out);

/* validation { condition = contains(["a", "b"], var.x) }: "a". */
static const struct hcl_expr *find_allowed_value(const struct hcl_block *variable)
{
	for (size_t i = 0; i < variable->body->n_blocks; i++) {
		const struct hcl_block *b = &variable->body->blocks[i];
		const struct hcl_expr *e =
		    streq(b->type, "validation") ? hcl_attr_find(b->body, "condition") : NULL;

		if (e && e->sort == HCL_CALL && streq(e->name, "contains") && e->n_items == 2 &&
		    e->items[0]->sort == HCL_TUPLE && e->items[0]->n_items &&
		    e->items[0]->items[0]->sort == HCL_LITERAL && e->items[1]->sort == HCL_ATTR)
			return e->items[0]->items[0];
	}
	return NULL;
}

/* A prefix, an address; a name where it may be one.  A member's name is "subnets/prefix". */
static bool write_text_example(struct exampling *x, const char *name, const char *text,
                               struct str *out)
{
	const char *slash = strrchr(name, '/'), *own = slash ? slash + 1 : name;

	if (param_example(&x->made, param_carries(name, "string", text), name, "string", NULL, out))
		return true;
	_cleanup_free_ char *invented = tfs_invent_text(own, text);

	str_add(out, invented ? invented : "...");
	return invented;
}

static void write_number_example(struct exampling *x, const char *name, const char *text,
                                 struct str *out)
{
	if (param_example(&x->made, param_carries(name, "int", text), name, "int", NULL, out))
		return;
	/* An address by its number in a subnet: Azure keeps the first four. */
	str_add(out, param_carries(name, "string", text) == CARRIES_NOTHING ? "1" : "4");
}

static bool write_object_example(struct exampling *x, const char *of, const struct hcl_expr *shape,
                                 struct str *out)
{
	bool said = true, first = true;

	str_add(out, "{");
	for (size_t i = 0; i + 1 < shape->n_items; i += 2) {
		const char *name = json_string_value(shape->items[i]->value);
		const struct hcl_expr *type = shape->items[i + 1];

		if (!name || type != tfs_type_bare(type)) /* may be left out */
			continue;
		str_printf(out, "%s%s = ", first ? " " : ", ", name);
		_cleanup_free_ char *whole = xasprintf("%s/%s", of, name);

		said = write_type_example(x, whole, type, NULL, out) && said;
		first = false;
	}
	str_add(out, first ? "}" : " }");
	return said;
}

/* Texts that shape nothing by themselves: a list of them has one. */
static bool write_list_example(struct exampling *x, const char *name, const struct hcl_expr *type,
                               const char *text, struct str *out)
{
	const struct hcl_expr *of = type->sort == HCL_CALL && type->n_items ? type->items[0] : NULL;
	bool texts = streq(tfs_type_word(of), "string");

	if (texts &&
	    param_example(&x->made, param_carries(name, "array", text), name, "array", NULL, out))
		return true;
	str_add(out, "[");
	bool said = write_type_example(x, name, of, text, out);

	str_add(out, "]");
	return said;
}

/* A map of texts may be empty; one of objects has one, called "a". */
static bool write_map_example(struct exampling *x, const char *name, const struct hcl_expr *type,
                              struct str *out)
{
	const struct hcl_expr *of = type->sort == HCL_CALL && type->n_items ? type->items[0] : NULL;
	const char *word = tfs_type_word(of);

	if (!of || streq(word, "string") || streq(word, "any")) {
		str_add(out, "{}");
		return true;
	}
	str_add(out, "{ a = ");
	bool said = write_type_example(x, name, of, NULL, out);

	str_add(out, " }");
	return said;
}

/* Within a list or an object: texts have quotes. */
static bool write_type_example(struct exampling *x, const char *name, const struct hcl_expr *type,
                               const char *text, struct str *out)
{
	const char *word = tfs_type_word(type);
	bool said = true;

	if (x->depth >= EXAMPLE_DEPTH || streq(word, "any") || streq(word, "tuple")) {
		str_add(out, "...");
		return false;
	}
	x->depth++;
	if (streq(word, "bool")) {
		str_add(out, "true");
	} else if (streq(word, "number")) {
		write_number_example(x, name, text, out);
	} else if (streq(word, "list") || streq(word, "set")) {
		said = write_list_example(x, name, type, text, out);
	} else if (streq(word, "map")) {
		said = write_map_example(x, name, type, out);
	} else if (streq(word, "object") && type->n_items && type->items[0]->sort == HCL_OBJECT) {
		said = write_object_example(x, name, type->items[0], out);
	} else {
		str_addc(out, '"');
		said = write_text_example(x, name, text, out);
		str_addc(out, '"');
	}
	x->depth--;
	return said;
}

static void write_variable_option(struct exampling *x, const struct hcl_block *b, struct str *out)
{
	const struct hcl_expr *type = hcl_attr_find(b->body, "type"),
	                      *allowed = find_allowed_value(b);
	const char *text = tfs_variable_text(b);
	_cleanup_str_ struct str value = { 0 };
	bool said = true;

	if (allowed)
		hcl_to_text(allowed->value, &value);
	else if (streq(tfs_type_word(type), "string"))
		said = write_text_example(x, b->labels[0], text, &value);
	else
		said = write_type_example(x, b->labels[0], type, text, &value);
	example_option(b->labels[0], said ? str_get(&value) : "...", out);
}

/* "-p a=1 -p b='["c"]'"; "..." stands for what has no example.  The caller frees. */
static char *write_example_line(struct source *s)
{
	const struct tfs_code *c = s->modules[0]->code;
	_cleanup_str_ struct str line = { 0 };
	struct exampling x = { 0 };
	const char *name;
	json_t *v;

	for (size_t i = 0; i < c->n_variables; i++) {
		const struct hcl_expr *e = hcl_attr_find(c->variables[i]->body, "default");

		if (e && e->sort == HCL_LITERAL && json_is_string(e->value))
			example_around(&x.made,
			               param_carries(c->variables[i]->labels[0], "string", NULL),
			               json_string_value(e->value));
	}
	json_object_foreach (s->asked, name, v) {
		const struct hcl_block *b = tfs_find_variable(c, name);

		if (!b)
			continue;
		str_add(&line, line.n ? " " : "");
		write_variable_option(&x, b, &line);
	}
	return str_take(&line);
}

static void report_asked_variables(struct source *s)
{
	_cleanup_str_ struct str asked = { 0 };
	const char *name;
	json_t *v;

	json_object_foreach (s->asked, name, v) {
		const struct hcl_block *b = tfs_find_variable(s->modules[0]->code, name);
		const struct hcl_expr *type = b ? hcl_attr_find(b->body, "type") : NULL;
		const char *words = b ? tfs_variable_text(b) : NULL;

		str_printf(&asked, "%s\"%s\" (%s%s%s)", asked.n ? ", " : "", name,
		           tfs_type_word(type), words ? ": " : "", words ? words : "");
	}
	if (!asked.n)
		return;
	_cleanup_free_ char *line = write_example_line(s),
	                    *hint = xasprintf("give them, as in %s", line);

	finding_add_source(s->findings, SEV_ERROR, "TF-VAR-01", NULL, s->folder, hint,
	                   "the design needs values that shape its network: %s", str_get(&asked));
}

static void report_invented_variables(struct source *s)
{
	_cleanup_str_ struct str invented = { 0 };
	const char *name;
	json_t *v;
	size_t n = 0;

	json_object_foreach (s->invented, name, v) {
		_cleanup_free_ char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

		if (n++ < 12)
			str_printf(&invented, "%s%s = %s", invented.n ? ", " : "", name, text);
	}
	if (n)
		finding_add_source(s->findings, SEV_INFO, "TF-VAR-02", NULL, s->folder,
		                   "-p NAME=VALUE gives them others",
		                   "%zu value%s that carr%s no packets %s invented: %s%s", n,
		                   n == 1 ? "" : "s", n == 1 ? "ies" : "y", n == 1 ? "is" : "are",
		                   str_get(&invented), n > 12 ? ", ..." : "");
}

void tfs_report_variables(struct source *s)
{
	report_asked_variables(s);
	report_invented_variables(s);
}
