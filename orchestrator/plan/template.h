/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates without logic, for the files of appliance images: what Mustache has, without escaping.
 *
 *   {{name}}                  the value; an unknown name is an error, never nothing
 *   {{#name}} ... {{/name}}   once for each element of a list, once for an object, a non-empty
 *                             string, a number, or true; else not at all
 *   {{^name}} ... {{/name}}   when the above would not
 *   {{.}}                     the element itself
 *   {{! words }}              a comment
 *
 * Inside a section names are looked up in the element first, then further out.  A line that holds
 * nothing but a section's tag, or a comment, leaves no line behind. */
#pragma once

#include <jansson.h>

#include "base/err.h"

/* name: what the text is called in messages ("frr/frr.conf.template").  -EINVAL with name, line and
 * what is wrong.  The caller frees *ret. */
int template_render(const char *text, const char *name, const json_t *data, char **ret,
                    struct err *e);
