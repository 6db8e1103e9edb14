/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reference of Terraform's configuration in its steps:
 * module.net["a"].subnets[0].id -> module, net["a"], subnets[0], id. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum { REF_STEPS = 32 };

struct tf_step {
	char *name;
	json_t *index; /* of "[0]" or "[\"a\"]": integer, string, or NULL */
	bool splat;    /* "[*]", or the step ".*" behind it */
};

struct tf_ref {
	struct tf_step steps[REF_STEPS];
	size_t n;
};

/* False: not a reference of this form (then nothing is to be freed). */
bool tf_ref_parse(const char *s, struct tf_ref *ret);
void tf_ref_free(struct tf_ref *r);
