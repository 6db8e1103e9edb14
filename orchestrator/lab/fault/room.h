/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the driver keeps for those who break things. */
#pragma once

#include "lab/proc/driver.h"

struct fault_room {
	struct maintenance *maintenance; /* instances that are in it */
};
