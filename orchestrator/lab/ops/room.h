/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the driver keeps for its operations. */
#pragma once

#include "lab/proc/driver.h"

struct ops_room {
	struct log_follower *log_followers; /* op_logs.c */
};
