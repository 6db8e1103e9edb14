/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making the running lab equal to a design: build, start, wait for quiet; back to what ran before
 * when that fails. */
#pragma once

#include "lab/proc/driver.h"

/* Something has changed that an apply may be waiting for: goes on if it can. Cheap when none is
 * under way. */
void apply_step(struct driver *d);
