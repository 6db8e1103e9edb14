/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proof/resources.h"

#include "checks/check.h"
#include "lab/image/image.h"

/* Measured on the labs that ship (proportional set sizes of all processes, and what their cgroup
 * counts of the kernel's memory), rounded up.  An image says what its daemons take (image.json). */
enum {
	BASE_MIB = 20,      /* driver, virtual router, responder, the command, packet filter */
	SPEAKER_KIB = 3072, /* a BIRD of ours: an instance of a Route Server or gateway, a router */
	NODE_KIB = 1024,    /* namespaces, links and the process that holds them */
	LIMIT_FACTOR = 2,
	LIMIT_MORE_MIB = 64,
	UP_AND_DOWN_S = 90 /* start, build, the wait for routing to come to rest, down */
};

static long kib_of(const struct node *vm)
{
	long own = vm->role == VM_GATEWAY || vm->role == VM_MSEE ||
	                   (vm->role == VM_SITE_ROUTER && !vm->guest.n_configs)
	               ? SPEAKER_KIB
	               : 0;

	return NODE_KIB + own + 1024 * image_memory_mib(vm->guest.image);
}

/* Checks between two actions run side by side, and actions one after the other. */
static long checks_ms(const struct model *m)
{
	long sum = 0, longest = 0;

	for (size_t i = 0; i < m->n_checks; i++) {
		const struct check *c = &m->checks[i];
		long ms = (long)c->within_ms + (long)c->stable_ms + (long)c->recover_ms;

		if (c->sort && !c->sort->ask) { /* an action */
			sum += longest + ms;
			longest = 0;
		} else if (ms > longest) {
			longest = ms;
		}
	}
	return sum + longest;
}

struct resources resources_of(const struct model *m)
{
	long kib = 2 * (long)m->n_route_servers * (SPEAKER_KIB + NODE_KIB);

	for (size_t i = 0; i < m->n_vms; i++)
		kib += kib_of(&m->vms[i]);
	struct resources r = { .memory_mib = BASE_MIB + (kib + 1023) / 1024 };

	r.limit_mib = LIMIT_FACTOR * r.memory_mib + LIMIT_MORE_MIB;
	r.seconds = UP_AND_DOWN_S + (checks_ms(m) + 999) / 1000;
	return r;
}
