/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOS-XE: what belongs to BGP, policies and static routes, in FRR's words, which are mostly the
 * same; masks become lengths.  Interfaces give loopbacks; tunnels and crypto are not translated. */
#include <ctype.h>

#include "input/appliance/guest.h"

enum section { S_NONE, S_BGP, S_POLICY, S_LOOPBACK, S_OTHER };

struct iosxe {
	struct guest *g;
	const char *where;
	unsigned line;
	enum section section;
	struct str conf;
	bool bgp;
};

bool is_iosxe(const char *text)
{
	return strstr(text, "Section: IOS configuration") ||
	       strstr(text, "interface GigabitEthernet") || strstr(text, "interface Loopback") ||
	       (strstr(text, "router bgp ") && strstr(text, " mask 255."));
}

static void note_iosxe_line(struct iosxe *x, const char *line)
{
	guest_note(x->g, "%s, line %u is not translated: %s", x->where, x->line,
	           line + strspn(line, " \t"));
}

/* Copies the words, with address and mask at i and i + 1 made one. */
static bool with_prefix(struct iosxe *x, char **w, size_t n, size_t i, size_t mask)
{
	_cleanup_free_ char *p = mask < n ? with_mask(w[i], w[mask]) : NULL;

	if (!p)
		return false;
	for (size_t k = 0; k < n; k++) {
		if (k > i && k <= mask)
			continue;
		str_printf(&x->conf, "%s%s", k ? " " : "", k == i ? p : w[k]);
	}
	str_addc(&x->conf, '\n');
	return true;
}

/* Lines of router bgp that FRR has no use for, or no word. */
static bool neighbor_unknown(char **w, size_t n)
{
	static const char *const none[] = {
		"update-source",        "fall-over", "transport", "ha-mode",
		"log-neighbor-changes", "version"
	};

	for (size_t i = 0; n > 2 && i < ARRAY_LEN(none); i++)
		if (streq(w[2], none[i]))
			return true;
	return false;
}

static void bgp_line(struct iosxe *x, char **w, size_t n, const char *line)
{
	str_addc(&x->conf, ' ');
	if (streq(w[0], "network") && n > 2 && streq(w[2], "mask") && with_prefix(x, w, n, 1, 3))
		return;
	if (streq(w[0], "network") && n == 2 && !strchr(w[1], '/')) {
		/* Classful, as in the nineties. */
		unsigned first = (unsigned)strtoul(w[1], NULL, 10);

		str_printf(&x->conf, "network %s/%u\n", w[1],
		           first < 128   ? 8
		           : first < 192 ? 16
		                         : 24);
		return;
	}
	if (streq(w[0], "aggregate-address") && n > 2 && with_prefix(x, w, n, 1, 2))
		return;
	if ((streq(w[0], "neighbor") && neighbor_unknown(w, n)) ||
	    (n > 1 && streq(w[0], "bgp") &&
	     (streq(w[1], "log-neighbor-changes") || streq(w[1], "redistribute-internal"))) ||
	    streq(w[0], "default-information") || streq(w[0], "auto-summary") ||
	    streq(w[0], "synchronization") ||
	    (streq(w[0], "bgp") && n > 3 && streq(w[2], "interface"))) {
		x->conf.s[--x->conf.n] = '\0';
		if (!streq(w[0], "bgp") || n > 3)
			note_iosxe_line(x, line);
		return;
	}
	if (streq(w[0], "no") && n > 1 &&
	    (streq(w[1], "synchronization") || streq(w[1], "auto-summary"))) {
		x->conf.s[--x->conf.n] = '\0';
		return;
	}
	for (size_t i = 0; i < n; i++)
		str_printf(&x->conf, "%s%s", i ? " " : "", w[i]);
	str_addc(&x->conf, '\n');
}

/* A line at the left margin begins a section, or is one. */
static void top_line(struct iosxe *x, char **w, size_t n, const char *line)
{
	x->section = S_OTHER;
	if (n > 2 && streq(w[0], "router") && streq(w[1], "bgp")) {
		x->section = S_BGP;
		x->bgp = true;
		str_printf(
		    &x->conf,
		    "router bgp %s\n no bgp ebgp-requires-policy\n no bgp network import-check\n",
		    w[2]);
	} else if (n > 1 && streq(w[0], "route-map")) {
		x->section = S_POLICY;
		str_printf(&x->conf, "%s\n", line);
	} else if (n > 2 && streq(w[0], "ip") && streq(w[1], "prefix-list")) {
		str_printf(&x->conf, "%s\n", line);
	} else if (n > 2 && streq(w[0], "ip") &&
	           (streq(w[1], "as-path") || streq(w[1], "community-list"))) {
		str_printf(&x->conf, "bgp %s\n", strstr(line, w[1]));
	} else if (n > 4 && streq(w[0], "ip") && streq(w[1], "route") &&
	           isdigit((unsigned char)*w[2])) {
		_cleanup_free_ char *p = with_mask(w[2], w[3]);
		/* "GigabitEthernet1 10.0.0.1": by that interface, to that next hop, which says
		 * which one it is. */
		const char *hop =
		    n > 5 && isdigit((unsigned char)*w[5]) && strchr(w[5], '.') ? w[5] : w[4];

		if (p && isdigit((unsigned char)*hop) && !str_starts(p, "0.0.0.0/0"))
			guest_route(x->g, p, hop);
		else if (p && streq(w[4], "Null0") && !streq(p, "0.0.0.0/0"))
			str_printf(&x->conf, "ip route %s Null0\n", p);
		else if (p && !streq(p, "0.0.0.0/0"))
			note_iosxe_line(x, line);
		else if (!p)
			note_iosxe_line(x, line);
	} else if (n > 2 && streq(w[0], "ip") && streq(w[1], "route")) { /* of a VRF */
		note_iosxe_line(x, line);
	} else if (n > 1 && streq(w[0], "interface") && str_starts(w[1], "Loopback")) {
		x->section = S_LOOPBACK;
	} else if (n && (streq(w[0], "crypto") ||
	                 (streq(w[0], "interface") && n > 1 && str_starts(w[1], "Tunnel")))) {
		note_iosxe_line(x, line);
	}
}

void read_iosxe(struct guest *g, const char *text, const char *where)
{
	struct iosxe x = { .g = g, .where = where };
	const char *at = strstr(text, "Section: IOS configuration");

	at = at ? at : text;
	for (char *l; (l = next_line(&at)); free(l)) {
		char **w;
		size_t n = words_split(l, &w);

		x.line++;
		if (!n || *w[0] == '!') {
			if (n && x.section == S_BGP && !isspace((unsigned char)*l))
				x.section = S_NONE;
		} else if (!isspace((unsigned char)*l)) {
			top_line(&x, w, n, l);
		} else if (x.section == S_BGP) {
			bgp_line(&x, w, n, l);
		} else if (x.section == S_POLICY) {
			str_printf(&x.conf, "%s\n", l);
		} else if (x.section == S_LOOPBACK && n > 3 && streq(w[1], "address")) {
			json_array_append_new(g->loopbacks, json_string(w[2]));
		}
		words_free(w, n);
	}
	if (x.bgp) {
		char *all = xasprintf("! translated from IOS-XE\n%s!\n", str_get(&x.conf));

		guest_write(g, "/etc/frr/frr.conf", all, false);
		guest_note(g, "%s: IOS-XE's router bgp is translated to FRR's", where);
		free(all);
	}
	g->forwarding = true;
	str_free_p(&x.conf);
}
