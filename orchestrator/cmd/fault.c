/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault: break something on purpose, see what is broken, mend it. */
#include <stdio.h>

#include "cmd/remote.h"

static int cmd_fault(const struct cmd_args *a)
{
	json_t *argv = json_array(), *answer = NULL, *f;
	size_t i;

	for (int k = 0; k < a->argc; k++)
		json_array_append_new(argv, json_string(a->argv[k]));
	if (arg_flag(a, "hold"))
		json_array_append_new(argv, json_string("--hold"));

	int status =
	    remote_call(a, NULL, json_pack("{s:s,s:o}", "op", "fault", "argv", argv), &answer);

	if (status != EX_DONE)
		return status;
	json_t *faults = json_object_get(answer, "faults");

	if (a->json) {
		ui_json(json_pack("{s:O}", "faults", faults));
	} else {
		json_array_foreach (faults, i, f)
			printf("%s\n",
			       json_is_string(f) ? json_string_value(f) : json_str(f, "fault"));
		if (!json_array_size(faults))
			ui_note("no faults");
	}
	json_decref(answer);
	return EX_DONE;
}

static const struct option_def fault_options[] = {
	{ 0, "hold", NULL, "with kill: do not restart the processes", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    fault,
    {
        .name = "fault",
        .group = "Break",
        .synopsis = "fault stop|start|kill|freeze|thaw|link|session|impair|maintenance|list|clear "
                    "[NODE...]",
        .summary = "breaks something on purpose, or mends it",
        .help =
            "  fault stop VM | start VM          deallocated and back: routes to it become None;\n"
            "                                    whatever its powerState in the design is\n"
            "  fault kill NODE [--hold]          its processes die (and are restarted, unless "
            "held)\n"
            "  fault freeze NODE | thaw NODE     hung: neither control nor forwarding\n"
            "  fault link NODE[/NIC] down|up     its cables, or one of them; NODE/TUNNEL: that "
            "device\n"
            "  fault session RS/PEERING[/0|1] down|up\n"
            "  fault session GATEWAY/CONNECTION[/0|1] down|up    or GATEWAY/RS: its own BGP\n"
            "  fault impair NIC rate|delay|loss VALUE    where the kernel can\n"
            "  fault maintenance RS/0 [TIME]     what Azure does at times: one instance's sessions "
            "end,\n"
            "                                    the other programs all NICs; over after TIME\n"
            "  fault list | clear                what is broken now; mend all of it\n\n"
            "  vnetlab fault kill NVA_1 --hold && vnetlab routes BackendVMNic",
        .min_args = 1,
        .max_args = 6,
        .kinds = { ARG_WORD, ARG_NODE, ARG_WORD },
        .common_output = true,
        .opts = fault_options,
        .run = cmd_fault,
    });
