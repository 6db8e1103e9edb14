/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "input/arm/run/run.h"

/* An output of the template that must be deployed before, which the first call deploys; NULL. */
const struct val *prereq_output(struct arm *a, const char *name);
