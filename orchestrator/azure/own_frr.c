/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FRR's and Quagga's files. */
#include "azure/own_bgp.h"
#include "base/str.h"

enum { WORDS = 12 };

struct frr {
	struct own_reader *r;
	bool in_bgp, in_other; /* in "router bgp"; in an address family of it that is not IPv4's */
	bool policy;           /* EBGP neighbors need one */
	const char *map;       /* the entry of a route-map that is being read, a "permit" */
	bool map_matches;
};

/* Route-maps that let everything pass are no filter. */
static void end_route_map(struct frr *f)
{
	if (f->map && !f->map_matches)
		own_neighbor_add(f->r, f->map)->multihop = true;
	f->map = NULL;
}

/* The name under which a route map is kept beside the neighbours; no neighbour has such a name. */
static const char *map_name(struct frr *f, const char *map)
{
	return arena_printf(f->r->a, "route-map %s", map);
}

static void read_neighbor(struct frr *f, char **w, size_t n)
{
	struct own_neighbor *x = own_neighbor_add(f->r, w[1]);

	x->connected = true;
	if (streq(w[2], "remote-as") && n > 3) {
		x->remote_as = own_number(w[3]);
		x->remote_line = f->r->line;
	} else if (streq(w[2], "local-as") && n > 3) {
		x->local_as = own_number(w[3]);
		x->local_line = f->r->line;
	} else if (streq(w[2], "peer-group") && n > 3) {
		x->group = arena_strdup(f->r->a, w[3]);
	} else if (streq(w[2], "ebgp-multihop") || streq(w[2], "disable-connected-check") ||
	           streq(w[2], "ttl-security")) {
		x->multihop = true;
	} else if (streq(w[2], "default-originate") && n == 3) {
		own_network_add(f->r, "0.0.0.0/0");
	} else if (n > 4 && streq(w[4], "out") && streq(w[2], "route-map")) {
		x->filtered = true;
		x->group = x->group ? x->group : map_name(f, w[3]);
	} else if (n > 4 && streq(w[4], "out")) {
		x->filtered = true;
	}
}

static void enter_router(struct frr *f, char **w, size_t n)
{
	f->in_bgp = n > 2 && streq(w[1], "bgp") && !(n > 3 && streq(w[3], "vrf"));
	f->in_other = false;
	if (!f->in_bgp || f->r->b->asn)
		return;
	f->r->b->asn = own_number(w[2]);
	f->r->b->asn_line = f->r->line;
	f->r->b->file = f->r->file;
}

static void read_network(struct frr *f, char **w, size_t n)
{
	/* With a route-map the prefix may be rewritten, but not left out. */
	if (strchr(w[1], '/'))
		own_network_add(f->r, w[1]);
	else if (n > 3 && streq(w[2], "mask")) {
		ip4 a, m;

		if (ip4_parse(w[1], &a) == 0 && ip4_parse(w[3], &m) == 0 && ip4_mask_len(m) >= 0)
			own_network_add(f->r,
			                PREFIX_STR(prefix_around(a, (uint8_t)ip4_mask_len(m))));
	}
}

static void read_frr_line(struct frr *f, char **w, size_t n)
{
	if (streq(w[0], "route-map")) {
		end_route_map(f);
		f->in_bgp = false;
		f->map = n > 2 && streq(w[2], "permit") ? map_name(f, w[1]) : NULL;
		f->map_matches = false;
	} else if (streq(w[0], "match")) {
		f->map_matches = true;
	} else if (streq(w[0], "router")) {
		end_route_map(f);
		enter_router(f, w, n);
	} else if (streq(w[0], "address-family")) {
		f->in_other = n > 1 && (!streq(w[1], "ipv4") || (n > 2 && !streq(w[2], "unicast")));
	} else if (streq(w[0], "exit-address-family")) {
		f->in_other = false;
	} else if (n > 2 && streq(w[0], "no") && streq(w[1], "bgp") &&
	           streq(w[2], "ebgp-requires-policy")) {
		f->policy = false;
	} else if (f->in_bgp && !f->in_other && n > 2 && streq(w[0], "neighbor")) {
		read_neighbor(f, w, n);
	} else if (f->in_bgp && !f->in_other && n > 1 &&
	           (streq(w[0], "network") || streq(w[0], "aggregate-address"))) {
		read_network(f, w, n);
	}
}

/* FRR of before 7.4, Quagga's files (images/frr), and data centers need no policy. */
static bool needs_policy(const struct own_reader *r, const char *text)
{
	static const char *const NOT[] = { "frr version 6",   "frr version 7.0",
		                           "frr version 7.1", "frr version 7.2",
		                           "frr version 7.3", "frr defaults datacenter" };

	for (size_t i = 0; i < ARRAY_LEN(NOT); i++)
		if (strstr(text, NOT[i]))
			return false;
	return streq(r->file->name, "frr.conf") || strstr(text, "frr version") ||
	       strstr(text, "frr defaults");
}

static void settle_filters(struct own_reader *r, bool policy)
{
	for (size_t i = 0; i < r->b->n_neighbors; i++) {
		struct own_neighbor *x = &r->b->neighbors[i];
		bool by_map = x->group && str_starts(x->group, "route-map ");

		for (size_t k = 0; by_map && k < r->b->n_neighbors; k++)
			if (streq(r->b->neighbors[k].name, x->group))
				x->filtered = false; /* a map that lets everything pass */
		if (by_map)
			x->group = NULL;
		else
			x->muted = policy && !x->filtered;
	}
}

void own_read_frr(struct own_reader *r, const char *text)
{
	struct frr f = { .r = r, .policy = needs_policy(r, text) };
	_cleanup_free_ char *copy = xstrdup(text);
	char *at = copy;

	for (char *line; (line = strsep(&at, "\n"));) {
		char *w[WORDS];
		size_t n = own_words(line, "!#", w, WORDS);

		r->line++;
		if (n)
			read_frr_line(&f, w, n);
	}
	end_route_map(&f);
	settle_filters(r, f.policy);
}
