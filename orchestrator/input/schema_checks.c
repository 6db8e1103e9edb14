/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of checks (interfaces.md, section 2). */
#include "azure/model.h"
#include "input/schema_topology.h"

static const struct enum_value levels[] = { { "error", 0, NULL, NULL },
	                                    { "warning", 1, NULL, NULL },
	                                    END };
static const struct enum_value packet_results[] = {
	{ "reach", 0, "it arrives", NULL },
	{ "drop", 1, "it does not", NULL },
	{ "loop", 2, "it comes back to a node that it already left, and never arrives", NULL },
	END
};
static const struct enum_value session_results[] = {
	{ "Established", 0, NULL, NULL },
	{ "Down", 1, NULL, NULL },
	{ "flapping", 2, "left Established at least once within the time", NULL },
	END
};
static const struct enum_value protocols[] = { { "icmp", 0, NULL, NULL },
	                                       { "tcp", 1, NULL, NULL },
	                                       { "udp", 2, NULL, NULL },
	                                       { "http", 3, NULL, NULL },
	                                       END };
static const struct enum_value audits[] = { { "loops", 0, NULL, NULL },
	                                    { "blackholes", 0, NULL, NULL },
	                                    { "asymmetry", 0, NULL, NULL },
	                                    { "flaps", 0, "since the lab first converged", NULL },
	                                    { "oracles", 0, "model, kernel and packets agree",
	                                      NULL },
	                                    END };
static const struct enum_value sources[] = { { "Default", 0, NULL, NULL },
	                                     { "VirtualNetworkGateway", 0, NULL, NULL },
	                                     { "User", 0, NULL, NULL },
	                                     END };
static const struct enum_value states[] = { { "Active", 0, NULL, NULL },
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
static const struct enum_value origins[] = {
	{ "EBgp", 0, NULL, NULL }, { "IBgp", 0, NULL, NULL }, { "Igp", 0, NULL, NULL }, END
};

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
	      .values = sources,
	      .or_list = true,
	      .help = "Where the route comes from." },
	    { .name = "state",
	      .type = T_ENUM,
	      .values = states,
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

/* clang-format off */
#define COMMON \
	{ .name = "within", .type = T_DURATION, .dflt = "15s", \
	  .help = "It must have become true by then." }, \
	{ .name = "stableFor", .type = T_DURATION, .help = "And stay so for that long after." }, \
	{ .name = "not", .type = T_BOOL, .dflt = "false", .help = "It must not become true." }, \
	{ .name = "level", .type = T_ENUM, .values = levels, .dflt = "error", \
	  .help = "warning: does not fail the test." }, \
	{ .name = "hint", .type = T_TEXT, .help = "Shown when it does not hold." }
#define INSTANCE \
	{ .name = "instance", .type = T_UINT, .max = 1, \
	  .help = "Only this instance, 0 being the lower address; default: both." }
#define ROWS(def, where) \
	{ .name = "contains", .type = T_LIST, .item = T_OBJECT, .object = &(def), \
	  .help = "Rows that must be among " where "." }, \
	{ .name = "lacks", .type = T_LIST, .item = T_OBJECT, .object = &(def), \
	  .help = "Rows that must not be among " where "." }
#define PACKET \
	{ .name = "to", .type = T_NODE, .required = true, .help = "a node or an address" }, \
	{ .name = "protocol", .type = T_ENUM, .values = protocols, .dflt = "icmp", \
	  .help = "What is sent." }, \
	{ .name = "port", .type = T_UINT, .min = 1, .max = 65535, \
	  .help = "Needed with tcp and udp; http: 80 when absent." }

static const struct object_def check_packet = {
	"check-packet", "a check of packets", "Packets from one node to another.",
	(const struct field[]){
		{ .name = "from", .type = T_NODE, .required = true, .help = "a node" },
		PACKET,
		{ .name = "expect", .type = T_ENUM, .values = packet_results, .required = true,
		  .help = "what happens" },
		{ .name = "via", .type = T_LIST, .item = T_NODE,
		  .help = "VMs on the forward path, in this order." },
		{ .name = "notVia", .type = T_LIST, .item = T_NODE,
		  .help = "VMs that must not be on it." },
		COMMON, END }
};

static const struct object_def check_bgp = {
	"check-bgp", "a check of BGP sessions", "The sessions of a Route Server's peering.",
	(const struct field[]){
		{ .name = "bgp", .type = T_PAIR, .required = true,
		  .help = "\"ROUTESERVER/PEERING\"" },
		{ .name = "expect", .type = T_ENUM, .values = session_results, .required = true,
		  .help = "their state" },
		INSTANCE, COMMON, END }
};

static const struct object_def check_routes = {
	"check-effectiveRoutes", "a check of effective routes", "A NIC's effective routes.",
	(const struct field[]){
		{ .name = "effectiveRoutes", .type = T_NODE, .required = true,
		  .help = "a NIC, or a VM for its primary NIC" },
		ROWS(effective_row, "the NIC's effective routes"), COMMON, END }
};

static const struct object_def check_learned = {
	"check-learned", "a check of learned routes", "What a Route Server learned from a peering.",
	(const struct field[]){
		{ .name = "learned", .type = T_PAIR, .required = true,
		  .help = "\"ROUTESERVER/PEERING\"" },
		ROWS(learned_row, "the learned routes"), INSTANCE, COMMON, END }
};

static const struct object_def check_advertised = {
	"check-advertised", "a check of advertised routes",
	"What a Route Server announces to a peering.",
	(const struct field[]){
		{ .name = "advertised", .type = T_PAIR, .required = true,
		  .help = "\"ROUTESERVER/PEERING\"" },
		ROWS(learned_row, "the advertised routes"), INSTANCE, COMMON, END }
};

static const struct object_def check_audit = {
	"check-audit", "an audit", "Searches of the whole lab.",
	(const struct field[]){
		{ .name = "audit", .type = T_LIST, .item = T_ENUM, .values = audits, .min = 1,
		  .required = true, .help = "what must not be found" },
		COMMON, END }
};

static const struct object_def check_do = {
	"check-do", "an action between checks",
	"A fault command; with from and to it also says how long packets were lost.",
	(const struct field[]){
		{ .name = "do", .type = T_TEXT, .required = true,
		  .help = "a fault command, as \"fault stop NVA_1\"" },
		{ .name = "from", .type = T_NODE, .help = "Send packets meanwhile: from this node" },
		{ .name = "to", .type = T_NODE, .help = "to this node or address." },
		{ .name = "protocol", .type = T_ENUM, .values = protocols, .dflt = "icmp",
		  .help = "What is sent." },
		{ .name = "port", .type = T_UINT, .min = 1, .max = 65535,
		  .help = "Needed with tcp and udp; http: 80 when absent." },
		{ .name = "recoverWithin", .type = T_DURATION,
		  .help = "Packets must arrive again by then." },
		{ .name = "hint", .type = T_TEXT, .help = "Shown when they do not." },
		END }
};
/* clang-format on */

/* "do" first: its "from" is not that of a check of packets. */
const struct object_def *const schema_checks[] = { &check_do,      &check_packet,
	                                           &check_bgp,     &check_routes,
	                                           &check_learned, &check_advertised,
	                                           &check_audit,   NULL };
