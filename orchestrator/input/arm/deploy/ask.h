/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters without a value: they are asked for all at once, and what is invented is reported
 * once. */
#pragma once

#include "input/arm/deploy/deploy.h"

/* Between these two, what is asked for and invented is gathered for one line of each. */
struct asking *params_ask_begin(struct deployment *d);
void params_ask_end(struct deployment *d, struct asking *k);

void param_ask(struct deployment *d, const struct symbol *s);
/* v was invented for the parameter; secret: v shall not be shown. */
void param_tell(struct deployment *d, const char *name, const struct val *v, bool secret);
