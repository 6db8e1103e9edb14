/* Values that nobody gave. */
#pragma once

#include "input/arm/priv.h"

/* For secrets, keys, users, sizes: what shapes no network.  NULL: it must be asked for. */
const struct val *param_invent(struct deployment *d, const char *name, const char *type,
                               const struct val *decl);
/* "GEN-UNIQUE" and its like of the quickstart templates; any other value as it is. */
const struct val *param_placeholder(struct arm *a, const struct val *v, const char *name,
                                    const char *type);
