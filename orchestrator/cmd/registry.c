/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that were linked in: pointers in the section vnl_commands, put there by COMMAND().
 */
#include "base/str.h"
#include "cmd/cmd.h"

extern const struct command *const __start_vnl_commands[] __attribute__((weak));
extern const struct command *const __stop_vnl_commands[] __attribute__((weak));

static size_t group_rank(const char *group)
{
	static const char *const order[] = { "Labs", "Look", "Prove", "Break", "Teach", "Tool" };
	size_t i = 0;

	while (i < ARRAY_LEN(order) && !streq(order[i], group))
		i++;
	return i;
}

static int compare_commands(const void *x, const void *y)
{
	const struct command *a = *(const struct command *const *)x,
	                     *b = *(const struct command *const *)y;
	size_t ra = group_rank(a->group), rb = group_rank(b->group);

	return ra != rb ? (ra < rb ? -1 : 1) : strcmp(a->name, b->name);
}

const struct command *const *command_list(size_t *ret_n)
{
	static const struct command *sorted[64];
	static size_t n;

	if (!n) {
		n = (size_t)(__stop_vnl_commands - __start_vnl_commands);
		if (n > ARRAY_LEN(sorted)) /* make the array larger */
			abort();
		for (size_t i = 0; i < n; i++)
			sorted[i] = __start_vnl_commands[i];
		qsort(sorted, n, sizeof(*sorted), compare_commands);
	}
	*ret_n = n;
	return sorted;
}

const struct command *command_find(const char *name)
{
	size_t n;
	const struct command *const *list = command_list(&n);

	for (size_t i = 0; i < n; i++)
		if (streq(list[i]->name, name))
			return list[i];
	return NULL;
}
