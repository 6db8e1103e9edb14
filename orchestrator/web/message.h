/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages of the stream of server-sent events.  Pure. */
#pragma once

#include <jansson.h>

#include "base/str.h"

/* "event: NAME\ndata: JSON\n\n" */
void web_message(struct str *out, const char *event, const json_t *data);
