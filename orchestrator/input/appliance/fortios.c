/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FortiOS: `config router bgp` and `config router static` in FRR's words.  Blocks nest by
 * config/end and edit/next. */
#include "input/appliance/guest.h"

enum { DEPTH = 16 };

struct fortios {
	struct guest *g;
	const char *where;
	unsigned line;
	char *path[DEPTH]; /* of config and edit blocks */
	size_t depth;
	struct str bgp, neighbors;
	struct str peer; /* of the neighbor that is being read: FRR wants its AS first */
	char *asn, *keepalive, *holdtime;
	char *dst, *gateway; /* of a static route */
};

bool is_fortios(const char *text)
{
	return strstr(text, "config router bgp") || strstr(text, "config system interface") ||
	       strstr(text, "config router static");
}

static bool is_within_block(const struct fortios *f, size_t level, const char *block)
{
	return f->depth > level && streq(f->path[level], block);
}

static void replace_string(char **s, const char *value)
{
	free(*s);
	*s = value ? xstrdup(value) : NULL;
}

static void note_fortios_line(struct fortios *f, const char *line)
{
	guest_note(f->g, "%s, line %u is not translated: %s", f->where, f->line,
	           line + strspn(line, " \t"));
}

/* "a.b.c.d m.m.m.m" or "a.b.c.d/n" */
static char *prefix_of(char **w, size_t n)
{
	if (n > 1)
		return with_mask(w[0], w[1]);
	return n && strchr(w[0], '/') ? xstrdup(w[0]) : NULL;
}

/* `set` directly below config router bgp. */
static bool set_bgp(struct fortios *f, char **w, size_t n)
{
	if (n < 3)
		return false;
	if (streq(w[1], "as"))
		replace_string(&f->asn, w[2]);
	else if (streq(w[1], "router-id"))
		str_printf(&f->bgp, " bgp router-id %s\n", w[2]);
	else if (streq(w[1], "keepalive-timer"))
		replace_string(&f->keepalive, w[2]);
	else if (streq(w[1], "holdtime-timer"))
		replace_string(&f->holdtime, w[2]);
	else if (streq(w[1], "ebgp-multipath") && streq(w[2], "enable"))
		str_add(&f->bgp, " bgp bestpath as-path multipath-relax\n");
	else if (streq(w[1], "graceful-restart") && streq(w[2], "enable"))
		str_add(&f->bgp, " bgp graceful-restart\n");
	else
		return streq(w[2], "disable");
	return true;
}

static bool set_neighbor(struct fortios *f, const char *peer, char **w, size_t n)
{
	static const char *const switches[][2] = {
		{ "ebgp-enforce-multihop", "ebgp-multihop 255" },
		{ "soft-reconfiguration", "soft-reconfiguration inbound" },
		{ "capability-default-originate", "default-originate" },
		{ "next-hop-self", "next-hop-self" },
		{ "as-override", "as-override" },
		{ "shutdown", "shutdown" },
		{ "bfd", "bfd" },
	};

	if (n < 3)
		return false;
	if (streq(w[1], "remote-as")) {
		str_printf(&f->neighbors, " neighbor %s remote-as %s\n", peer, w[2]);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		if (streq(w[1], switches[i][0])) {
			if (streq(w[2], "enable"))
				str_printf(&f->neighbors, " neighbor %s %s\n", peer,
				           switches[i][1]);
			return true;
		}
	/* FRR finds the way to a peer in the kernel's table. */
	return streq(w[1], "interface") || streq(w[1], "description") || streq(w[2], "disable");
}

static bool set_static(struct fortios *f, char **w, size_t n)
{
	if (n > 2 && streq(w[1], "dst")) {
		free(f->dst);
		f->dst = prefix_of(w + 2, n - 2);
	} else if (n > 2 && streq(w[1], "gateway")) {
		replace_string(&f->gateway, w[2]);
	} else {
		return n > 1 && (streq(w[1], "device") || streq(w[1], "comment") ||
		                 streq(w[1], "distance") || streq(w[1], "priority"));
	}
	return true;
}

static void set_line(struct fortios *f, char **w, size_t n, const char *line)
{
	bool good = true;

	if (is_within_block(f, 0, "router bgp")) {
		if (f->depth == 1) {
			good = set_bgp(f, w, n);
		} else if (is_within_block(f, 1, "neighbor") && f->depth == 3) {
			good = set_neighbor(f, f->path[2], w, n);
		} else if (is_within_block(f, 1, "network") && f->depth == 3 && n > 2 &&
		           streq(w[1], "prefix")) {
			_cleanup_free_ char *p = prefix_of(w + 2, n - 2);

			good = p != NULL;
			if (p)
				str_printf(&f->neighbors, " network %s\n", p);
		} else if (f->depth == 2 && str_starts(f->path[1], "redistribute") && n > 2 &&
		           streq(w[1], "status")) {
			const char *what = f->path[1] + strlen("redistribute");

			what += strspn(what, " ");
			if (streq(w[2], "enable"))
				str_printf(&f->neighbors, " redistribute %s\n", what);
		} else {
			good = false;
		}
	} else if (is_within_block(f, 0, "router static") && f->depth == 2) {
		good = set_static(f, w, n);
	} else {
		good = !is_within_block(f, 0, "router route-map") &&
		       !is_within_block(f, 0, "router prefix-list") &&
		       !is_within_block(f, 0, "router aspath-list");
	}
	if (!good)
		note_fortios_line(f, line);
}

static void leave_block(struct fortios *f)
{
	if (!f->depth)
		return;
	if (f->depth == 3) {
		str_add(&f->neighbors, str_get(&f->peer));
		str_free_p(&f->peer);
		f->peer = (struct str){ 0 };
	}
	if (f->depth == 2 && is_within_block(f, 0, "router static") && f->dst && f->gateway)
		guest_route(f->g, f->dst, f->gateway);
	if (f->depth == 2) {
		replace_string(&f->dst, NULL);
		replace_string(&f->gateway, NULL);
	}
	free(f->path[--f->depth]);
}

static void enter_block(struct fortios *f, char **w, size_t n)
{
	_cleanup_str_ struct str name = { 0 };

	for (size_t i = 1; i < n; i++)
		str_printf(&name, "%s%s", i > 1 ? " " : "", w[i]);
	if (f->depth < DEPTH)
		f->path[f->depth++] = str_take(&name);
}

void read_fortios(struct guest *g, const char *text, const char *where)
{
	struct fortios f = { .g = g, .where = where };
	const char *at = text;

	for (char *l; (l = next_line(&at)); free(l)) {
		char **w;
		size_t n = words_split(l, &w);

		f.line++;
		if (n && (streq(w[0], "config") || streq(w[0], "edit")))
			enter_block(&f, w, n);
		else if (n && (streq(w[0], "end") || streq(w[0], "next")))
			leave_block(&f);
		else if (n && streq(w[0], "set"))
			set_line(&f, w, n, l);
		words_free(w, n);
	}
	if (f.asn) {
		_cleanup_str_ struct str conf = { 0 };

		str_printf(&conf, "! translated from FortiOS\nrouter bgp %s\n", f.asn);
		str_add(&conf, " no bgp ebgp-requires-policy\n no bgp network import-check\n");
		if (f.keepalive || f.holdtime)
			str_printf(&conf, " timers bgp %s %s\n", f.keepalive ? f.keepalive : "60",
			           f.holdtime ? f.holdtime : "180");
		str_add(&conf, str_get(&f.bgp));
		str_add(&conf, str_get(&f.neighbors));
		str_add(&conf, "!\n");
		guest_write(g, "/etc/frr/bgpd.conf", str_get(&conf), false);
		guest_note(g, "%s: FortiOS's router bgp is translated to FRR's", where);
	}
	g->forwarding = true;
	while (f.depth)
		leave_block(&f);
	str_free_p(&f.bgp);
	str_free_p(&f.neighbors);
	free(f.asn);
	free(f.keepalive);
	free(f.holdtime);
	str_free_p(&f.peer);
	free(f.dst);
	free(f.gateway);
}
