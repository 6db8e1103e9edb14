/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runCommand: a script in a machine, as `vnetlab exec` runs one. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "input/import/choice.h"
#include "lab/client/client.h"
#include "lab/client/client_priv.h"
#include "rest/action.h"

enum { RUN_MS = 90000, TAIL_MAX = 4096 };

/* The last bytes of what a program writes. */
struct tail {
	struct source src;
	struct run *run;
	char text[2 * TAIL_MAX];
	size_t n;
	bool open;
};

struct run {
	struct rest_call *c;
	struct rest *r;
	struct lab_client *client;
	struct source driver;
	struct tail out, err;
	struct timer limit;
	bool windows;
	bool late;  /* it was killed */
	bool ended; /* the driver has said so */
	int status;
};

/* --- what it writes
 * ------------------------------------------------------------------------------- */

static void tail_add(struct tail *t, const char *text, size_t n)
{
	if (n > TAIL_MAX) {
		text += n - TAIL_MAX;
		n = TAIL_MAX;
	}
	if (t->n + n > sizeof(t->text)) {
		memmove(t->text, t->text + t->n - TAIL_MAX, TAIL_MAX);
		t->n = TAIL_MAX;
	}
	memcpy(t->text + t->n, text, n);
	t->n += n;
}

static void close_tail(struct tail *t)
{
	if (!t->open)
		return;
	loop_del(rest_loop(t->run->r), &t->src);
	close(t->src.fd);
	t->open = false;
}

/* All that is there; closes it at its end. */
static void read_tail(struct tail *t)
{
	char buf[4096];
	ssize_t n;

	while (t->open) {
		n = read(t->src.fd, buf, sizeof(buf));
		if (n > 0)
			tail_add(t, buf, (size_t)n);
		else if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		else
			close_tail(t);
	}
}

static void on_words(struct source *s, uint32_t events)
{
	(void)events;
	read_tail(container_of(s, struct tail, src));
}

/* As JSON: bytes that are no UTF-8 are replaced, the rest of a letter at the beginning goes. */
static char *tail_text(struct tail *t)
{
	size_t from = t->n > TAIL_MAX ? t->n - TAIL_MAX : 0;

	while (from && from < t->n && ((unsigned char)t->text[from] & 0xc0) == 0x80)
		from++;
	char *s = xstrndup(t->text + from, t->n - from);

	for (char *p = s; p < s + strlen(s); p++)
		if ((unsigned char)*p < ' ' && !strchr("\n\t\r", *p))
			*p = '?';
	return s;
}

/* --- its end
 * -------------------------------------------------------------------------------------- */

static void free_run(struct run *x)
{
	loop_timer_stop(rest_loop(x->r), &x->limit);
	loop_del(rest_loop(x->r), &x->driver);
	close_tail(&x->out);
	close_tail(&x->err);
	lab_disconnect(x->client);
	free(x);
}

static json_t *stream_json(const char *name, char *text)
{
	_cleanup_free_ char *code = xasprintf("ComponentStatus/%s/succeeded", name);

	return json_pack("{s:s,s:s,s:s,s:o}", "code", code, "level", "Info", "displayStatus",
	                 "Provisioning succeeded", "message", text_json_of(text));
}

/* Of a script of PowerShell Azure tells what it wrote, and not how it ended (azure-behaviour 2.10).
 */
static void answer_windows(struct run *x)
{
	_cleanup_free_ char *out = tail_text(&x->out), *err = tail_text(&x->err);

	rest_answer(x->c, 200,
	            json_pack("{s:[o,o]}", "value", stream_json("StdOut", out),
	                      stream_json("StdErr", err)));
	free_run(x);
}

static void answer_run(struct run *x)
{
	if (x->windows) {
		answer_windows(x);
		return;
	}
	_cleanup_free_ char *out = tail_text(&x->out), *err = tail_text(&x->err);
	_cleanup_str_ struct str s = { 0 };

	if (x->status == 0)
		str_add(&s, "Enable succeeded: ");
	else
		str_printf(&s,
		           "Enable failed: failed to execute command: command terminated with "
		           "exit status=%d",
		           x->status);
	str_printf(&s, "\n[stdout]\n%s\n[stderr]\n%s%s", out, err,
	           x->late ? "\nvnetlab: the script was ended after 90 seconds" : "");
	bool ok = x->status == 0;
	json_t *status =
	    json_pack("{s:s,s:s,s:s,s:o}", "code",
	              ok ? "ProvisioningState/succeeded" : "ProvisioningState/failed/1", "level",
	              ok ? "Info" : "Error", "displayStatus",
	              ok ? "Provisioning succeeded" : "Provisioning failed", "message",
	              text_json_of(str_get(&s)));

	rest_answer(x->c, 200, json_pack("{s:[o]}", "value", status));
	free_run(x);
}

static void fail_run(struct run *x, const struct err *e)
{
	rest_fail_err(x->c, e);
	free_run(x);
}

static void on_driver(struct source *s, uint32_t events)
{
	struct run *x = container_of(s, struct run, driver);
	struct err e = { 0 };

	(void)events;
	do {
		json_t *j = NULL;
		int r = lab_recv(x->client, &j, &e);

		if (r == 0 && json_object_get(j, "signaled")) {
			json_decref(j);
			continue;
		}
		if (r == 0)
			r = lab_answer_error(j, NULL, &e);
		x->status = (int)json_integer_value(json_object_get(j, "exit"));
		json_decref(j);
		if (r < 0) {
			fail_run(x, &e);
			return;
		}
		/* All that the command has written is there; a process that it left running may go
		 * on writing. */
		read_tail(&x->out);
		read_tail(&x->err);
		answer_run(x);
		return;
	} while (lab_client_pending(x->client));
}

static void on_limit(struct timer *t)
{
	struct run *x = container_of(t, struct run, limit);
	struct err e = { 0 };

	if (x->late) { /* it does not even die */
		x->status = 128 + SIGKILL;
		answer_run(x);
		return;
	}
	x->late = true;
	if (lab_send(x->client, json_pack("{s:i}", "signal", SIGKILL), NULL, 0, &e) < 0)
		fail_run(x, &e);
	else
		loop_timer(rest_loop(x->r), &x->limit, 2000);
}

/* --- its beginning
 * -------------------------------------------------------------------------------- */

/* "name='value'" of each parameter, then the lines; the caller frees. */
static char *script_of(const json_t *body, bool windows)
{
	struct str s = { 0 };
	const json_t *v;
	size_t i;

	json_array_foreach (json_object_get(body, "parameters"), i, v) {
		const char *name = json_string_value(json_object_get(v, "name"));
		const char *value = json_string_value(json_object_get(v, "value"));

		if (!name || !value ||
		    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
		                 "UVWXYZ0123456789_") != strlen(name))
			continue;
		str_printf(&s, windows ? "$%s='" : "export %s='", name);
		for (const char *p = value; *p; p++) {
			if (*p == '\'')
				str_add(&s, windows ? "''" : "'\\''");
			else
				str_addc(&s, *p);
		}
		str_add(&s, "'\n");
	}
	json_array_foreach (json_object_get(body, "script"), i, v)
		if (json_is_string(v))
			str_printf(&s, "%s\n", json_string_value(v));
	return str_take(&s);
}

static int open_tail(struct run *x, struct tail *t, int *ret_end, struct err *e)
{
	int fds[2];

	t->run = x;
	t->src.fn = on_words;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 ||
	    loop_add(rest_loop(x->r), &t->src, fds[0], EPOLLIN, e) < 0) {
		close(fds[0]);
		close(fds[1]);
		return err_sys(e, errno, "pipe");
	}
	t->open = true;
	*ret_end = fds[1];
	return 0;
}

/* Nodes are of this machine: PowerShell may not be there, which is not the client's fault. */
static const char run_powershell[] =
    "command -v pwsh >/dev/null || { echo \"vnetlab: there is no PowerShell (pwsh) on this "
    "machine, and "
    "the script was not run; RunShellScript runs in a Linux machine\" >&2; exit 127; }\n"
    "exec pwsh -NoLogo -NonInteractive -Command \"$1\"";

static int start_run(struct run *x, const char *node, const char *script, struct err *e)
{
	_cleanup_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = -1, err = -1;
	int r = null < 0 ? err_sys(e, errno, "/dev/null") : open_tail(x, &x->out, &out, e);

	if (r == 0)
		r = open_tail(x, &x->err, &err, e);
	if (r == 0)
		r = lab_connect(rest_lab(x->r), &x->client, e);
	if (r == 0)
		r = lab_send(x->client,
		             json_pack("{s:s,s:s,s:[s,s,s,s,s]}", "op", "exec", "node", node,
		                       "argv", "sh", "-c", x->windows ? run_powershell : script,
		                       "script", script),
		             (const int[]){ null, out, err }, 3, e);
	if (r == 0)
		r = loop_add(rest_loop(x->r), &x->driver, lab_client_fd(x->client), EPOLLIN, e);
	return r;
}

/* False, and answered: no such command is run in the machine. */
static bool command_fits(struct rest_call *c, const char *command, const json_t *machine,
                         bool *ret_windows)
{
	bool shell = command && strieq(command, "RunShellScript");
	bool power = command && strieq(command, "RunPowerShellScript");

	*ret_windows = import_is_windows(machine);
	if (!shell && !power)
		rest_fail(c, 400, "InvalidParameter",
		          "vnetlab: commandId %s is not run here: RunShellScript and "
		          "RunPowerShellScript are.",
		          command ? command : "is missing, and nothing else");
	else if (power != *ret_windows)
		rest_fail(c, 409, "Conflict",
		          "Run command OS type '%s' does not match the target OS %s.",
		          power ? "Windows" : "Linux", power ? "Linux" : "Windows");
	else
		return true;
	return false;
}

static void run_machine_command(struct rest_call *c)
{
	const char *id = json_string_value(json_object_get(c->body, "commandId")), *node;
	struct err e = { 0 };
	bool windows;
	const json_t *machine = rest_resource(c);

	if (!machine || !command_fits(c, id, machine, &windows))
		return;
	if (store_hidden(rest_store(c->rest), c->id.key, "powerState")) {
		rest_fail(c, 409, "OperationNotAllowed",
		          "Cannot modify extensions in the VM when the VM is not running.");
		return;
	}
	node = action_lab_name(c);
	if (!node)
		return;
	_cleanup_free_ char *script = script_of(c->body, windows);
	struct run *x = xcalloc(1, sizeof(*x));

	x->c = c;
	x->windows = windows;
	x->r = c->rest;
	x->driver = (struct source){ .fd = -1, .fn = on_driver };
	x->limit.fn = on_limit;
	if (start_run(x, node, script, &e) < 0)
		fail_run(x, &e);
	else
		loop_timer(rest_loop(x->r), &x->limit, RUN_MS);
}

const struct rest_action actions_run[] = {
	{ "POST", "microsoft.compute/virtualmachines", "runcommand", run_machine_command },
	{ 0 },
};
