/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which vnetlab this is. */
#pragma once

/* "0.1.0", as the Makefile says it. */
const char *vnetlab_version(void);
