/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of a connection that this layer needs beyond lab/client/client.h. */
#pragma once

#include "lab/client/client.h"

struct lab_client *lab_client_new(const char *name, int fd); /* takes fd */
/* lab_recv() then gives -EBUSY where it would wait for a driver that works on something else. */
void lab_client_impatient(struct lab_client *c);
/* True when lab_recv() would not have to read. */
bool lab_client_pending(const struct lab_client *c);
/* {"error":...} -> *e, its exit status, and a negative return; 0 when the answer is none. */
int lab_answer_error(const json_t *answer, int *ret_status, struct err *e);
/* Ends a lab: asks, and kills the driver when it does not answer.  Returns when all of its
 * processes have gone.  -ENOENT: no such lab. */
int lab_end(const char *name, struct err *e);
/* Returns when no lab of that name is there any more, or after ms: a driver that failed is going.
 */
void lab_wait_gone(const char *name, int ms);
