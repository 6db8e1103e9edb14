/* exec and shell. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/term.h"
#include "cmd/remote.h"

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
	/* As if it were run here; what is not UTF-8 stays behind. */
	for (char **v = environ; *v; v++)
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

	return req ? remote_exec(a, req, fds, -1) : EX_FAILED;
}

static int cmd_shell(const struct cmd_args *a)
{
	bool bash = access("/bin/bash", X_OK) == 0;
	char *script[] = { (char *)(bash ? "/bin/bash" : "/bin/sh"), NULL };
	/* Its start-up files would say where they think they are: on this machine. */
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
        .help = "The command sees the node's network and, in an appliance, its own /etc, /run and\n"
                "/var. Input, output, signals and the exit status are the command's.\n\n"
                "  vnetlab exec NVA_1 -- vtysh -c 'show bgp summary'\n"
                "  vnetlab exec RouteServer/0 -- birdc -s /run/bird/bird.ctl show route\n"
                "  vnetlab exec Backend -- traceroute -n 8.8.8.8",
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
            "the lab; what it changes on disk outside the node's private folders is real.",
        .min_args = 1,
        .max_args = 1,
        .kinds = { ARG_NODE },
        .stream = true,
        .reads_stdin = true,
        .run = cmd_shell,
    });
