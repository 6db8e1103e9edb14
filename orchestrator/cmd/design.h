/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the topology that a command names, the same way everywhere. */
#pragma once

#include "azure/model.h"
#include "cmd/cmd.h"

struct opened {
	json_t *design; /* for the driver */
	struct model *model;
	char *lab; /* -n, or the name in the file */
	long parse_ms;
	char *path;               /* of the file, as people named it */
	struct findings findings; /* none is left in it: its table of places */
};

/* clang-format's versions disagree over braces in macros. */
/* clang-format off */
/* Options of every command that takes a design: what the readers of templates, plans and exports
 * want to know (input/open.h). */
#define DESIGN_OPTIONS \
	{ 'p', "param", "PARAM", \
	  "of a template: NAME=VALUE, or a parameter file; may be repeated", true }, \
	{ 0, "link", "PREFIX=DIR", "linked templates below the address PREFIX are in DIR", true }, \
	{ 0, "fetch", NULL, "get linked templates that are not here over HTTPS", false }, \
	{ 0, "module", "SOURCE=PATH", \
	  "a module of Terraform or Bicep that is not in the design is this folder, this file", true }, \
	{ 0, "without", "MODULE", "leave a module of a design in Terraform's language out", true }, \
	{ 0, "node", "VM=IMAGE[:FILE]", \
	  "an imported machine runs this image, with this configuration", true }, \
	{ 0, "resource-group", "NAME", "what resourceGroup() is called in a template", false }, \
	{ 0, "location", "REGION", "and where it is", false }

/* The option --disk of every command that starts a lab. */
#define DISK_OPTION \
	{ 0, "disk", "MIB", \
	  "what the nodes' files may take, together (default 256 and 1 for each node, and at most half " \
	  "of the memory)", \
	  false }
#define PRIVILEGED_OPTION \
	{ 0, "privileged-lab", NULL, \
	  "as root, without a user namespace: what the lab runs is root of this machine", false }
/* clang-format on */

/* --disk in MiB, 0 when it is not given.  False: it makes no sense, which was printed. */
bool design_disk(const struct cmd_args *a, long *ret);
/* The design of a file, whatever it is, with a's options: as input_open(). */
json_t *design_load(const struct cmd_args *a, const char *path, struct findings *f, struct err *e);

/* EX_DONE, or the exit status of what was printed.  Warnings are printed too. */
int design_open(const struct cmd_args *a, const char *file, struct opened *ret);
/* Images that are not there, files that they do not know: added to the findings, sorted.  Those
 * that are there become part of the design, for the driver. */
void design_check_images(json_t *design, struct findings *f);
/* The same, and what the daemons' own programs, where they are here, say of their files. */
void design_check_daemons(json_t *design, struct findings *f);
/* That alone: cmd/syntax.c. */
void design_check_syntax(json_t *design, struct findings *f);
void design_close(struct opened *o);
/* The same at the end of the process, whose memory the kernel takes back: freeing a large model
 * piece by piece takes a fifth of the time that reading it takes. */
void design_leave(struct opened *o);
#define _cleanup_opened_ _cleanup_(design_close)
