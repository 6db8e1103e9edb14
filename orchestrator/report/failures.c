/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/failures.h"

#include "base/json.h"
#include "base/str.h"
#include "base/visible.h"
#include "report/table.h"

const char *failure_text(const json_t *o, const char *key)
{
	return member_text(o, key, "");
}

double failure_ms(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

bool failure_is_back(const json_t *o)
{
	return json_is_true(json_object_get(o, "back"));
}

bool failure_takes_other_way(const json_t *o)
{
	return json_is_true(json_object_get(o, "otherWay"));
}

static long long lost_of(const json_t *p)
{
	return json_integer_value(json_object_get(p, "lost"));
}

static void add_failure_line(struct table *t, const json_t *x)
{
	size_t n = json_array_size(json_object_get(x, "packets")), lost = 0, broken = 0, i;
	size_t others = 0;
	json_t *p;

	json_array_foreach (json_object_get(x, "packets"), i, p) {
		lost += lost_of(p) > 0 && failure_is_back(p);
		broken += !failure_is_back(p);
		others += failure_takes_other_way(p);
	}
	table_row(t, failure_text(x, "failure"), failure_text(x, "kind"));
	if (failure_is_back(x))
		table_cell(t, 2, "%.0f", failure_ms(x, "lostMs"));
	else
		table_cell(t, 2, "not back");
	table_cell(t, 3, "%zu of %zu", lost, n);
	table_cell(t, 4, "%zu", broken);
	table_cell(t, 5, "%zu", others);
	table_cell(t, 6, "%.0f", failure_ms(x, "returnMs"));
	table_cell(t, 7, "%.0f", failure_ms(x, "returnLostMs"));
	if (json_is_integer(json_object_get(x, "budgetMs")))
		table_cell(t, 8, "%.0f%s", failure_ms(x, "budgetMs"),
		           json_is_true(json_object_get(x, "held")) ? "" : ", exceeded");
	if (broken)
		table_color(t, 2, "red");
	if (others)
		table_color(t, 5, "yellow");
}

static void print_visible(FILE *f, const char *begin, const char *text)
{
	_cleanup_free_ char *clean = text_visible(text, strcspn(text, "\n"), false);

	fprintf(f, "%s%s", begin, clean);
}

/* The line of the reason that says where it ends: the first one, "the way there: dropped: ...". */
static void print_single_points(FILE *f, const json_t *list)
{
	size_t i, k, n = 0;
	json_t *x, *p;

	json_array_foreach (list, i, x) {
		if (!json_is_true(json_object_get(x, "singlePointOfFailure")))
			continue;
		json_array_foreach (json_object_get(x, "packets"), k, p) {
			if (failure_is_back(p))
				continue;
			if (!n++)
				fputs("Single points of failure:\n", f);
			print_visible(f, "  ", failure_text(x, "failure"));
			print_visible(f, ": \"", failure_text(p, "check"));
			print_visible(f, "\", which goes ", failure_text(p, "way"));
			print_visible(f, "; without it, ", failure_text(p, "reason"));
			fputc('\n', f);
		}
	}
	if (!n)
		fputs("No single point of failure was found.\n", f);
}

static void print_other_ways(FILE *f, const json_t *list)
{
	size_t i, k, n = 0;
	json_t *x, *p;

	json_array_foreach (list, i, x)
		json_array_foreach (json_object_get(x, "packets"), k, p) {
			if (!failure_takes_other_way(p))
				continue;
			if (!n++)
				fputs(
				    "Packets that arrive, but another way than their check says:\n",
				    f);
			print_visible(f, "  ", failure_text(x, "failure"));
			print_visible(f, ": \"", failure_text(p, "check"));
			print_visible(f, "\": ", failure_text(p, "seen"));
			fputc('\n', f);
		}
}

/* Prints what went unnoticed: it decides nothing. */
static void print_unnoticed(FILE *f, const json_t *list)
{
	size_t i, n = 0;
	json_t *x;

	json_array_foreach (list, i, x)
		if (!failure_is_back(x) && json_is_true(json_object_get(x, "unnoticed")))
			print_visible(f,
			              n++ ? ", "
			                  : "Sessions still waited for their hold times, or pools "
			                    "for their probes, when the time was over: ",
			              failure_text(x, "failure"));
	if (n)
		fputs(" (--away TIME waits longer)\n", f);
}

void report_failures_human(FILE *f, const json_t *failures)
{
	_cleanup_table_ struct table *t =
	    table_new("Without", "Which is", "Lost, ms", "Interrupted", "Broken", "Another way",
	              "Whole after, ms", "Lost then, ms", "Budget, ms");
	const json_t *list = json_object_get(failures, "failures");
	size_t i;
	json_t *x;

	for (size_t c = 2; c < 8; c++)
		table_right(t, c);
	json_array_foreach (list, i, x)
		if (json_object_get(x, "returnMs"))
			add_failure_line(t, x);
	if (!table_rows(t))
		return;
	table_indent(t, 2);
	table_print(t, f);
	print_single_points(f, list);
	print_other_ways(f, list);
	print_unnoticed(f, list);
}
