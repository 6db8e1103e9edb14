/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/message.h"

#include "base/json.h"

/* JSON has no newline in it but as "\n", so that the data is one line. */
void web_message(struct str *out, const char *event, const json_t *data)
{
	str_printf(out, "event: %s\ndata: ", event);
	json_compact_add(out, data);
	str_add(out, "\n\n");
}
