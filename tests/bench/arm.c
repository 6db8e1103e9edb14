/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm [-r REPEATS] [-v] [-j] FILE [PARAMETER...]: evaluates a template; the median of its processor
 * time in ms (it waits for nothing), resources, errors.  -v: its findings, too; -j: resources and
 * outputs as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "input/arm/arm.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void show(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		printf("%s %s %s: %s%s%s\n", severity_str(f->items[i].severity), f->items[i].rule,
		       f->items[i].source ? f->items[i].source : "", f->items[i].message,
		       f->items[i].hint ? "\n    hint: " : "",
		       f->items[i].hint ? f->items[i].hint : "");
}

int main(int argc, char **argv)
{
	int repeats = 1, c, r = 0;
	bool verbose = false, json = false;
	double ms[1000];

	while ((c = getopt(argc, argv, "r:vj")) != -1) {
		if (c == 'r')
			repeats = (int)strtol(optarg, NULL, 10);
		verbose |= c == 'v';
		json |= c == 'j';
	}
	if (optind >= argc || repeats < 1 || repeats > 1000) {
		fputs("usage: arm [-r REPEATS] [-v] [-j] FILE [PARAMETER...]\n", stderr);
		return 2;
	}
	const struct arm_options o = { .file = argv[optind],
		                       .params = (const char *const *)argv + optind + 1 };
	size_t n = 0;

	for (int i = 0; i < repeats; i++) {
		_cleanup_findings_ struct findings f = { 0 };
		json_t *resources = NULL, *outputs = NULL;
		struct timespec a, b;
		struct err e = { 0 };

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		r = arm_read(&o, &resources, &outputs, &f, &e);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		ms[i] = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
		n = json_array_size(resources);
		if (*e.msg)
			fprintf(stderr, "arm: %s\n", e.msg);
		if (i == 0 && verbose)
			show(&f);
		if (i == 0 && json) {
			json_dumpf(resources, stdout, JSON_INDENT(1));
			json_dumpf(outputs, stdout, JSON_INDENT(1));
		}
		json_decref(resources);
		json_decref(outputs);
	}
	qsort(ms, (size_t)repeats, sizeof(*ms), by_value);
	printf("%.2f ms, %zu resources%s\n", ms[repeats / 2], n, r < 0 ? ", with errors" : "");
	return r < 0;
}
