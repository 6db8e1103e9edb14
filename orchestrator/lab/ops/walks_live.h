/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answers of a matrix by the kernels' tables, beside real packets. */
#pragma once

#include "lab/proc/lab.h"
#include "matrix/matrix.h"

/* Sends a ping, and for each span of ports that rules tell apart a datagram and a connection, from
 * every NIC that runs to every other.  Where packets say otherwise than kernel, a row comes to
 * differ (lab/client/client.h).  *ret_sent: how many were asked.  -E2BIG when that is too many. */
int walks_live(struct lab *l, const struct matrix *model, const struct matrix *kernel,
               json_t *differ, size_t *ret_sent, struct err *e);
