/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/build/apply.h"
#include "lab/build/held.h"
#include "lab/build/room.h"
#include "lab/client/paths.h"
#include "lab/fault/maintenance.h"
#include "lab/fault/room.h"
#include "lab/namespaces.h"
#include "lab/ops/room.h"
#include "lab/ops/syntax.h"
#include "lab/proc/driver.h"
#include "lab/proc/events.h"
#include "lab/proc/logs.h"
#include "lab/proc/process.h"
#include "lab/proc/signals.h"
#include "lab/watch/apart.h"
#include "lab/watch/disk.h"
#include "lab/watch/memory.h"
#include "lab/watch/observe.h"
#include "lab/watch/room.h"

enum { USUAL_NOFILE = 1024 }; /* what init and login give to programs, unless told otherwise */

/* --- namespaces ------------------------------------------------------------------------------- */

static int lab_mounts(struct driver *d, struct err *e)
{
	int r = lab_private_mounts(e);

	if (r < 0)
		return r;
	d->root = LAB_ROOT;
	d->root_fd = open(d->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->root_fd < 0)
		return err_sys(e, errno, "%s", d->root);
	d->mntns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (d->mntns < 0)
		return err_sys(e, errno, "/proc/self/ns/mnt");
	d->pidns = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	if (d->pidns < 0)
		return err_sys(e, errno, "/proc/self/ns/pid");
	return chdir("/") < 0 ? err_sys(e, errno, "/") : 0;
}

static void host_pid(struct driver *d)
{
	char buf[16] = "";

	if (readlinkat(d->host_proc_fd, "self", buf, sizeof(buf) - 1) > 0)
		d->host_pid = (int)strtol(buf, NULL, 10);
}

/* A node costs descriptors and processes: we take what we may have.  Daemons get the limit of
 * descriptors that we got, since some size tables by it, or what systems give usually. */
static void raise_limits(struct driver *d)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NPROC, &l) == 0 && l.rlim_cur < l.rlim_max)
		setrlimit(RLIMIT_NPROC, &(struct rlimit){ l.rlim_max, l.rlim_max });
	getrlimit(RLIMIT_NOFILE, &d->nofile);
	rlim_t most = d->nofile.rlim_max;

	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ most, most });
	if (d->nofile.rlim_cur < USUAL_NOFILE)
		d->nofile.rlim_cur = most < USUAL_NOFILE ? most : USUAL_NOFILE;
}

/* --- the loop's callbacks ----------------------------------------------------------------------
 */

static void on_listener(struct source *s, uint32_t events)
{
	struct driver *d = container_of(s, struct driver, listener);

	(void)events;
	if (!d->building)
		conn_accept(d, s->fd);
}

static void on_reaper(struct timer *t)
{
	struct driver *d = container_of(t, struct driver, reaper);

	conn_reap(d);
	/* Nothing was ever applied and who started us has gone: so do we. */
	if (!d->conns && !d->lab.design && !d->build->apply)
		driver_quit(d);
}

static void on_process_line(struct process *p, const char *line, size_t n)
{
	logs_line(p, line, n);
	observe_log_line(p, line, n);
}

static void on_process_ready(struct lab_node *n)
{
	sessions_hold(n->procs[0]->d, n);
}

/* The end of a round of the loop in which something has changed. */
static void on_changed(void *ctx)
{
	struct driver *d = ctx;
	unsigned changed = d->changed;

	d->changed = 0;
	if (changed & CHANGED_NODES) {
		maintenance_look(d);
		apart_look(d);
	}
	apply_step(d);
	syntax_look(d);
}

static const struct driver_hooks hooks = { .line = on_process_line, .ready = on_process_ready };

/* --- main --------------------------------------------------------------------------------------
 */

static int set_up_driver(struct driver *d, const struct driver_start *ds, struct err *e)
{
	int r = lab_mounts(d, e);

	if (r < 0)
		return r;
	host_pid(d);
	raise_limits(d);
	umask(022);
	clock_gettime(CLOCK_REALTIME, &d->since);
	r = loop_new(&d->loop, e);
	if (r < 0)
		return r;
	loop_on_mark(d->loop, on_changed, d);
	d->events = events_new(d->lab.name);
	d->reaper.fn = on_reaper;
	disk_watch(d);
	memory_watch(d);
	d->listener.fn = on_listener;
	/* Here and not where it was bound: SO_PEERCRED of a client names who listened
	 * (lab/client/end.c).
	 */
	if (listen(ds->listen_fd, SOMAXCONN) < 0)
		return err_sys(e, errno, "listen");
	r = loop_add(d->loop, &d->listener, ds->listen_fd, EPOLLIN, e);
	if (r < 0)
		return r;
	r = conn_add(d, ds->owner_fd, e);
	if (r < 0)
		return r;
	observer_new(d);
	return 0;
}

_Noreturn void driver_main(const struct driver_start *ds, int pipe_fd)
{
	struct driver *d = xcalloc(1, sizeof(*d));
	struct err e = { 0 };

	d->watch = xcalloc(1, sizeof(*d->watch));
	d->watch->d = d;
	d->build = xcalloc(1, sizeof(*d->build));
	d->fault = xcalloc(1, sizeof(*d->fault));
	d->ops = xcalloc(1, sizeof(*d->ops));
	d->lab.name = xstrdup(ds->lab);
	d->lab.driver = d;
	d->hooks = &hooks;
	d->run_fd = ds->run_fd;
	d->dir_fd = ds->dir_fd;
	d->lock_fd = ds->lock_fd;
	d->host_proc_fd = ds->host_proc_fd;
	d->router_fd = ds->router_fd;
	d->root_fd = d->listener.fd = d->mntns = d->pidns = d->stage = d->build->edge_ns = -1;
	d->guests.sock = d->guests.users = -1;
	bounds_init(&d->bounds, ds->cgroup_fd);
	d->privileged = ds->privileged;
	signals_deadly();
	int r = set_up_driver(d, ds, &e);

	if (r == 0)
		memset(&e, 0, sizeof(e));
	ssize_t n = write(pipe_fd, &e, sizeof(e));

	close(pipe_fd);
	bool ran = r == 0 && n == (ssize_t)sizeof(e);

	if (ran)
		r = loop_run(d->loop, &e);
	if (ran && r < 0) {
		fprintf(stderr, "%s\n", e.msg); /* to who watches us, and tells */
		_exit(1);
	}
	/* Everything else goes with this process.  Where the lab's root may not remove these, who
	 * looks next does (lab_lock_held()). */
	if (d->bounds.dir < 0) /* else the watcher does: we are in the lab's cgroup */
		lab_dir_remove(d->run_fd, d->dir_fd, d->lab.name);
	_exit(r < 0 ? 1 : 0);
}
