/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All functions of the template language, gathered from the files of this room. */
#pragma once

#include "input/arm/expr/func.h"

const struct func_table *fn_table(void);
