/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User namespaces inside of the lab's. */
#pragma once

#include "base/err.h"

/* Moves this process, which shares its memory with nobody, into one in which it is root as it was
 * before, and has no other ids. */
int users_new(struct err *e);
