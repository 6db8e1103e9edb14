/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells which of Azure's tables a saved one is. */
#include <strings.h>

#include "proof/compare_priv.h"

static const char *const kinds[COMPARE_KINDS] = {
	[COMPARE_UNKNOWN] = "unknown",
	[COMPARE_ROUTES] = "routes",
	[COMPARE_LEARNED] = "learned",
	[COMPARE_ADVERTISED] = "advertised",
	[COMPARE_GATEWAY_LEARNED] = "gateway-learned",
	[COMPARE_GATEWAY_ADVERTISED] = "gateway-advertised",
	[COMPARE_GATEWAY_PEERS] = "bgp-peers",
	[COMPARE_BGP_TABLE] = "bgp-table",
};

const char *compare_kind_str(enum compare_kind k)
{
	return kinds[k];
}

enum compare_kind compare_kind_parse(const char *s)
{
	for (int k = COMPARE_ROUTES; k < COMPARE_KINDS; k++)
		if (strieq(s, kinds[k]))
			return k;
	return COMPARE_UNKNOWN;
}

bool compare_is_by_instance(const json_t *j)
{
	return compare_get_any_case(j, "RouteServiceRole_IN_0") ||
	       compare_get_any_case(j, "RouteServiceRole_IN_1");
}

/* Does the name of a file say it?  "hub-advertised.json" */
static bool name_has_word(const char *name, const char *word)
{
	for (const char *p = name ? name : ""; *p; p++)
		if (strncasecmp(p, word, strlen(word)) == 0)
			return true;
	return false;
}

static bool is_advertised(const json_t *rows, const char *name)
{
	size_t i;
	json_t *r;

	json_array_foreach (rows, i, r) {
		const char *origin = compare_text(r, "origin");

		if (strieq(origin, "EBgp") || strieq(origin, "IBgp") || strieq(origin, "Network"))
			return false;
		if (strieq(origin, "Igp"))
			return true;
	}
	return name_has_word(name, "advertised");
}

static enum compare_kind guess_kind_of_rows(const json_t *rows, const char *name)
{
	const json_t *r = json_array_get(rows, 0);

	if (!r) { /* an empty table: only its name can say it */
		if (name_has_word(name, "gateway") || name_has_word(name, "vng"))
			return name_has_word(name, "peer")         ? COMPARE_GATEWAY_PEERS
			       : name_has_word(name, "advertised") ? COMPARE_GATEWAY_ADVERTISED
			       : name_has_word(name, "learned")    ? COMPARE_GATEWAY_LEARNED
			                                           : COMPARE_UNKNOWN;
		return name_has_word(name, "advertised") ? COMPARE_ADVERTISED
		       : name_has_word(name, "learned")  ? COMPARE_LEARNED
		       : name_has_word(name, "routes")   ? COMPARE_ROUTES
		                                         : COMPARE_UNKNOWN;
	}
	const json_t *p = json_is_object(compare_get_any_case(r, "properties"))
	                      ? compare_get_any_case(r, "properties")
	                      : r;

	if (compare_get(p, "nextHopType", NULL) && compare_get(p, "addressPrefix", "prefix"))
		return COMPARE_ROUTES;
	if (compare_get(p, "neighbor", NULL))
		return COMPARE_GATEWAY_PEERS;
	if (compare_get(p, "network", NULL))
		return is_advertised(rows, name) ? COMPARE_GATEWAY_ADVERTISED
		                                 : COMPARE_GATEWAY_LEARNED;
	return COMPARE_UNKNOWN;
}

enum compare_kind compare_guess_kind(const json_t *j, const char *name)
{
	if (!compare_is_by_instance(j))
		return json_is_array(j) ? guess_kind_of_rows(j, name) : COMPARE_UNKNOWN;
	const json_t *rows = compare_get_any_case(j, "RouteServiceRole_IN_0");

	if (!json_array_size(rows))
		rows = compare_get_any_case(j, "RouteServiceRole_IN_1");
	if (!json_array_size(rows) && !name_has_word(name, "learned") &&
	    !name_has_word(name, "advertised"))
		return COMPARE_UNKNOWN;
	return is_advertised(rows, name) ? COMPARE_ADVERTISED : COMPARE_LEARNED;
}
