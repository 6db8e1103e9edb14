/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings that are taken out of a list, or become remarks. */
#pragma once

#include "base/finding.h"

/* Takes all out, but not the table of places. */
void findings_clear(struct findings *f);
/* Those that drop() takes are left out and not counted any more; how many they were. */
size_t findings_drop(struct findings *f, bool (*drop)(void *ctx, const struct finding *x),
                     void *ctx);
/* A warning becomes a remark whose message begins with the words. */
void finding_soften(struct findings *f, size_t i, const char *words);
