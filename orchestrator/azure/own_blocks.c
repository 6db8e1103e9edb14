/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that consist of blocks: BIRD's, ExaBGP's, OpenBGPD's.  A statement ends with ; { or }, in
 * OpenBGPD's with its line. */
#include <stdio.h>

#include "azure/own_bgp.h"
#include "base/str.h"

enum { WORDS = 16, DEEP = 16 };

struct blocks {
	struct own_reader *r;
	/* By block, the place of the neighbour that it is about; 0: none.  Places, since the list
	 * moves as it grows. */
	size_t stack[DEEP];
	size_t depth;
	size_t next; /* of the block that the statement opens */
	void (*statement)(struct blocks *b, struct own_neighbor *x, char **w, size_t n, bool opens);
	bool by_lines;
};

static size_t *get_open_block(struct blocks *b)
{
	return &b->stack[b->depth < DEEP ? b->depth : DEEP - 1];
}

static struct own_neighbor *neighbor_at(const struct blocks *b, size_t place)
{
	return place ? &b->r->b->neighbors[place - 1] : NULL;
}

static struct own_neighbor *open_neighbor(struct blocks *b, const char *name)
{
	struct own_neighbor *x = own_neighbor_add(b->r, name);

	b->next = (size_t)(x - b->r->b->neighbors) + 1;
	return x;
}

static void end_statement(struct blocks *b, struct str *s, bool opens)
{
	_cleanup_free_ char *text = str_take(s);
	char *w[WORDS];
	size_t n = own_words(text, "", w, WORDS);

	*s = (struct str){ 0 };
	b->next = *get_open_block(b);
	if (n)
		b->statement(b, neighbor_at(b, b->next), w, n, opens);
	if (opens && ++b->depth < DEEP)
		*get_open_block(b) = b->next;
}

static void read_blocks(struct blocks *b, const char *text)
{
	_cleanup_str_ struct str s = { 0 };
	int list = 0; /* in ( ) or [ ], which hold semicolons and braces of their own */

	b->r->line = 1;
	for (const char *at = text; *at; at++) {
		if (*at == '#') {
			at += strcspn(at, "\n");
			at -= !*at;
		} else if (at[0] == '/' && at[1] == '*') {
			const char *end = strstr(at, "*/");

			for (; *at && at != end; at++)
				b->r->line += *at == '\n';
			at = end ? end + 1 : at - 1;
			continue;
		}
		if (*at == '\n')
			b->r->line++;
		list += (*at == '[' || *at == '(') - (*at == ']' || *at == ')');
		if (!list && (*at == ';' || *at == '{' || (*at == '\n' && b->by_lines && s.n))) {
			b->r->line -= *at == '\n';
			end_statement(b, &s, *at == '{');
			b->r->line += *at == '\n';
		} else if (!list && *at == '}') {
			end_statement(b, &s, false);
			b->depth -= b->depth > 0;
		} else if (*at != '"') {
			str_addc(&s, *at == '\n' ? ' ' : *at);
		}
	}
	end_statement(b, &s, false);
}

static const char *word_after(char **w, size_t n, const char *what)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (streq(w[i], what))
			return w[i + 1];
	return NULL;
}

static void set_remote(struct blocks *b, struct own_neighbor *x, const char *word)
{
	if (!x || !own_number(word))
		return;
	x->remote_as = own_number(word);
	x->remote_line = b->r->line;
}

/* --- BIRD ------------------------------------------------------------------------------------- */

/* protocol bgp NAME from TEMPLATE { ... } */
static void bird_protocol(struct blocks *b, char **w, size_t n)
{
	_cleanup_free_ char *name = xasprintf("%s %s %u", w[0], n > 2 ? w[2] : "",
	                                      streq(w[0], "template") ? 0 : b->r->line);
	struct own_neighbor *x = open_neighbor(b, name);
	const char *from = word_after(w, n, "from");

	x->connected = x->strict = true;
	x->filtered = true; /* what it exports is for a filter to say */
	if (from)
		x->group = arena_printf(b->r->a, "template %s 0", from);
}

static void bird_statement(struct blocks *b, struct own_neighbor *x, char **w, size_t n, bool opens)
{
	const char *as = word_after(w, n, "as");
	ip4 ip;

	if (opens && !b->depth) {
		b->next = 0;
		if (n > 1 && streq(w[1], "bgp") &&
		    (streq(w[0], "protocol") || streq(w[0], "template")))
			bird_protocol(b, w, n);
	} else if (x && streq(w[0], "local") && own_number(as)) {
		x->local_as = own_number(as);
		x->local_line = b->r->line;
	} else if (x && streq(w[0], "neighbor") && n > 1) {
		if (ip4_parse(w[1], &ip) == 0)
			x->address = ip;
		set_remote(b, x, as);
	} else if (x && streq(w[0], "multihop")) {
		x->multihop = true;
	}
}

void own_read_bird(struct own_reader *r, const char *text)
{
	struct blocks b = { .r = r, .statement = bird_statement };

	read_blocks(&b, text);
}

/* --- ExaBGP ----------------------------------------------------------------------------------- */

static void exabgp_statement(struct blocks *b, struct own_neighbor *x, char **w, size_t n,
                             bool opens)
{
	if (n < 2)
		return;
	if (opens && streq(w[0], "neighbor")) {
		open_neighbor(b, w[1]);
	} else if (!x) {
		return;
	} else if (streq(w[0], "peer-as")) {
		set_remote(b, x, w[1]);
	} else if (streq(w[0], "local-as")) {
		x->local_as = own_number(w[1]);
		x->local_line = b->r->line;
	} else if (streq(w[0], "inherit")) {
		x->group = arena_strdup(b->r->a, w[1]);
	} else if (streq(w[0], "route") || streq(w[0], "unicast")) {
		own_network_add(b->r, w[1]);
	}
}

void own_read_exabgp(struct own_reader *r, const char *text)
{
	struct blocks b = { .r = r, .statement = exabgp_statement };

	read_blocks(&b, text);
}

/* --- OpenBGPD --------------------------------------------------------------------------------- */

static void openbgpd_statement(struct blocks *b, struct own_neighbor *x, char **w, size_t n,
                               bool opens)
{
	if (opens && n > 1 && (streq(w[0], "neighbor") || streq(w[0], "group"))) {
		const char *group = x ? x->name : NULL;

		open_neighbor(b, w[1])->group = group;
	} else if (streq(w[0], "AS") && n > 1 && !b->depth) {
		b->r->b->asn = own_number(w[1]);
		b->r->b->asn_line = b->r->line;
		b->r->b->file = b->r->file;
	} else if (streq(w[0], "network") && n > 1 && !b->depth) {
		own_network_add(b->r, w[1]);
	} else if (x && streq(w[0], "remote-as") && n > 1) {
		set_remote(b, x, w[1]);
	} else if (x && streq(w[0], "local-as") && n > 1) {
		x->local_as = own_number(w[1]);
		x->local_line = b->r->line;
	}
}

void own_read_openbgpd(struct own_reader *r, const char *text)
{
	struct blocks b = { .r = r, .statement = openbgpd_statement, .by_lines = true };

	read_blocks(&b, text);
}

/* --- GoBGP: TOML ------------------------------------------------------------------------------ */

static void gobgp_value(struct own_reader *r, size_t place, const char *section, char **w)
{
	struct own_neighbor *x = place ? &r->b->neighbors[place - 1] : NULL;
	ip4 ip;

	if (streq(w[0], "as") && streq(section, "[global.config]")) {
		r->b->asn = own_number(w[1]);
		r->b->asn_line = r->line;
		r->b->file = r->file;
	} else if (x && streq(w[0], "neighbor-address")) {
		if (ip4_parse(w[1], &ip) == 0)
			x->address = ip;
	} else if (x && streq(w[0], "peer-as")) {
		x->remote_as = own_number(w[1]);
		x->remote_line = r->line;
	} else if (x && streq(w[0], "local-as")) {
		x->local_as = own_number(w[1]);
		x->local_line = r->line;
	}
}

void own_read_gobgp(struct own_reader *r, const char *text)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *at = copy, section[64] = "";
	size_t place = 0;

	for (char *line; (line = strsep(&at, "\n"));) {
		char *w[4];

		r->line++;
		for (char *c = line; *c; c++)
			if (*c == '"' || *c == '=')
				*c = ' ';
		size_t n = own_words(line, "#", w, ARRAY_LEN(w));

		if (n && *w[0] == '[') {
			snprintf(section, sizeof(section), "%s", w[0]);
			if (streq(section, "[[neighbors]]")) {
				_cleanup_free_ char *name = xasprintf("neighbor %u", r->line);

				own_neighbor_add(r, name);
				place = r->b->n_neighbors;
			}
		} else if (n > 1) {
			gobgp_value(r, place, section, w);
		}
	}
}
