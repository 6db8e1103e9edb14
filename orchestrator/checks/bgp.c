/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A check of BGP sessions: those of a peering with the Route Server's two instances. */
#include <stdio.h>

#include "checks/fields.h"

enum { ESTABLISHED, DOWN, FLAPPING };

static const struct enum_value session_results[] = {
	{ "Established", ESTABLISHED, NULL, NULL },
	{ "Down", DOWN, NULL, NULL },
	{ "flapping", FLAPPING, "left Established at least once within the time", NULL },
	END
};

static void refer_bgp(struct check_reader *r, const struct check *c)
{
	if (c->subject)
		check_refer_connection(r, c->subject, check_ptr(r, c->ptr, "bgp"));
}

static size_t ask_bgp(const struct check *c, struct check_question ret[CHECK_QUESTIONS])
{
	(void)c;
	ret[0] = (struct check_question){ .request = json_pack("{s:s}", "op", "status") };
	return 1;
}

/* A session's coming and going between looks at `status`. */
struct bgp_watch {
	bool was_up[2];
	char since[2][40];
	unsigned left[2]; /* how often it was seen to have left Established */
};

static void watch_instance(struct bgp_watch *w, int i, bool up, const char *since)
{
	/* Up again since another moment: it was down between two looks. */
	if (w->was_up[i] && (!up || !streq(w->since[i], since)))
		w->left[i]++;
	w->was_up[i] = up;
	snprintf(w->since[i], sizeof(w->since[i]), "%s", since);
}

static void show_session(const json_t *row, int instance, unsigned left, struct str *out)
{
	const char *state = check_text(row, "state"), *since = check_text(row, "since");

	str_printf(out, "%sinstance %d", out->n ? ", " : "", instance);
	if (*check_text(row, "address"))
		str_printf(out, " (%s)", check_text(row, "address"));
	str_printf(out, ": %s", *state ? state : "unknown");
	if (*since)
		str_printf(out, " since %s", since);
	if (left)
		str_printf(out, ", left Established %u times", left);
	if (*check_text(row, "lastError"))
		str_printf(out, ", last error: %s", check_text(row, "lastError"));
}

/* The row's instance; -1: the check is not about that session. */
static int instance_meant(const struct check *c, const json_t *row)
{
	int instance = (int)json_integer_value(json_object_get(row, "instance"));
	_cleanup_free_ char *name =
	    xasprintf("%s/%s", check_text(row, "routeServer"), check_text(row, "peering"));

	if (!strieq(name, c->subject) || instance < 0 || instance > 1 ||
	    (c->instance != CHECK_BOTH_INSTANCES && (int)c->instance != instance))
		return -1;
	return instance;
}

static struct judgement judge_bgp(const struct check *c, const struct check_answers *a,
                                  void *memory)
{
	_cleanup_str_ struct str seen = { 0 };
	struct bgp_watch *w = memory;
	unsigned looked_at = 0, up = 0, left = 0;
	size_t i;
	json_t *row;

	json_array_foreach (json_object_get(a->a[0], "bgp"), i, row) {
		int instance = instance_meant(c, row);
		bool is_up = strieq(check_text(row, "state"), "Established");

		if (instance < 0)
			continue;
		watch_instance(w, instance, is_up, check_text(row, "since"));
		looked_at++;
		up += is_up;
		left += w->left[instance];
		show_session(row, instance, w->left[instance], &seen);
	}
	if (!looked_at) {
		str_printf(&seen, "the lab has no session %s", c->subject);
		return check_judged(false, &seen);
	}
	bool holds = c->expect == ESTABLISHED ? up == looked_at
	             : c->expect == DOWN      ? up == 0
	                                      : left > 0;

	if (!holds && c->expect == ESTABLISHED)
		str_printf(&seen, "; look at the peer with: vnetlab logs %s",
		           strchr(c->subject, '/') ? strchr(c->subject, '/') + 1 : c->subject);
	return check_judged(holds, &seen);
}

const struct check_sort sort_bgp = {
	.place = 30,
	/* clang-format off */
	.fields = {
		"check-bgp", "a check of BGP sessions", "The sessions of a Route Server's peering.",
		(const struct field[]){
			{ .name = "bgp", .type = T_PAIR, .required = true,
			  .at = AT(struct check, subject), .help = "\"ROUTESERVER/PEERING\"" },
			{ .name = "expect", .type = T_ENUM, .values = session_results, .required = true,
			  .at = AT(struct check, expect), .help = "their state" },
			CHECK_FIELD_INSTANCE, CHECK_FIELDS_TIME, END } },
	/* clang-format on */
	.refer = refer_bgp,
	.ask = ask_bgp,
	.judge = judge_bgp,
	.memory_size = sizeof(struct bgp_watch),
};

bool checks_expect_down(const struct model *m, const struct bgp_connection *conn, unsigned instance)
{
	_cleanup_free_ char *name = xasprintf("%s/%s", conn->rs->name, conn->name);

	for (size_t i = 0; i < m->n_checks; i++) {
		const struct check *c = &m->checks[i];

		if (c->sort == &sort_bgp && strieq(c->subject, name) && c->expect != ESTABLISHED &&
		    (c->instance == CHECK_BOTH_INSTANCES || c->instance == instance))
			return true;
	}
	return false;
}
