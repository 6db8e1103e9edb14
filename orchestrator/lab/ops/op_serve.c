/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An endpoint serves the lab: its design is changed there alone, as long as that is connected. */
#include <errno.h>

#include "lab/proc/driver.h"
#include "lab/proc/op.h"

static void server_gone(struct conn *c)
{
	free(c->d->served_by);
	c->d->served_by = NULL;
}

static int op_serve(struct lab *l, struct request *r, json_t **ret, struct err *e)
{
	const char *by = json_string_value(json_object_get(r->body, "by"));

	(void)ret;
	if (!by)
		return err_set(e, EINVAL, "the request has no \"by\"");
	if (l->driver->served_by)
		return err_set(e, EBUSY, "lab %s is served already, by %s", l->name,
		               l->driver->served_by);
	l->driver->served_by = xstrdup(by);
	r->client->on_close = server_gone;
	conn_send(r->client, json_pack("{s:{s:b}}", "progress", "served", 1));
	return 1;
}

LAB_OP(serve, { .name = "serve", .kind = OP_INLINE, .run = op_serve });
