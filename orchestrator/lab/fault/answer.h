/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a fault command is answered: what it did is in the kernels then. */
#pragma once

#include "lab/proc/conn.h"

/* Answers c with words(d) once the virtual router has made what it was told of; after a
 * second in any case, since it may be held or dead, by a fault perhaps. */
void answer_when_applied(struct driver *d, struct conn *c,
                         json_t *(*words)(const struct driver *d));
