/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A check of effective routes: those of a NIC. */
#include "checks/fields.h"

static const struct enum_value source_words[] = { { "Default", 0, NULL, NULL },
	                                          { "VirtualNetworkGateway", 0, NULL, NULL },
	                                          { "User", 0, NULL, NULL },
	                                          END };
static const struct enum_value state_words[] = { { "Active", 0, NULL, NULL },
	                                         { "Invalid", 0, NULL, NULL },
	                                         END };
static const struct enum_value next_hops[] = { { "VnetLocal", 0, NULL, NULL },
	                                       { "VNetPeering", 0, NULL, NULL },
	                                       { "VNetGlobalPeering", 0, NULL, NULL },
	                                       { "VirtualNetworkGateway", 0, NULL, NULL },
	                                       { "VirtualAppliance", 0, NULL, NULL },
	                                       { "Internet", 0, NULL, NULL },
	                                       { "None", 0, NULL, NULL },
	                                       { "VirtualNetworkServiceEndpoint", 0, NULL, NULL },
	                                       { "InterfaceEndpoint", 0, NULL, NULL },
	                                       { "ConnectedGroup", 0, NULL, NULL },
	                                       END };
/* Rows are compared as subsets; a scalar stands for a list of just it. */
static const struct object_def effective_row = {
	"effectiveRoute", "a row of effective routes", NULL,
	(const struct field[]){
	    { .name = "name",
	      .type = T_TEXT,
	      .nullable = true,
	      .help = "Of a user-defined route." },
	    { .name = "source",
	      .type = T_ENUM,
	      .values = source_words,
	      .or_list = true,
	      .help = "Where the route comes from." },
	    { .name = "state",
	      .type = T_ENUM,
	      .values = state_words,
	      .or_list = true,
	      .help = "Whether it is used." },
	    { .name = "addressPrefix", .type = T_PREFIX, .or_list = true, .help = "Destination." },
	    { .name = "nextHopType",
	      .type = T_ENUM,
	      .values = next_hops,
	      .or_list = true,
	      .help = "Where packets go." },
	    { .name = "nextHopIpAddress",
	      .type = T_IP,
	      .or_list = true,
	      .help = "Next hops, as a set." },
	    { .name = "disableBgpRoutePropagation",
	      .type = T_BOOL,
	      .help = "Of the subnet's route table." },
	    END }
};

static void refer_routes(struct check_reader *r, const struct check *c)
{
	if (c->subject)
		check_refer_nic(r, c->subject, check_ptr(r, c->ptr, "effectiveRoutes"));
	check_refer_rows(r, c);
}

static size_t ask_effective_routes(const struct check *c,
                                   struct check_question ret[CHECK_QUESTIONS])
{
	ret[0] = (struct check_question){
		.request = json_pack("{s:s, s:s}", "op", "routes", "nic", c->subject),
		.payload = "value",
	};
	return 1;
}

/* A check speaks of one row per prefix; az prints the prefixes of a connected group or of a service
 * tag as one row. */
static json_t *one_per_prefix(const json_t *rows)
{
	json_t *out = json_array(), *row, *prefix;
	size_t i, k;

	json_array_foreach (rows, i, row) {
		json_t *list = json_object_get(row, "addressPrefix");

		if (json_array_size(list) < 2) {
			json_array_append(out, row);
			continue;
		}
		json_array_foreach (list, k, prefix) {
			json_t *one = json_copy(row);

			json_object_set_new(one, "addressPrefix", json_pack("[O]", prefix));
			json_array_append_new(out, one);
		}
	}
	return out;
}

static struct judgement judge_routes(const struct check *c, const struct check_answers *a,
                                     void *memory)
{
	_cleanup_str_ struct str out = { 0 };
	json_t *rows = one_per_prefix(a->a[0]);
	bool holds = check_rows_hold(c, rows, "", &out);

	(void)memory;
	if (holds)
		str_printf(&out, "%zu effective routes", json_array_size(rows));
	json_decref(rows);
	return check_judged(holds, &out);
}

const struct check_sort sort_routes = {
	.place = 40,
	/* clang-format off */
	.fields = {
		"check-effectiveRoutes", "a check of effective routes", "A NIC's effective routes.",
		(const struct field[]){
			{ .name = "effectiveRoutes", .type = T_NODE, .required = true,
			  .at = AT(struct check, subject),
			  .help = "a NIC, or a VM for its primary NIC" },
			CHECK_FIELDS_ROWS(effective_row, "the NIC's effective routes"),
			CHECK_FIELDS_TIME, END } },
	/* clang-format on */
	.refer = refer_routes,
	.ask = ask_effective_routes,
	.judge = judge_routes,
};
