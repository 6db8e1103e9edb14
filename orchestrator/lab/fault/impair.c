/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rate, delay and loss on a NIC: the kernel's queueing disciplines, where it has them.  tc(8) does
 * the talking: it knows each discipline's parameters, and its words are what an error needs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/build/ledger.h"
#include "lab/fault/fault.h"
#include "lab/proc/events.h"
#include "lab/proc/launch.h"
#include "lab/proc/node.h"
#include "plan/names.h"

static int run_tc(const struct lab_node *n, const char *const *argv, struct str *out, struct err *e)
{
	int p[2], status = 0;
	char buf[1024];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	struct launch l = {
		.argv = argv, .envp = DAEMON_ENV, .netns = n->netns, .fds = { -1, p[1], p[1] }
	};
	int r = launch(&l, &pid, e);

	close(p[1]);
	if (r < 0) {
		close(p[0]);
		return r == -ENOENT
		           ? err_set(e, ENOPKG, "fault impair needs tc (apt install iproute2)")
		           : r;
	}
	for (ssize_t k; (k = read(p[0], buf, sizeof(buf))) > 0;)
		str_addn(out, buf, (size_t)k);
	close(p[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int fault_impair(struct driver *d, const char *const *argv, struct err *e)
{
	struct lab_node *n;
	char dev[IFNAMSIZ] = "eth0";
	const char *kind = argv[2];
	const struct nic *nic = NULL;
	int r = lab_node(&d->lab, argv[1], &n, e);

	if (r < 0) { /* a NIC by its own name */
		nic = model_nic(d->lab.model, argv[1]);
		if (!nic)
			return r;
		n = node_find(&d->lab, nic->vm->name);
	} else if (n->vm && !strieq(n->name, argv[1])) {
		for (size_t i = 0; i < n->vm->n_nics; i++)
			if (strieq(n->vm->nics[i]->name, strrchr(argv[1], '/') + 1))
				nic = n->vm->nics[i];
	}
	if (!n->vm && !n->rs)
		return err_set(e, EINVAL, "%s has no NIC of its own", n->name);
	if (n->stopped)
		return err_set(e, EINVAL, "%s is deallocated", n->name);
	if (nic)
		device_name_nic(nic, dev);
	bool rate = streq(kind, "rate"), none = streq(kind, "none");

	const char *del[] = { "tc", "qdisc", "del", "dev", dev, "root", NULL };
	const char *tbf[] = { "tc",   "qdisc", "replace", "dev",  dev,       "root", "tbf",
		              "rate", argv[3], "burst",   "32kb", "latency", "50ms", NULL };
	const char *netem[] = { "tc",   "qdisc", "replace", "dev",   dev,
		                "root", "netem", kind,      argv[3], NULL };
	_cleanup_str_ struct str said = { 0 };

	r = run_tc(n, none ? del : rate ? tbf : netem, &said, e);
	if (r < 0)
		return r;
	if (r != 0 && !none) {
		/* "Specified qdisc kind is unknown.": the kernel is built without it. */
		bool lacks = strstr(str_get(&said), "kind is unknown") != NULL;

		return err_set(e, lacks ? EOPNOTSUPP : EINVAL, "fault impair %s %s %s: %s%s",
		               argv[1], kind, argv[3],
		               lacks ? "this kernel cannot (no " : str_get(&said),
		               !lacks ? ""
		               : rate ? "tbf queueing discipline)"
		                      : "netem queueing discipline; modprobe sch_netem)");
	}
	_cleanup_free_ char *detail = none ? xstrdup("") : xasprintf("%s %s", kind, argv[3]);

	fault_note(d, "impair", argv[1], detail);
	if (none)
		fault_forget(d, "impair", argv[1]);
	n->faulted = true;
	return 0;
}
