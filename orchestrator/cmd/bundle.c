/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vnetlab bundle: what somebody else needs to see what a lab shows. */
#include <errno.h>
#include <sys/stat.h>

#include "cmd/remote.h"
#include "input/topology.h"
#include "proof/evidence.h"
#include "proof/evidence_file.h"

static int keep_matrix(const char *lab, const char *folder, struct err *e)
{
	_cleanup_free_ char *path = xasprintf("%s/matrix.json", folder);

	return evidence_ask(lab, json_pack("{s:s}", "op", "walks"), path, NULL, e);
}

static int bundle_model(const char *lab, struct model *m, const char *folder)
{
	const struct report_run none = { 0 };
	struct err e = { 0 };

	if (evidence_keep(lab, m, &none, folder, &e) < 0 || keep_matrix(lab, folder, &e) < 0)
		return ui_error(&e);
	ui_note("%s has the design, the state and the tables of lab %s; %s/topology.json brings "
	        "it up again",
	        folder, lab, folder);
	return EX_DONE;
}

static int cmd_bundle(const struct cmd_args *a)
{
	const char *folder = a->argv[a->argc - 1];
	_cleanup_findings_ struct findings f = { 0 };
	json_t *reply = NULL;
	struct stat st;

	if (stat(folder, &st) == 0)
		return ui_usage(a, "%s is there already: name a new folder", folder);
	int status = remote_call(a, a->argc > 1 ? a->argv[0] : NULL,
	                         json_pack("{s:s}", "op", "design"), &reply);

	if (status != EX_DONE)
		return status;
	struct model *m = design_checked(json_object_get(reply, "design"), &f);

	if (m) {
		_cleanup_free_ char *lab = xstrdup(a->argc > 1         ? a->argv[0]
		                                   : a->lab && *a->lab ? a->lab
		                                                       : m->name);

		status = bundle_model(lab, m, folder);
	} else {
		ui_findings(&f);
		status = EX_FAILED;
	}
	model_free(m);
	json_decref(reply);
	return status;
}

COMMAND(bundle,
        { .name = "bundle",
          .group = "Prove",
          .synopsis = "bundle [LAB] DIR",
          .summary = "saves what reproduces what a lab shows",
          .help = "Makes the folder DIR with the lab's design (topology.json, which up takes "
                  "as it is), its status, "
                  "events, logs, effective, learned and advertised routes with reasons, a "
                  "picture, and the matrix of its kernels' tables with every disagreement "
                  "(vnetlab help matrix). Logs and configurations are in it: look before "
                  "you send it to anybody.\n\n"
                  "  vnetlab bundle mylab mylab-bundle",
          .min_args = 1,
          .max_args = 2,
          .kinds = { ARG_LAB, ARG_FILE },
          .run = cmd_bundle });
