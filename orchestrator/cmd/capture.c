/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture: tcpdump inside a node; pcap for programs, text for people. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/str.h"
#include "base/term.h"
#include "cmd/remote.h"
#include "proof/evidence_packets.h"

static int cmd_capture(const struct cmd_args *a)
{
	const char *file = arg_value(a, "write"), *device = arg_value(a, "interface");
	const char *tcpdump = tcpdump_path(), *count = arg_value(a, "count");
	struct err e = { 0 };

	if (!tcpdump) {
		err_set(&e, ENOPKG,
		        "capture needs tcpdump, which is not installed (apt install tcpdump)");
		return ui_error(&e);
	}
	/* Only the driver knows which one a NIC's is. */
	if (!device)
		device = "{device}";

	_cleanup_close_ int out = -1;

	if (file && !streq(file, "-")) {
		out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (out < 0) {
			err_sys(&e, errno, "cannot write %s", file);
			return ui_error(&e);
		}
	}
	bool pcap = file || !term_is(STDOUT_FILENO);
	/* -Z root: no change of user, which a user namespace could not do. */
	json_t *argv = json_pack("[s,s,s,s,s,s]", tcpdump, "-n", "-Z", "root", "-i", device);

	json_array_append_new(argv, json_string(pcap ? "-U" : "-l"));
	if (pcap) {
		json_array_append_new(argv, json_string("-w"));
		json_array_append_new(argv, json_string("-"));
	}
	if (count) {
		json_array_append_new(argv, json_string("-c"));
		json_array_append_new(argv, json_string(count));
	}
	for (int i = 1; i < a->argc; i++)
		json_array_append_new(argv, json_string(a->argv[i]));
	for (char **p = a->passthrough; p && *p; p++)
		json_array_append_new(argv, json_string(*p));

	const int fds[3] = { STDIN_FILENO, out >= 0 ? out : STDOUT_FILENO, STDERR_FILENO };

	return remote_exec(a,
	                   json_pack("{s:s,s:s,s:o,s:b}", "op", "exec", "node", a->argv[0], "argv",
	                             argv, "capture", true),
	                   fds, -1);
}

static const struct option_def capture_options[] = {
	{ 'w', "write", "FILE", "write pcap to FILE (- is standard output)", false },
	{ 'i', "interface", "NAME", "the interface (default: the NIC's; several: any)", false },
	{ 'c', "count", "N", "end after N packets", false },
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    capture,
    {
        .name = "capture",
        .group = "Look",
        .synopsis = "capture NODE [-w FILE] [FILTER...]",
        .summary = "captures packets inside a node",
        .help =
            "Packets as tcpdump sees them; FILTER is tcpdump's. On a terminal they are printed,\n"
            "otherwise pcap goes to standard output, for Wireshark:\n\n"
            "  vnetlab capture NVA_1 | wireshark -k -i -\n"
            "  vnetlab capture Backend -w backend.pcap icmp or tcp port 80",
        .min_args = 1,
        .max_args = -1,
        .kinds = { ARG_NODE, ARG_WORD, ARG_WORD },
        .takes_passthrough = true,
        .stream = true,
        .opts = capture_options,
        .run = cmd_capture,
    });
