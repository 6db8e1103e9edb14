/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of private endpoints that go back to who handed the question over: the setting
 * privateEndpointAnswers (azure-behaviour 2.7).  Part of the fabric's packet filter. */
#pragma once

#include "plan/fabric.h"

extern const struct filter_block filter_back;
void filter_add_back(const struct fabric *f, struct nft_elems *v);
bool filter_needs_back(const struct fabric *f);
