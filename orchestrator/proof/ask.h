/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One round's questions to a lab's driver: few requests, however many checks ask.
 *
 *	size_t q = round_add(&r, question);
 *	round_send(&r, client);
 *	answer = round_answer(&r, q, &why);
 */
#pragma once

#include "checks/check.h"
#include "lab/client/client.h"

struct round_request {
	json_t *request, *reply; /* reply NULL: why says so */
	struct check_question q; /* of the first that asked */
	char *why;
	long answered_ms; /* by clock_ms() */
};

struct round_question {
	size_t request;
	size_t at; /* place of its entry in a joined list */
	const char *payload;
};

struct round {
	struct round_request *requests;
	size_t n_requests, cap_requests;
	json_t *by_key; /* which one a question joins: number by key; NULL: none yet */
	struct round_question *questions;
	size_t n_questions, cap_questions;
	int lost; /* -errno: the driver is gone */
	struct err e;
};

/* Takes the reference to the question's request.  Returns the question's number. */
size_t round_add(struct round *r, struct check_question q);
void round_send(struct round *r, struct lab_client *c);
/* Borrowed.  NULL: it could not be had; *why says so (the round owns it). */
const json_t *round_answer(const struct round *r, size_t question, const char **why);
long round_answered_ms(const struct round *r, size_t question);
/* Forgets questions and answers, not that the driver is gone. */
void round_clear(struct round *r);
