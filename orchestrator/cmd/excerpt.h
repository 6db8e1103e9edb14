/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdio.h>

#include "base/finding.h"

/* The line of source that a finding is about, with a caret under the expression.  Nothing where the
 * line is not known, or the finding is a remark about more than an expression. */
void excerpt_print(FILE *out, const struct findings *all, const struct finding *f);
