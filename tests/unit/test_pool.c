/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runner of jobs: at most so many at once, in order; one that dies costs only itself; a signal
 * is passed on and ends the rest. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/client/job.h"
#include "proof/pool.h"
#include "unit.h"

enum { JOBS = 9 };

static volatile int stop;

struct seen {
	size_t at_once, most, n_done;
	char *results[JOBS], *said[JOBS];
	size_t order[JOBS];
	bool fail_fast, failed;
	size_t unwanted;
};

static json_t *work(void *ctx, size_t job)
{
	(void)ctx;
	_cleanup_free_ char *text = xasprintf("job %zu says \xff\n", job);

	pool_say("note", text);
	if (job == 2)
		raise(SIGKILL);
	if (job == 3)
		_exit(7);
	if (job == 4) { /* more than a pipe takes at once */
		_cleanup_free_ char *big = xcalloc(300001, 1);

		memset(big, 'x', 300000);
		return json_string(big);
	}
	return json_sprintf("result %zu", job);
}

static void said(void *ctx, size_t job, const char *kind, const char *text)
{
	struct seen *s = ctx;

	assert_string_equal(kind, "note");
	free(s->said[job]);
	s->said[job] = xstrdup(text);
}

static bool wanted(void *ctx, size_t job)
{
	struct seen *s = ctx;

	(void)job;
	s->at_once++;
	if (s->at_once > s->most)
		s->most = s->at_once;
	if (!s->fail_fast || !s->failed)
		return true;
	s->at_once--;
	s->unwanted++;
	return false;
}

static void done(void *ctx, size_t job, const json_t *result, const char *how)
{
	struct seen *s = ctx;

	s->at_once--;
	s->failed |= !result;
	s->order[s->n_done++] = job;
	s->results[job] = xstrdup(result ? json_string_value(result) : how);
}

static void seen_free(struct seen *s)
{
	for (size_t i = 0; i < JOBS; i++) {
		free(s->results[i]);
		free(s->said[i]);
	}
}

static void runs_all(void **state)
{
	static const size_t widths[] = { 1, 3, 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		struct seen s = { 0 };
		const struct pool p = { .n = JOBS,
			                .at_once = widths[i],
			                .ctx = &s,
			                .run = work,
			                .wanted = wanted,
			                .said = said,
			                .done = done };
		struct err e = { 0 };

		assert_int_equal(pool_run(&p, &e), 0);
		assert_int_equal(s.n_done, JOBS);
		assert_true(s.most <= widths[i]);
		assert_string_equal(s.results[0], "result 0");
		assert_string_equal(s.results[2], "its process was killed by signal 9 (Killed)");
		assert_string_equal(s.results[3], "its process ended with status 7 and no result");
		assert_int_equal(strlen(s.results[4]), 300000);
		assert_string_equal(s.said[8], "job 8 says \xef\xbf\xbd\n");
		for (size_t k = 0; widths[i] == 1 && k < JOBS; k++)
			assert_int_equal(s.order[k], k);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
		seen_free(&s);
	}
}

static void starts_in_the_callers_order(void **state)
{
	static const size_t order[JOBS] = { 8, 6, 0, 1, 2, 3, 4, 5, 7 };
	struct seen s = { 0 };
	const struct pool p = { .n = JOBS,
		                .order = order,
		                .at_once = 1,
		                .ctx = &s,
		                .run = work,
		                .wanted = wanted,
		                .said = said,
		                .done = done };

	(void)state;
	assert_int_equal(pool_run(&p, NULL), 0);
	assert_int_equal(s.n_done, JOBS);
	assert_memory_equal(s.order, order, sizeof(order));
	assert_string_equal(s.results[8], "result 8");
	seen_free(&s);
}

static void starts_none_that_is_not_wanted(void **state)
{
	struct seen s = { .fail_fast = true };
	const struct pool p = {
		.n = JOBS, .at_once = 1, .ctx = &s, .run = work, .wanted = wanted, .done = done
	};

	(void)state;
	assert_int_equal(pool_run(&p, NULL), 0);
	assert_int_equal(s.n_done, 3);
	assert_int_equal(s.unwanted, JOBS - 3);
	seen_free(&s);
}

static void on_signal(int sig)
{
	stop = sig;
}

/* Job 1 interrupts the caller; each tells which signal it then got itself. */
static json_t *waits_for_signal(void *ctx, size_t job)
{
	(void)ctx;
	if (job == 1)
		kill(getppid(), SIGTERM);
	while (!stop)
		usleep(1000);
	return json_sprintf("%d", stop);
}

static void passes_signals_on(void **state)
{
	struct seen s = { 0 };
	const struct pool p = { .n = JOBS,
		                .at_once = 2,
		                .ctx = &s,
		                .run = waits_for_signal,
		                .wanted = wanted,
		                .done = done,
		                .stop = &stop };

	(void)state;
	signal(SIGTERM, on_signal);
	assert_int_equal(pool_run(&p, NULL), 0);
	signal(SIGTERM, SIG_DFL);
	assert_int_equal(s.n_done, 2);
	assert_string_equal(s.results[0], "15");
	assert_string_equal(s.results[1], "15");
	seen_free(&s);
	stop = 0;
}

/* Job 0 hears nothing, and interrupts the caller. */
static json_t *heeds_nothing(void *ctx, size_t job)
{
	(void)ctx;
	signal(SIGTERM, SIG_IGN);
	kill(getppid(), SIGTERM);
	while (job == 0)
		pause();
	return NULL;
}

static void kills_what_heeds_no_signal(void **state)
{
	struct seen s = { 0 };
	const struct pool p = { .n = 1,
		                .at_once = 1,
		                .ctx = &s,
		                .run = heeds_nothing,
		                .wanted = wanted,
		                .done = done,
		                .stop = &stop,
		                .stop_ms = 100 };

	(void)state;
	signal(SIGTERM, on_signal);
	assert_int_equal(pool_run(&p, NULL), 0);
	signal(SIGTERM, SIG_DFL);
	assert_string_equal(s.results[0], "its process was killed by signal 9 (Killed)");
	seen_free(&s);
	stop = 0;
}

/* ---- names of jobs ---- */

static const char *const *env;

static char *lookup(const char *name)
{
	for (const char *const *v = env; *v; v += 2)
		if (streq(*v, name))
			return (char *)v[1];
	return NULL;
}

static void tags_of_jobs(void **state)
{
	static const struct {
		const char *env[6], *tag;
	} cases[] = {
		{ { NULL }, NULL },
		{ { "SLURM_JOB_ID", "4711" }, "slurm-4711" },
		{ { "SLURM_JOB_ID", "" }, NULL },
		{ { "CI_JOB_ID", "99", "SLURM_JOB_ID", "4711" }, "slurm-4711" },
		{ { "CI_JOB_ID", "123456789" }, "ci-123456789" },
		{ { "HOSTNAME", "laptop" }, NULL },
		{ { "HOSTNAME", "lab-7", "KUBERNETES_SERVICE_HOST", "10.0.0.1" }, "pod-*" },
		{ { "HOSTNAME", "lab7", "KUBERNETES_SERVICE_HOST", "10.0.0.1" }, "pod-lab7" },
		{ { "CI_JOB_ID", "../../etc/passwd" }, "ci-????????????" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		env = cases[i].env;
		_cleanup_free_ char *tag = job_tag(lookup);

		assert_true(cases[i].tag ? tag && str_glob(cases[i].tag, tag) : !tag);
		assert_true(!tag || !strpbrk(tag, "/."));
	}
}

static void names_of_a_jobs_labs(void **state)
{
	static const char long_name[] = "a-lab-whose-name-takes-all-that-it-may";
	static const char *const similar[][2] = { { "CI_JOB_ID", "A-1" }, { "CI_JOB_ID", "a_1" } };
	_cleanup_free_ char *plain = job_lab_name("seed", "slurm-4711");
	_cleanup_free_ char *cut = job_lab_name(long_name, "ci-123456789");
	char *tags[2];

	(void)state;
	assert_string_equal(plain, "seed-4711");
	assert_int_equal(strlen(cut), 40);
	assert_true(str_glob("a-lab-*-123456789", cut));
	for (size_t i = 0; i < 2; i++) {
		const char *one[] = { similar[i][0], similar[i][1], NULL };

		env = one;
		tags[i] = job_tag(lookup);
	}
	assert_string_not_equal(tags[0], tags[1]);
	free(tags[0]);
	free(tags[1]);
}

/* ---- the limit ---- */

static json_t *sleep_or_work(void *ctx, size_t job)
{
	(void)ctx;
	if (job == 1)
		for (;;)
			pause();
	return json_sprintf("result %zu", job);
}

static void ends_what_takes_too_long(void **state)
{
	struct seen s = { 0 };
	const struct pool p = { .n = 3,
		                .at_once = 2,
		                .limit_ms = 300,
		                .ctx = &s,
		                .run = sleep_or_work,
		                .wanted = wanted,
		                .done = done };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(pool_run(&p, &e), 0);
	assert_int_equal(s.n_done, 3);
	assert_string_equal(s.results[0], "result 0");
	assert_string_equal(s.results[1], POOL_TOO_LONG);
	assert_string_equal(s.results[2], "result 2");
	seen_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_all),
		cmocka_unit_test(starts_in_the_callers_order),
		cmocka_unit_test(starts_none_that_is_not_wanted),
		cmocka_unit_test(passes_signals_on),
		cmocka_unit_test(kills_what_heeds_no_signal),
		cmocka_unit_test(ends_what_takes_too_long),
		cmocka_unit_test(tags_of_jobs),
		cmocka_unit_test(names_of_a_jobs_labs),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
