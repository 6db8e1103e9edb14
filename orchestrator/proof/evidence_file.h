/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of what is kept of a lab (proof/evidence.h). */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "base/err.h"

/* "RouteServer/0" as the name of a file; the caller frees. */
char *evidence_file_name(const char *name);
/* Makes it unless it is there. */
int evidence_folder(const char *path, struct err *e);
/* Closes; reports what went wrong while it was written, too. */
int evidence_close(FILE *f, const char *path, struct err *e);
int evidence_json(const char *path, const json_t *j, struct err *e);
/* Asks the lab, and writes the answer to path, if there is one; ret_answer may be NULL. */
int evidence_ask(const char *lab, json_t *request /* stolen */, const char *path,
                 json_t **ret_answer, struct err *e);
