/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the files of sorts: fields that several of them have, and what they judge by. */
#pragma once

#include "checks/check.h"
#include "checks/refs.h"

/* clang-format off */
#define CHECK_FIELDS_TIME \
	{ .name = "within", .type = T_DURATION, .dflt = "15s", .at = AT(struct check, within_ms), \
	  .help = "It must have become true by then." }, \
	{ .name = "stableFor", .type = T_DURATION, .at = AT(struct check, stable_ms), \
	  .help = "And stay so for that long after." }, \
	{ .name = "not", .type = T_BOOL, .dflt = "false", .at = AT(struct check, inverted), \
	  .help = "It must not become true." }, \
	{ .name = "level", .type = T_ENUM, .values = check_levels, .as_bool = true, .dflt = "error", \
	  .at = AT(struct check, warning), .help = "warning: does not fail the test." }, \
	{ .name = "points", .type = T_UINT, .max = 1000, .dflt = "1", .at = AT(struct check, points), \
	  .help = "What it is worth where work is graded." }, \
	{ .name = "hint", .type = T_TEXT, .at = AT(struct check, hint), \
	  .help = "Shown when it does not hold." }
#define CHECK_FIELD_INSTANCE \
	{ .name = "instance", .type = T_UINT, .max = 1, .at = AT(struct check, instance), \
	  .help = "Only this instance, 0 being the lower address; default: both." }
#define CHECK_FIELDS_ROWS(def, where) \
	{ .name = "contains", .type = T_LIST, .item = T_OBJECT, .object = &(def), \
	  .help = "Rows that must be among " where "." }, \
	{ .name = "lacks", .type = T_LIST, .item = T_OBJECT, .object = &(def), \
	  .help = "Rows that must not be among " where "." }
#define CHECK_FIELDS_PROTOCOL \
	{ .name = "protocol", .type = T_ENUM, .values = check_protocols, .dflt = "icmp", \
	  .at = AT(struct check, protocol), .help = "What is sent." }, \
	{ .name = "port", .type = T_UINT, .min = 1, .max = 65535, .at = AT(struct check, port), \
	  .help = "Needed with tcp and udp; http: 80 when absent." }
/* clang-format on */

extern const struct enum_value check_levels[];

/* A property of an answer, "" when it has none. */
const char *check_text(const json_t *o, const char *key);
/* Takes what was written. */
struct judgement check_judged(bool holds, struct str *seen);

/* Sender, receiver, protocol and port fit together, and are there (checks/packet.c). */
void check_refer_packet(struct check_reader *r, const struct check *c);

/* Do the rows contain and lack what the check says?  Writes what does not fit, each line begun with
 * where (checks/rows.c). */
bool check_rows_hold(const struct check *c, const json_t *rows, const char *where, struct str *out);
void check_refer_rows(struct check_reader *r, const struct check *c);
