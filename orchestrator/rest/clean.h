/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is secret is in no answer, log, finding or error. */
#pragma once

#include <jansson.h>

/* Without what is secret, at any depth; new reference, to j itself where nothing is. */
json_t *view_clean(const json_t *j);
