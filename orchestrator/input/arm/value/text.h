/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The written form of values. */
#pragma once

#include "base/utf8.h"
#include "input/arm/value/val.h"

/* As concat(), string() and format() write it: True, 5, JSON in double quotes. */
void text_of(const struct val *v, struct str *out);
/* -1, 0, 1: the strings as .NET orders them without case, then with. */
int text_compare(const char *a, const char *b);
char *arm_lower(struct arena *a, const char *s); /* ASCII letters only */
