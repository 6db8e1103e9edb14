/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -H: a command is run by the vnetlab of another machine, over SSH, as if it were here. */
#pragma once

#include "cmd/cmd.h"
#include "remote/ssh.h"

/* The parcel that is sent for one command (cmd/host_parcel.c). */
struct parcel {
	json_t *argv;           /* the words behind "vnetlab" */
	struct ssh_file *files; /* designs and what belongs to them */
	size_t n_files, cap_files;
	json_t *designs;    /* keeps what the files point at */
	char *lab;          /* its name, when that is known here */
	int out;            /* where standard output goes */
	const char *report; /* a folder here that gets what is in REPORT there; NULL */
	bool here;          /* the command runs here and is not sent */
};
#define PARCEL_REPORT "_report"

/* EX_DONE, or the exit status of what was printed. */
int parcel_pack(const struct command *c, const struct cmd_args *a, struct parcel *ret);
void parcel_free(struct parcel *p);
#define _cleanup_parcel_ _cleanup_(parcel_free)

/* Returns the exit status. */
int host_run(const struct command *c, const struct cmd_args *a);
