/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules whose warnings a design takes as they are: "suppress": {"RULE": "reason"}. */
#pragma once

#include <jansson.h>

#include "base/finding.h"

/* Warnings of those rules become remarks that show the reason.  Errors stay: Azure, or the lab,
 * refuses the design all the same; and so does IMAGE-03, which is about the machine of whoever runs
 * it.  The findings are sorted. */
void design_suppress(const json_t *design, struct findings *f);
/* Reports rules that do not exist, and those that are not suppressed. */
void design_check_suppress(const json_t *design, struct findings *f);
