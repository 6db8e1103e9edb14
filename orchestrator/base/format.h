/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xasprintf() of base/mem.h for who is handed a format by others: only few need <stdarg.h>. */
#pragma once

#include <stdarg.h>

/* The caller frees; never NULL. */
__attribute__((format(printf, 1, 0))) char *xvasprintf(const char *fmt, va_list ap);
