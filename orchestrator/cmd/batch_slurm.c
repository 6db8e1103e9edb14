/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine "slurm": each lab is a task of a job array.  A task runs `vnetlab batch --shard auto`
 * on its node, and its result is a file of the folder, which all nodes share: that is how it is
 * known to be done, with accounting or without.  squeue tells which tasks Slurm still knows to be
 * alive; one that is not, and left no result, is submitted again.
 *
 * slurm.json in the folder has the arrays: a batch that was killed finds its tasks again. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/batch.h"
#include "cmd/batch_program.h"
#include "cmd/batch_slurm.h"
#include "cmd/remote.h"

enum {
	LOOK_MS = 500,
	ASK_MS = 2000,   /* squeue costs the controller something */
	GRACE_MS = 5000, /* a shared folder may show a file later than the queue shows the end */
	MEMORY_STEP = 64 /* labs of about the same size are one array */
};

struct slurm {
	struct batch *b;
	json_t *arrays;          /* ids, as texts: slurm.json */
	struct slurm_task *task; /* one for each lab of the batch */
	double asked_ms;
};

/* --- the folder --- */

static char *slurm_path(const struct batch *b, const char *name)
{
	return xasprintf("%s/%s", b->dir, name);
}

static int note_arrays(const struct slurm *s, struct err *e)
{
	_cleanup_free_ char *path = slurm_path(s->b, "slurm.json");
	json_t *j = json_pack("{s:O}", "arrays", s->arrays);
	_cleanup_free_ char *text = json_dumps(j, JSON_INDENT(1));

	json_decref(j);
	return batch_file_write(path, text, e);
}

static void append_shell_word(struct str *out, const char *s)
{
	str_addc(out, '\'');
	for (; *s; s++)
		if (*s == '\'')
			str_add(out, "'\\''");
		else
			str_addc(out, *s);
	str_addc(out, '\'');
}

/* Writes the script that a node runs. exec: signals reach vnetlab itself. */
static int write_script(const struct batch *b, char **ret_path, struct err *e)
{
	_cleanup_str_ struct str s = { 0 };
	char self[4096] = "";
	char *path = slurm_path(b, "task.sh");

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return err_sys(e, errno, "/proc/self/exe");
	str_add(&s, "#!/bin/sh\nexec ");
	append_shell_word(&s, self);
	str_add(&s, " batch --shard auto --jobs 1 --engine local --quiet --dir ");
	append_shell_word(&s, b->dir);
	str_addc(&s, '\n');
	*ret_path = path;
	return batch_file_write(path, str_get(&s), e);
}

/* --- submitting --- */

static bool waits_for_array(const struct slurm *s, size_t i)
{
	return s->b->labs[i].chosen && !s->b->labs[i].result && !s->task[i].submitted;
}

static long memory_class(const struct batch_lab *l)
{
	return (l->needs.limit_mib / MEMORY_STEP + 1) * MEMORY_STEP;
}

/* One array of all labs that need as much as the first one that has none. */
static int submit_like(struct slurm *s, size_t first, const char *script, struct err *e)
{
	struct batch *b = s->b;
	long mib = memory_class(&b->labs[first]), minutes = 1;
	_cleanup_str_ struct str list = { 0 };
	_cleanup_free_ char *said = NULL, *array = NULL;

	for (size_t i = first; i < b->n; i++)
		if (waits_for_array(s, i) && memory_class(&b->labs[i]) == mib) {
			long m = b->labs[i].needs.seconds / 60 + 2;

			str_printf(&list, "%s%zu", list.n ? "," : "", i);
			minutes = m > minutes ? m : minutes;
			batch_result_remove(b, &b->labs[i]);
		}
	array = arg_value(b->a, "jobs") ? xasprintf("--array=%s%%%ld", str_get(&list), b->jobs)
	                                : xasprintf("--array=%s", str_get(&list));
	_cleanup_free_ char *mem = xasprintf("--mem=%ldM", mib);
	_cleanup_free_ char *time = xasprintf("--time=%ld", minutes);
	_cleanup_free_ char *out = xasprintf("--output=%s/slurm/%%A_%%a.log", b->dir);
	_cleanup_free_ char *chdir = xasprintf("--chdir=%s", b->folder);
	const char *const argv[] = { "sbatch",
		                     "--parsable",
		                     "--requeue",
		                     "--open-mode=append",
		                     "--job-name=vnetlab",
		                     array,
		                     mem,
		                     time,
		                     out,
		                     chdir,
		                     script,
		                     NULL };
	int r = program_output(argv, &said, e);

	if (r < 0)
		return r;
	said[strcspn(said, ";\n")] = '\0'; /* "4711;cluster" */
	json_array_append_new(s->arrays, json_string(said));
	for (size_t i = first; i < b->n; i++)
		if (waits_for_array(s, i) && memory_class(&b->labs[i]) == mib) {
			s->task[i].submitted = true;
			s->task[i].state = SLURM_WAITS;
			snprintf(s->task[i].array, sizeof(s->task[i].array), "%s", said);
			b->labs[i].tries++;
		}
	return note_arrays(s, e);
}

static int submit(struct slurm *s, struct err *e)
{
	_cleanup_free_ char *script = NULL, *logs = slurm_path(s->b, "slurm");
	int r = write_script(s->b, &script, e);

	if (r == 0 && mkdir(logs, 0777) < 0 && errno != EEXIST)
		r = err_sys(e, errno, "%s", logs);
	for (size_t i = 0; r == 0 && i < s->b->n; i++)
		if (waits_for_array(s, i))
			r = submit_like(s, i, script, e);
	return r;
}

/* --- looking --- */

/* Ids of all arrays, by commas. */
static char *array_ids(const struct slurm *s)
{
	struct str ids = { 0 };
	json_t *id;
	size_t i;

	json_array_foreach (s->arrays, i, id)
		str_printf(&ids, "%s%s", i ? "," : "", json_string_value(id));
	return str_take(&ids);
}

/* Has tasks of a dead node run elsewhere, where there is room, before it comes back. */
static void hasten(const struct slurm *s)
{
	for (size_t i = 0; i < s->b->n && !getenv("SBATCH_BEGIN"); i++) {
		_cleanup_free_ char *job = xasprintf("JobId=%s_%zu", s->task[i].array, i);
		const char *const argv[] = { "scontrol", "update", job, "StartTime=now", NULL };
		_cleanup_free_ char *said = NULL;
		struct err e = { 0 };

		if (s->task[i].submitted && s->task[i].seen && s->task[i].delayed &&
		    program_output(argv, &said, &e) < 0)
			ui_note("%s", e.msg);
	}
}

/* Queue and accounting, each where it is: an id that the controller has forgotten fails. */
static void ask_slurm(struct slurm *s)
{
	_cleanup_free_ char *ids = array_ids(s), *said = NULL;
	_cleanup_free_ char *jobs = xasprintf("--jobs=%s", ids);
	const char *const queue[] = { "squeue", "--noheader",           "--array", "--states=all",
		                      jobs,     "--format=%F|%K|%T|%r", NULL };
	const char *const accounts[] = {
		"sacct",   "--noheader", "--allocations",        "--parsable2",
		"--array", jobs,         "--format=JobID,State", NULL
	};
	struct err e = { 0 };
	bool told = *ids && program_output(queue, &said, &e) == 0;

	for (size_t i = 0; i < s->b->n; i++)
		s->task[i].seen = false;
	if (told)
		slurm_read_queue(said, s->task, s->b->n);
	for (size_t i = 0; i < s->b->n; i++)
		if (s->task[i].submitted && !s->task[i].seen && !s->b->labs[i].result) {
			_cleanup_free_ char *text = NULL;

			if (program_output(accounts, &text, &e) == 0)
				slurm_read_accounts(text, s->task, s->b->n);
			break;
		}
	s->b->running = 0;
	for (size_t i = 0; i < s->b->n; i++) {
		struct slurm_task *t = &s->task[i];

		/* Neither knows it any more. An answer that failed as a whole says nothing. */
		if (told && t->submitted && !t->seen)
			t->state = SLURM_OVER;
		if (t->submitted && t->state == SLURM_OVER && !t->over_ms)
			t->over_ms = test_now_ms();
		if (t->state != SLURM_OVER)
			t->over_ms = 0;
		s->b->running += t->submitted && t->state == SLURM_RUNS && !s->b->labs[i].result;
	}
}

/* A verdict is taken; of a lab that did not come up, the last try's error. */
static void take_result(struct slurm *s, size_t i)
{
	struct batch_lab *l = &s->b->labs[i];
	struct slurm_task *t = &s->task[i];
	json_t *got = batch_result_read(s->b, l);
	struct err e = { 0 };
	bool again = l->tries <= (unsigned)s->b->retries;

	if (!got && (t->state != SLURM_OVER || test_now_ms() - t->over_ms < GRACE_MS))
		return;
	bool final = json_is_true(json_object_get(got, "final"));

	if (!final && again) {
		ui_note("%s: %s; it is submitted once more", l->file,
		        got ? json_str(json_object_get(got, "run"), "error") : t->why);
		json_decref(got);
		t->submitted = false;
		return;
	}
	if (!got) {
		_cleanup_free_ char *how =
		    xasprintf("task %s_%zu of Slurm left no result (%s); what it wrote is in "
		              "%s/slurm/%s_%zu.log",
		              t->array, i, *t->why ? t->why : "it is not known any more", s->b->dir,
		              t->array, i);

		got = batch_result_of_error(l, how);
		(void)batch_result_write(s->b, l, got, &e);
	}
	t->submitted = false;
	batch_took(s->b, l, got);
}

static void cancel_arrays(const struct slurm *s)
{
	json_t *id;
	size_t i;

	json_array_foreach (s->arrays, i, id) {
		const char *const argv[] = { "scancel", json_string_value(id), NULL };
		_cleanup_free_ char *said = NULL;
		struct err e = { 0 };

		if (program_output(argv, &said, &e) < 0 && !strstr(e.msg, "Invalid job id"))
			ui_note("%s", e.msg);
	}
}

/* Tasks of a command that was killed: those that live are waited for. */
static void adopt_arrays(struct slurm *s)
{
	_cleanup_free_ char *path = slurm_path(s->b, "slurm.json");
	json_t *j = json_load_file(path, 0, NULL);
	struct batch *b = s->b;
	size_t alive = 0;

	if (!json_is_array(json_object_get(j, "arrays"))) {
		json_decref(j);
		return;
	}
	json_decref(s->arrays);
	s->arrays = json_incref(json_object_get(j, "arrays"));
	json_decref(j);
	ask_slurm(s);
	for (size_t i = 0; i < b->n; i++)
		if (b->labs[i].chosen && !b->labs[i].result && s->task[i].seen &&
		    s->task[i].state != SLURM_OVER) {
			s->task[i].submitted = true;
			b->labs[i].tries = 1;
			alive++;
		}
	if (alive)
		ui_note("%zu tasks of an earlier batch still run or wait: they are waited for",
		        alive);
}

int batch_slurm(struct batch *b)
{
	struct slurm s = { .b = b, .arrays = json_array(), .task = xcalloc(b->n, sizeof(*s.task)) };
	struct err e = { 0 };
	int r = 0;

	adopt_arrays(&s);
	while (r == 0 && b->done < b->chosen && !test_interrupted) {
		r = submit(&s, &e);
		if (r == 0 && test_now_ms() - s.asked_ms > ASK_MS) {
			ask_slurm(&s);
			hasten(&s);
			s.asked_ms = test_now_ms();
		}
		for (size_t i = 0; r == 0 && i < b->n; i++)
			if (s.task[i].submitted && !b->labs[i].result)
				take_result(&s, i);
		batch_progress(b);
		if (r == 0 && b->done < b->chosen && !test_interrupted)
			(void)poll(NULL, 0, LOOK_MS);
	}
	if (test_interrupted)
		cancel_arrays(&s);
	json_decref(s.arrays);
	free(s.task);
	ui_progress_end();
	return r < 0 ? ui_error(&e) : EX_DONE;
}
