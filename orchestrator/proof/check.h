/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of a design (interfaces.md section 2): what they say, and whether what was seen is
 * that.  Pure: the runner (proof/run.h) asks the lab, this judges. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "probe/probe.h"

enum check_kind {
	CHECK_BGP,
	CHECK_PACKET,
	CHECK_ROUTES,
	CHECK_LEARNED,
	CHECK_ADVERTISED,
	CHECK_AUDIT,
	CHECK_DO
};
enum check_expect {
	EXPECT_ESTABLISHED,
	EXPECT_DOWN,
	EXPECT_FLAPPING,
	EXPECT_REACH,
	EXPECT_DROP,
	EXPECT_LOOP
};
enum audit_kind {
	AUDIT_LOOPS,
	AUDIT_BLACKHOLES,
	AUDIT_ASYMMETRY,
	AUDIT_FLAPS,
	AUDIT_ORACLES,
	AUDIT_MAX
};
const char *audit_str(enum audit_kind k);

struct check {
	const char *name; /* the sentence */
	const json_t *spec;
	enum check_kind kind;
	enum check_expect expect;
	const char *subject;   /* bgp, effectiveRoutes, learned, advertised: what it is about;
	                          do: the fault command */
	const char *from, *to; /* packets, and probes beside a "do" */
	enum probe_protocol protocol;
	uint16_t port;
	const json_t *via, *not_via;    /* arrays of strings, or NULL */
	const json_t *contains, *lacks; /* arrays of objects, or NULL */
	int instance;                   /* -1: both */
	bool audits[AUDIT_MAX];
	long recover_ms;  /* recoverWithin of a "do"; 0: not asked */
	bool inverted;    /* "not" */
	bool warning;     /* level */
	const char *hint; /* NULL: none */
	long within_ms, stable_ms;
};

struct check_list {
	struct check *items;
	size_t n, cap;
};
#define CHECK_WITHIN_MS 15000

/* checks: the object of a design that was loaded without findings, may be NULL; the list points
 * into it. */
int checks_parse(const json_t *checks, struct check_list *ret, struct err *e);
void check_list_free(struct check_list *l);
#define _cleanup_checks_ _cleanup_(check_list_free)

/* ---- judgement: holds, and in text what was seen (the caller frees) ---- */

struct judgement {
	bool holds;
	char *text; /* never NULL; several lines when it takes them */
};
void judgement_free(struct judgement *j);

/* A session's coming and going between looks at `status`. */
struct bgp_watch {
	bool was_up[2];
	char since[2][40];
	unsigned left[2]; /* how often it was seen to have left Established */
};

/* status: the object of interfaces.md. */
struct judgement judge_bgp(const struct check *c, const json_t *status, struct bgp_watch *w);
/* probe: one of the results of op probe; path: op path's object, or NULL when it was not asked. */
struct judgement judge_packet(const struct check *c, const json_t *probe, const json_t *path);
bool check_needs_path(const struct check *c);
/* value: the array of interfaces.md's routes. */
struct judgement judge_routes(const struct check *c, const json_t *value);
/* routes: {"RouteServiceRole_IN_0": [...], ...} */
struct judgement judge_learned(const struct check *c, const json_t *routes);
/* audit: op audit's object with, under each audit's name, a list of {from, to, detail}. */
struct judgement judge_audit(const struct check *c, const json_t *audit);
/* Packets around a "do": how many were lost, for how long. */
struct outage {
	unsigned sent, lost;
	double gap_ms; /* from the first lost packet to the first answered behind it */
	bool recovered;
};
struct judgement judge_outage(const struct check *c, const struct outage *o);

/* Why a path ended as it did and where to look, for the explanation of a failed check. */
void explain_path(const json_t *path, struct str *out);

/* ---- time: when a check is over.  Pure; times in milliseconds of any clock ---- */

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
