/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "input/hcl/func.h"

/* The answer of md5(), filesha1(), base64sha256() ... (by its name) for n bytes; unknown where a
 * call is another each time (bcrypt), or needs what is not read (rsadecrypt, base64gzip). */
json_t *hcl_hash(struct hcl_call *c, const char *s, size_t n);
/* uuidv5(NAMESPACE, NAME). */
json_t *hcl_uuidv5(struct hcl_call *c);
