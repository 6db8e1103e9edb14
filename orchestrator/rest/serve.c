/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The endpoint's process: what it is made of, how it begins and ends. */
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/client/client.h"
#include "lab/client/client_priv.h"
#include "rest/certificate.h"
#include "rest/environment.h"
#include "rest/folder.h"
#include "rest/import.h"
#include "rest/priv.h"

struct server {
	struct rest r;
	struct lab_client *held; /* tells when the lab ends */
	struct source held_src;
	struct child command;
	struct timer quit;
	int status;
};

/* --- the store -------------------------------------------------------------------------------- */

static int load_store(struct rest *r, struct store **ret, bool *ret_new, struct err *e)
{
	_cleanup_str_ struct str text = { 0 };
	json_error_t je;
	int rc = folder_read(r->folder, "store.json", &text, e);

	*ret_new = rc == -ENOENT;
	if (rc == -ENOENT) {
		*ret = store_new();
		return 0;
	}
	if (rc < 0)
		return rc;
	json_t *j = json_loadb(str_get(&text), text.n, 0, &je);

	if (!j)
		return err_set(e, EINVAL,
		               "%s/store.json is no JSON (line %d): remove it to begin anew",
		               r->folder, je.line);
	*ret = store_from_json(j, e);
	json_decref(j);
	return *ret ? 0 : -EINVAL;
}

static int begin_store(struct rest *r, struct store *s, bool is_new, struct err *e)
{
	if (!is_new && (r->o.resources || r->o.outside))
		return err_set(
		    e, EEXIST,
		    "the endpoint of lab %s has a store already (%s/store.json): remove it, "
		    "or leave out --from",
		    r->o.lab, r->folder);
	if (r->o.outside) {
		json_decref(s->outside);
		s->outside = json_incref(r->o.outside);
	}
	return r->o.resources ? import_into(s, r->o.resources, e) : 0;
}

/* --- the lab ---------------------------------------------------------------------------------- */

/* A lab that runs and was made by something else is not ours to replace. */
static int open_served_lab(struct rest *r, bool store_is_new, struct lab_client **ret,
                           struct err *e)
{
	int rc = lab_connect(r->o.lab, ret, e);

	if (rc == -ENOENT)
		return lab_spawn(r->o.lab, r->o.privileged, ret, e);
	if (rc == 0 && store_is_new) {
		*ret = lab_disconnect(*ret);
		return err_set(
		    e, EEXIST,
		    "lab %s runs, and no endpoint has made it: end it (vnetlab down %s), or "
		    "serve another one (-n)",
		    r->o.lab, r->o.lab);
	}
	return rc;
}

static int first_apply(struct rest *r, struct lab_client *c, struct err *e)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	json_t *design, *answer = NULL;

	if (queue_begin(r->queue, &design, &f) < 0)
		return err_set(e, EINVAL, "the store is no lab: %s: %s", f.code, f.message);
	int rc = lab_call(c,
	                  json_pack("{s:s,s:O,s:i,s:s,s:b}", "op", "apply", "design", design,
	                            "waitMs", 0, "lab", r->o.lab, "endpoint", 1),
	                  NULL, NULL, &answer, NULL, e);

	json_decref(answer);
	return rc;
}

/* From here on nobody else changes its design. */
static int hold_lab(struct rest *r, struct lab_client *c, struct err *e)
{
	json_t *answer = NULL;
	int rc = lab_send(c,
	                  json_pack("{s:s,s:o}", "op", "serve", "by",
	                            json_sprintf("vnetlab azure (process %d)", (int)getpid())),
	                  NULL, 0, e);

	if (rc == 0)
		rc = lab_recv(c, &answer, e);
	if (rc == 0)
		rc = lab_answer_error(answer, NULL, e);
	json_decref(answer);
	return rc < 0 ? err_wrap(e, "serving lab %s", r->o.lab) : 0;
}

static void on_lab_gone(struct source *s, uint32_t events)
{
	struct server *v = container_of(s, struct server, held_src);
	struct err e = { 0 };
	json_t *j = NULL;

	(void)events;
	if (lab_recv(v->held, &j, &e) == 0) {
		json_decref(j);
		return;
	}
	loop_del(v->r.loop, s);
	v->r.ended = true;
	v->r.why = xstrdup(e.msg);
	rest_log(&v->r, "the lab has ended: %s", e.msg);
	asks_end(&v->r, &e);
	/* Clients that ask meanwhile hear that the lab has ended. */
	loop_timer(v->r.loop, &v->quit, 200);
}

static void on_quit(struct timer *t)
{
	loop_quit(container_of(t, struct server, quit)->r.loop);
}

/* --- the command ------------------------------------------------------------------------------ */

static void on_command_end(struct child *c, int wstatus)
{
	struct server *v = container_of(c, struct server, command);

	v->status = WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
	loop_quit(v->r.loop);
}

static int start_user_command(struct server *v, const json_t *env, struct err *e)
{
	fflush(NULL);
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(e, errno, "fork");
	if (pid == 0) {
		loop_after_fork(v->r.loop);
		environment_set(env);
		if (v->r.o.before_command)
			v->r.o.before_command(env);
		execvp(v->r.o.command[0], v->r.o.command);
		fprintf(stderr, "vnetlab: %s: %m\n", v->r.o.command[0]);
		_exit(127);
	}
	v->command.pid = pid;
	v->command.fn = on_command_end;
	loop_child(v->r.loop, &v->command);
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int listen_for_clients(struct rest *r, struct err *e)
{
	struct certificate cert = { 0 };
	struct http_options o = { .port = r->o.port, .on_request = call_http, .ctx = r };
	int rc = certificate_load(r->folder, &cert, e);

	o.key = str_get(&cert.key);
	o.cert = str_get(&cert.cert);
	if (rc == 0)
		rc = http_start(r->loop, &o, &r->https, e);
	certificate_done(&cert);
	if (rc < 0)
		return rc;
	r->endpoint = xasprintf("https://localhost:%u", http_port(r->https));
	o = (struct http_options){ .on_request = call_http, .ctx = r };
	return http_start(r->loop, &o, &r->http, e);
}

static int set_up_server(struct server *v, struct err *e)
{
	struct rest *r = &v->r;
	struct store *s = NULL;
	bool is_new;
	int rc = rest_folder(r->o.lab, &r->folder, e);

	if (rc == 0)
		rc = tokens_load(r->folder, &r->tokens, e);
	if (rc == 0)
		rc = load_store(r, &s, &is_new, e);
	if (s)
		s->images = r->o.images;
	if (rc == 0)
		rc = begin_store(r, s, is_new, e);
	/* A driver is started before the loop takes signals. */
	if (rc == 0)
		rc = open_served_lab(r, is_new, &v->held, e);
	if (rc == 0)
		rc = loop_new(&r->loop, e);
	if (rc < 0) {
		store_free(s);
		return rc;
	}
	r->asks.loop = r->loop;
	r->operations = operations_new();
	r->queue = queue_new(r, s);
	rc = first_apply(r, v->held, e);
	if (rc == 0)
		rc = hold_lab(r, v->held, e);
	if (rc == 0)
		rc = loop_add(r->loop, &v->held_src, lab_client_fd(v->held), EPOLLIN, e);
	if (rc == 0)
		rc = listen_for_clients(r, e);
	return rc;
}

static void tear_down(struct server *v)
{
	struct rest *r = &v->r;
	struct err e = { 0 };

	r->ended = true;
	err_set(&e, ENOENT, "the endpoint ends");
	if (r->loop) {
		asks_end(r, &e);
		asides_end(&r->asides);
		loop_timer_stop(r->loop, &v->quit);
		loop_del(r->loop, &v->held_src);
	}
	r->queue = queue_free(r->queue);
	json_decref(r->listed);
	r->operations = operations_free(r->operations);
	http_stop(r->https);
	http_stop(r->http);
	lab_disconnect(v->held);
	if (r->folder)
		environment_forget(r->folder);
	loop_free(r->loop);
	tokens_forget(&r->tokens);
	free(r->folder);
	free(r->endpoint);
	free(r->why);
}

int rest_serve(const struct rest_options *o, void (*ready)(void *ctx, const json_t *env), void *ctx,
               struct err *e)
{
	struct server v = { .r = { .o = *o, .run = call_run },
		            .held_src = { .fd = -1, .fn = on_lab_gone },
		            .quit = { .fn = on_quit } };
	int rc = set_up_server(&v, e);
	json_t *env = NULL;

	if (rc == 0)
		rc = environment_write(v.r.folder, http_port(v.r.https), http_port(v.r.http),
		                       v.r.tokens.secret, &env, e);
	if (rc == 0 && ready)
		ready(ctx, env);
	if (rc == 0 && o->command)
		rc = start_user_command(&v, env, e);
	if (rc == 0)
		rc = loop_run(v.r.loop, e);
	if (rc == 0 && v.r.why)
		rc = err_set(e, ENOENT, "the lab has ended: %s", v.r.why);
	json_decref(env);
	tear_down(&v);
	return rc < 0 ? rc : v.status;
}
