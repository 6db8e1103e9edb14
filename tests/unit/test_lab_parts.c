/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's parts that need no lab: run directory and lock, loop, log buffer, exit statuses. */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/loop.h"
#include "base/str.h"
#include "base/tree.h"
#include "lab/client/client.h"
#include "lab/client/paths.h"
#include "lab/proc/answer.h"
#include "lab/proc/conn.h"
#include "lab/proc/events.h"
#include "lab/proc/logbuf.h"
#include "schema/lab_name.h"

/* --- names and the run directory --- */

static void test_lab_names(void **state)
{
	static const char *const GOOD[] = {
		"a", "0", "seed", "a-b", "a--b", "x9", "abcdefghijabcdefghijabcdefghijabcdefghij"
	};
	static const char *const BAD[] = { "",
		                           "-",
		                           "-a",
		                           "a-",
		                           "A",
		                           "a_b",
		                           "a.b",
		                           "..",
		                           "a/b",
		                           "../x",
		                           "a b",
		                           "\n",
		                           "caf\xc3\xa9",
		                           "abcdefghijabcdefghijabcdefghijabcdefghijk" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(GOOD); i++)
		if (lab_name_check(GOOD[i], &e) != 0)
			fail_msg("%s: %s", GOOD[i], e.msg);
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
		assert_int_equal(lab_name_check(BAD[i], &e), -EINVAL);
		assert_non_null(strstr(e.msg, "1 to 40 of a-z, 0-9 and -"));
	}
}

/* A lab that is called as its file or folder has a name that `up` takes, however long that is. */
static void test_lab_names_of_files(void **state)
{
	static const struct {
		const char *base, *name;
	} ROWS[] = {
		{ "Hub & Spoke_2.vnetlab.json", "hub-spoke-2" },
		{ "..", "lab" },
		{ "hub-spoke-with-an-active-active-gateway-and-more",
		  "hub-spoke-with-an-active-active-gateway" },
		{ "abcdefghijabcdefghijabcdefghijabcdefghijk",
		  "abcdefghijabcdefghijabcdefghijabcdefghij" },
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		_cleanup_free_ char *name = schema_lab_name(ROWS[i].base);

		assert_string_equal(name, ROWS[i].name);
		assert_int_equal(lab_name_check(name, &e), 0);
	}
}

static char scratch[SCRATCH];

static int setup(void **state)
{
	(void)state;
	scratch_make(scratch);
	setenv("VNETLAB_RUN_DIR", scratch, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(scratch); /* so whatever a test leaves fails it */
}

static void test_run_dir(void **state)
{
	_cleanup_free_ char *inner = xasprintf("%s/run", scratch), *path = NULL;
	struct err e;
	int fd = -1;

	(void)state;
	setenv("VNETLAB_RUN_DIR", inner, 1);
	assert_int_equal(run_dir_open(false, &fd, NULL, &e), -ENOENT);
	assert_int_equal(run_dir_open(true, &fd, &path, &e), 0);
	assert_string_equal(path, inner);
	close(fd);
	struct stat st;

	assert_int_equal(stat(inner, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	chmod(inner, 0770);
	assert_int_equal(run_dir_open(true, &fd, NULL, &e), -EPERM);
	assert_non_null(strstr(e.msg, "writable by others: chmod 700"));
	rmdir(inner);
	setenv("VNETLAB_RUN_DIR", scratch, 1);
}

static size_t count_labs(void)
{
	char **names;
	size_t n;

	assert_int_equal(lab_list(&names, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return n;
}

static void test_lock(void **state)
{
	int run, dir, lock, dir2, lock2;
	struct err e;

	(void)state;
	assert_int_equal(run_dir_open(false, &run, NULL, &e), 0);
	assert_false(lab_lock_held(run, "x"));
	assert_int_equal(lab_lock_take(run, "x", &dir, &lock, &e), 0);
	assert_true(lab_lock_held(run, "x"));
	assert_int_equal(count_labs(), 1);
	assert_int_equal(write(lock, "4711\n", 5), 5);
	assert_int_equal(lab_lock_pid(run, "x"), 4711);
	/* Held, and nobody answers: it takes patience to say so. */
	assert_int_equal(lab_lock_take(run, "x", &dir2, &lock2, &e), -EEXIST);
	assert_string_equal(e.msg, "lab x runs already");
	/* The holder dies: a left-over is swept by whoever looks. */
	close(lock);
	assert_int_equal(count_labs(), 0);
	assert_int_equal(faccessat(run, "x", F_OK, 0), -1);
	close(dir);
	close(run);
}

static void touch(int dir, const char *name)
{
	close(openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

/* What is swept was made by a driver: a run directory may be one that others use, too. */
static void test_sweep(void **state)
{
	static const char *const others[] = { "empty", "work", "NoLab" };
	int run, dir, lock;
	struct err e;

	(void)state;
	assert_int_equal(run_dir_open(false, &run, NULL, &e), 0);
	mkdirat(run, "half", S_ISVTX | 0700); /* a start that got no further */
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		mkdirat(run, others[i], 0700);
	dir = openat(run, "work", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	touch(dir, "lock");
	touch(dir, "control");
	assert_int_equal(symlinkat("work", run, "link"), 0);
	assert_int_equal(count_labs(), 0);
	assert_int_equal(faccessat(run, "half", F_OK, 0), -1);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(faccessat(run, others[i], F_OK, 0), 0);
	assert_int_equal(faccessat(dir, "lock", F_OK, 0), 0);
	assert_int_equal(faccessat(dir, "control", F_OK, 0), 0);
	close(dir);
	/* Nor does a lab begin there. */
	assert_int_equal(lab_lock_take(run, "work", &dir, &lock, &e), -ENOTEMPTY);
	assert_non_null(strstr(e.msg, "that no lab made, and that stays as it is"));
	assert_int_equal(lab_lock_take(run, "link", &dir, &lock, &e), -ENOTEMPTY);
	/* In a lab's own folder a plain file is not taken for its socket. */
	assert_int_equal(lab_lock_take(run, "y", &dir, &lock, &e), 0);
	touch(dir, "control");
	close(lock);
	assert_int_equal(count_labs(), 0);
	assert_int_equal(faccessat(dir, "control", F_OK, 0), 0);
	close(dir);
	close(run);
	_cleanup_free_ char *left = xasprintf("%s/y", scratch),
	                    *work = xasprintf("%s/work", scratch);

	tree_remove(left);
	tree_remove(work);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", scratch, others[i]);

		rmdir(path);
	}
}

/* A link in the place of the run directory: our own is as good as what it leads to. */
static void test_run_dir_link(void **state)
{
	_cleanup_free_ char *link = xasprintf("%s/link", scratch), *path = NULL;
	struct err e;
	int fd;

	(void)state;
	unlink(link);
	assert_int_equal(symlink(scratch, link), 0);
	setenv("VNETLAB_RUN_DIR", link, 1);
	assert_int_equal(run_dir_open(true, &fd, &path, &e), 0);
	close(fd);
	assert_string_equal(path, scratch);
	if (geteuid() == 0) {
		assert_int_equal(lchown(link, 4711, 4711), 0);
		assert_int_equal(run_dir_open(true, &fd, NULL, &e), -EPERM);
		assert_non_null(
		    strstr(e.msg, "is a link that user 4711 made, and is not followed"));
	}
	unlink(link);
	setenv("VNETLAB_RUN_DIR", scratch, 1);
}

static void test_tree_remove(void **state)
{
	_cleanup_free_ char *outside = xasprintf("%s/outside", scratch),
	                    *tree = xasprintf("%s/tree", scratch),
	                    *deep = xasprintf("%s/tree/a/b", scratch),
	                    *mid = xasprintf("%s/tree/a", scratch),
	                    *link = xasprintf("%s/tree/a/link", scratch),
	                    *kept = xasprintf("%s/outside/kept", scratch);

	(void)state;
	mkdir(outside, 0700);
	touch(AT_FDCWD, kept);
	mkdir(tree, 0700);
	mkdir(mid, 0700);
	mkdir(deep, 0700);
	assert_int_equal(symlink(outside, link), 0);
	tree_remove(tree);
	assert_int_equal(access(tree, F_OK), -1);
	assert_int_equal(access(kept, F_OK), 0);
	/* Nor is the folder itself a link that is followed. */
	assert_int_equal(symlink(outside, tree), 0);
	tree_remove(tree);
	assert_int_equal(access(kept, F_OK), 0);
	unlink(tree);
	tree_remove(outside);
	assert_int_equal(access(outside, F_OK), -1);
}

/* --- the loop --- */

struct counter {
	struct timer t;
	struct loop *l;
	int *order;
	int id, n;
};

static int seen[8], n_seen;

static void on_tick(struct timer *t)
{
	struct counter *c = container_of(t, struct counter, t);

	seen[n_seen++] = c->id;
	if (n_seen == 3)
		loop_quit(c->l);
}

static void test_timers(void **state)
{
	struct loop *l;
	struct counter c[4] = { 0 };

	(void)state;
	assert_int_equal(loop_new(&l, NULL), 0);
	for (int i = 0; i < 4; i++)
		c[i] = (struct counter){ .t.fn = on_tick, .l = l, .id = i };
	n_seen = 0;
	loop_timer(l, &c[0].t, 30);
	loop_timer(l, &c[1].t, 10);
	loop_timer(l, &c[2].t, 20);
	loop_timer(l, &c[3].t, 5);
	loop_timer_stop(l, &c[3].t);
	loop_timer_stop(l, &c[3].t); /* twice is no harm */
	int64_t began = clock_ms();

	assert_int_equal(loop_run(l, NULL), 0);
	assert_in_range(clock_ms() - began, 29, 2000);
	assert_int_equal(seen[0], 1);
	assert_int_equal(seen[1], 2);
	assert_int_equal(seen[2], 0);
	loop_free(l);
}

/* Marks are made by a timer, thrice, and once more by what they lead to. */
struct marker {
	struct timer t;
	struct loop *l;
	int rounds;
};

static void on_marking_tick(struct timer *t)
{
	struct marker *m = container_of(t, struct marker, t);

	for (int i = 0; i < 3; i++)
		loop_mark(m->l);
	loop_pump(m->l);
	assert_int_equal(m->rounds, 0);
}

static void on_marked_round(void *ctx)
{
	struct marker *m = ctx;

	if (++m->rounds == 1)
		loop_mark(m->l);
	else
		loop_quit(m->l);
}

static void test_marks_are_one_round(void **state)
{
	struct marker m = { .t.fn = on_marking_tick };

	(void)state;
	assert_int_equal(loop_new(&m.l, NULL), 0);
	loop_on_mark(m.l, on_marked_round, &m);
	loop_timer(m.l, &m.t, 1);
	assert_int_equal(loop_run(m.l, NULL), 0);
	assert_int_equal(m.rounds, 2);
	loop_free(m.l);
}

struct waiting {
	struct child c;
	struct loop *l;
	int status;
};

static void on_child(struct child *c, int wstatus)
{
	struct waiting *w = container_of(c, struct waiting, c);

	w->status = wstatus;
	loop_quit(w->l);
}

static void test_children(void **state)
{
	struct loop *l;
	struct waiting w = { .c.fn = on_child };

	(void)state;
	assert_int_equal(loop_new(&l, NULL), 0);
	w.l = l;
	pid_t orphan = fork();

	if (orphan == 0)
		_exit(3); /* nobody asks for this one */
	w.c.pid = fork();
	if (w.c.pid == 0) {
		/* As long as nobody has reaped the other one, for at most ten seconds. */
		for (int i = 0; i < 10000 && kill(orphan, 0) == 0; i++)
			usleep(1000);
		_exit(9);
	}
	loop_child(l, &w.c);
	assert_int_equal(loop_run(l, NULL), 0);
	assert_int_equal(WEXITSTATUS(w.status), 9);
	assert_int_equal(w.c.pid, 0);
	assert_int_equal(waitpid(orphan, NULL, WNOHANG), -1); /* reaped all the same */
	loop_free(l);
}

static void on_pipe(struct source *s, uint32_t events)
{
	char buf[8];

	(void)events;
	assert_int_equal(read(s->fd, buf, sizeof(buf)), 2);
	n_seen++;
}

static void test_pump(void **state)
{
	struct loop *l;
	struct source s = { .fn = on_pipe };
	int p[2];

	(void)state;
	assert_int_equal(loop_new(&l, NULL), 0);
	assert_int_equal(pipe(p), 0);
	assert_int_equal(loop_add(l, &s, p[0], EPOLLIN, NULL), 0);
	n_seen = 0;
	loop_pump(l); /* nothing there: comes back */
	assert_int_equal(n_seen, 0);
	assert_int_equal(write(p[1], "hi", 2), 2);
	loop_pump(l);
	assert_int_equal(n_seen, 1);
	loop_del(l, &s);
	assert_int_equal(s.fd, -1);
	loop_del(l, &s);
	close(p[0]);
	close(p[1]);
	loop_free(l);
}

/* --- logs --- */

static void collect(const char *line, size_t n, void *ctx)
{
	str_addn(ctx, line, n);
	str_addc(ctx, '|');
}

static void test_logbuf(void **state)
{
	struct logbuf b = { 0 };
	_cleanup_str_ struct str lines = { 0 }, tail = { 0 }, none = { 0 };

	(void)state;
	logbuf_tail(&b, 3, "> ", &none);
	assert_int_equal(none.n, 0);
	logbuf_add(&b, "one\ntw", 6, collect, &lines);
	assert_string_equal(str_get(&lines), "one|");
	logbuf_add(&b, "o\n\nthree\nfo", 11, collect, &lines);
	assert_string_equal(str_get(&lines), "one|two||three|");
	logbuf_tail(&b, 2, "> ", &tail);
	assert_string_equal(str_get(&tail), "> three\n> fo\n");
	logbuf_tail(&b, 100, "", &none);
	assert_string_equal(str_get(&none), "one\ntwo\n\nthree\nfo\n");
	logbuf_free(&b);
}

/* However much is written, it keeps a bounded end of it, and counts each line once. */
static void count(const char *line, size_t n, void *ctx)
{
	(void)line;
	(void)n;
	++*(size_t *)ctx;
}

static void test_logbuf_flood(void **state)
{
	struct logbuf b = { 0 };
	size_t lines = 0;
	char line[64];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		int n = snprintf(line, sizeof(line), "line %d of a flood\n", i);

		logbuf_add(&b, line, (size_t)n, count, &lines);
		assert_true(b.n <= LOG_KEEP && b.cap <= LOG_KEEP);
	}
	assert_int_equal(lines, 50000);
	assert_memory_equal(b.s, "line ", 5); /* starts with a whole line */
	_cleanup_str_ struct str tail = { 0 };

	logbuf_tail(&b, 1, "", &tail);
	assert_string_equal(str_get(&tail), "line 49999 of a flood\n");
	/* One write larger than all of it; bytes without a newline for ever. */
	char *big = xmalloc(1 << 20);

	memset(big, 'x', 1 << 20);
	logbuf_add(&b, big, 1 << 20, count, &lines);
	for (int i = 0; i < 100; i++)
		logbuf_add(&b, big, 5000, count, &lines);
	assert_true(b.n <= LOG_KEEP);
	assert_int_equal(lines, 50000);
	free(big);
	logbuf_free(&b);
}

/* What a lab remembers does not grow with its age. */
static void test_events_bounded(void **state)
{
	struct events *ev = events_new("x");
	char *long_one = xmalloc(100000);
	size_t used = 0;

	(void)state;
	memset(long_one, 'x', 99999);
	long_one[99999] = '\0';
	for (int i = 0; i < 15000; i++) {
		if (i % 100 == 0)
			event_add(ev, "test", "x", "%s", long_one);
		event_add(ev, "test", "x", "event %d", i % 10);
		if (i == 5000)
			used = mallinfo2().uordblks;
	}
	assert_true(mallinfo2().uordblks <= used + 65536);
	free(long_one);
	events_free(ev);
}

/* --- answers --- */

static void test_statuses(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(status_of(EBADMSG), 3);
	assert_int_equal(status_of(ENOENT), 2);
	assert_int_equal(status_of(EOPNOTSUPP), 4);
	assert_int_equal(status_of(ENOPKG), 4);
	assert_int_equal(status_of(ETIMEDOUT), 124);
	assert_int_equal(status_of(EIO), 5);
	err_set(&e, ENOPKG, "bird is not installed");
	json_t *j = error_json(&e);
	_cleanup_free_ char *s = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(
	    s, "{\"error\":{\"code\":65,\"message\":\"bird is not installed\",\"status\":4}}");
	json_decref(j);
	j = ok_json(json_pack("{s:i}", "exit", 3));
	assert_true(json_is_true(json_object_get(j, "ok")));
	assert_int_equal(json_integer_value(json_object_get(j, "exit")), 3);
	json_decref(j);
	j = text_json("a\xff\xc3\xa9", 4);
	assert_string_equal(json_string_value(j), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	json_decref(j);
	j = text_json("a\0b", 3); /* most readers of JSON take no NUL */
	assert_string_equal(json_string_value(j), "a\xef\xbf\xbd"
	                                          "b");
	json_decref(j);
	err_set(&e, EIO, "it said \xff");
	j = error_json(&e);
	assert_string_equal(
	    json_string_value(json_object_get(json_object_get(j, "error"), "message")),
	    "it said \xef\xbf\xbd");
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lab_names),
		cmocka_unit_test(test_lab_names_of_files),
		cmocka_unit_test(test_run_dir),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_run_dir_link),
		cmocka_unit_test(test_tree_remove),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_marks_are_one_round),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_pump),
		cmocka_unit_test(test_logbuf),
		cmocka_unit_test(test_logbuf_flood),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_events_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
