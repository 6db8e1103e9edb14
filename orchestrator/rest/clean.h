/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps secrets out of answers, logs, findings and errors. */
#pragma once

#include <jansson.h>

/* Without what is secret, at any depth; new reference, to j itself where nothing is. */
json_t *view_clean(const json_t *j);
