/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that labs start: where they are, and which version. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/doctor.h"

const struct program PROGRAMS[] = {
	{ "BIRD",
	  (const char *const[]){ "bird", NULL },
	  { "bird", "--version", NULL },
	  true,
	  "no Route Server",
	  "bird2",
	  "bird" },
	{ "BIRD 1",
	  (const char *const[]){ "bird@bird1", NULL },
	  { "bird", "--version", NULL },
	  false,
	  "no appliances of image bird1",
	  "bird",
	  NULL,
	  "make deps, on Debian 12 (its package bird excludes bird2, and is unpacked in "
	  "/opt/bird1); "
	  "later releases have none: build 1.6.8 with --prefix=/opt/bird1/usr" },
	{ "FRR",
	  (const char *const[]){ "zebra", "bgpd@frr", "staticd", NULL },
	  { "zebra", "--version", NULL },
	  false,
	  "no appliances of image frr",
	  "frr",
	  "frr" },
	{ "OpenBGPD",
	  (const char *const[]){ "bgpd@openbgpd", NULL },
	  { "bgpd", "-V", NULL },
	  false,
	  "no appliances of image openbgpd",
	  "openbgpd",
	  "openbgpd" },
	{ "GoBGP",
	  (const char *const[]){ "gobgpd", NULL },
	  { "gobgpd", "--version", NULL },
	  false,
	  "no appliances of image gobgp",
	  "gobgpd",
	  "gobgpd" },
	{ "ExaBGP",
	  (const char *const[]){ "exabgp", NULL },
	  { "exabgp", "--version", NULL },
	  false,
	  "no appliances of image exabgp",
	  "exabgp",
	  "exabgp" },
	{ "tcpdump",
	  (const char *const[]){ "tcpdump", NULL },
	  { "tcpdump", "--version", NULL },
	  false,
	  "no 'vnetlab capture'",
	  "tcpdump",
	  NULL },
	{ "ip",
	  (const char *const[]){ "ip", NULL },
	  { "ip", "-V", NULL },
	  false,
	  "no 'ip' inside nodes",
	  "iproute2",
	  NULL },
};
const size_t N_PROGRAMS = ARRAY_LEN(PROGRAMS);

/* "bgpd@frr": FRR's, which stands in a folder of its own (distributions differ in which), as BIRD 1
 * does, which cannot be installed beside BIRD 2;
 * everything else is looked for where administrators' programs are, also when they are not in
 * $PATH. */
static char *find_program_path(const char *binary)
{
	static const char *const frr[] = { "/usr/lib/frr", "/usr/libexec/frr", "/usr/local/lib/frr",
		                           "/usr/sbin", NULL };
	static const char *const usual[] = { "/usr/sbin",       "/usr/bin",       "/sbin", "/bin",
		                             "/usr/local/sbin", "/usr/local/bin", NULL };
	const char *at = strchrnul(binary, '@');
	_cleanup_free_ char *name = xstrndup(binary, (size_t)(at - binary));
	static const char *const bird1[] = { "/opt/bird1/usr/sbin", "/usr/local/lib/bird1/usr/sbin",
		                             NULL };
	bool is_frr = streq(at, "@frr") || streq(name, "zebra") || streq(name, "staticd");

	for (const char *const *dir = streq(at, "@bird1") ? bird1
	                              : is_frr            ? frr
	                                                  : usual;
	     *dir; dir++) {
		char *path = xasprintf("%s/%s", *dir, name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

/* Returns what the program prints on both streams within three seconds. */
static char *output_of(const char *path, const char *const *argv)
{
	struct str out = { 0 };
	int fds[2], status;
	char buf[512];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return str_take(&out);
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		if (null >= 0)
			dup2(null, STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		execv(path, (char *const *)argv);
		_exit(127);
	}
	close(fds[1]);
	for (time_t end = time(NULL) + 3; pid > 0 && time(NULL) < end;) {
		struct pollfd p = { .fd = fds[0], .events = POLLIN };

		if (poll(&p, 1, 500) <= 0)
			continue;
		ssize_t n = read(fds[0], buf, sizeof(buf));

		if (n <= 0)
			break;
		str_addn(&out, buf, (size_t)n);
	}
	close(fds[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return str_take(&out);
}

/* The first word that begins with a digit and has a dot in it. */
static char *version_in(const char *text)
{
	for (const char *p = text; *p; p++) {
		size_t n = strspn(p, "0123456789.");

		if (n > 2 && *p != '.' && memchr(p, '.', n) &&
		    (p == text || strchr(" -:v\n", p[-1])))
			return xstrndup(p, strcspn(p, " \n,)"));
	}
	return xstrdup("");
}

int program_probe(const struct program *p, char **ret_path, char **ret_version, struct err *e)
{
	_cleanup_free_ char *first = NULL;

	for (const char *const *b = p->binary; *b; b++) {
		_cleanup_free_ char *path = find_program_path(*b);

		if (!path)
			return err_set(e, ENOENT, "no %.*s found", (int)(strchrnul(*b, '@') - *b),
			               *b);
		if (!first)
			first = take_ptr(path);
	}
	_cleanup_free_ char *text = output_of(first, p->argv);

	*ret_version = version_in(text);
	*ret_path = take_ptr(first);
	return 0;
}
