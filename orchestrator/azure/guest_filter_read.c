/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of all nodes, each by its reader. */
#include "azure/guest_filter.h"
#include "azure/own_filter.h"
#include "base/str.h"

void guest_filters_read(struct model *m)
{
	for (size_t i = 0; i < m->n_vms; i++) {
		struct guest_config *g = &m->vms[i].guest;
		struct guest_filter *f = NULL;

		for (size_t k = 0; k < g->n_filters; k++) {
			const struct config_file *c = &g->filters[k];

			if (!c->content)
				continue;
			if (!f) {
				f = arena_alloc(m->arena, sizeof(*f));
				f->arena = m->arena;
			}
			if (streq(own_filter_named(c->name)->program, "nft"))
				guest_filter_read_nft(f, c);
			else
				guest_filter_read_iptables(f, c);
		}
		g->filter = f;
	}
}
