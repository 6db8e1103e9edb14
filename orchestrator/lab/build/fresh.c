/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/build/fresh.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "azure/hybrid.h"
#include "base/beneath.h"
#include "base/str.h"
#include "kernel/guest.h"
#include "kernel/nft_gen.h"
#include "lab/build/held.h"
#include "lab/build/ledger.h"
#include "lab/build/room.h"
#include "lab/proc/mounts.h"
#include "lab/proc/node.h"
#include "lab/proc/process.h"
#include "plan/guest.h"

void fresh_note(struct lab_node *n)
{
	if (nft_generation(n->netns, &n->filter, NULL) < 0)
		n->filter = 0;
}

int fresh_read(const struct lab *l, const json_t *body, json_t **ret, struct err *e)
{
	json_t *fresh = json_object_get(body, "fresh"), *name;
	size_t i;

	json_array_foreach (fresh, i, name) {
		struct lab_node *n;
		int r = lab_node(l, json_string_value(name) ? json_string_value(name) : "", &n, e);

		if (r == 0 && n->kind != NODE_VM && n->kind != NODE_ROUTE_SERVER)
			r = err_set(e, EINVAL,
			            "%s is not made anew: up puts back what is missing in it",
			            n->name);
		if (r < 0)
			return r;
	}
	*ret = json_is_true(fresh) || json_array_size(fresh) ? fresh : NULL;
	return 0;
}

static bool is_fresh_meant(const struct lab *l, const struct lab_node *n, const json_t *fresh)
{
	json_t *name;
	size_t i;

	if (json_is_true(fresh))
		return true;
	json_array_foreach ((json_t *)fresh, i, name) {
		struct lab_node *x;

		if (lab_node(l, json_string_value(name), &x, NULL) == 0 && x == n)
			return true;
	}
	return false;
}

/* --- what can be compared ---------------------------------------------------------------------
 */

/* A file that was written for it, and reads otherwise now. */
static const char *find_other_file(const struct lab_node *n, const struct image_plan *plan)
{
	_cleanup_close_ int root =
	    plan && n->dir ? open(n->dir, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	for (size_t i = 0; root >= 0 && i < plan->n_files; i++) {
		const struct image_file *f = &plan->files[i];
		_cleanup_free_ char *path = node_path(f->path);
		_cleanup_free_ char *now = xmalloc(f->size + 1);
		_cleanup_close_ int fd =
		    beneath_open(root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
		size_t got = 0;
		ssize_t k = fd < 0 ? -1 : 1;

		while (k > 0 && got < f->size + 1) {
			k = read(fd, now + got, f->size + 1 - got);
			got += k > 0 ? (size_t)k : 0;
		}
		if (k < 0 || got != f->size || memcmp(now, f->content, got) != 0)
			return f->path;
	}
	return NULL;
}

static const char *dead_process(const struct lab_node *n)
{
	for (size_t i = 0; i < n->n_procs; i++) {
		enum proc_state s = n->procs[i]->state;

		if (s == PROC_BACKOFF || s == PROC_FAILED || s == PROC_HELD)
			return n->procs[i]->name;
	}
	return NULL;
}

/* An appliance's kernel is its daemons' to change. */
static bool network_differs(const struct lab *l, const struct lab_node *n)
{
	bool appliance = n->vm && n->n_procs &&
	                 (n->vm->role == VM_USER ||
	                  (n->vm->role == VM_SITE_ROUTER && !vm_site(n->vm)->generated));
	_cleanup_guest_plan_ struct guest_plan *p = node_guest_plan(n, l->model);
	struct guest_drift g = { 0 };
	uint32_t filter = 0;

	if (appliance)
		return false;
	if (n->filter && nft_generation(n->netns, &filter, NULL) == 0 && filter != n->filter)
		return true;
	return guest_look(n->netns, p, false, false, &g, NULL) < 0 || guest_differs(&g) ||
	       (!n->n_procs && g.more);
}

char *fresh_why(const struct lab *l, const struct want *w, const json_t *fresh)
{
	const struct lab_node *n = w->have;
	const char *what;

	if (!fresh || !n || !n->built || !is_fresh_meant(l, n, fresh))
		return NULL;
	if (!json_is_true(fresh))
		return xstrdup("it was named");
	if (n->touched)
		return xasprintf("\"%s\" was run in it", n->touched);
	if (n->faulted)
		return xstrdup("a fault was done to it");
	if (n->stopped)
		return NULL;
	if ((what = dead_process(n)))
		return xasprintf("%s does not run", what);
	if (n->deaths)
		return xstrdup("a process of it has died");
	/* New files in the design are what `up` is for; what runs has those of its spec. */
	if (n->spec.files == w->spec.files && (what = find_other_file(n, w->plan)))
		return xasprintf("%s was changed", what);
	if (network_differs(l, n))
		return xstrdup("its network was changed");
	return NULL;
}

/* --- doing it ---------------------------------------------------------------------------------
 */

/* Kills what somebody left running in the node. */
static void kill_inside(const struct lab_node *n)
{
	struct stat mine, other;
	_cleanup_close_ int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	DIR *proc = fstat(n->netns, &mine) == 0 ? opendir("/proc") : NULL;
	const struct dirent *x;

	if (own >= 0 && fstat(own, &other) == 0 && other.st_ino == mine.st_ino)
		proc = proc ? (closedir(proc), NULL) : NULL; /* never ourselves */
	while (proc && (x = readdir(proc))) {
		char path[64];
		long pid = strtol(x->d_name, NULL, 10);

		if (pid <= 1)
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/ns/net", pid);
		if (stat(path, &other) == 0 && other.st_ino == mine.st_ino)
			kill((pid_t)pid, SIGKILL);
	}
	if (proc)
		closedir(proc);
}

json_t *fresh_sessions(const struct driver *d, const json_t *fresh)
{
	json_t *all = json_array();

	for (size_t i = 0; json_is_true(fresh) && i < d->build->n_faults; i++)
		if (streq(d->build->faults[i].what, "session"))
			json_array_append_new(all, json_pack("{s:s,s:s}", "node",
			                                     d->build->faults[i].target, "why",
			                                     "a fault kept its session down"));
	return all;
}

void fresh_faults(struct driver *d, const json_t *fresh)
{
	if (json_is_true(fresh))
		fault_end(d, NULL);
	for (size_t i = 0; fresh && !json_is_true(fresh) && i < d->lab.n_nodes; i++)
		if (is_fresh_meant(&d->lab, d->lab.nodes[i], fresh))
			fault_end(d, d->lab.nodes[i]);
}

void fresh_mark(struct driver *d, struct want *w, size_t n, const json_t *fresh, json_t *all)
{
	for (size_t i = 0; fresh && i < n; i++) {
		_cleanup_free_ char *why = fresh_why(&d->lab, &w[i], fresh);

		if (!why)
			continue;
		node_procs_stop(w[i].have);
		kill_inside(w[i].have);
		w[i].have->built = false;
		json_array_append_new(all, json_pack("{s:s,s:s}", "node", w[i].name, "why", why));
	}
}
