/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vnetlab test and its runs share. */
#pragma once

#include "azure/model.h"
#include "base/clock.h"
#include "cmd/cmd.h"
#include "proof/run.h"

struct test_design { /* one topology, read and understood */
	char *path;
	json_t *design;
	struct model *model;
	json_t *captures; /* what Azure showed of it; NULL: nothing */
	char *invalid;    /* why it cannot be run; NULL: it can */
	double parse_ms;
};

struct test_session { /* the whole command */
	const struct cmd_args *a;
	enum report_format format;
	struct run_options options;
	long repeats, disk;
	bool keep;
	struct test_design *designs;
	size_t n_designs, cap_designs;
	struct report_run *runs;
	size_t n_runs, cap_runs;
	bool timed_out;
};

/* The signal that ended the session; 0: none. */
extern volatile int test_interrupted;
/* From here on Ctrl-C and the like set it, and end what waits for a lab. */
void test_catch_signals(void);

/* A run, printed and added to s->runs. */
void test_run(struct test_session *s, const struct test_design *d, unsigned repeat);
/* Instead of a run: the design is invalid. */
void test_report_invalid(struct test_session *s, const struct test_design *d);

static inline double test_now_ms(void)
{
	return (double)clock_us() / 1e3;
}
