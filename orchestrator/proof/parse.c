/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks as the loader has accepted them (input/load_checks.c says what is wrong with others) ->
 * struct check.  What a newer file may say and this program does not know is refused, never
 * skipped: a check that is not run must not look like one that held. */
#include <errno.h>

#include "base/str.h"
#include "proof/check.h"

static const char *const audits[AUDIT_MAX] = { "loops", "blackholes", "asymmetry", "flaps",
	                                       "oracles" };
static const char *const packet_expects[] = { "reach", "drop", "loop", NULL };
static const char *const bgp_expects[] = { "Established", "Down", "flapping", NULL };

const char *audit_str(enum audit_kind k)
{
	return audits[k];
}

static const char *get(const json_t *spec, const char *key)
{
	return json_string_value(json_object_get(spec, key));
}

static long duration(const json_t *spec, const char *key, long dflt)
{
	const char *s = get(spec, key);
	long ms;

	return s && !str_duration(s, &ms) ? ms : dflt;
}

static int expectation(struct check *c, const char *const *words, enum check_expect first,
                       struct err *e)
{
	const char *s = get(c->spec, "expect");

	for (unsigned i = 0; s && words[i]; i++)
		if (strieq(s, words[i])) {
			c->expect = first + i;
			return 0;
		}
	return err_set(e, EINVAL, "\"expect\" is none of %s, %s, %s", words[0], words[1], words[2]);
}

static int packet(struct check *c, struct err *e)
{
	const char *proto = get(c->spec, "protocol");
	int p = proto ? probe_protocol_parse(proto) : PROBE_ICMP;

	c->from = get(c->spec, "from");
	c->to = get(c->spec, "to");
	c->via = json_object_get(c->spec, "via");
	c->not_via = json_object_get(c->spec, "notVia");
	if (p < 0)
		return err_set(e, EINVAL, "unknown protocol \"%s\"", proto);
	if (!c->from || !c->to)
		return err_set(e, EINVAL, "\"from\" or \"to\" is missing");
	c->protocol = (enum probe_protocol)p;
	c->port = (uint16_t)json_integer_value(json_object_get(c->spec, "port"));
	if (p == PROBE_HTTP && !c->port)
		c->port = 80;
	return 0;
}

static int audit(struct check *c, struct err *e)
{
	size_t i;
	json_t *v;

	json_array_foreach (json_object_get(c->spec, "audit"), i, v) {
		const char *s = json_string_value(v);
		int found = -1;

		for (int k = 0; k < AUDIT_MAX; k++)
			if (strieq(s, audits[k]))
				found = k;
		if (found < 0)
			return err_set(e, EINVAL, "unknown audit \"%s\"", s ? s : "?");
		c->audits[found] = true;
	}
	return 0;
}

static int fill(struct check *c, struct err *e)
{
	static const struct {
		const char *key;
		enum check_kind kind;
	} kinds[] = { /* "do" first: its "from" is not that of a check of packets */
		      { "do", CHECK_DO },
		      { "bgp", CHECK_BGP },
		      { "effectiveRoutes", CHECK_ROUTES },
		      { "learned", CHECK_LEARNED },
		      { "advertised", CHECK_ADVERTISED },
		      { "audit", CHECK_AUDIT },
		      { "from", CHECK_PACKET }
	};
	size_t i = 0;

	while (i < ARRAY_LEN(kinds) && !json_object_get(c->spec, kinds[i].key))
		i++;
	if (i == ARRAY_LEN(kinds))
		return err_set(e, EINVAL, "of a kind that this version does not know");
	c->kind = kinds[i].kind;
	c->subject = get(c->spec, kinds[i].key);
	c->contains = json_object_get(c->spec, "contains");
	c->lacks = json_object_get(c->spec, "lacks");
	switch (c->kind) {
	case CHECK_DO:
		c->recover_ms = duration(c->spec, "recoverWithin", 0);
		return json_object_get(c->spec, "from") ? packet(c, e) : 0;
	case CHECK_BGP:
		return expectation(c, bgp_expects, EXPECT_ESTABLISHED, e);
	case CHECK_PACKET:
		return packet(c, e) < 0 ? -EINVAL : expectation(c, packet_expects, EXPECT_REACH, e);
	case CHECK_AUDIT:
		return audit(c, e);
	default:
		return 0;
	}
}

int checks_parse(const json_t *checks, struct check_list *ret, struct err *e)
{
	const char *name;
	json_t *spec;

	json_object_foreach ((json_t *)checks, name, spec) {
		const json_t *instance = json_object_get(spec, "instance");
		struct check c = {
			.name = name,
			.spec = spec,
			.instance = instance ? (int)json_integer_value(instance) : -1,
			.inverted = json_is_true(json_object_get(spec, "not")),
			.warning = streq(get(spec, "level"), "warning"),
			.hint = get(spec, "hint"),
			.within_ms = duration(spec, "within", CHECK_WITHIN_MS),
			.stable_ms = duration(spec, "stableFor", 0),
		};

		if (fill(&c, e) < 0)
			return err_wrap(e, "check \"%s\"", name);
		VEC_PUSH(ret->items, ret->n, ret->cap) = c;
	}
	return 0;
}

void check_list_free(struct check_list *l)
{
	free(l->items);
	*l = (struct check_list){ 0 };
}
