/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology file (interfaces.md section 1): JSON text -> document -> model.
 *
 * One table of fields (schema/schema.h) drives parsing, ranges, "unknown key, did you mean", the
 * JSON Schema of `vnetlab schema`, and docs/topology.md. */
#pragma once

#include "azure/model.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/str.h"

/* A design is a document that travels: the topology as written plus the contents of the appliances'
 * files, so that a lab's driver needs nothing of the folder that it came from.
 * {"topology": {...}, "files": {"nva1/frr.conf": "..."}, "path": "/abs/x.vnetlab.json"}
 *
 * A file that is missing, outside or unreadable is an object {"rule","error","hint"} in "files",
 * and becomes a finding of design_model(), together with all others. */
json_t *design_read(const char *path, struct findings *f, struct err *e);
/* ^ new reference, or NULL: with *e set when the file cannot be read (ENOENT, ...), with findings
 * when it is not acceptable JSON, too big or too deep. */

/* The first half of it: the file's text.  -errno: with *e set when it cannot be read, with a
 * finding when it is too big (-EFBIG). */
int design_text(const char *path, struct str *ret, struct findings *f, struct err *e);
/* The same for a text at hand: the topology alone, not a design.  NULL with findings. */
json_t *design_parse(const char *text, size_t n, struct findings *f);
/* A design of a topology that was read from path; takes the reference. */
json_t *design_around(json_t *topology, const char *path);

/* Design -> model.  Adds what the file itself is wrong about to the findings, and marks those
 * objects as broken; NULL when there is no topology at all.  Does not keep a reference to design
 * beyond what the model owns. */
struct model *design_model(json_t *design, struct findings *f);
/* The same, and Azure's rules (azure_check()): all findings, located and sorted.  NULL when there
 * are errors among them. */
struct model *design_checked(json_t *design, struct findings *f);

json_t *topology_schema(void); /* JSON Schema draft-07; new reference */
char *topology_docs(void);     /* docs/topology.md; the caller frees */
char *settings_docs(void);     /* docs/settings.md; the caller frees */
