/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for classes, ports and protocols.  Pure. */
#pragma once

#include "azure/prefixes.h"
#include "base/str.h"
#include "matrix/matrix.h"

/* The addresses of a class as the fewest prefixes. */
void class_prefixes(const struct matrix_class *c, struct prefixes *ret);
/* "icmp", "tcp", "udp" */
const char *flow_protocol_str(uint8_t ip_proto);
/* "all", "tcp 22, 80-443; icmp": of several spans. */
void flows_text(const struct matrix_flow *v, size_t n, struct str *ret);
