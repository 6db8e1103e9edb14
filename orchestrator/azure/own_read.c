/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of appliances' own files share. */
#include <ctype.h>

#include "azure/own_bgp.h"
#include "base/str.h"

uint32_t own_number(const char *word)
{
	char *end;
	unsigned long long n = word && isdigit((unsigned char)*word) ? strtoull(word, &end, 10) : 0;

	return n && !*end && n <= UINT32_MAX ? (uint32_t)n : 0;
}

size_t own_words(char *line, const char *comments, char **words, size_t max)
{
	size_t n = 0;
	char *rest;

	line[strcspn(line, comments)] = '\0';
	for (char *w = strtok_r(line, " \t\r", &rest); w && n < max;
	     w = strtok_r(NULL, " \t\r", &rest))
		words[n++] = w;
	return n;
}

struct own_neighbor *own_neighbor_add(struct own_reader *r, const char *name)
{
	struct own_bgp *b = r->b;

	for (size_t i = 0; i < b->n_neighbors; i++)
		if (streq(b->neighbors[i].name, name))
			return &b->neighbors[i];
	if (b->n_neighbors == b->cap_neighbors) {
		struct own_neighbor *old = b->neighbors;

		b->cap_neighbors = b->cap_neighbors ? 2 * b->cap_neighbors : 8;
		b->neighbors = arena_array(r->a, b->cap_neighbors, sizeof(*old));
		if (old)
			memcpy(b->neighbors, old, b->n_neighbors * sizeof(*old));
	}
	struct own_neighbor *n = &b->neighbors[b->n_neighbors++];

	*n = (struct own_neighbor){ .name = arena_strdup(r->a, name), .file = r->file };
	if (ip4_parse(name, &n->address))
		n->address = IP4_NONE;
	return n;
}

void own_network_add(struct own_reader *r, const char *prefix)
{
	struct own_bgp *b = r->b;
	struct prefix p;

	if (prefix_parse(prefix, &p))
		return;
	/* ExaBGP's files have it once for each neighbour. */
	for (size_t i = 0; i < b->n_networks; i++)
		if (prefix_eq(b->networks[i].prefix, p))
			return;
	if (b->n_networks == b->cap_networks) {
		struct own_network *old = b->networks;

		b->cap_networks = b->cap_networks ? 2 * b->cap_networks : 8;
		b->networks = arena_array(r->a, b->cap_networks, sizeof(*old));
		if (old)
			memcpy(b->networks, old, b->n_networks * sizeof(*old));
	}
	b->networks[b->n_networks++] = (struct own_network){ p, r->line, r->file };
}
