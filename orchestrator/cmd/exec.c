/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec and shell. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/term.h"
#include "cmd/remote.h"
#include "lab/proc/launch.h"

static bool goes_along(const char *variable)
{
	static const char *const NAMES[] = { "TERM=",  "COLORTERM=", "NO_COLOR=", "COLUMNS=",
		                             "LINES=", "PS1=",       "TZ=",       "LC_" };

	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
		if (str_starts(variable, NAMES[i]))
			return true;
	return false;
}

/* A node's programs open /dev/stdin and its like anew, which our pipes allow only to us: where root
 * of the lab is somebody else, to everybody who has the descriptor. */
static void open_to_all(const int *fds)
{
	for (int i = 0; i < 3 && geteuid() == 0; i++) {
		_cleanup_free_ char *path = xasprintf("/proc/self/fd/%d", fds[i]);
		char to[16] = "";

		if (readlink(path, to, sizeof(to) - 1) > 0 && str_starts(to, "pipe:["))
			(void)!fchmod(fds[i], 0666);
	}
}

static json_t *exec_request(const char *node, char *const *argv, bool terminal)
{
	json_t *list = json_array();

	json_t *env = json_array();
	/* NOLINTNEXTLINE(clang-analyzer-unix.StdCLibraryFunctions): glibc's allocates. */
	_cleanup_free_ char *cwd = getcwd(NULL, 0);

	for (; *argv; argv++)
		if (json_array_append_new(list, json_string(*argv)) < 0)
			break;
	if (*argv) { /* the driver's language is JSON */
		struct err e;

		err_set(&e, EILSEQ, "an argument is not UTF-8 and cannot be passed on: %s", *argv);
		ui_error(&e);
		json_decref(list);
		json_decref(env);
		return NULL;
	}
	/* Pass on only the variables for terminal and language: others may be secret.  A daemon's
	 * own variables come last, since the first of a name counts. */
	for (char **v = environ; *v; v++)
		if (goes_along(*v))
			json_array_append_new(env, json_string(*v));
	for (const char *const *v = DAEMON_ENV; *v; v++)
		json_array_append_new(env, json_string(*v));
	json_t *req = json_pack("{s:s,s:s,s:o,s:o,s:b}", "op", "exec", "node", node, "argv", list,
	                        "env", env, "terminal", terminal);

	if (req && cwd)
		json_object_set_new(req, "cwd", json_string(cwd));
	return req;
}

static int cmd_exec(const struct cmd_args *a)
{
	const int fds[3] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	char **argv = a->passthrough && *a->passthrough ? a->passthrough : a->argv + 1;

	if (!*argv)
		return ui_usage(a, "nothing to run: vnetlab exec %s -- COMMAND", a->argv[0]);
	json_t *req = exec_request(a->argv[0], argv, false);

	open_to_all(fds);
	return req ? remote_exec(a, req, fds, -1) : EX_FAILED;
}

static int cmd_shell(const struct cmd_args *a)
{
	bool bash = access("/bin/bash", X_OK) == 0;
	char *script[] = { (char *)(bash ? "/bin/bash" : "/bin/sh"), NULL };
	/* Start-up files would set the prompt for this machine, not for the node. */
	char *interactive[] = { script[0], (char *)(bash ? "--norc" : NULL), NULL };
	_cleanup_free_ char *prompt = xasprintf("%s:\\w# ", a->argv[0]);
	const int own[3] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	struct err e = { 0 };

	/* Not a terminal: a script on standard input. */
	if (!term_is(STDIN_FILENO))
		return remote_exec(a, exec_request(a->argv[0], script, false), own, -1);
	setenv("PS1", prompt, 1);

	/* One of the node's: its programs must find it in their /dev. */
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0) {
		err_sys(&e, errno, "socketpair");
		return ui_error(&e);
	}
	_cleanup_close_ int ours = sv[0], theirs = sv[1];
	const int fds[3] = { theirs, theirs, theirs };

	return remote_exec(a, exec_request(a->argv[0], interactive, true), fds, ours);
}

COMMAND(
    exec,
    {
        .name = "exec",
        .group = "Look",
        .synopsis = "exec NODE -- COMMAND [ARG...]",
        .summary = "runs a command inside a node",
        .help =
            "The command sees the node's network, its own /etc, /run, /var and /tmp, and the\n"
            "machine's programs: no other files. Scripts go in by standard input. Input, output,\n"
            "signals and the exit status are the command's.\n\n"
            "  vnetlab exec NVA_1 -- vtysh -c 'show bgp summary'\n"
            "  vnetlab exec RouteServer/0 -- birdc -s /run/bird/bird.ctl show route\n"
            "  vnetlab exec Backend -- traceroute -n 8.8.8.8\n"
            "  vnetlab exec Backend -- python3 - <client.py",
        .min_args = 1,
        .max_args = -1,
        .kinds = { ARG_NODE, ARG_WORD, ARG_WORD },
        .takes_passthrough = true,
        .stream = true,
        .reads_stdin = true,
        .run = cmd_exec,
    });

COMMAND(
    shell,
    {
        .name = "shell",
        .group = "Look",
        .synopsis = "shell NODE",
        .summary = "opens a shell inside a node",
        .help =
            "As exec, with a terminal of its own. The shell is that of this machine, as root of\n"
            "the node: what it changes is the node's.",
        .min_args = 1,
        .max_args = 1,
        .kinds = { ARG_NODE },
        .stream = true,
        .reads_stdin = true,
        .run = cmd_shell,
    });
