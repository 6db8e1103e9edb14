/* Reading the topology that a command names, the same way everywhere. */
#pragma once

#include "azure/model.h"
#include "cmd/cmd.h"

struct opened {
	json_t *design; /* for the driver */
	struct model *model;
	char *lab; /* -n, or the name in the file */
	long parse_ms;
};

/* EX_DONE, or the exit status of what was printed.  Warnings are printed too. */
int design_open(const struct cmd_args *a, const char *file, struct opened *ret);
/* Images that are not there, files that they do not know: added to the findings, sorted. */
void design_check_images(json_t *design, struct findings *f);
void design_close(struct opened *o);
#define _cleanup_opened_ _cleanup_(design_close)
