/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what this machine has of what labs need. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct feature { /* of the kernel */
	const char *name;
	bool required;
	bool alone;        /* takes its namespaces itself; else it is tried in those of a lab */
	const char *costs; /* what is not possible without it */
	const char *fix;
	int (*probe)(struct err *e); /* in a process of its own */
};
extern const struct feature FEATURES[];
extern const size_t N_FEATURES;

struct trial {
	bool ok;
	struct err e; /* why not */
};
/* Tries all features in namespaces and mounts that are made by the driver's own functions.  *ret is
 * never freed. */
int features_try(const struct trial **ret, struct err *e);

/* Builds a lab of one virtual machine, and ends it; fails with the error that `up` would report. */
int small_lab_probe(struct err *e);

struct program {
	const char *name; /* "FRR" */
	const char *const
	    *binary;         /* names, all of which must be there; the first tells the version */
	const char *argv[3]; /* that makes it tell */
	bool required;
	const char *costs, *package;
	const char *service; /* that the package starts, or NULL */
	const char *fix;     /* NULL: apt-get install, make deps */
};
extern const struct program PROGRAMS[];
extern const size_t N_PROGRAMS;

/* 0 with *ret_path and *ret_version ("" when it does not tell), both freed by the caller; -ENOENT
 * with the name of what is missing. */
int program_probe(const struct program *p, char **ret_path, char **ret_version, struct err *e);
