/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

int(err_set)(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (code <= 0)
		code = EIO;
	if (!e)
		return -code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return -code;
}

/* Appends which limit on descriptors was met: a growing lab meets this one first. */
static void say_limit(struct err *e)
{
	struct rlimit rl;
	size_t n = strlen(e->msg);

	if (e->code == ENFILE)
		snprintf(e->msg + n, sizeof(e->msg) - n,
		         " (the whole machine's limit: as root, sysctl fs.file-max=1000000)");
	else if (getrlimit(RLIMIT_NOFILE, &rl) == 0)
		snprintf(e->msg + n, sizeof(e->msg) - n,
		         " (RLIMIT_NOFILE is %llu; a lab needs a descriptor or two for each node: "
		         "raise the hard limit, ulimit -Hn)",
		         (unsigned long long)rl.rlim_cur);
}

int(err_sys)(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (code <= 0)
		code = EIO;
	if (!e)
		return -code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	size_t n = strlen(e->msg);

	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", strerror(code));
	if (code == EMFILE || code == ENFILE)
		say_limit(e);
	return -code;
}

int(err_wrap)(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -EIO;
	_cleanup_free_ char *old = xstrdup(e->msg);

	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	size_t n = strlen(e->msg);

	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", old);
	return -(e->code ? e->code : EIO);
}
