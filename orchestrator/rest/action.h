/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What actions have in common. */
#pragma once

#include "rest/call.h"

/* The lab's name of the resource that the call is about.  NULL: 404 or 409 has been answered, and c
 * is gone. */
const char *action_lab_name(struct rest_call *c);
/* Answers when the edits are in the lab: 202 at once, and the operation ends with an empty body. */
void action_change(struct rest_call *c, json_t *edits /* stolen */);
