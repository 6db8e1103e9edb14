/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of a design (docs/interfaces.md, section 2).  Each is of one sort, and a sort is one
 * file here: the table of its fields, what the names in it must refer to, what it asks a lab, and
 * how it judges the answer.  Pure: the runner (proof/run.h) sends the questions. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "azure/model.h"
#include "base/finding.h"
#include "base/str.h"
#include "schema/schema.h"

/* One check, as its sort's table of fields has read it.  Strings lie in the model's arena; of a
 * check with wrong values what could not be read is absent, and the schema has reported it. */
struct check {
	const char *name; /* the sentence */
	const char *ptr;  /* JSON pointer */
	const struct check_sort *sort;
	const json_t *spec;  /* as written: lists are read there; owned by the model */
	const char *subject; /* what the sort's own key says: a session, a NIC, a fault command */
	const char *from, *to;
	int protocol;  /* index into check_protocols; -1: not readable */
	uint32_t port; /* 0: none given */
	int expect;    /* of the sort's own words */
	uint32_t instance;
	uint32_t within_ms, stable_ms;
	uint32_t recover_ms; /* recoverWithin; 0: not asked */
	uint32_t points;     /* where work is graded; 0 of an action */
	bool inverted;       /* "not" */
	bool warning;        /* level */
	const char *hint;    /* NULL: none */
};
enum { CHECK_BOTH_INSTANCES = 2 }; /* of check.instance */

/* ---- what a check asks the driver (interfaces.md, section 7; lab/client/client.h) ---- */

/* The ways in which requests of several checks become one. */
enum check_sharing {
	CHECK_SHARE_EQUAL, /* requests that are equal are sent once */
	CHECK_SHARE_LIST,  /* their lists are joined; the answer is a list, an entry for each */
	CHECK_SHARE_UNION /* their lists are joined, equal entries once; all get the whole answer */
};

struct check_question {
	json_t *request; /* {"op": ...}; a new reference */
	enum check_sharing sharing;
	const char *list;    /* key of the request's list that is joined */
	const char *payload; /* key of the reply that holds the answer; NULL: all of it */
	unsigned turn;       /* requests are sent by ascending turns, and joined within one */
};

/* A check's answers as they came, in the order of its questions. */
enum { CHECK_QUESTIONS = 2 };
struct check_answers {
	const json_t *a[CHECK_QUESTIONS];
};

struct judgement {
	bool holds;
	char *text; /* what was seen; never NULL; several lines when it takes them */
};
void judgement_free(struct judgement *j);

/* Packets around an action: how many were lost, for how long. */
struct outage {
	unsigned sent, lost;
	double gap_ms; /* from the first lost packet to the first answered behind it */
	bool recovered;
};

/* ---- a sort ---- */

struct check_reader; /* checks/refs.h */

struct check_sort {
	/* The table.  Its first field is the key that makes a check one of this sort. */
	struct object_def fields;
	/* Where it stands among the sorts, ascending: the Makefile writes the list of them by this.
	 */
	uint8_t place;
	/* Reports names that mean nothing, and values that do not fit together.  NULL: nothing to
	 * report. */
	void (*refer)(struct check_reader *r, const struct check *c);
	/* Fills ret, returns how many.  NULL: the check is an action. */
	size_t (*ask)(const struct check *c, struct check_question ret[CHECK_QUESTIONS]);
	/* memory: memory_size bytes, zero at first, which the runner keeps from look to look. */
	struct judgement (*judge)(const struct check *c, const struct check_answers *a,
	                          void *memory);
	size_t memory_size;
	/* When it did not hold in the end: one more question (false: none), and lines of its
	 * answer for who must find out why.  May be NULL. */
	bool (*ask_why)(const struct check *c, struct check_question *ret);
	void (*explain)(const struct check *c, const json_t *answer, struct str *out);
	/* Judges an action by the packets that were sent meanwhile; all of o is zero when none
	 * were. */
	struct judgement (*judge_outage)(const struct check *c, const struct outage *o);
};

/* In the order in which keys decide (schema_choose()) and documentation lists them; NULL ends it.
 */
extern const struct check_sort *const check_sorts[];
/* The tables of the same, for the topology's table. */
extern const struct object_def *const check_defs[];

/* "icmp", "tcp", "udp", "http": what packets are of. */
extern const struct enum_value check_protocols[];
const char *check_protocol(const struct check *c);
/* That of the check, or its protocol's own; 0: it has none. */
uint32_t check_port(const struct check *c);
/* {"from", "to", "protocol", "port"}: what the driver calls the packet that a check (or an action)
 * sends; a new reference. */
json_t *check_packet_json(const struct check *c);

/* True if the packets of check c, of sort_packet, arrive when it holds. */
extern const struct check_sort sort_packet;
bool check_arrives(const struct check *c);
/* Does it name nodes by which they go, or do not? */
bool check_has_way(const struct check *c);
/* Do they, by an answer to its ask_why()?  Adds to out what is otherwise. */
bool check_way_holds(const struct check *c, const json_t *path, struct str *out);
/* Writes the nodes that pass the packets on, from an answer to ask_why(): "Spoke -> NVA_1 ->
 * Target". */
void check_way(const json_t *path, struct str *out);

/* Searches of a whole lab. */
enum check_audit {
	CHECK_LOOPS,
	CHECK_BLACKHOLES,
	CHECK_ASYMMETRY,
	CHECK_FLAPS,
	CHECK_ORACLES,
	CHECK_AUDITS
};
const char *check_audit_name(enum check_audit a);
/* Is it an audit of that, too? */
bool check_audits(const struct check *c, enum check_audit a);

/* checks: the object of a topology, or NULL.  Fills m->checks, and reports what does not fit. */
void checks_read(json_t *checks, struct model *m, struct findings *f);
/* The points (struct check) of a check as a file has it. */
unsigned check_points(json_t *spec);
/* Some check expects the session of that instance not to be Established all the time. */
bool checks_expect_down(const struct model *m, const struct bgp_connection *c, unsigned instance);

/* ---- time: when a check is over.  Times in milliseconds of any clock ---- */

struct check_state {
	long started_ms;
	long true_since_ms; /* -1: does not hold at the moment */
	bool over, ok;
	long held_ms; /* what "seconds" says: when it became true, or how long it was tried */
};
void check_start(struct check_state *s, long now_ms);
/* After each look.  Sets over and ok. */
void check_step(const struct check *c, struct check_state *s, bool holds, long now_ms);
void check_fail(struct check_state *s, long now_ms); /* whatever was seen */
/* Latest moment at which another look makes sense: for the loop's wait. */
long check_deadline(const struct check *c, const struct check_state *s);
