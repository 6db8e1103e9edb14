/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "base/term.h"
#include "base/tree.h"
#include "cmd/remote.h"
#include "remote/request.h"

static const char SERVE_TERMINALS[] = "VNETLAB_TERMINALS";
static const char FOLDER[] = "vnetlab.XXXXXX";

/* From here on the streams are the command's. */
static void say_mark(const json_t *req)
{
	const char *mark = json_str(req, "mark");

	printf("%s %d\n", mark, (int)getpid());
	fflush(stdout);
	fprintf(stderr, "%s\n", mark);
}

/* --- the folder of a design --- */

static char *folder_pattern(void)
{
	const char *tmp = getenv("TMPDIR");

	return xasprintf("%s/%s", tmp && *tmp == '/' ? tmp : "/tmp", FOLDER);
}

/* mkdtemp: 0700. */
static int make_serve_folder(void)
{
	_cleanup_free_ char *path = folder_pattern();
	struct err e;

	if (!mkdtemp(path)) {
		err_sys(&e, errno, "no folder for the design can be made there: %s", path);
		return ui_error(&e);
	}
	puts(path);
	return fflush(stdout) == 0 ? EX_DONE : EX_FAILED;
}

/* Only what make_serve_folder() can have made. */
static void remove_folder(const char *path)
{
	_cleanup_free_ char *pattern = folder_pattern();
	size_t n = strlen(pattern), fixed = n - strlen("XXXXXX");
	struct stat st;

	if (strlen(path) == n && !memcmp(path, pattern, fixed) && !strchr(path + fixed, '/') &&
	    lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    (st.st_mode & ALLPERMS) == 0700)
		tree_remove(path);
}

/* --- a command --- */

/* Options of whoever logs in here must not change what was asked for; what says where things are on
 * this machine stays. */
static void clean_environment(void)
{
	static const char *const kept[] = { "VNETLAB_RUN_DIR", "VNETLAB_IMAGES", "VNETLAB_ROUTER" };

	for (char **v = environ; *v;) {
		_cleanup_free_ char *name = xstrndup(*v, strcspn(*v, "="));
		bool keep = !str_starts(name, "VNETLAB_");

		for (size_t i = 0; i < ARRAY_LEN(kept); i++)
			keep |= streq(kept[i], name);
		if (keep || unsetenv(name) < 0)
			v++;
	}
}

/* An ordinary process of an ordinary command line, so that whoever looks at this machine sees what
 * runs there. */
static _Noreturn void child(const json_t *req)
{
	json_t *words = json_object_get(req, "argv"),
	       *terminals = json_object_get(req, "terminals");
	size_t n = json_array_size(words), i;
	char **argv = xcalloc(n + 2, sizeof(*argv));
	const char *folder = json_str(req, "folder"), *name;
	struct err e;
	json_t *x;

	/* Whatever the SSH server was started with. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	argv[0] = xstrdup("vnetlab");
	json_array_foreach (words, i, x)
		argv[i + 1] = xstrdup(json_is_string(x) ? json_string_value(x) : "");
	clean_environment();
	json_object_foreach (json_object_get(req, "env"), name, x)
		if (json_is_string(x))
			setenv(name, json_string_value(x), 1);
	if (terminals) {
		_cleanup_free_ char *text =
		    xasprintf("%d %d %lld", json_is_true(json_array_get(terminals, 0)),
		              json_is_true(json_array_get(terminals, 1)),
		              (long long)json_integer_value(json_object_get(req, "columns")));

		setenv(SERVE_TERMINALS, text, 1);
	}
	say_mark(req);
	if (*folder && chdir(folder) < 0)
		err_sys(&e, errno, "the folder of the design: %s", folder);
	else if (execv("/proc/self/exe", argv) < 0)
		err_sys(&e, errno, "starting vnetlab once more");
	_exit(ui_error(&e));
}

void serve_terminals(void)
{
	const char *text = getenv(SERVE_TERMINALS);

	/* "1 0 80" */
	if (text && strlen(text) > 4)
		term_pretend((const bool[3]){ false, text[0] == '1', text[2] == '1' },
		             (int)strtol(text + 4, NULL, 10));
	unsetenv(SERVE_TERMINALS);
}

/* The caller is gone when standard output (socket, pipe or terminal) has hung up.  A command that
 * would run for ever then gets SIGHUP; any other runs to its end, so that a lost connection leaves
 * nothing half-done. */
static int supervise(pid_t pid, bool stream)
{
	sigset_t set;
	int status;
	_cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT); /* from a terminal the command gets it, too */
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	_cleanup_close_ int sfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN },
		                { .fd = sfd, .events = POLLIN },
		                { .fd = STDOUT_FILENO } };

	while (pidfd >= 0 && !fds[0].revents) {
		struct signalfd_siginfo si;

		if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents && read(sfd, &si, sizeof(si)) == sizeof(si) &&
		    (si.ssi_signo == SIGTERM || si.ssi_signo == SIGHUP))
			kill(pid, (int)si.ssi_signo);
		if (fds[2].revents) {
			if (stream)
				kill(pid, SIGHUP);
			fds[2].fd = -1;
			fds[2].revents = 0;
		}
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EX_FAILED;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool hung_up(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO };

	return poll(&p, 1, 0) > 0;
}

static int run_served_command(const json_t *req)
{
	const char *folder = json_str(req, "folder");
	pid_t pid = fork();

	if (pid == 0)
		child(req);
	int status = EX_FAILED;

	if (pid < 0) {
		struct err e;

		err_sys(&e, errno, "fork");
		ui_error(&e);
	} else {
		status = supervise(pid, json_is_true(json_object_get(req, "stream")));
	}
	/* Keep the folder while the caller is connected: it may fetch a report. */
	if (*folder && (json_is_true(json_object_get(req, "remove")) || hung_up()))
		remove_folder(folder);
	return status;
}

int serve(const char *request)
{
	json_t *req = NULL;
	struct err e;
	int status;

	if (request_decode(request, &req, &e) < 0) {
		ui_error(&e);
		return EX_WRONG_USAGE;
	}
	json_t *sig = json_object_get(req, "signal");

	if (sig) {
		json_int_t pid = json_integer_value(json_object_get(req, "pid"));

		say_mark(req);
		status = pid > 1 && kill((pid_t)pid, (int)json_integer_value(sig)) == 0 ? EX_DONE
		                                                                        : EX_FAILED;
	} else if (json_is_true(json_object_get(req, "makeFolder"))) {
		say_mark(req);
		status = make_serve_folder();
	} else {
		status = run_served_command(req);
	}
	json_decref(req);
	return status;
}
