/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a driver ended: said with its signal and its last words, and bounded. */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/client/ended.h"
#include "lab/client/paths.h"
#include "lab/proc/signals.h"
#include "lab/watcher.h"
#include "scratch.h"
#include "unit.h"

static char root[SCRATCH];

static int group_setup(void **state)
{
	(void)state;
	scratch_make(root);
	return setenv("VNETLAB_RUN_DIR", root, 1);
}

static int group_teardown(void **state)
{
	(void)state;
	return rmdir(root);
}

/* A driver that says `words` and ends as die() does, and who watches it.  The answer is what a
 * client hears whose connection broke meanwhile. */
static char *hear(const char *words, size_t n, void (*die)(void))
{
	int run, dir, lock, p[2], go[2];
	struct err e;

	assert_int_equal(run_dir_open(true, &run, NULL, &e), 0);
	assert_int_equal(lab_lock_take(run, "x", &dir, &lock, &e), 0);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		close(go[1]);
		assert_int_equal(pipe2(p, O_CLOEXEC), 0);
		if (fork() == 0) {
			signals_deadly();
			dup2(p[1], 2);
			close(p[0]);
			if (read(go[0], &n, 1) == 0 && write(2, words, n) == (ssize_t)n)
				die();
			_exit(0);
		}
		close(p[1]);
		watcher_main(&(struct watched){ "x", run, dir, -1, p[0] });
	}
	close(lock);
	close(go[0]);
	assert_true(lab_lock_held(run, "x"));
	close(go[1]); /* now it dies, and we wait for the lock */
	assert_int_equal(ended_err("x", &e), -ECONNRESET);
	_cleanup_free_ char *later = ended_text(run, "x");
	_cleanup_free_ char *same = xasprintf("lab x: %s", later ? later : "");

	if (later)
		assert_string_equal(same, e.msg);
	_cleanup_free_ char *all = ended_all(true);

	assert_true(!later == !all);
	assert_null(ended_text(run, "x"));
	assert_int_equal(faccessat(run, "x", F_OK, 0), -1);
	lab_dir_remove(run, dir, "x");
	waitpid(pid, NULL, 0);
	close(dir);
	close(run);
	return xstrdup(e.msg);
}

static void die_abort(void)
{
	abort();
}

static void die_fault(void)
{
	signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would talk, and exit */
	raise(SIGSEGV);
}

static void die_killed(void)
{
	raise(SIGKILL);
}

static void die_failed(void)
{
	_exit(1);
}

static void die_quiet(void)
{
	_exit(0);
}

static void check(const char *words, void (*die)(void), const char *want)
{
	_cleanup_free_ char *got = hear(words, strlen(words), die);

	assert_string_equal(got, want);
}

static void test_reasons(void **state)
{
	(void)state;
	check("*** overflow ***: terminated\n", die_abort,
	      "lab x: its driver was killed by signal 6 (Aborted); its last words:\n"
	      "*** overflow ***: terminated");
	check("", die_fault,
	      "lab x: its driver was killed by signal 11 (Segmentation fault), without a word");
	check("epoll_wait: Bad file descriptor\n", die_failed,
	      "lab x: its driver exited with status 1; its last words:\n"
	      "epoll_wait: Bad file descriptor");
	check("bye\n", die_quiet, "lab x: it was ended while this command waited for its driver");
}

/* Whether the kernel killed others meanwhile is this machine's, not ours. */
static void test_killed(void **state)
{
	_cleanup_free_ char *got = hear("", 0, die_killed);

	(void)state;
	assert_true(strstr(got, "lab x: its driver was killed by signal 9 (Killed)") == got);
	assert_non_null(strstr(got, ", without a word"));
}

static void test_bounded(void **state)
{
	enum { MANY = 60000 };
	_cleanup_free_ char *words = xcalloc(1, MANY);

	(void)state;
	memset(words, 'a', MANY);
	memcpy(words + MANY - 12, "\033[31m\0the end", 12);
	_cleanup_free_ char *got = hear(words, MANY, die_abort);
	const char *said = strchr(got, '\n') + 1;

	assert_int_equal(strlen(said), LAST_WORDS_MAX);
	assert_string_equal(said + LAST_WORDS_MAX - 12, "?[31m?the en");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
