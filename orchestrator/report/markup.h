/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/str.h"

/* Adds s as text of XML 1.0 or HTML, also within quotes: what is markup and blanks other than the
 * space are references, what is no UTF-8 or no character of XML is U+FFFD. */
void markup_escape(struct str *b, const char *s);
