/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The job of a scheduler or a CI server that this process is part of.  Several jobs of one user may
 * share a machine: what they make is told apart by the job's tag. */
#pragma once

/* "slurm-1234"; NULL: no job.  The caller frees.  lookup is getenv(), or a test's own. */
char *job_tag(char *(*lookup)(const char *name));
/* "seed-1234" of a lab "seed": at most as long as a lab's name may be.  The caller frees. */
char *job_lab_name(const char *name, const char *tag);
