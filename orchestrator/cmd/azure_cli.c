/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Azure CLI in a configuration folder of the lab: made on first use, by az itself. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/azure.h"
#include "rest/environment.h"

/* Runs a program that says nothing unless it fails; its output is ours to show then. */
static int run_silently(char *const *argv, const json_t *env, struct err *e)
{
	int p[2], wstatus;
	_cleanup_str_ struct str words = { 0 };
	char buf[1024];
	ssize_t n;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	pid_t pid = fork();

	if (pid == 0) {
		dup2(p[1], STDOUT_FILENO);
		dup2(p[1], STDERR_FILENO);
		environment_set(env);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(p[1]);
	while (pid > 0 && ((n = read(p[0], buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0 && words.n < 1200)
			str_addn(&words, buf, (size_t)n);
	close(p[0]);
	if (pid < 0 || waitpid(pid, &wstatus, 0) < 0)
		return err_sys(e, errno, "fork");
	if (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 127)
		return err_set(e, ENOPKG,
		               "there is no az: install the Azure CLI (package azure-cli)");
	if (!WIFEXITED(wstatus) || WEXITSTATUS(wstatus))
		return err_set(e, EIO, "az %s %s fails: %s", argv[1], argv[2], str_get(&words));
	return 0;
}

/* The folder belongs to one address and one secret: a file says which. */
static bool is_set_up(const char *mark, const char *endpoint)
{
	FILE *f = fopen(mark, "re");
	char line[200] = "";

	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	fclose(f);
	line[strcspn(line, "\n")] = 0;
	return streq(line, endpoint);
}

static int note_set_up(const char *mark, const char *endpoint, struct err *e)
{
	FILE *f = fopen(mark, "we");

	if (!f)
		return err_sys(e, errno, "%s", mark);
	fprintf(f, "%s\n", endpoint);
	return fclose(f) ? err_sys(e, errno, "%s", mark) : 0;
}

/* az finds a Bicep CLI in its configuration folder: this program, which takes its words by that
 * name.  The link is made anew each time: a newer vnetlab may lie elsewhere. */
static int link_bicep(const char *folder, struct err *e)
{
	_cleanup_free_ char *bin = xasprintf("%s/bin", folder);
	_cleanup_free_ char *link = xasprintf("%s/bicep", bin);
	char self[PATH_MAX] = "", there[PATH_MAX] = "";

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return err_sys(e, errno, "/proc/self/exe");
	if (mkdir(bin, 0700) < 0 && errno != EEXIST)
		return err_sys(e, errno, "%s", bin);
	if (readlink(link, there, sizeof(there) - 1) >= 0 && streq(there, self))
		return 0;
	if ((unlink(link) < 0 && errno != ENOENT) || (symlink(self, link) < 0 && errno != EEXIST))
		return err_sys(e, errno, "%s", link);
	return 0;
}

int azure_set_up_cli(const json_t *env, struct err *e)
{
	const char *folder = member_text(env, "AZURE_CONFIG_DIR", ""),
	           *endpoint = member_text(env, "ARM_ENDPOINT", "");
	_cleanup_free_ char *mark = xasprintf("%s/vnetlab", folder);
	_cleanup_free_ char *manager = xasprintf("%s/", endpoint);
	const char *verb = "register";
	struct stat st;

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return err_sys(e, errno, "%s", folder);
	int r = link_bicep(folder, e);

	if (r < 0 || is_set_up(mark, endpoint))
		return r;
	_cleanup_free_ char *clouds = xasprintf("%s/clouds.config", folder);

	if (stat(clouds, &st) == 0)
		verb = "update"; /* another port than last time */
	/* Not the secret itself: everybody sees the words of a command. */
	_cleanup_free_ char *secret = xasprintf("@%s/../secret", folder);
	_cleanup_free_ char *aliases = xasprintf("%s/aliases.json", endpoint);
	const char *const steps[][12] = {
		{ "az", "cloud", verb, "-n", "vnetlab", "--endpoint-resource-manager", manager,
		  "--endpoint-vm-image-alias-doc", aliases },
		{ "az", "cloud", "set", "-n", "vnetlab" },
		{ "az", "login", "--service-principal", "-u", member_text(env, "ARM_CLIENT_ID", ""),
		  "-p", secret, "--tenant", "lab", "-o", "none" },
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (i == 1 && streq(verb, "update"))
			continue; /* it is set already */
		r = run_silently((char *const *)steps[i], env, e);
		if (r < 0)
			return r;
	}
	return note_set_up(mark, endpoint, e);
}
