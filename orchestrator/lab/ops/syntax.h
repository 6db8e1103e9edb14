/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemons' own opinion on a design's files, without a lab: op_syntax.c. */
#pragma once

struct driver;

/* A check has ended: were all of them asked, the client gets its answer. */
void syntax_look(struct driver *d);
