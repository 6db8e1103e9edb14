/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Azure's rules and known pitfalls over a complete model (azure-behaviour 1 to 8). Every rule has
 * an id, a message that can be acted on, and a test. */
#pragma once

#include "azure/model.h"
#include "base/finding.h"

void azure_check(const struct model *m, struct findings *f);
