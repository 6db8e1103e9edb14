/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of what a Route Server learned from a peering, and of what it advertises to it. */
#include <stdio.h>

#include "checks/fields.h"

static const struct enum_value origins[] = {
	{ "EBgp", 0, NULL, NULL }, { "IBgp", 0, NULL, NULL }, { "Igp", 0, NULL, NULL }, END
};

/* Rows are compared as subsets; a scalar stands for a list of just it. */
static const struct object_def learned_row = {
	"bgpRoute", "a row of BGP routes", NULL,
	(const struct field[]){
	    { .name = "network", .type = T_PREFIX, .or_list = true, .help = "Destination." },
	    { .name = "nextHop", .type = T_IP, .or_list = true, .help = "BGP next hop." },
	    { .name = "asPath",
	      .type = T_TEXT,
	      .help = "With dashes, as \"65001-65002\"; blanks are accepted." },
	    { .name = "localAddress", .type = T_IP, .or_list = true, .help = "The instance." },
	    { .name = "sourcePeer", .type = T_IP, .or_list = true, .help = "The appliance." },
	    { .name = "origin",
	      .type = T_ENUM,
	      .values = origins,
	      .or_list = true,
	      .help = "As az prints it." },
	    { .name = "weight", .type = T_UINT, .max = 65535, .help = "As az prints it." },
	    END }
};

static void refer_peering(struct check_reader *r, const struct check *c)
{
	if (c->subject)
		check_refer_connection(r, c->subject,
		                       check_ptr(r, c->ptr, c->sort->fields.fields[0].name));
	check_refer_rows(r, c);
}

/* The driver's operations have the names of the sorts' keys. */
static size_t ask_peering(const struct check *c, struct check_question ret[CHECK_QUESTIONS])
{
	ret[0] = (struct check_question){
		.request = json_pack("{s:s, s:s}", "op", c->sort->fields.fields[0].name,
		                     "connection", c->subject),
		.payload = "routes",
	};
	return 1;
}

static struct judgement judge_peering(const struct check *c, const struct check_answers *a,
                                      void *memory)
{
	static const char *const roles[] = { "RouteServiceRole_IN_0", "RouteServiceRole_IN_1" };
	_cleanup_str_ struct str out = { 0 };
	bool holds = true;
	size_t n = 0;

	(void)memory;
	for (unsigned i = 0; i < 2; i++) {
		char where[32];
		const json_t *rows = json_object_get(a->a[0], roles[i]);

		if (c->instance != CHECK_BOTH_INSTANCES && c->instance != i)
			continue;
		snprintf(where, sizeof(where), "instance %u: ", i);
		holds &= check_rows_hold(c, rows, where, &out);
		n += json_array_size(rows);
	}
	if (holds)
		str_printf(&out, "%zu routes", n);
	return check_judged(holds, &out);
}

/* clang-format off */
const struct check_sort sort_learned = {
	.place = 50,
	.fields = {
		"check-learned", "a check of learned routes",
		"What a Route Server learned from a peering.",
		(const struct field[]){
			{ .name = "learned", .type = T_PAIR, .required = true,
			  .at = AT(struct check, subject), .help = "\"ROUTESERVER/PEERING\"" },
			CHECK_FIELDS_ROWS(learned_row, "the learned routes"),
			CHECK_FIELD_INSTANCE, CHECK_FIELDS_TIME, END } },
	.refer = refer_peering,
	.ask = ask_peering,
	.judge = judge_peering,
};

const struct check_sort sort_advertised = {
	.place = 60,
	.fields = {
		"check-advertised", "a check of advertised routes",
		"What a Route Server announces to a peering.",
		(const struct field[]){
			{ .name = "advertised", .type = T_PAIR, .required = true,
			  .at = AT(struct check, subject), .help = "\"ROUTESERVER/PEERING\"" },
			CHECK_FIELDS_ROWS(learned_row, "the advertised routes"),
			CHECK_FIELD_INSTANCE, CHECK_FIELDS_TIME, END } },
	.refer = refer_peering,
	.ask = ask_peering,
	.judge = judge_peering,
};
/* clang-format on */
