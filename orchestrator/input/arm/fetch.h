/* One text over HTTPS. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* At most max bytes, 20 seconds, 5 redirections, all of them to https. */
int fetch_https(const char *uri, size_t max, struct str *ret, struct err *e);
