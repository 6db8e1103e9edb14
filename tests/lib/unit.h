/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Put before every unit test by the Makefile: cmocka.h wants these in front of it, wherever
 * clang-format sorts it to. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
