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
	char path[] = "/tmp/vnl-holder.XXXXXX";
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(path));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_who_was_killed),
	};

	return cmocka_run_group_tests_name("holder", tests, NULL, NULL);
}
