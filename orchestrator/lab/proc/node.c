/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/proc/node.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "plan/bird_hybrid.h"

struct lab_node *node_new(struct lab *l, const char *name, enum lab_node_kind kind)
{
	struct lab_node *n = xcalloc(1, sizeof(*n));

	n->name = xstrdup(name);
	n->kind = kind;
	n->netns = -1;
	VEC_PUSH(l->nodes, l->n_nodes, l->cap_nodes) = n;
	return n;
}

static bool is_designed(const struct lab_node *n)
{
	return n->kind != NODE_FABRIC && n->kind != NODE_INTERNET;
}

struct lab_node *node_find(const struct lab *l, const char *name)
{
	struct lab_node *always = NULL;

	for (size_t i = 0; i < l->n_nodes; i++) {
		if (!strieq(l->nodes[i]->name, name))
			continue;
		if (is_designed(l->nodes[i]))
			return l->nodes[i];
		always = l->nodes[i];
	}
	return always;
}

struct lab_node *node_always(const struct lab *l, enum lab_node_kind kind)
{
	for (size_t i = 0; i < l->n_nodes; i++)
		if (l->nodes[i]->kind == kind)
			return l->nodes[i];
	return NULL;
}

/* "VM/nic": the VM's node, when it has such a NIC. */
static struct lab_node *by_nic(const struct lab *l, const char *name)
{
	const char *slash = strrchr(name, '/');

	if (!slash)
		return NULL;
	_cleanup_free_ char *vm = xstrndup(name, (size_t)(slash - name));
	struct lab_node *n = node_find(l, vm);

	if (!n || !n->vm)
		return NULL;
	for (size_t i = 0; i < n->vm->n_nics; i++)
		if (strieq(n->vm->nics[i]->name, slash + 1))
			return n;
	return NULL;
}

int lab_node(const struct lab *l, const char *name, struct lab_node **ret, struct err *e)
{
	struct lab_node *n = node_find(l, name);

	if (!n)
		n = by_nic(l, name);
	if (n) {
		*ret = n;
		return 0;
	}
	const char **names = xcalloc(l->n_nodes + 1, sizeof(*names));

	for (size_t i = 0; i < l->n_nodes; i++)
		names[i] = l->nodes[i]->name;
	const char *near = str_nearest(name, names, l->n_nodes);
	int r;

	if (near)
		r = err_set(e, ENOENT, "lab %s has no node %s; did you mean %s?", l->name, name,
		            near);
	else
		r = err_set(e, ENOENT, "lab %s has no node %s (vnetlab status lists them)", l->name,
		            name);
	free(names);
	return r;
}

const bool *lab_stopped(const struct lab *l)
{
	return l->driver->stopped.v;
}

bool node_has_our_bird(const struct lab_node *n)
{
	return n->kind == NODE_ROUTE_SERVER || (n->vm && bird_hybrid_runs(n->vm));
}
