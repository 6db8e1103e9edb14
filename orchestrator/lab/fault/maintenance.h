/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `fault maintenance RS/0 [TIME]`: what Azure does to a Route Server instance now and then
 * (azure-behaviour 7.4, FAQ).  Its sessions end with Cease/2, administrative shutdown; the other
 * instance stays, and programs all NICs, which so keep their routes.  After TIME
 * (settings.maintenanceTime) the sessions are let up again, and when they are, the instance
 * programs its NICs as before.  Ours: which notification is sent, and that the other one takes over
 * at once; the FAQ says that routes stay. */
#pragma once

#include <jansson.h>

#include "lab/proc/driver.h"

/* argv: "maintenance", the instance, perhaps a time. */
int maintenance_begin(struct driver *d, const char *const *argv, struct err *e);
/* The time is over, now. */
int maintenance_end(struct driver *d, const char *instance, struct err *e);
/* Processes have started or ended, or the nodes are others.  An instance whose BIRD does not run is
 * treated alike: the other one takes over until it is back.  When neither runs, NICs keep what they
 * have for settings.instanceLossHold, and then lose it. */
void maintenance_look(struct driver *d);
