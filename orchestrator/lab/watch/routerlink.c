/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line to the virtual router, and how it stands. */
#include <errno.h>
#include <sys/epoll.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/watch/room.h"
#include "lab/watch/routerlink_priv.h"

void router_hang_up(struct router_link *rl)
{
	loop_del(rl->d->loop, &rl->src);
	rl->peer = peer_free(rl->peer);
}

void router_watch(struct router_link *rl)
{
	int more = peer_flush(rl->peer, NULL);

	loop_mod(rl->d->loop, &rl->src, EPOLLIN | (more > 0 ? EPOLLOUT : 0));
}

int router_link_say(struct router_link *rl, json_t *msg, const int *fds, size_t n, struct err *e)
{
	if (!rl->peer) {
		json_decref(msg); /* it hears everything when it is back */
		return 0;
	}
	int r = peer_send(rl->peer, msg, fds, n, e);

	if (r < 0)
		return err_wrap(e, "the virtual router");
	router_watch(rl);
	return 0;
}

bool router_applied(const struct driver *d)
{
	const struct router_link *rl = d->watch->router;

	return !rl || !rl->peer || (rl->applied == rl->sent && !rl->waiting);
}

bool router_settled(struct driver *d, char **ret_why)
{
	const struct router_link *rl = d->watch->router;
	const char *why = NULL;

	if (!rl || !rl->child.pid)
		why = rl && *rl->error ? rl->error : "it does not run";
	else if (rl->applied != rl->sent || rl->waiting)
		why = *rl->error ? rl->error : "it has not applied the design yet";
	/* With Azure's timing NICs follow half a minute later: nobody waits for that. */
	else if (rl->dirty && !d->lab.model->settings.timing_azure)
		why = "it has not applied the last routes yet";
	else if (rl->rib_version != rl->version)
		why = "it has not said yet what NICs have";
	if (why && ret_why)
		*ret_why = xstrdup(why);
	return !why;
}

pid_t router_pid(const struct driver *d)
{
	return d->watch->router ? d->watch->router->host_pid : 0;
}

unsigned long router_heard(const struct driver *d)
{
	return d->watch->router ? d->watch->router->heard : 0;
}

unsigned router_deaths(const struct driver *d)
{
	return d->watch->router ? d->watch->router->deaths : 0;
}

bool router_runs(const struct driver *d)
{
	return d->watch->router && d->watch->router->child.pid;
}

int lab_rib(struct lab *l, struct rib **ret, struct err *e)
{
	const struct router_link *rl = l->driver->watch->router;

	if (!l->model)
		return err_set(e, EAGAIN, "lab %s is still being built", l->name);
	if (!rl || !rl->rib) {
		*ret = rib_new(model_n_tables(l->model));
		return 0;
	}
	return rib_from_json(l->model, rl->rib, ret, e);
}
