/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/bounds.h"

#include <errno.h>
#include <stdio.h>
#include <sys/sysinfo.h>

#include "base/mem.h"
#include "kernel/cgroup.h"

enum { NAME_MAX_ = 24 };

static const char *name_bound(unsigned number, char buf[NAME_MAX_])
{
	snprintf(buf, NAME_MAX_, number ? "node-%u" : ".", number);
	return buf;
}

void bounds_init(struct bounds *b, int dir)
{
	struct sysinfo si = { 0 };

	sysinfo(&si);
	*b = (struct bounds){ .dir = dir,
		              .limits =
		                  cgroup_limits((unsigned long long)si.totalram * si.mem_unit) };
}

static void remove_dead(struct bounds *b)
{
	char name[NAME_MAX_];
	size_t kept = 0;

	for (size_t i = 0; i < b->n_dead; i++)
		if (cgroup_child_remove(b->dir, name_bound(b->dead[i], name)) == -EBUSY)
			b->dead[kept++] = b->dead[i];
	b->n_dead = kept;
}

unsigned bounds_make(struct bounds *b, struct err *e)
{
	char name[NAME_MAX_];

	if (b->dir < 0)
		return 0;
	remove_dead(b);
	if (cgroup_child_make(b->dir, name_bound(b->next + 1, name), &b->limits, e) < 0)
		return 0;
	return ++b->next;
}

void bounds_drop(struct bounds *b, unsigned number)
{
	if (!number)
		return;
	VEC_PUSH(b->dead, b->n_dead, b->cap_dead) = number;
	remove_dead(b);
}

int bounds_enter(const struct bounds *b, unsigned number)
{
	char name[NAME_MAX_];

	return number ? cgroup_child_enter(b->dir, name_bound(number, name)) : -1;
}

unsigned long long bounds_kills(const struct bounds *b, unsigned number)
{
	char name[NAME_MAX_];

	return b->dir < 0 ? 0
	                  : cgroup_child_count(b->dir, name_bound(number, name), "memory.events",
	                                       "oom_kill");
}
