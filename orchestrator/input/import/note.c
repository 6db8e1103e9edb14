/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings that point at the original file. */
#include <stdio.h>

#include "base/format.h"
#include "input/import/priv.h"

void im_note(struct import *im, enum severity sev, const char *rule, const struct res *r,
             const char *hint, const char *fmt, ...)
{
	_cleanup_free_ char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	finding_add_source(im->f, sev, rule, NULL, r ? r->source : NULL, hint, "%s", msg);
}

/* "microsoft.network/virtualnetworks/subnets" -> "subnet"; the caller frees. */
static char *short_type_of(const struct res *r)
{
	const char *slash = strrchr(r->type, '/'), *s = slash ? slash + 1 : r->type;
	size_t n = strlen(s);

	if (n > 5 && streq(s + n - 5, "esses"))
		n -= 2;
	else if (n > 1 && s[n - 1] == 's')
		n--;
	return xstrndup(s, n);
}

void im_leave_out(struct import *im, struct res *r, const char *hint, const char *fmt, ...)
{
	_cleanup_free_ char *msg = NULL, *type = short_type_of(r);
	va_list ap;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	r->left_out = true;
	r->why_out = arena_strdup(im->a, msg);
	im_note(im, SEV_WARNING, "IMPORT-FORM-01", r, hint, "%s \"%s\" is left out: %s", type,
	        r->name, msg);
}

void im_leave_ipv6(struct import *im, struct res *r, const char *what)
{
	r->left_out = true;
	r->why_out = "IPv6 is not emulated";
	if (what)
		im_note(im, SEV_INFO, "IMPORT-IPV6-01", r, NULL,
		        "%s is IPv6, which is not emulated: left out", what);
}
