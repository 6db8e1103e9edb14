/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state that the driver keeps for faults. */
#pragma once

#include "lab/proc/driver.h"

struct fault_room {
	struct maintenance *maintenance; /* instances that are in it */
};
