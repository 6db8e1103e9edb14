/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells and asks the virtual router. */
#include <sys/stat.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/proc/node.h"
#include "lab/watch/room.h"
#include "lab/watch/routerlink_priv.h"

static json_t *stopped_json(const struct driver *d)
{
	json_t *a = json_array();

	for (size_t i = 0; i < d->stopped.n; i++)
		if (d->stopped.v[i])
			json_array_append_new(a, json_string(d->lab.model->vms[i].name));
	return a;
}

/* The namespaces of what speaks for a table: of instances of Route Servers and gateways. */
static size_t namespaces_of_speakers(const struct driver *d, int **ret)
{
	const struct model *m = d->lab.model;
	size_t all = model_n_tables(m) * 2, n = 0;

	*ret = xcalloc(all + 1, sizeof(**ret));
	for (size_t i = 0; i < all; i++) {
		_cleanup_free_ char *name = xasprintf("%s/%zu", model_table_name(m, i / 2), i % 2);

		if (model_speaks(m, i / 2, i % 2))
			(*ret)[n++] = node_find(&d->lab, name)->netns;
	}
	return n;
}

static ino_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static bool others_speak(const struct router_link *rl)
{
	_cleanup_free_ int *fds = NULL;
	size_t n = namespaces_of_speakers(rl->d, &fds);
	bool same = n == rl->n_told;

	for (size_t i = 0; same && i < n; i++)
		same = inode_of(fds[i]) == rl->told[i];
	return !same;
}

void router_list(struct driver *d, enum router_list which, json_t *list)
{
	json_decref(d->watch->router->lists[which]);
	d->watch->router->lists[which] = list;
}

static json_t *kept_list(const struct router_link *rl, enum router_list which)
{
	return rl->lists[which] ? json_incref(rl->lists[which]) : json_array();
}

int router_update(struct driver *d, struct err *e)
{
	struct router_link *rl = d->watch->router;
	_cleanup_free_ int *fds = NULL;
	size_t n = namespaces_of_speakers(d, &fds);

	free(rl->told);
	rl->told = xcalloc(n + 1, sizeof(*rl->told));
	rl->n_told = n;
	for (size_t i = 0; i < n; i++)
		rl->told[i] = inode_of(fds[i]);
	return router_link_say(
	    rl,
	    json_pack("{s:s,s:O,s:o,s:o,s:o,s:o,s:o,s:I}", "op", "model", "design", d->lab.design,
	              "stopped", stopped_json(d), "maintained", kept_list(rl, ROUTER_MAINTAINED),
	              "lost", kept_list(rl, ROUTER_LOST), "down", kept_list(rl, ROUTER_DOWN),
	              "silent", kept_list(rl, ROUTER_SILENT), "generation", ++rl->sent),
	    fds, n, e);
}

int router_stopped(struct driver *d, struct err *e)
{
	/* A gateway's instance that was stopped or started has another namespace. */
	if (others_speak(d->watch->router))
		return router_update(d, e);
	return router_link_say(d->watch->router,
	                       json_pack("{s:s,s:o,s:I}", "op", "stopped", "vms", stopped_json(d),
	                                 "generation", ++d->watch->router->sent),
	                       NULL, 0, e);
}

int router_maintained(struct driver *d, struct err *e)
{
	return router_link_say(d->watch->router,
	                       json_pack("{s:s,s:o,s:o,s:I}", "op", "maintained", "instances",
	                                 kept_list(d->watch->router, ROUTER_MAINTAINED), "lost",
	                                 kept_list(d->watch->router, ROUTER_LOST), "generation",
	                                 ++d->watch->router->sent),
	                       NULL, 0, e);
}

int router_silent(struct driver *d, struct err *e)
{
	return router_link_say(d->watch->router,
	                       json_pack("{s:s,s:o,s:I}", "op", "silent", "instances",
	                                 kept_list(d->watch->router, ROUTER_SILENT), "generation",
	                                 ++d->watch->router->sent),
	                       NULL, 0, e);
}

int router_health(struct driver *d, struct err *e)
{
	return router_link_say(d->watch->router,
	                       json_pack("{s:s,s:o,s:I}", "op", "health", "down",
	                                 kept_list(d->watch->router, ROUTER_DOWN), "generation",
	                                 ++d->watch->router->sent),
	                       NULL, 0, e);
}

bool router_read(struct driver *d, json_int_t mark, json_t *doubt,
                 void (*fn)(struct driver *d, const json_t *answer))
{
	if (!d->watch->router || !d->watch->router->peer) {
		json_decref(doubt);
		return false;
	}
	d->watch->router->on_read = fn;
	return router_link_say(
	           d->watch->router,
	           json_pack("{s:s,s:I,s:o}", "op", "read", "mark", mark, "doubt", doubt), NULL, 0,
	           NULL) == 0;
}

void router_resync(struct driver *d)
{
	if (!d->watch->router->peer)
		return;
	d->watch->router->waiting++;
	router_link_say(d->watch->router, json_pack("{s:s}", "op", "resync"), NULL, 0, NULL);
}

void router_look(struct driver *d, bool mend, void (*fn)(void *ctx, const json_t *looked),
                 void *ctx)
{
	struct router_link *rl = d->watch->router;

	if (!rl || !rl->peer) {
		fn(ctx, NULL);
		return;
	}
	VEC_PUSH(rl->looks, rl->n_looks, rl->cap_looks) = (struct looking){ fn, ctx };
	router_link_say(rl, json_pack("{s:s,s:b}", "op", "look", "mend", mend), NULL, 0, NULL);
}
