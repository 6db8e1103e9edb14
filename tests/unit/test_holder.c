/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has a lab for himself: a command that lives, one that was killed, nobody. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/client/holder.h"
#include "lab/client/paths.h"
#include "scratch.h"
#include "unit.h"

/* Holds the lab, says so, and waits to be killed. */
static pid_t start_holder(const char *lab)
{
	int p[2], fd = -1;
	char said = 0;

	assert_int_equal(pipe(p), 0);
	pid_t pid = fork();

	if (pid == 0) {
		said = lab_hold(lab, &fd, NULL) == 0 ? 'y' : 'n';
		(void)!write(p[1], &said, 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(p[0], &said, 1), 1);
	close(p[0]);
	close(p[1]);
	assert_int_equal(said, 'y');
	return pid;
}

static void knows_who_was_killed(void **state)
{
	_cleanup_close_ int run = -1, dir = -1, lock = -1, fd = -1;
	char path[SCRATCH];
	struct err e = { 0 };

	(void)state;
	scratch_make(path);
	setenv("VNETLAB_RUN_DIR", path, 1);
	assert_int_equal(lab_held_by("seed"), HOLDER_NONE);
	assert_int_equal(run_dir_open(true, &run, NULL, &e), 0);
	assert_int_equal(lab_lock_take(run, "seed", &dir, &lock, &e), 0);
	assert_int_equal(lab_held_by("seed"), HOLDER_NONE); /* as `up` leaves it */
	pid_t pid = start_holder("seed");

	assert_int_equal(lab_held_by("seed"), HOLDER_LIVES);
	assert_true(lab_hold("seed", &fd, &e) < 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(lab_held_by("seed"), HOLDER_GONE);
	assert_int_equal(lab_held_by("seed"), HOLDER_GONE); /* looking changes nothing */
	lab_dir_remove(run, dir, "seed");
	assert_int_equal(rmdir(path), 0); /* nothing was left in it */
}

/* Ends with 1 when it saw a lab that nobody held any more. */
static pid_t start_looker(void)
{
	pid_t pid = fork();

	if (pid == 0)
		alarm(60); /* whatever becomes of the test */
	while (pid == 0)
		if (lab_held_by("seed") == HOLDER_GONE)
			_exit(1);
	return pid;
}

/* Who begins to hold a lab is never seen as one who left it, and those who look do not keep him. */
static void begins_to_hold_at_once(void **state)
{
	enum { TIMES = 300 };
	_cleanup_close_ int run = -1, dir = -1, lock = -1;
	char path[SCRATCH];
	struct err e = { 0 };
	int wstatus;

	(void)state;
	scratch_make(path);
	setenv("VNETLAB_RUN_DIR", path, 1);
	assert_int_equal(run_dir_open(true, &run, NULL, &e), 0);
	assert_int_equal(lab_lock_take(run, "seed", &dir, &lock, &e), 0);
	pid_t lookers[2] = { start_looker(), start_looker() };

	for (int i = 0; i < TIMES; i++) {
		_cleanup_close_ int fd = -1;

		if (lab_hold("seed", &fd, &e) < 0)
			fail_msg("%d: %s", i, e.msg);
		assert_int_equal(unlinkat(dir, LAB_HOLDER, 0), 0);
	}
	for (int i = 0; i < 2; i++) {
		kill(lookers[i], SIGKILL);
		assert_int_equal(waitpid(lookers[i], &wstatus, 0), lookers[i]);
		assert_true(WIFSIGNALED(wstatus)); /* else it saw such a lab */
	}
	lab_dir_remove(run, dir, "seed");
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_who_was_killed),
		cmocka_unit_test(begins_to_hold_at_once),
	};

	return cmocka_run_group_tests_name("holder", tests, NULL, NULL);
}
