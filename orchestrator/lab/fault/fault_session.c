/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault session: a BGP session is shut down where it is ours: on the Route Server's instance for a
 * peering, on the gateway's for what nobody configured. */
#include <errno.h>

#include "azure/hybrid.h"
#include "base/str.h"
#include "lab/build/held.h"
#include "lab/build/ledger.h"
#include "lab/fault/fault.h"

static bool one_of(const char *target, int *ret_instance)
{
	size_t n = strlen(target);

	*ret_instance = n > 2 && target[n - 2] == '/' ? target[n - 1] - '0' : -1;
	return *ret_instance == 0 || *ret_instance == 1;
}

/* "RS/x" is down, and "RS/x/0" comes up: "RS/x/1" is what is left.  One name for both instances
 * takes the place of two. */
static void remember_session(struct driver *d, const char *target, bool up)
{
	int instance;
	bool one = one_of(target, &instance) &&
	           !model_connection(d->lab.model, target); /* a peering called "0" */
	_cleanup_free_ char *both = one ? xstrndup(target, strlen(target) - 2) : xstrdup(target);
	bool had_both = fault_there(d, "session", both);

	for (int i = 0; i < 2; i++) {
		_cleanup_free_ char *half = xasprintf("%s/%d", both, i);

		if (!one)
			fault_forget(d, "session", half);
		else if (up && had_both && i != instance)
			fault_note(d, "session", half, "down");
	}
	if (up && one)
		fault_forget(d, "session", both);
	if (up)
		fault_mended(d, "session", target, "session up");
	else if (!one || !had_both)
		fault_note(d, "session", target, "down");
}

static int say_unknown_session(const struct model *m, const char *target, struct err *e)
{
	for (size_t i = 0; i < m->n_connections; i++) {
		const struct connection *c = &m->connections[i];
		_cleanup_free_ char *name =
		    c->broken ? NULL : xasprintf("%s/%s", c->gateway->name, c->name);

		if (name && strieq(name, target))
			return err_set(e, ENOENT, "connection %s has no BGP: enableBgp is false",
			               c->name);
	}
	return err_set(e, ENOENT,
	               "no peering is called %s (RouteServer/PEERING[/0|1], "
	               "GATEWAY/CONNECTION[/0|1], GATEWAY/ROUTESERVER[/0|1])",
	               target);
}

int fault_session(struct driver *d, const char *const *argv, struct err *e)
{
	bool up = streq(argv[2], "up");

	if (!session_known(d->lab.model, argv[1]))
		return say_unknown_session(d->lab.model, argv[1], e);
	int r = session_set(d, argv[1], up, e);

	if (r < 0)
		return r;
	remember_session(d, argv[1], up);
	return 0;
}
