/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state that the driver keeps for its operations. */
#pragma once

#include "lab/proc/driver.h"

struct syntax;

struct ops_room {
	struct syntax *syntax;              /* op_syntax.c */
	struct log_follower *log_followers; /* op_logs.c */
};
