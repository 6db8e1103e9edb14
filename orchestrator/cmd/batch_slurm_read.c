/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/batch_slurm.h"

#include <stdio.h>

#include "base/str.h"

/* Requeued tasks are PENDING again; while their processes end they are COMPLETING. */
static enum slurm_state read_slurm_state(const char *word)
{
	static const char *const waiting[] = { "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED",
		                               "SPECIAL_EXIT" };
	static const char *const running[] = { "RUNNING",   "CONFIGURING", "COMPLETING",
		                               "SUSPENDED", "STAGE_OUT",   "SIGNALING",
		                               "STOPPED",   "RESIZING" };

	for (size_t i = 0; i < ARRAY_LEN(waiting); i++)
		if (streq(word, waiting[i]))
			return SLURM_WAITS;
	for (size_t i = 0; i < ARRAY_LEN(running); i++)
		if (streq(word, running[i]))
			return SLURM_RUNS;
	return SLURM_OVER;
}

static void take_state(struct slurm_task *t, const char *array, const char *word, const char *why)
{
	enum slurm_state state = read_slurm_state(word);

	/* A task that was submitted twice is judged by its last try. */
	if (t->submitted && !streq(t->array, array))
		return;
	if (t->seen && t->state != SLURM_OVER && state == SLURM_OVER)
		return;
	t->seen = true;
	t->state = state;
	t->delayed = state == SLURM_WAITS && streq(why, "BeginTime");
	if (!t->submitted)
		snprintf(t->array, sizeof(t->array), "%s", array);
	snprintf(t->why, sizeof(t->why), "%s%s%s", word, *why && !streq(why, "None") ? ", " : "",
	         *why && !streq(why, "None") ? why : "");
}

/* A field up to the separator; NULL: there is none.  *s moves behind it. */
static char *next_field(char **s, char separator)
{
	char *field = *s, *end = field ? strchr(field, separator) : NULL;

	if (!field)
		return NULL;
	if (end)
		*end++ = '\0';
	*s = end;
	return field;
}

static void each_line(const char *text, char separator, bool has_why, struct slurm_task *tasks,
                      size_t n)
{
	_cleanup_free_ char *copy = xstrdup(text);

	for (char *rest = copy, *line; (line = next_field(&rest, '\n'));) {
		char *array = next_field(&line, separator), *number = next_field(&line, '|'), *end;
		char *word = next_field(&line, '|'), *why = has_why ? next_field(&line, '|') : NULL;
		unsigned long i = number ? strtoul(number, &end, 10) : n;

		if (!number || !word || end == number || *end || i >= n)
			continue;
		word[strcspn(word, " +")] = '\0'; /* "CANCELLED by 1000" */
		take_state(&tasks[i], array, word, why ? why : "");
	}
}

void slurm_read_queue(const char *text, struct slurm_task *tasks, size_t n)
{
	each_line(text, '|', true, tasks, n);
}

void slurm_read_accounts(const char *text, struct slurm_task *tasks, size_t n)
{
	each_line(text, '_', false, tasks, n);
}
