/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cgroup may be the parent of a lab's: the decision, and what it sees in a tree of files. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/tree.h"
#include "kernel/cgroup_find.h"
#include "scratch.h"
#include "unit.h"

/* --- where ------------------------------------------------------------------------------------ */

static void own_is(const char *mountinfo, const char *cgroups, const char *mount, const char *own)
{
	_cleanup_free_ char *m = NULL, *o = NULL;

	assert_int_equal(cgroup_own(mountinfo, cgroups, &m, &o), mount != NULL);
	if (mount) {
		assert_string_equal(m, mount);
		assert_string_equal(o, own);
	}
}

static void finds_its_own(void **state)
{
	static const char UNIFIED[] =
	    "24 1 0:22 / /proc rw - proc proc rw\n"
	    "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 "
	    "rw,nsdelegate\n";
	static const char HYBRID[] =
	    "31 30 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
	    "32 30 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

	(void)state;
	own_is(UNIFIED, "0::/user.slice/user-1000.slice/session-2.scope\n", "/sys/fs/cgroup",
	       "/user.slice/user-1000.slice/session-2.scope");
	own_is(HYBRID, "8:pids:/x\n1:name=systemd:/\n0::/\n", "/sys/fs/cgroup/unified", "/");
	own_is("31 30 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n", "8:pids:/\n", NULL,
	       NULL);
	own_is(UNIFIED, "8:pids:/\n", NULL, NULL);
	/* A container that is shown a part of the hierarchy. */
	static const char PART[] = "30 23 0:26 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n";

	own_is(PART, "0::/docker/1/child\n", "/sys/fs/cgroup", "/child");
	own_is(PART, "0::/docker/1\n", "/sys/fs/cgroup", "/");
	own_is(PART, "0::/docker/12\n", NULL, NULL);
	own_is(UNIFIED, "0::/../outside\n", NULL, NULL);
	own_is("", "", NULL, NULL);
}

/* --- the decision ----------------------------------------------------------------------------- */

enum {
	W = 1,
	DELEGATED = 2,
	TOP = 4,
	THREADS = 8,
	BUSY = 16,
	HAS = 32,
	CHILDREN = 64,
	PIDS_ONLY = 128
};

static struct cgroup_seen seen(unsigned f)
{
	return (struct cgroup_seen){ .writable = f & W,
		                     .delegated = f & DELEGATED,
		                     .top = f & TOP,
		                     .domain = !(f & THREADS),
		                     .busy = f & BUSY,
		                     .has = f & HAS         ? CGROUP_BOTH
		                            : f & PIDS_ONLY ? CGROUP_PIDS
		                                            : 0,
		                     .children = f & CHILDREN ? CGROUP_BOTH : 0 };
}

static const struct {
	const char *what;
	bool managed;
	unsigned v[4]; /* from the own cgroup on outwards; 0 ends them */
	int want;      /* -1: none */
	const char *why;
} ROWS[] = {
	{ "a user by ssh: a session of systemd's",
	  true,
	  { BUSY | HAS, HAS | CHILDREN, HAS | CHILDREN | TOP },
	  -1,
	  "no cgroup is delegated" },
	{ "a scope with Delegate=yes",
	  true,
	  { W | DELEGATED | BUSY | HAS, W | HAS | CHILDREN, HAS | TOP },
	  0,
	  NULL },
	{ "a second lab from the same shell, which was moved to a child",
	  true,
	  { W | BUSY | HAS, W | DELEGATED | HAS | CHILDREN, HAS | TOP },
	  1,
	  NULL },
	{ "a terminal below user@1000.service",
	  true,
	  { W | BUSY | HAS, W | HAS | CHILDREN, W | DELEGATED | HAS | CHILDREN, HAS | TOP },
	  2,
	  NULL },
	{ "root in a session: what systemd arranges is not ours",
	  true,
	  { W | BUSY | HAS, W | HAS | CHILDREN, W | HAS | CHILDREN | TOP },
	  -1,
	  "no cgroup is delegated" },
	{ "root without systemd, in the outermost", false, { W | BUSY | HAS | TOP }, 0, NULL },
	{ "the outermost beside systemd", true, { W | BUSY | HAS | TOP }, 0, NULL },
	{ "a container's own, with its processes in it",
	  false,
	  { W | BUSY | HAS },
	  -1,
	  "has other processes" },
	{ "a container that was prepared", false, { W | BUSY | HAS, W | HAS | CHILDREN }, 1, NULL },
	{ "empty, but without controllers for children yet",
	  false,
	  { W | BUSY, W | HAS },
	  1,
	  NULL },
	{ "for threads", false, { W | THREADS | HAS }, -1, "no cgroup is delegated" },
	{ "one controller of two",
	  true,
	  { W | DELEGATED | PIDS_ONLY, TOP | PIDS_ONLY },
	  -1,
	  "lack the controllers" },
	{ "version 1 has them", false, { W | BUSY | TOP }, -1, "lack the controllers" },
	{ "none at all", false, { 0 }, -1, "shows no cgroups" },
};

static void picks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		struct cgroup_seen v[4];
		struct cgroup_sight s = { .v = v, .managed = ROWS[i].managed };
		struct err e = { 0 };

		for (; s.n < 4 && ROWS[i].v[s.n]; s.n++)
			v[s.n] = seen(ROWS[i].v[s.n]);
		int got = cgroup_pick(&s, &e);

		if (got < 0 ? ROWS[i].want >= 0 || !strstr(e.msg, ROWS[i].why)
		            : got != ROWS[i].want)
			fail_msg("%s: %d %s", ROWS[i].what, got, e.msg);
	}
}

/* --- what is seen ----------------------------------------------------------------------------- */

static char top[SCRATCH];

static void put(const char *folder, const char *file, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s%s/%s", top, folder, file);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* type NULL: the outermost. */
static void put_cgroup(const char *folder, const char *type, const char *procs, const char *has,
                       const char *children)
{
	_cleanup_free_ char *path = xasprintf("%s%s", top, folder);

	mkdir(path, 0755);
	if (type)
		put(folder, "cgroup.type", type);
	put(folder, "cgroup.procs", procs);
	put(folder, "cgroup.controllers", has);
	put(folder, "cgroup.subtree_control", children);
}

static int set_up(void **state)
{
	(void)state;
	scratch_make(top);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(top);
	return 0;
}

static void sees_a_tree(void **state)
{
	struct cgroup_sight s;
	struct err e;

	(void)state;
	put_cgroup("", NULL, "1\n2\n", "cpu memory pids\n", "cpu memory pids\n");
	put_cgroup("/user", "domain\n", "", "cpu memory pids\n", "memory pids\n");
	put_cgroup("/user/scope", "domain\n", "77\n", "memory pids\n", "");
	put_cgroup("/user/threads", "threaded\n", "78\n", "pids\n", "");
	cgroup_look(top, "/user/scope", true, &s);
	assert_int_equal(s.n, 3);
	assert_true(str_starts(s.v[0].path, top) && strstr(s.v[0].path, "/user/scope"));
	assert_true(s.v[0].writable && s.v[0].busy && s.v[0].domain && !s.v[0].top);
	assert_int_equal(s.v[0].has, CGROUP_BOTH);
	assert_int_equal(s.v[0].children, 0);
	assert_true(!s.v[1].busy && s.v[1].children == CGROUP_BOTH);
	assert_true(s.v[2].top && s.v[2].busy && s.v[2].domain);
	assert_string_equal(s.v[2].path, top);
	assert_true(cgroup_pick(&s, &e) < 0);
	cgroup_sight_done(&s);

	cgroup_look(top, "/user/threads", false, &s);
	assert_true(!s.v[0].domain && s.v[0].has == CGROUP_PIDS);
	/* Without systemd, the one around it. */
	assert_int_equal(cgroup_pick(&s, &e), 1);
	cgroup_sight_done(&s);

	_cleanup_free_ char *scope = xasprintf("%s/user/scope", top);

	if (setxattr(scope, "user.delegate", "1", 1, 0) < 0)
		return; /* this file system has none */
	cgroup_look(top, "/user/scope", true, &s);
	assert_true(s.v[0].delegated && !s.v[1].delegated);
	assert_int_equal(cgroup_pick(&s, &e), 0);
	cgroup_sight_done(&s);
	/* Nothing is there any more: it ended meanwhile. */
	cgroup_look(top, "/gone", true, &s);
	assert_true(!s.v[0].writable && !s.v[0].has);
	cgroup_sight_done(&s);
}

static void limits_fit_the_machine(void **state)
{
	(void)state;
	assert_int_equal(cgroup_limits(64ull << 30).memory, 2048ull << 20);
	assert_int_equal(cgroup_limits(4ull << 30).memory, 2048ull << 20);
	assert_int_equal(cgroup_limits(2ull << 30).memory, 1024ull << 20);
	assert_int_equal(cgroup_limits(128ull << 20).memory, 256ull << 20);
	assert_int_equal(cgroup_limits(4ull << 30).processes, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_its_own),
		cmocka_unit_test(picks),
		cmocka_unit_test_setup_teardown(sees_a_tree, set_up, tear_down),
		cmocka_unit_test(limits_fit_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
