/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/format.h"
#include "input/arm/run/run.h"

void arm_finding(struct arm *a, enum severity sev, const char *rule, const char *code,
                 const char *file, const char *ptr, const char *hint, const char *fmt, ...)
{
	_cleanup_free_ char *msg = NULL, *where = xasprintf("%s#%s", file, ptr);
	va_list ap;

	if (a->quiet)
		return;
	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	for (size_t i = 0; a->retried && i < a->f->n; i++)
		if (streq(a->f->items[i].rule, rule) && streq(a->f->items[i].source, where) &&
		    streq(a->f->items[i].message, msg))
			return; /* its first try reported it */
	finding_add_source(a->f, sev, rule, code, where, hint, "%s", msg);
}
