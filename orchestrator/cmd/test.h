/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that vnetlab test and its runs share. */
#pragma once

#include "azure/model.h"
#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/facts.h"
#include "proof/run.h"

struct test_design { /* one topology, read and understood */
	char *path;
	json_t *design;
	struct model *model;
	json_t *captures; /* what Azure showed of it; NULL: nothing */
	char *invalid;    /* why it cannot be run; NULL: it can */
	double parse_ms;
	struct checked_file file; /* what was found in it, with its table of places */
	struct facts facts;       /* for the page; made when it is written */
	bool has_facts;
	struct text_place *at; /* where its checks stand, in their order; NULL: nobody knows */
	/* The same of its "whenFails". */
	struct text_place *budgets_at;
	bool running; /* it is that of a lab that runs, which is neither built nor ended */
	/* Checks of --checks that name what this design has not: they failed, and are not run. */
	struct report_check *absent;
	size_t n_absent, cap_absent;
};

struct test_job { /* one run of a design */
	const struct test_design *design;
	unsigned repeat;
	char *folder; /* in --report DIR: what is kept when it fails */
	bool over;
};

struct test_session { /* the whole command */
	const struct cmd_args *a;
	enum report_format format;
	struct run_options options;
	long repeats, disk, at_once, within_ms;
	bool keep, stops_early;
	bool failures, pairs; /* --failures, and =2 */
	const char *which;
	long away_ms;
	const char *dir; /* --report; NULL */
	struct test_design *designs;
	size_t n_designs, cap_designs;
	/* A run for each job, in the order of the command line. */
	struct test_job *jobs;
	struct report_run *runs;
	size_t n_runs, cap_jobs, cap_runs;
	size_t *order; /* in which jobs are started; NULL: in theirs */
	bool timed_out, failed;
};

/* The signal that ended the session; 0: none. */
extern volatile int test_interrupted;
/* From here on Ctrl-C and the like set it, and end what waits for a lab. */
void test_catch_signals(void);

/* Reads all that the command line names.  False: it makes no sense.  *ret_worst: EX_DONE, or the
 * status of a design that is not run. */
bool test_read_designs(struct test_session *s, int *ret_worst);
/* Reads the design of d->path.  EX_DONE, or the status of what is wrong with it: d->invalid. */
int test_read_file(const struct test_session *s, struct test_design *d);
/* A check names what the design has not. */
bool test_is_absence(const struct finding *x);
void test_designs_free(struct test_session *s);

/* Side by side, the jobs that take longest are started first, so that none is left alone at the
 * end. What --fail-fast leaves out depends on the order: it keeps that of the command line. */
void test_order_jobs(struct test_session *s);

/* In a process of the run's own (proof/pool.h): does it. */
void test_run(const struct test_session *s, const struct test_job *job, struct report_run *run,
              bool *ret_timed_out);
/* The run of a job that has not begun. */
struct report_run test_run_new(const struct test_session *s, const struct test_job *job);

/* Makes --report's folder: before anything runs, so that a wrong name costs nothing. */
int test_reports_prepare(struct test_session *s);
/* Writes all reports, in every format; those that are there are replaced as a whole. */
int test_reports_write(struct test_session *s);
/* The page of all runs, with their designs. */
void test_write_page(struct test_session *s, FILE *f);

static inline double test_now_ms(void)
{
	return (double)clock_us() / 1e3;
}
