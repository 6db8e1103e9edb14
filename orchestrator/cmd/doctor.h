/* What this machine has of what labs need. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct feature { /* of the kernel */
	const char *name;
	bool required;
	const char *costs; /* what is not possible without it */
	const char *fix;
	int (*probe)(struct err *e); /* in scratch namespaces, in a process of its own */
};
extern const struct feature FEATURES[];
extern const size_t N_FEATURES;

/* Runs the probe in a process of its own, as root of namespaces of its own where the caller is an
 * ordinary user.  0, or -errno with the reason. */
int feature_probe(const struct feature *f, struct err *e);

struct program {
	const char *name; /* "FRR" */
	const char *const
	    *binary;         /* names, all of which must be there; the first tells the version */
	const char *argv[3]; /* that makes it tell */
	bool required;
	const char *costs, *package;
};
extern const struct program PROGRAMS[];
extern const size_t N_PROGRAMS;

/* 0 with *ret_path and *ret_version ("" when it does not tell), both freed by the caller; -ENOENT
 * with the name of what is missing. */
int program_probe(const struct program *p, char **ret_path, char **ret_version, struct err *e);
