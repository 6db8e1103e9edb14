/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "schema/schema.h"

/* The table of the whole topology file; made of the kinds' rows by the first call. */
const struct object_def *topology_def(void);
/* The fields of "settings": the emulation's own, and the kinds'. */
const struct object_def *settings_def(void);
/* The emulation's own. */
extern const struct object_def schema_settings;
