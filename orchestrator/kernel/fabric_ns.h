/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fabric namespace before anything is plugged in: what makes one Linux network stack behave as
 * Azure's virtual router does towards its NICs (azure-behaviour 1.3 to 1.7).
 *
 * Call it once, before links are made: ports inherit their settings from conf/default. */
#pragma once

#include "base/err.h"
#include "kernel/nft.h"
#include "kernel/nl.h"

int fabric_ns_prepare(int ns_fd, struct err *e);

/* The settings that every forwarding namespace of ours shares (fabric, edge), for ns_sysctls(). */
extern const char *const FORWARDING_SYSCTLS[];
/* Makes the fabric's packet filter anew, without elements: fabric_apply() adds them. */
int fabric_ns_filter(int ns_fd, struct err *e);
/* Counts what is not as it was prepared, but for the filter: settings, addresses, the way to the
 * sink.  mend: and puts it back. */
int fabric_ns_look(int ns_fd, bool mend, size_t *ret, struct err *e);
