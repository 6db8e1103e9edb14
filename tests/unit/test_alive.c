/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A driver that answers, one that works, one that hangs: what who waits for it is told. */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "base/tree.h"
#include "lab/client/alive.h"
#include "lab/client/client_priv.h"
#include "lab/client/paths.h"

static char scratch[SCRATCH];

static int setup(void **state)
{
	(void)state;
	scratch_make(scratch);
	return setenv("VNETLAB_RUN_DIR", scratch, 1);
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(scratch);
	return 0;
}

static _Noreturn void answers(int listener)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		char buf[256];

		if (fd >= 0 && recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_PEEK) != 0)
			(void)send(fd, "{\"ok\":true}\n", 12, MSG_NOSIGNAL);
	}
}

static _Noreturn void works(int listener)
{
	(void)listener;
	for (volatile unsigned i = 0;; i++)
		;
}

static _Noreturn void wait_for(const char *name, int listener)
{
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		/* The lab's lock is one: it would hold that longer than its parent. */
		close_range(3, ~0u, 0);
		works(listener);
	}
	for (;;)
		wait(NULL);
}

static _Noreturn void waits_for_ours(int listener)
{
	wait_for("vnetlab-worker", listener);
}

static _Noreturn void has_a_daemon_that_spins(int listener)
{
	wait_for("bird", listener);
}

static _Noreturn void hangs(int listener)
{
	(void)listener;
	for (;;)
		pause();
}

/* A process that holds a lab's lock and listens, as a driver does. */
static pid_t driver(void (*be)(int listener))
{
	int run, dir, lock, listener;
	struct err e;
	char pid[16];

	assert_int_equal(run_dir_open(true, &run, NULL, &e), 0);
	assert_int_equal(lab_lock_take(run, "x", &dir, &lock, &e), 0);
	assert_int_equal(lab_socket_bind(dir, &listener, &e), 0);
	pid_t p = fork();

	assert_true(p >= 0);
	if (p == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int fl = fcntl(listener, F_GETFL);

		fcntl(listener, F_SETFL, fl & ~O_NONBLOCK);
		listen(listener, 16);
		be(listener);
	}
	int n = snprintf(pid, sizeof(pid), "%d\n", (int)p);

	assert_int_equal(pwrite(lock, pid, (size_t)n, 0), n);
	close(listener);
	close(lock);
	close(dir);
	close(run);
	return p;
}

static void end(pid_t p)
{
	kill(p, SIGKILL);
	waitpid(p, NULL, 0);
}

static int told;

static void on_busy(const char *lab)
{
	assert_string_equal(lab, "x");
	told++;
}

static struct lab_client *client(void)
{
	struct lab_client *c = NULL;
	struct err e;

	if (lab_connect("x", &c, &e) < 0)
		fail_msg("%s", e.msg);
	return c;
}

static void test_hangs(void **state)
{
	pid_t p = driver(hangs);
	struct lab_client *c = client();
	json_t *answer = NULL;
	struct err e;

	(void)state;
	assert_int_equal(lab_recv(c, &answer, &e), -ETIMEDOUT);
	assert_non_null(strstr(e.msg, "lab x does not answer: its driver (process "));
	assert_non_null(strstr(e.msg, " hangs (vnetlab down x ends it all the same)"));
	/* Nor does it keep who sends more than a socket holds. */
	char *big = xmalloc(8 << 20);

	memset(big, 'x', (8 << 20) - 1);
	big[(8 << 20) - 1] = '\0';
	assert_int_equal(lab_send(c, json_pack("{s:s}", "op", big), NULL, 0, &e), -ETIMEDOUT);
	free(big);
	lab_disconnect(c);
	end(p);
}

static void is_busy(void (*be)(int listener))
{
	pid_t p = driver(be);
	struct lab_client *c = client();
	struct pollfd fd = { .fd = lab_client_fd(c), .events = POLLIN };
	json_t *answer = NULL;
	struct err e;

	told = 0;
	alive_on_busy = on_busy;
	assert_int_equal(lab_client_poll(c, &fd, 1, 2200, &e), 0); /* it is waited for ... */
	assert_int_equal(told, 1);
	lab_client_impatient(c); /* ... by who wants to */
	assert_int_equal(lab_recv(c, &answer, &e), -EBUSY);
	assert_string_equal(e.msg, "lab x is busy");
	alive_on_busy = NULL;
	lab_disconnect(c);
	end(p);
}

static void test_works(void **state)
{
	(void)state;
	is_busy(works);
}

static void test_waits_for_child(void **state)
{
	(void)state;
	is_busy(waits_for_ours);
}

static void test_daemon_spins(void **state)
{
	pid_t p = driver(has_a_daemon_that_spins);
	struct lab_client *c = client();
	json_t *answer = NULL;
	struct err e;

	(void)state;
	assert_int_equal(lab_recv(c, &answer, &e), -ETIMEDOUT);
	assert_non_null(strstr(e.msg, " hangs "));
	lab_disconnect(c);
	end(p);
}

static void test_answers(void **state)
{
	pid_t p = driver(answers);
	struct lab_client *c = client();
	struct pollfd fd = { .fd = lab_client_fd(c), .events = 0 };
	struct err e;

	(void)state;
	told = 0;
	alive_on_busy = on_busy;
	/* It has nothing for us, but answers pings. */
	assert_int_equal(lab_client_poll(c, &fd, 1, 1800, &e), 0);
	assert_int_equal(told, 0);
	alive_on_busy = NULL;
	lab_disconnect(c);
	end(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hangs),           cmocka_unit_test(test_works),
		cmocka_unit_test(test_waits_for_child), cmocka_unit_test(test_daemon_spins),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
