/* SPDX-License-Identifier: GPL-2.0-or-later */
/* whatIf: what a deployment would change, in the form of Azure's answer (REST API, Deployments -
 * What If). */
#pragma once

#include <jansson.h>

#include "rest/store.h"

/* was: the store; is: the same behind the edits (rest/edit.h).  A resource that the edits put is a
 * change "Create", "Modify" or "NoChange", with what it was, would be, and a tree of what differs;
 * others of the group (its key) are "Ignore", as of mode Incremental.  ids_only: the answer to
 * "ResourceIdOnly", which tells Modify and NoChange not apart ("Deploy").  New reference. */
json_t *what_if(const struct store *was, const struct store *is, const json_t *edits,
                const char *group, bool ids_only);
