/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system's row to the Internet, and its None rows: address space that is nobody's, and
 * Microsoft's own.
 *
 * The four private and shared ranges are documented.  Tables that Azure printed have more or fewer,
 * by age and platform (azure-behaviour 2.1): setting azureInternalNone. */
#include "azure/routes_build.h"

enum {
	DOC = 1 << INTERNAL_NONE_OFF,
	OLD = 1 << INTERNAL_NONE_OLDEST,
	E20 = 1 << INTERNAL_NONE_2020,
	E21 = 1 << INTERNAL_NONE_2021,
	E23 = 1 << INTERNAL_NONE_2023,
	E26 = 1 << INTERNAL_NONE_2026,
	EACH = DOC | OLD | E20 | E21 | E23 | E26,
};

#define RFC1918 "private addresses (RFC 1918)"
#define OWN "Azure's own addresses"

/* By prefix length, as az prints them. */
static const struct row {
	struct none_row row;
	int in;
} rows[] = {
	{ { { IP4(10, 0, 0, 0), 8 }, RFC1918 }, EACH },
	{ { { IP4(127, 0, 0, 0), 8 }, "loopback addresses" }, E23 | E26 },
	{ { { IP4(100, 64, 0, 0), 10 }, "shared addresses (RFC 6598)" }, EACH },
	{ { { IP4(172, 16, 0, 0), 12 }, RFC1918 }, DOC | E23 | E26 },
	{ { { IP4(25, 48, 0, 0), 12 }, OWN }, E21 | E23 },
	{ { { IP4(25, 176, 0, 0), 13 }, OWN }, E26 },
	{ { { IP4(25, 4, 0, 0), 14 }, OWN }, E21 | E23 | E26 },
	{ { { IP4(25, 152, 0, 0), 14 }, OWN }, E26 },
	{ { { IP4(25, 184, 0, 0), 14 }, OWN }, E26 },
	{ { { IP4(25, 148, 0, 0), 15 }, OWN }, E26 },
	{ { { IP4(198, 18, 0, 0), 15 }, "addresses for benchmarks (RFC 2544)" }, E21 | E23 | E26 },
	{ { { IP4(25, 33, 0, 0), 16 }, OWN }, E21 | E23 },
	{ { { IP4(25, 150, 0, 0), 16 }, OWN }, E26 },
	{ { { IP4(25, 156, 0, 0), 16 }, OWN }, E26 },
	{ { { IP4(25, 159, 0, 0), 16 }, OWN }, E26 },
	{ { { IP4(40, 109, 0, 0), 16 }, OWN }, E21 | E23 | E26 },
	{ { { IP4(104, 147, 0, 0), 16 }, OWN }, E21 | E23 | E26 },
	{ { { IP4(157, 59, 0, 0), 16 }, OWN }, E21 | E23 | E26 },
	{ { { IP4(192, 168, 0, 0), 16 }, RFC1918 }, EACH },
	{ { { IP4(40, 108, 0, 0), 17 }, OWN }, E21 | E23 | E26 },
	{ { { IP4(104, 146, 0, 0), 17 }, OWN }, E21 | E23 | E26 },
	{ { { IP4(23, 103, 0, 0), 18 }, OWN }, E21 | E23 | E26 },
	{ { { IP4(25, 33, 80, 0), 20 }, OWN }, E20 },
	{ { { IP4(25, 41, 0, 0), 20 }, OWN }, E21 | E23 },
	{ { { IP4(20, 35, 252, 0), 22 }, OWN }, E21 | E23 | E26 },
	{ { { IP4(25, 41, 3, 0), 25 }, OWN }, E20 },
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == NONE_ROWS_MAX, "NONE_ROWS_MAX");

const struct none_row *none_row(const struct settings *s, size_t i)
{
	return rows[i].in & 1 << s->internal_none ? &rows[i].row : NULL;
}

void build_internet(struct build *b)
{
	_cleanup_str_ struct str why = { 0 };

	if (lpm_get(b->bgp, build_anything)) {
		build_hide(
		    b, build_anything, SRC_DEFAULT,
		    "the system route to the Internet is absent while BGP supplies 0.0.0.0/0");
		return;
	}
	struct eff_route *r = build_row(b, build_anything, SRC_DEFAULT, NH_INTERNET);

	str_add(&why, "system route: what nothing else matches goes to the Internet");
	build_beaten_by_user(b, r, &why);
	build_finish(b, r, &why);
}

/* Why a None row is absent; NULL: it is there. */
static const char *none_hidden(struct build *b, struct prefix p)
{
	const struct route *u;
	const struct vnet *v;

	if ((u = lpm_get(b->user, build_anything)))
		return TEXT(b, "user-defined route %s for 0.0.0.0/0 removes all None routes",
		            u->name);
	if (lpm_get(b->bgp, build_anything))
		return "a BGP route for 0.0.0.0/0 removes all None routes";
	if ((u = lpm_get(b->user, p)))
		return TEXT(b, "user-defined route %s has the same prefix and replaces it",
		            u->name);
	if (lpm_get(b->bgp, p))
		return "a BGP route has the same prefix and replaces it";
	if ((v = lpm_cover(b->local, p)))
		return TEXT(b, "the address space of %s covers it", v->name);
	return NULL;
}

void build_none(struct build *b)
{
	for (size_t i = 0; i < NONE_ROWS_MAX; i++) {
		const struct none_row *n = none_row(&b->m->settings, i);
		const char *hidden = n ? none_hidden(b, n->prefix) : NULL;

		if (!n)
			continue;
		if (hidden)
			build_hide(b, n->prefix, SRC_DEFAULT, hidden);
		else
			build_row(b, n->prefix, SRC_DEFAULT, NH_NONE)->reason =
			    TEXT(b, "system route: %s outside of every known network are dropped",
			         n->what);
	}
}
