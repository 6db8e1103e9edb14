/* SPDX-License-Identifier: GPL-2.0-or-later */
/* up: a design becomes a running lab, or a running lab becomes the design. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/design.h"
#include "cmd/foreground.h"
#include "cmd/labs.h"
#include "cmd/plan.h"
#include "cmd/remote.h"
#include "lab/client/client_priv.h"

enum { TRIES = 3, GONE_MS = 5000 };

static volatile sig_atomic_t interrupted;

static void on_up_signal(int sig)
{
	interrupted = sig;
}

/* Without SA_RESTART: waiting for the driver's answer ends. The second one ends us as it always
 * does. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_up_signal, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static void show_progress(const json_t *p)
{
	const char *phase = json_str(p, "phase");
	long long of = json_integer_value(json_object_get(p, "of"));

	if (streq(phase, "build"))
		ui_progress("building: node %lld of %lld",
		            (long long)json_integer_value(json_object_get(p, "done")), of);
	else if (streq(phase, "start"))
		ui_progress("starting: %lld nodes are not ready yet",
		            (long long)json_integer_value(json_object_get(p, "starting")));
	else
		ui_progress("converging: %lld of %lld sessions up",
		            (long long)json_integer_value(json_object_get(p, "up")), of);
}

/* The new lab, or the running one. */
static int open_up_lab(const char *name, bool privileged, bool *ret_new, struct lab_client **ret,
                       struct err *e)
{
	for (int tries = 0;; tries++) {
		int r = lab_connect(name, ret, e);

		*ret_new = r == -ENOENT;
		if (!*ret_new)
			return r;
		r = lab_spawn(name, privileged, ret, e);
		/* Another `up` started the lab meanwhile: connect to it. */
		if (r != -EEXIST || tries == TRIES)
			return r;
	}
}

/* lab_call(), but a signal ends it. */
static int apply(struct lab_client *c, json_t *req, json_t **ret, int *ret_status, struct err *e)
{
	int r = lab_send(c, req, NULL, 0, e);

	while (r == 0) {
		json_t *a;

		if (interrupted)
			return err_set(e, EINTR, "interrupted");
		r = lab_recv(c, &a, e);
		if (r == -EINTR && !interrupted) {
			r = 0;
			continue;
		}
		if (r < 0)
			return r;
		json_t *p = json_object_get(a, "progress");

		if (p) {
			show_progress(p);
			json_decref(a);
			continue;
		}
		r = lab_answer_error(a, ret_status, e);
		if (r == 0) {
			*ret = a;
			return 0;
		}
		json_decref(a);
	}
	return r;
}

static long phase_ms(const json_t *answer, const char *name)
{
	return (long)json_integer_value(json_object_get(json_object_get(answer, "phases"), name));
}

static void print_done(const struct opened *o, const json_t *answer, bool new)
{
	const json_t *s = json_object_get(answer, "sessions"), *note;
	long long up = json_integer_value(json_object_get(s, "up"));
	long long of = json_integer_value(json_object_get(s, "of"));
	const json_t *drift = json_object_get(answer, "drift");
	const json_t *fresh = json_object_get(answer, "fresh");
	size_t i, changes = json_array_size(json_object_get(answer, "changes"));

	if (new) {
		size_t n = o->model->n_gateways, vms = 0;

		for (size_t k = 0; k < o->model->n_vms; k++)
			vms += o->model->vms[k].role == VM_USER;
		ui_print("Lab %s is up: %zu virtual machines, %zu Route Server%s", o->lab, vms,
		         o->model->n_route_servers, o->model->n_route_servers == 1 ? "" : "s");
		if (n)
			ui_print(", %zu gateway%s", n, n == 1 ? "" : "s");
		if (o->model->n_firewalls)
			ui_print(", %zu firewall%s", o->model->n_firewalls,
			         o->model->n_firewalls == 1 ? "" : "s");
	}
	if (changes && !new)
		ui_print("Lab %s is changed: %zu change%s", o->lab, changes,
		         changes == 1 ? "" : "s");
	if (!changes && !new)
		ui_print(json_array_size(drift) || json_array_size(fresh)
		             ? "Lab %s was changed by hand, and is as the design says again"
		             : "Lab %s is as the design says, nothing to change",
		         o->lab);
	if (of)
		ui_print(", %lld of %lld sessions Established", up, of);
	ui_print("\n  parse %ld ms, build %ld ms, start %ld ms, converge %ld ms\n", o->parse_ms,
	         phase_ms(answer, "buildMs"), phase_ms(answer, "startMs"),
	         phase_ms(answer, "convergeMs"));
	if (!new)
		plan_print(json_object_get(answer, "changes"));
	plan_print_drift(drift, "  put back");
	plan_print_fresh(fresh, "  back to the file:");
	json_array_foreach (json_object_get(answer, "warnings"), i, note)
		ui_note("warning: %s", json_string_value(note));
	json_array_foreach (json_object_get(answer, "notes"), i, note)
		ui_note("note: %s", json_string_value(note));
}

static int finish_up(const struct cmd_args *a, const struct opened *o, json_t *answer, bool new)
{
	bool converged = json_is_true(json_object_get(answer, "converged"));
	bool waited = json_is_true(json_object_get(answer, "waited"));
	json_t *missing = json_object_get(answer, "missing"), *m;
	size_t i;

	ui_progress_end();
	json_object_del(answer, "ok");
	json_object_set_new(answer, "lab", json_string(o->lab));
	json_object_set_new(json_object_get(answer, "phases"), "parseMs",
	                    json_integer(o->parse_ms));
	if (!a->json)
		print_done(o, answer, new);
	fflush(stdout);
	if (!converged && waited) {
		ui_reason("vnetlab: lab %s has not converged; it stays up. Missing:", o->lab);
		json_array_foreach (missing, i, m)
			ui_reason("  %s", json_string_value(m));
	}
	if (a->json)
		ui_json(json_incref(answer));
	json_decref(answer);
	return converged || !waited ? EX_DONE : EX_TIMED_OUT;
}

/* After Ctrl-C a new lab is ended; a running lab keeps the change. */
static int give_up_lab(const struct opened *o, struct lab_client *c, bool new)
{
	struct err e;
	int sig = interrupted;

	ui_progress_end();
	lab_disconnect(c);
	if (!new) {
		ui_reason("vnetlab: interrupted; the change to lab %s stays", o->lab);
		return 128 + sig;
	}
	int r = lab_end(o->lab, &e);

	if (r < 0 && r != -ENOENT)
		return ui_error(&e);
	ui_reason("vnetlab: interrupted; lab %s is gone again", o->lab);
	return 128 + sig;
}

/* "2 of 2 sessions Established", for who watches services. */
static char *state_text(const json_t *answer)
{
	const json_t *s = json_object_get(answer, "sessions");

	return xasprintf("%lld of %lld sessions Established%s",
	                 (long long)json_integer_value(json_object_get(s, "up")),
	                 (long long)json_integer_value(json_object_get(s, "of")),
	                 json_is_true(json_object_get(answer, "converged")) ? ""
	                                                                    : ", not converged");
}

/* The request takes what the design and the options say; without the whole design, what tells the
 * driver whether it is the one that runs. */
static json_t *request_of(const struct cmd_args *a, const struct opened *o, json_t *fresh,
                          long wait_ms, long disk, bool whole)
{
	json_t *req =
	    json_pack("{s:s,s:I,s:s}", "op", "apply", "waitMs", (json_int_t)wait_ms, "lab", o->lab);
	char digest[JSON_DIGEST];

	if (whole)
		json_object_set(req, "design", o->design);
	else
		json_object_set_new(req, "designDigest",
		                    json_string(json_digest(o->design, DESIGN_ADDED, digest)));
	if (fresh)
		json_object_set(req, "fresh", fresh);
	if (disk)
		json_object_set_new(req, "diskMiB", json_integer(disk));
	if (arg_flag(a, "foreground")) /* also when this process is killed */
		json_object_set_new(req, "endsWithMe", json_true());
	return req;
}

/* Starts a lab of our own; one that runs already is somebody's, and would end with us. */
static int open_own_lab(const struct cmd_args *a, const struct opened *o, bool *ret_new,
                        struct lab_client **ret, struct err *e)
{
	int r = open_up_lab(o->lab, arg_flag(a, "privileged-lab"), ret_new, ret, e);

	if (r < 0 || *ret_new || !arg_flag(a, "foreground"))
		return r;
	*ret = lab_disconnect(*ret);
	return err_set(e, EEXIST,
	               "lab %s runs already: end it first (vnetlab down %s), or change it with up "
	               "without --foreground",
	               o->lab, o->lab);
}

/* A driver goes on as it was when what is installed has become newer. */
static void compare_versions(struct lab_client *c)
{
	json_t *hello = NULL;
	struct err ignored = { 0 };

	if (lab_call(c, json_pack("{s:s}", "op", "hello"), NULL, NULL, &hello, NULL, &ignored) ==
	    0) {
		_cleanup_free_ char *advice =
		    lab_version_advice(lab_client_name(c), json_object_get(hello, "driver"));

		if (advice)
			ui_note("%s", advice);
	}
	json_decref(hello);
}

/* wait_ms, disk and fresh of the options. */
static int up_design(const struct cmd_args *a, struct foreground *f, json_t *fresh, long wait_ms,
                     long disk)
{
	_cleanup_(design_leave) struct opened o = { 0 };
	struct lab_client *c = NULL;
	struct err e = { 0 };
	json_t *answer = NULL;
	bool new = false;
	int status = design_open(a, a->argc ? a->argv[0] : NULL, &o);

	if (status != EX_DONE)
		return status;
	catch_signals();
	if (open_own_lab(a, &o, &new, &c, &e) < 0)
		return ui_error(&e);
	if (!new)
		compare_versions(c);
	/* A large design takes longer to send and to read than to compare.  A new lab needs no
	 * --fresh. */
	int r =
	    new ? -ESTALE
	        : apply(c, request_of(a, &o, fresh, wait_ms, disk, false), &answer, &status, &e);

	if (r == -ESTALE)
		r = apply(c, request_of(a, &o, new ? NULL : fresh, wait_ms, disk, true), &answer,
		          &status, &e);

	if (interrupted) {
		json_decref(answer);
		return give_up_lab(&o, c, new);
	}
	if (r < 0) {
		lab_disconnect(c);
		int mapped = ui_error(&e);

		if (new) /* so that nobody sees it any more when this is over */
			lab_wait_gone(o.lab, GONE_MS);
		return status ? status : mapped;
	}
	_cleanup_free_ char *state = state_text(answer);

	status = finish_up(a, &o, answer, new);
	if (arg_flag(a, "foreground"))
		status = foreground_stay(f, o.lab, c, &interrupted, state);
	lab_disconnect(c);
	return status;
}

static int cmd_up(const struct cmd_args *a)
{
	_cleanup_(foreground_close) struct foreground f = { .ready_fd = -1 };
	const char *wait = arg_value(a, "wait");
	long wait_ms = 0, disk = 0;
	json_t *fresh;

	if (!foreground_open(a, &f))
		return EX_WRONG_USAGE;
	if (arg_flag(a, "dry-run"))
		return plan_run(a);
	if ((!streq(wait, "none") && !arg_duration(a, "wait", 30000, &wait_ms)) ||
	    !design_disk(a, &disk) || !plan_fresh(a, &fresh))
		return EX_WRONG_USAGE;
	int status = up_design(a, &f, fresh, wait_ms, disk);

	json_decref(fresh);
	return status;
}

static const struct option_def up_options[] = {
	{ 0, "wait", "DURATION", "how long routing may take to come to rest (default 30s), or none",
	  false },
	{ 0, "dry-run", NULL, "say what would change, change nothing (as plan)", false },
	{ 0, "detailed-exitcode", NULL, "with --dry-run: exit with 6 if anything would change",
	  false },
	{ 0, "foreground", NULL, "stay, print events, and end with the lab; SIGTERM takes it down",
	  false },
	{ 0, "ready-fd", "FD", "with --foreground: write a line there once the lab is up", false },
	FRESH_OPTION,
	DISK_OPTION,
	PRIVILEGED_OPTION,
	DESIGN_OPTIONS,
	{ 0, NULL, NULL, NULL, false },
};

COMMAND(
    up,
    {
        .name = "up",
        .group = "Labs",
        .synopsis = "up [FILE] [--fresh [NODE...]]",
        .summary = "builds the lab of a topology, or changes the running one to match",
        .help =
            "Builds what the file describes, starts the appliances, and returns when routing is\n"
            "quiet. On a running lab only what differs is changed: other nodes keep their\n"
            "processes and sessions. What somebody changed by hand in the fabric, or in a node "
            "that\n"
            "is no appliance, is put back. A failure takes back what was done.\n\n"
            "  vnetlab up topologies/route-server/route-server.vnetlab.json\n"
            "  vnetlab up --wait none     # return as soon as everything runs\n\n"
            "--fresh: back to the file, whatever was done inside. Nodes are made anew in which\n"
            "somebody ran a command (exec, shell), which a fault was done to, whose process died,\n"
            "whose files or network are not those of the file; faults are over. Others keep their\n"
            "processes and sessions. With NODEs behind the file: these, whatever they are like.\n\n"
            "  vnetlab up lab.vnetlab.json --fresh\n"
            "  vnetlab up lab.vnetlab.json --fresh NVA_1\n\n"
            "--foreground: this process is the lab, as systemd, a container and a scheduler want "
            "it:\n"
            "it stays, prints events as JSON, one a line, and ends when the lab does. SIGTERM, "
            "SIGINT,\n"
            "SIGHUP and SIGQUIT take the lab down in order (exit status 0), and killing it ends "
            "the\n"
            "lab, too. It is process 1 of a container if need be, tells systemd by NOTIFY_SOCKET,\n"
            "and others by --ready-fd, when the lab is up. vnetlab@NAME.service is the unit of\n"
            "/etc/vnetlab/NAME.vnetlab.json (of a user: ~/.config/vnetlab/NAME.vnetlab.json).\n\n"
            "  vnetlab up lab.vnetlab.json --foreground\n"
            "  systemctl enable --now vnetlab@demo\n\n"
            "The file may also be an ARM template, a plan of Terraform or an export of az: see\n"
            "vnetlab help import.\n\n"
            "  vnetlab up main.json -p main.parameters.json\n\n"
            "Exit status 124: everything runs, but routing did not come to rest in time; what is\n"
            "missing is printed, the lab stays up.",
        .max_args = 64,
        .kinds = { ARG_FILE, ARG_NODE },
        .common_output = true,
        .opts = up_options,
        .run = cmd_up,
    });
