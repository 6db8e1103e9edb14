/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes what the page shows out of what drivers say: JSON, and HTML made of the report's parts.
 * Pure. */
#pragma once

#include "web/lab.h"

/* {"name", "state", "why", "sessions": {"up", "of"}, "nodes": {"well", "of"}, "faults", "problems",
 * "tasks": {"done", "of"} | null}; new reference. */
json_t *view_tile(const struct web_lab *l);
/* The SVG of a lab, or NULL without a model; the caller frees. */
char *view_picture(const struct web_lab *l);
/* Sessions, faults, problems and tasks as HTML; the caller frees. */
char *view_details(const struct web_lab *l);
/* Words that the forms of the page complete: {"nodes": [...], "nics": [...], "sessions": [...]};
 * new reference. */
json_t *view_names(const struct web_lab *l);
/* Make HTML of the answers of `routes` and `path`; the callers free. */
char *view_routes(const json_t *answer);
char *view_path(const json_t *path);
/* The boxes of the picture that the packets of one way pass, [{"box", "node"}]: those of a NIC, a
 * Route Server, a circuit or a site ("": it is not drawn, as the Internet); new reference. */
json_t *view_steps(const struct model *m, const json_t *way);
