/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cloud-init's formats: #cloud-config (write_files, runcmd), and MIME that holds several parts. */
#include <yaml.h>

#include "input/appliance/guest.h"

static const char *get_yaml_text(yaml_node_t *n)
{
	return n && n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;
}

static yaml_node_t *find_yaml_key(yaml_document_t *d, yaml_node_t *map, const char *key)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++)
		if (streq(get_yaml_text(yaml_document_get_node(d, p->key)), key))
			return yaml_document_get_node(d, p->value);
	return NULL;
}

static void write_cloud_file(struct guest *g, yaml_document_t *d, yaml_node_t *f, const char *where)
{
	const char *path = get_yaml_text(find_yaml_key(d, f, "path")),
	           *content = get_yaml_text(find_yaml_key(d, f, "content"));
	const char *encoding = get_yaml_text(find_yaml_key(d, f, "encoding"));
	const char *append = get_yaml_text(find_yaml_key(d, f, "append"));
	_cleanup_free_ char *decoded = NULL;

	if (!path || !content)
		return;
	if (encoding && (strieq(encoding, "b64") || strieq(encoding, "base64"))) {
		content = decoded = decode_base64(content);
	} else if (encoding && !strieq(encoding, "text/plain")) {
		guest_note(g, "%s: %s is written in the encoding %s, which is not read", where,
		           path, encoding);
		return;
	}
	if (!content)
		return;
	if (strlen(path) > 3 && streq(path + strlen(path) - 3, ".sh"))
		read_script(g, content, path, NULL);
	guest_write(g, path, content, append && strieq(append, "true"));
}

/* A command is a line for the shell, or a list of words. */
static void add_command(struct str *b, yaml_document_t *d, yaml_node_t *c)
{
	if (get_yaml_text(c)) {
		str_add(b, get_yaml_text(c));
	} else if (c && c->type == YAML_SEQUENCE_NODE) {
		for (yaml_node_item_t *i = c->data.sequence.items.start;
		     i < c->data.sequence.items.top; i++) {
			const char *w = get_yaml_text(yaml_document_get_node(d, *i));

			if (w && strpbrk(w, " \t\"$"))
				str_printf(b, "'%s' ", w);
			else if (w)
				str_printf(b, "%s ", w);
		}
	}
	str_addc(b, '\n');
}

void read_cloud_config(struct guest *g, const char *text, const char *where)
{
	yaml_parser_t parser;
	yaml_document_t d;
	yaml_node_t *list;
	_cleanup_str_ struct str commands = { 0 };

	if (!yaml_parser_initialize(&parser))
		return;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	if (!yaml_parser_load(&parser, &d)) {
		guest_note(g, "%s: cloud-config is not YAML: line %zu: %s", where,
		           parser.problem_mark.line + 1, parser.problem ? parser.problem : "?");
		yaml_parser_delete(&parser);
		return;
	}
	list = find_yaml_key(&d, yaml_document_get_root_node(&d), "write_files");
	if (list && list->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *i = list->data.sequence.items.start;
		     i < list->data.sequence.items.top; i++)
			write_cloud_file(g, &d, yaml_document_get_node(&d, *i), where);
	for (unsigned k = 0; k < 2; k++) {
		list = find_yaml_key(&d, yaml_document_get_root_node(&d), k ? "runcmd" : "bootcmd");
		if (list && list->type == YAML_SEQUENCE_NODE)
			for (yaml_node_item_t *i = list->data.sequence.items.start;
			     i < list->data.sequence.items.top; i++)
				add_command(&commands, &d, yaml_document_get_node(&d, *i));
	}
	read_script(g, str_get(&commands), where, NULL);
	yaml_document_delete(&d);
	yaml_parser_delete(&parser);
}

/* One part: headers, an empty line, the body. */
static void read_part(struct guest *g, const char *part, const char *where, read_text *read)
{
	const char *at = part;
	bool base64 = false;
	_cleanup_free_ char *decoded = NULL;

	for (char *l; (l = next_line(&at)); free(l)) {
		if (!*l) {
			free(l);
			break;
		}
		base64 |= str_starts(l, "Content-Transfer-Encoding:") && strstr(l, "base64");
	}
	if (base64)
		decoded = decode_base64(at);
	read(g, decoded ? decoded : at, where);
}

void read_mime(struct guest *g, const char *text, const char *where, read_text *read)
{
	const char *at = strstr(text, "boundary="), *value;
	_cleanup_free_ char *boundary = NULL;
	_cleanup_str_ struct str part = { 0 };
	bool inside = false;
	size_t n;

	if (!at)
		return;
	value = at + strlen("boundary=");
	value += *value == '"';
	n = strcspn(value, "\"\r\n; ");
	boundary = xasprintf("--%.*s", (int)n, value);
	at = value + n;
	for (char *l; (l = next_line(&at)); free(l)) {
		if (!str_starts(l, boundary)) {
			if (inside) {
				str_add(&part, l);
				str_addc(&part, '\n');
			}
			continue;
		}
		if (inside)
			read_part(g, str_get(&part), where, read);
		str_free_p(&part);
		part = (struct str){ 0 };
		inside = true;
	}
}
