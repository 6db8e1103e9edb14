/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/version.h"

#ifndef VNETLAB_VERSION
#define VNETLAB_VERSION "unknown"
#endif

const char *vnetlab_version(void)
{
	return VNETLAB_VERSION;
}
