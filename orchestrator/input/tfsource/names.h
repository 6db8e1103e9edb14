/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of tfsource/: what the evaluation asks for (struct hcl_eval). */
#pragma once

#include "input/tfsource/source.h"

json_t *tfs_name(struct hcl_eval *ev, const char *name, const struct hcl_expr *at);
json_t *tfs_handle_attr(struct hcl_eval *ev, const json_t *handle, const char *name,
                        const struct hcl_expr *at);
json_t *tfs_handle_whole(struct hcl_eval *ev, const json_t *handle);
