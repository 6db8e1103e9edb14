/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that vnetlab batch and its engines share: labs of many designs, and the folder (--dir)
 * in which their results are.  A lab's result is a file of its own, written whole or not at all, so
 * that whoever dies loses only what was running; the folder may be shared by machines. */
#pragma once

#include "cmd/test.h"
#include "proof/resources.h"

struct batch_lab {      /* one design of the batch */
	char *file;     /* as given */
	char *key;      /* name of its result and of its evidence, unique in the folder */
	char *digest;   /* of the design and of what options make of it */
	json_t *result; /* NULL: it has none yet; see batch_local.c */
	struct resources needs;
	unsigned tries;
	bool chosen; /* is of this shard */
	bool known;  /* had its result when the batch began */
};

struct batch { /* the whole command */
	const struct cmd_args *a;
	struct test_session options; /* what vnetlab test takes, of all labs */
	const char *engine;          /* --engine */
	char *dir;                   /* --dir, absolute */
	char *folder;                /* where files are relative to, absolute */
	struct batch_lab *labs;
	size_t n, cap;
	long jobs, retries;
	bool task; /* --shard auto: a scheduler asks whether there is a result, not which */
	size_t chosen, done, failed, running, known;
	double began_ms, written_ms;
};

/* batch_folder.c.  Adds a lab of the file, with a key of its own. */
void batch_add(struct batch *b, const char *file);
/* Makes the folder, and writes what a task, or a later command, needs to know (batch.json). */
int batch_folder_make(const struct batch *b, struct err *e);
/* batch.json of a folder, new reference. -ENOENT: there is none. */
int batch_folder_read(const char *dir, json_t **ret, struct err *e);
/* The result of the lab that is in the folder, new reference; NULL: none, or half of one. */
json_t *batch_result_read(const struct batch *b, const struct batch_lab *l);
int batch_result_write(const struct batch *b, const struct batch_lab *l, const json_t *result,
                       struct err *e);
void batch_result_remove(const struct batch *b, const struct batch_lab *l);
/* All reports, in every format, of what there is. */
int batch_reports_write(const struct batch *b, struct err *e);
/* A run for each chosen lab, for report_write(); batch_runs_free() frees. */
struct report_run *batch_runs(const struct batch *b, size_t *ret_n);
void batch_runs_free(struct report_run *runs, size_t n);
int batch_file_write(const char *path, const char *text, struct err *e); /* whole, or not at all */

/* batch_progress.c.  Takes the reference of a lab's result: prints it, and what is left. */
void batch_took(struct batch *b, struct batch_lab *l, json_t *result);
/* The line that moves. */
void batch_progress(const struct batch *b);
/* The result of a lab that has none: `how` says why.  New reference. */
json_t *batch_result_of_error(const struct batch_lab *l, const char *how);

/* Engines: run what has no result yet.  An enum exit_status, EX_DONE when all was tried. */
int batch_look(struct batch *b); /* not one: reads all designs, and takes results that are there */
int batch_local(struct batch *b);
int batch_slurm(struct batch *b);
int batch_kubernetes(struct batch *b);
