/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evidence for a check's packet that did not arrive: its way, and captures in the nodes on it while
 * it is sent again. */
#pragma once

#include "base/err.h"
#include "checks/check.h"

/* As PREFIX.path.json, PREFIX.probe.json, PREFIX.NODE.pcap. */
int evidence_packet(const char *lab, const struct check *c, const char *prefix, struct err *e);
/* The path of tcpdump on this machine, or NULL. */
const char *tcpdump_path(void);
