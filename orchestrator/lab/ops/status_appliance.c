/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/ops/status_appliance.h"

#include <stdio.h>
#include <unistd.h>

#include "azure/hybrid.h"
#include "base/json.h"
#include "base/str.h"
#include "kernel/tcp_diag.h"
#include "lab/proc/process.h"

enum {
	BGP_PORT = 179,
	/* An OPEN and the KEEPALIVE that says that ours was taken: RFC 4271, 4.2 and 4.4. */
	ESTABLISHED_BYTES = 29 + 19,
};

static const struct node *vm_with(const struct model *m, ip4 a)
{
	for (size_t i = 0; i < m->n_vms; i++)
		if (vm_has_address(&m->vms[i], a))
			return &m->vms[i];
	return NULL;
}

static bool is_route_server(const struct model *m, ip4 a)
{
	for (size_t i = 0; i < m->n_route_servers; i++)
		for (unsigned k = 0; k < 2; k++)
			if (m->route_servers[i].instance[k] == a)
				return true;
	return false;
}

static bool is_appliance(const struct node *vm)
{
	return vm->role == VM_USER || vm->role == VM_SITE_ROUTER;
}

static bool is_asked(const struct lab_node *n)
{
	return n && n->vm && is_appliance(n->vm) && n->n_procs && !n->stopped;
}

struct sessions {
	const struct driver *d;
	const struct model *m;
	const struct lab_node *n;
	json_t *list;
};

static void add_tcp_session(void *ctx, const struct tcp_session *s)
{
	struct sessions *x = ctx;
	const struct node *peer = vm_with(x->m, s->remote);

	/* Those are told of as the Route Server's and the gateways'; the other end of two
	 * appliances tells of what this one does not. */
	if (is_route_server(x->m, s->remote) || (peer && !is_appliance(peer)) ||
	    (peer && s->open && s->local > s->remote &&
	     is_asked(node_find(&x->d->lab, peer->name))))
		return;
	const char *state = !s->open                          ? "Connect"
	                    : s->received < ESTABLISHED_BYTES ? "OpenSent"
	                                                      : "Established";
	json_t *o = json_pack("{s:s, s:s}", "node", x->n->name, "address", IP4_STR(s->local));

	json_object_set_new(o, "peer", peer ? json_string(peer->name) : json_null());
	json_object_set_new(o, "peerIp", json_string(IP4_STR(s->remote)));
	json_object_set_new(o, "state", json_string(state));
	json_array_append_new(x->list, o);
}

json_t *appliance_sessions_json(const struct driver *d)
{
	struct sessions x = { .d = d, .m = d->lab.model, .list = json_array() };

	for (size_t i = 0; x.m && i < d->lab.n_nodes; i++) {
		x.n = d->lab.nodes[i];
		if (is_asked(x.n))
			(void)tcp_sessions(x.n->netns, BGP_PORT, add_tcp_session, &x, NULL);
	}
	return x.list;
}

/* Its pages that are in memory: the second number of statm. */
static unsigned long long resident(pid_t pid)
{
	char path[64];
	char text[128] = "";

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	const char *blank = fgets(text, sizeof(text), f) ? strchr(text, ' ') : NULL;

	fclose(f);
	return blank ? strtoull(blank + 1, NULL, 10) * (unsigned long long)sysconf(_SC_PAGESIZE)
	             : 0;
}

unsigned long long node_memory(const struct lab_node *n)
{
	unsigned long long sum = 0;

	for (size_t i = 0; i < n->n_procs; i++)
		if (n->procs[i]->child.pid > 0)
			sum += resident(n->procs[i]->child.pid);
	return sum;
}
