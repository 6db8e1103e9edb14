/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The endpoint's own certificate authority, and its server's certificate. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct certificate {
	struct str key, cert; /* of the server, PEM; cert: with that of the authority behind it */
};

/* Made on first use in the folder (rest/folder.h): P-256; the authority may sign for localhost,
 * 127.0.0.0/8 and ::1 alone.  Made anew in the last month of their time. */
int certificate_load(const char *folder, struct certificate *ret, struct err *e);
void certificate_done(struct certificate *c);
