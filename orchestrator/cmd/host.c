/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/host.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/str.h"
#include "base/term.h"
#include "base/version.h"
#include "remote/request.h"
#include "report/report.h"

enum { CONNECT_MS = 15000, SHORT_MS = 30000 };

struct host {
	const struct command *c;
	const struct cmd_args *a;
	struct target target;
	struct ssh *ssh;
	char *vnetlab; /* quoted for the shell there */
	char mark[40];
	char *folder; /* of the designs; NULL: none */
};

static void host_free(struct host *h)
{
	h->ssh = ssh_close(h->ssh);
	target_free(&h->target);
	free(h->vnetlab);
	free(h->folder);
}
#define _cleanup_host_ _cleanup_(host_free)

/* --- to the machine --- */

static const char *home(void)
{
	const char *env = getenv("HOME");
	const struct passwd *pw = env && *env ? NULL : getpwuid(geteuid());

	return env && *env ? env : pw ? pw->pw_dir : "/";
}

static int usage(struct host *h, long *ret_timeout)
{
	const char *path = arg_value(h->a, "remote-path");
	struct err e = { 0 };

	if (!arg_duration(h->a, "connect-timeout", CONNECT_MS, ret_timeout))
		return EX_WRONG_USAGE;
	if (target_parse(h->a->host, &h->target, &e) < 0)
		return ui_usage(h->a, "--host %s: %s", h->a->host, e.msg);
	if (!path || !*path)
		path = getenv("VNETLAB_REMOTE");
	if (shell_quote(path && *path ? path : "vnetlab", &h->vnetlab, &e) < 0)
		return ui_usage(h->a, "--remote-path: %s", e.msg);
	return EX_DONE;
}

static int make_mark(struct host *h, struct err *e)
{
	uint64_t r[2];

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		return err_sys(e, errno, "random numbers");
	snprintf(h->mark, sizeof(h->mark), "vnl-%016llx%016llx", (unsigned long long)r[0],
	         (unsigned long long)r[1]);
	return 0;
}

/* "VNETLAB --serve REQUEST"; takes the reference. */
static char *serve_command(const struct host *h, json_t *req, struct err *e)
{
	_cleanup_free_ char *word = NULL;

	json_object_set_new(req, "mark", json_string(h->mark));
	int r = request_encode(req, &word, e);

	json_decref(req);
	return r < 0 ? NULL : xasprintf("%s --serve %s", h->vnetlab, word);
}

/* Returns up to 600 characters of s without the white space around them. */
static char *trim_output(const char *s)
{
	size_t n;

	s += strspn(s, " \r\n");
	n = strlen(s);
	while (n && strchr(" \r\n", s[n - 1]))
		n--;
	return xstrndup(s, n > 600 ? 600 : n);
}

/* --- the vnetlab there --- */

/* Finds, among the lines that a login shell and vnetlab print, the last one that says "vnetlab
 * VERSION". */
static char *find_version(const char *text)
{
	char *found = NULL;

	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\r\n");

		if (n > 8 && n < 60 && str_starts(p, "vnetlab ")) {
			free(found);
			found = xstrndup(p + 8, n - 8);
		}
		p += n + (p[n] != 0);
	}
	return found;
}

static int check_version(struct host *h, struct err *e)
{
	_cleanup_free_ char *command = xasprintf("%s version", h->vnetlab);
	_cleanup_free_ char *out = NULL, *err = NULL;
	int status = 0;
	int r = ssh_capture(h->ssh, command, SHORT_MS, &out, &err, &status, e);

	if (r < 0)
		return r;
	_cleanup_free_ char *version = find_version(out);
	_cleanup_free_ char *said = trim_output(*err ? err : out);

	if (!version)
		return err_set(
		    e, ENOPKG,
		    "%s: no vnetlab answers there: %s%s(exit status %d of %s)\nInstall it on "
		    "that machine (make install), or say where it is: --remote-path PATH",
		    h->target.text, said, *said ? " " : "", status, command);
	if (!streq(version, vnetlab_version()))
		return err_set(
		    e, EOPNOTSUPP,
		    "%s: the vnetlab there is version %s, this one is %s. Nothing was sent. "
		    "Install the same version on both, or name another one there: "
		    "--remote-path PATH",
		    h->target.text, version, vnetlab_version());
	return 0;
}

/* --- the designs --- */

static int make_remote_folder(struct host *h, struct err *e)
{
	_cleanup_free_ char *command = serve_command(h, json_pack("{s:b}", "makeFolder", true), e);
	_cleanup_free_ char *out = NULL, *err = NULL;
	int status = 0;

	if (!command)
		return -e->code;
	int r = ssh_capture(h->ssh, command, SHORT_MS, &out, &err, &status, e);

	if (r < 0)
		return r;
	/* Behind the mark's line. */
	const char *p = strstr(out, h->mark);

	p = p ? strchr(p, '\n') : NULL;
	if (status == 0 && p && p[1] == '/') {
		h->folder = xstrndup(p + 1, strcspn(p + 1, "\r\n"));
		return 0;
	}
	const char *why = strstr(err, h->mark);
	_cleanup_free_ char *said = trim_output(why ? why + strlen(h->mark) : err);

	return err_set(e, EIO, "%s: %s", h->target.text, *said ? said : "no folder could be made");
}

static int upload(struct host *h, const struct parcel *p, struct err *e)
{
	struct err ignored;
	int r;

	if (!p->n_files)
		return 0;
	r = make_remote_folder(h, e);
	if (r == 0)
		r = ssh_upload(h->ssh, h->folder, p->files, p->n_files, e);
	if (r < 0 && h->folder)
		(void)ssh_remove_folder(h->ssh, h->folder, &ignored);
	return r;
}

/* --- the command --- */

static char *signal_command(int sig, long pid, void *ctx)
{
	struct err e;

	return serve_command(ctx, json_pack("{s:i,s:I}", "signal", sig, "pid", (json_int_t)pid),
	                     &e);
}

static json_t *run_request(const struct host *h, const struct parcel *p, bool tty)
{
	static const char *const passed[] = { "NO_COLOR", "TERM", "COLORTERM" };
	json_t *env = json_object(), *req;

	for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
		const char *v = getenv(passed[i]);

		if (v && (!tty || !streq(passed[i], "TERM")))
			json_object_set_new(env, passed[i], json_string(v));
	}
	req = json_pack("{s:O,s:o}", "argv", p->argv, "env", env);
	if (h->folder)
		json_object_set_new(req, "folder", json_string(h->folder));
	if (h->folder && !p->report)
		json_object_set_new(req, "remove", json_true());
	if (h->c->stream)
		json_object_set_new(req, "stream", json_true());
	if (!tty) {
		json_object_set_new(req, "terminals",
		                    json_pack("[b,b]", term_is(p->out), term_is(STDERR_FILENO)));
		json_object_set_new(req, "columns", json_integer(term_columns(STDERR_FILENO)));
	}
	return req;
}

static int run_on_host(struct host *h, const struct parcel *p, int *ret_status, struct err *e)
{
	bool shell = streq(h->c->name, "shell"), tty = shell && isatty(STDIN_FILENO);
	_cleanup_free_ char *command = serve_command(h, run_request(h, p, tty), e);

	if (!command)
		return -e->code;
	const struct ssh_run how = { .command = command,
		                     .mark = h->mark,
		                     .in = h->c->reads_stdin ? STDIN_FILENO : -1,
		                     .out = p->out,
		                     .err = STDERR_FILENO,
		                     .tty = tty,
		                     .stream = h->c->stream,
		                     .signal_command = signal_command,
		                     .ctx = h };
	int r = ssh_run(h->ssh, &how, ret_status, e);

	if (r == -ENOEXEC)
		return err_wrap(e, "%s: vnetlab did not start there", h->target.text);
	return r;
}

static int take_report(struct host *h, const struct parcel *p, int status)
{
	_cleanup_free_ char *there = xasprintf("%s/" PARCEL_REPORT, h->folder);
	struct err e = { 0 };
	const char *names[REPORT_MAX + 1] = { NULL };

	memcpy(names, report_file_names, sizeof(report_file_names));
	int r = ssh_download(h->ssh, there, p->report, names, &e);

	/* A command that was refused has written no report. */
	if (r == -ENOENT && status != EX_DONE && status != EX_NOT_HELD)
		r = 0;
	if (r == 0)
		r = ssh_remove_folder(h->ssh, h->folder, &e);
	return r < 0 ? ui_error(&e) : status;
}

/* After a lost connection: tell the user that the lab still runs there. */
static int report_lost_host(const struct host *h, const struct parcel *p, const struct err *e)
{
	int status = ui_error(e);

	if (e->code == ECONNRESET || e->code == ETIMEDOUT)
		fprintf(
		    stderr,
		    "  Labs on that machine go on running. Back to %s: vnetlab status%s%s -H %s\n",
		    p->lab ? "this one" : "them", p->lab ? " " : "", p->lab ? p->lab : "",
		    h->target.text);
	return status;
}

static int connect_there(struct host *h, long timeout, struct err *e)
{
	const struct ssh_options o = { .target = &h->target,
		                       .identity = arg_value(h->a, "identity"),
		                       .home = home(),
		                       .timeout_ms = timeout };
	int r = make_mark(h, e);

	if (r == 0) {
		ui_progress("connecting to %s", h->target.text);
		r = ssh_open(&o, &h->ssh, e);
	}
	if (r == 0)
		r = check_version(h, e);
	return r;
}

int host_run(const struct command *c, const struct cmd_args *a)
{
	_cleanup_parcel_ struct parcel p = { .out = STDOUT_FILENO };
	_cleanup_host_ struct host h = { .c = c, .a = a };
	struct err e = { 0 };
	long timeout;
	int status = usage(&h, &timeout);

	if (status == EX_DONE)
		status = parcel_pack(c, a, &p);
	if (status != EX_DONE)
		return status;
	if (p.here)
		return c->run(a);
	if (connect_there(&h, timeout, &e) < 0)
		return ui_error(&e);
	if (p.n_files)
		ui_progress("sending the design to %s", h.target.text);
	if (upload(&h, &p, &e) < 0)
		return ui_error(&e);
	ui_progress_end();
	if (run_on_host(&h, &p, &status, &e) < 0)
		return report_lost_host(&h, &p, &e);
	return p.report && h.folder ? take_report(&h, &p, status) : status;
}
