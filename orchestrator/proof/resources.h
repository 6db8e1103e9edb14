/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An estimate of what a lab of a design takes of a machine, for schedulers that want to be told. */
#pragma once

#include "azure/model.h"

struct resources {
	long memory_mib; /* what it takes at rest, its command included */
	long limit_mib;  /* what to allow: routes of a full table, builds, files of the nodes */
	long seconds;    /* what `test` takes at most, all checks waiting as long as they may */
};
struct resources resources_of(const struct model *m);
