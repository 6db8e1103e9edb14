/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what Slurm's programs say of the tasks of a batch: squeue and sacct, in the formats that
 * cmd/batch_slurm.c asks for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum slurm_state { SLURM_WAITS, SLURM_RUNS, SLURM_OVER };

struct slurm_task {
	char array[24]; /* id of its array; "": it was never submitted */
	bool submitted; /* and no result of it was taken since */
	bool seen;      /* Slurm spoke of it, the last time */
	enum slurm_state state;
	double over_ms; /* when it was first seen to be over; 0: it is not */
	bool delayed;   /* waits for its begin: Slurm queues again what a node lost for two minutes
	                   later */
	char why[64];   /* "OUT_OF_MEMORY", "NODE_FAIL" */
};

/* Lines "ARRAY|TASK|STATE|REASON" of squeue.  Of two arrays' tasks of one number the one that lives
 * counts, else the later one. */
void slurm_read_queue(const char *text, struct slurm_task *tasks, size_t n);
/* Lines "ARRAY_TASK|STATE" of sacct. */
void slurm_read_accounts(const char *text, struct slurm_task *tasks, size_t n);
