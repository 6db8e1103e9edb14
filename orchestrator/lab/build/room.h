/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state that the driver keeps for building. */
#pragma once

#include "kernel/filter.h"
#include "lab/proc/driver.h"

struct build_room {
	struct model **old_models; /* nodes of a build that failed may point into them */
	size_t n_old, cap_old;
	struct plug *plug; /* kernel/guest.h */
	bool loops;        /* load balancers had links (kernel/lb_links.h), or may have */
	int edge_ns;       /* the Internet edge, which is no node */
	struct filter_memory edge_filter;
	struct apply *apply;  /* one that is under way, or NULL */
	struct check *checks; /* those that run */
	struct drift_watch *drift;
	struct responder *responder;
	struct fault *faults; /* ledger.c */
	size_t n_faults, cap_faults;
	json_t *given, *exam; /* exam.h; NULL: the design is what runs; none */
};
