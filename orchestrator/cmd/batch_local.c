/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine "local": labs of a batch on this machine, a process each (proof/pool.h).
 *
 * A result is an object: run (interfaces.md, section 5), digest, host, and final: it is a verdict,
 * which holds for as long as the design stays the same.  One that is not is of a lab that did not
 * come up or broke, and is tried again. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/batch.h"
#include "cmd/remote.h"
#include "cmd/topology.h"
#include "proof/pool.h"

struct batch_round { /* what the pool runs: labs[job] */
	struct batch *b;
	struct batch_lab **labs;
	size_t n, cap;
	struct batch_round *again; /* what is to be tried once more */
};

/* --- in a process of the lab's own --- */

/* The digest of the design with all that it refers to, and of the options that decide over checks.
 */
static char *digest_of(const struct batch *b, const json_t *design)
{
	static const char *const deciding[] = { "filter", "within", "privileged-lab" };
	_cleanup_free_ char *text = json_dumps(design, JSON_COMPACT | JSON_SORT_KEYS);
	uint64_t h = BYTES_HASH_SEED;

	if (text)
		h = bytes_hash(h, text, strlen(text));
	for (size_t i = 0; i < ARRAY_LEN(deciding); i++) {
		const char *v = arg_value(b->a, deciding[i]);

		h = bytes_hash(h, v ? v : "", v ? strlen(v) + 1 : 0);
	}
	return xasprintf("%016" PRIx64, h);
}

static void read_lab(const struct batch *b, const struct batch_lab *l, struct test_design *ret)
{
	char *path = NULL;
	int status;

	*ret = (struct test_design){ 0 };
	double began = test_now_ms();

	if (topology_path(b->a, l->file, &path, &status) < 0) {
		ret->path = xstrdup(l->file);
		ret->invalid = xasprintf("%s names no one topology", l->file);
		return;
	}
	ret->path = path;
	(void)test_read_file(&b->options, ret);
	ret->parse_ms = test_now_ms() - began;
}

static json_t *result_of(const struct batch_lab *l, struct report_run *run, const char *digest,
                         bool final)
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	free(run->file);
	run->file = xstrdup(l->file);
	return json_pack("{s:o, s:s, s:s, s:b}", "run", report_json(run), "digest", digest, "host",
	                 host, "final", final);
}

/* Tells what is known of the lab before it runs: its result, if it has one, and what it needs. */
static json_t *look_at_job(void *ctx, size_t job)
{
	const struct batch_round *round = ctx;
	const struct batch *b = round->b;
	const struct batch_lab *l = round->labs[job];
	struct test_session s = b->options;
	struct test_design d;

	pool_silence();
	read_lab(b, l, &d);
	_cleanup_free_ char *digest = digest_of(b, d.design);
	json_t *j = json_pack("{s:s}", "digest", digest), *had = batch_result_read(b, l);

	s.designs = &d;
	if (d.invalid) {
		struct test_job of = { .design = &d, .repeat = 1 };
		struct report_run run = test_run_new(&s, &of);

		run.error = xstrdup(d.invalid);
		json_t *result = result_of(l, &run, digest, true);

		json_object_set_new(result, "invalid", json_true());
		json_object_set_new(j, "result", result);
	} else if (json_is_true(json_object_get(had, "final")) &&
	           streq(json_str(had, "digest"), digest)) {
		json_object_set(j, "result", had);
		json_object_set_new(j, "known", json_true());
	} else {
		struct resources r = resources_of(d.model);

		json_object_set_new(j, "limitMiB", json_integer(r.limit_mib));
		json_object_set_new(j, "seconds", json_integer(r.seconds));
	}
	json_decref(had);
	return j;
}

static json_t *run_lab(void *ctx, size_t job)
{
	const struct batch_round *round = ctx;
	const struct batch *b = round->b;
	const struct batch_lab *l = round->labs[job];
	struct test_session s = b->options;
	struct test_design d;
	bool timed_out = false;

	pool_silence();
	read_lab(b, l, &d);
	struct test_job of = { .design = &d, .repeat = 1 };

	of.folder = xasprintf("%s/failures/%s", b->dir, l->key);
	_cleanup_free_ char *digest = digest_of(b, d.design);
	struct report_run run = test_run_new(&s, &of);

	if (d.invalid) /* it was not, a moment ago */
		run.error = xstrdup(d.invalid);
	else
		test_run(&s, &of, &run, &timed_out);
	return result_of(l, &run, digest, !run.error);
}

/* --- in the caller --- */

static void looked(void *ctx, size_t job, const json_t *result, const char *how)
{
	struct batch_round *round = ctx;
	struct batch *b = round->b;
	struct batch_lab *l = round->labs[job];
	json_t *had = json_object_get(result, "result");
	struct err e = { 0 };

	if (!result) { /* a design that kills who reads it */
		if (!test_interrupted)
			batch_took(b, l, batch_result_of_error(l, how));
		return;
	}
	free(l->digest);
	l->digest = xstrdup(json_str(result, "digest"));
	l->known = json_is_true(json_object_get(result, "known"));
	l->needs.limit_mib = (long)json_integer_value(json_object_get(result, "limitMiB"));
	l->needs.seconds = (long)json_integer_value(json_object_get(result, "seconds"));
	if (!had)
		return;
	if (!l->known)
		(void)batch_result_write(b, l, had, &e);
	batch_took(b, l, json_incref(had));
}

static void ran(void *ctx, size_t job, const json_t *result, const char *how)
{
	struct batch_round *round = ctx;
	struct batch *b = round->b;
	struct batch_lab *l = round->labs[job];
	bool final = json_is_true(json_object_get(result, "final"));
	struct err e = { 0 };

	b->running--;
	if (test_interrupted && !final)
		return;
	if (!final && l->tries <= (unsigned)b->retries) {
		struct batch_round *a = round->again;

		ui_note("%s: %s; it is tried once more", l->file,
		        result ? json_str(json_object_get(result, "run"), "error") : how);
		VEC_PUSH(a->labs, a->n, a->cap) = l;
		return;
	}
	json_t *j = result ? json_incref((json_t *)result) : batch_result_of_error(l, how);

	if (batch_result_write(b, l, j, &e) < 0)
		ui_error(&e);
	batch_took(b, l, j);
}

static bool starts(void *ctx, size_t job)
{
	struct batch_round *round = ctx;

	round->labs[job]->tries++;
	round->b->running++;
	batch_progress(round->b);
	return true;
}

static void said(void *ctx, size_t job, const char *kind, const char *text)
{
	const struct batch_round *round = ctx;

	if (!streq(kind, "progress") && round->b->a->verbose)
		ui_note("%s: %s", round->labs[job]->file, text);
}

static int run_batch_round(struct batch_round *round, bool looks)
{
	const struct pool p = { .n = round->n,
		                .at_once = (size_t)round->b->jobs,
		                .ctx = round,
		                .run = looks ? look_at_job : run_lab,
		                .wanted = looks ? NULL : starts,
		                .said = said,
		                .done = looks ? looked : ran,
		                .stop = &test_interrupted };
	struct err e = { 0 };

	return pool_run(&p, &e) < 0 ? ui_error(&e) : EX_DONE;
}

static void add_missing(struct batch_round *round)
{
	for (size_t i = 0; i < round->b->n; i++)
		if (round->b->labs[i].chosen && !round->b->labs[i].result)
			VEC_PUSH(round->labs, round->n, round->cap) = &round->b->labs[i];
}

int batch_look(struct batch *b)
{
	struct batch_round round = { .b = b };

	add_missing(&round);
	int status = run_batch_round(&round, true);

	free(round.labs);
	return status;
}

int batch_local(struct batch *b)
{
	struct batch_round round = { .b = b };
	int status = EX_DONE;

	add_missing(&round);
	while (round.n && status == EX_DONE && !test_interrupted) {
		struct batch_round again = { .b = b };

		round.again = &again;
		status = run_batch_round(&round, false);
		free(round.labs);
		round = again;
	}
	free(round.labs);
	ui_progress_end();
	return status;
}
