/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version of this vnetlab. */
#pragma once

/* "0.1.0", as the Makefile says it. */
const char *vnetlab_version(void);
