/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test includes: cmocka with what its header needs, and addresses from text. */
#pragma once

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/addr.h"
#include "base/mem.h"

static inline struct prefix P(const char *s) {
	struct prefix p = { 0, 0 };

	assert_int_equal(prefix_parse(s, &p), 0);
	return p;
}

static inline ip4
A(const char *s)
{
	ip4 a = 0;

	assert_int_equal(ip4_parse(s, &a), 0);
	return a;
}
