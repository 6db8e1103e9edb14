/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that runs in a machine: decided when it is made, or its extensions are, and kept
 * (hidden, as "machine").  What others do - a session of a Route Server that comes or goes -
 * changes nothing. */
#pragma once

#include "rest/id.h"
#include "rest/store.h"

/* After a PUT of the resource with this id: of a machine, or of something in one. */
void machine_decide(struct store *s, const struct rest_id *id);
/* For the importer: {"KEY of a machine": what runs in it}; new reference. */
json_t *machines_given(const struct store *s);
/* Is it a machine that has been stopped? */
bool machine_is_off(const struct store *s, const char *key);
