/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/bird_rs.h"

#include <stdio.h>

#include "azure/hybrid.h"
#include "base/str.h"

void bird_rs_protocol(const struct bgp_connection *c, char buf[64])
{
	snprintf(buf, 64, "nva_%s", IP4_NAME(c->peer_ip));
}

bool bird_rs_reflects(const struct model *m, const struct route_server *rs)
{
	switch (m->settings.reflect) {
	case REFLECT_ALWAYS:
		return true;
	case REFLECT_NEVER:
		return false;
	case REFLECT_AUTO:
		break;
	}
	return rs->branch_to_branch;
}

static void add_refused_prefix(void *ctx, struct prefix p, bool is_transit)
{
	struct str *b = ctx;

	(void)is_transit;
	str_printf(b, "%s\n\t\t%s+", b->s[b->n - 1] == '[' ? "" : ",", PREFIX_STR(p));
}

/* The filter decides what is refused; when it is another one BIRD asks for all routes anew. */
char *bird_rs_refused(const struct route_server *rs)
{
	struct str b = { 0 };

	str_add(&b, "[");
	vnet_space(rs->vnet, add_refused_prefix, &b);
	return str_take(&b);
}

struct refusal {
	struct prefix p;
	struct prefix by;
	bool found, is_transit;
};

static void note_refusal(void *ctx, struct prefix space, bool is_transit)
{
	struct refusal *r = ctx;

	if (!r->found && prefix_covers(space, r->p))
		*r = (struct refusal){ r->p, space, true, is_transit };
}

char *bird_rs_refusal(const struct route_server *rs, struct prefix p)
{
	struct refusal r = { .p = p };

	vnet_space(rs->vnet, note_refusal, &r);
	if (!r.found)
		return xstrdup("refused by its import filter");
	return xasprintf("%s %s, an address space of %s: a Route Server discards without a word "
	                 "what lies in its own VNet and in those that use it; a shorter prefix "
	                 "around it is taken",
	                 prefix_eq(r.by, p) ? "equal to" : "inside", PREFIX_STR(r.by),
	                 r.is_transit ? "a VNet that uses it" : "its own VNet");
}

unsigned bird_rs_preference(enum route_pref pref, enum rs_source from)
{
	bool is_er = from == RS_FROM_EXPRESSROUTE;

	switch (pref) {
	case PREF_EXPRESSROUTE:
		return is_er ? 200 : 100;
	case PREF_VPNGATEWAY:
		return is_er ? 50 : 100;
	case PREF_ASPATH:
		break;
	}
	return 100;
}
