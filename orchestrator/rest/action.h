/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that actions have in common. */
#pragma once

#include "rest/call.h"

/* The lab's name of the resource that the call is about.  NULL: 404 or 409 has been answered, and c
 * is gone. */
const char *action_lab_name(struct rest_call *c);
/* The edits with an operation, which the headers name (operation_headers()).  answer is called when
 * they are taken, and answers; the operation ends, with an empty body, when the lab has them. */
void action_change(struct rest_call *c, json_t *edits /* stolen */, bool azure_async, bool location,
                   void (*answer)(struct rest_call *c));
void action_accepted(struct rest_call *c); /* 202, without a body */
