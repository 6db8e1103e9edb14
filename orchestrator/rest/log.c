/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/format.h"
#include "rest/priv.h"

void rest_log(const struct rest *r, const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;

	if (!r->o.log)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	r->o.log(text);
	free(text);
}
