/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A number below FD_SETSIZE, however many descriptors are open. */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/nft.h"
#include "kernel/seat.h"
#include "unit.h"

enum { MANY = FD_SETSIZE + 76 };

/* Opens descriptors until the lowest free number is MANY. */
static void open_many(void)
{
	struct rlimit rl;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &rl), 0);
	if (rl.rlim_max < MANY + 16)
		skip();
	rl.rlim_cur = rl.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &rl), 0);
	while (dup(0) < MANY)
		;
}

/* As a library has it: the number once, and nobody is asked. */
static int sock_open(void *arg, struct err *e)
{
	int *number = arg;

	(void)e;
	*number = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	return 0;
}

static unsigned port_of(int fd)
{
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK };
	socklen_t n = sizeof(sa);

	return getsockname(fd, (struct sockaddr *)(void *)&sa, &n) == 0 ? sa.nl_pid : 0;
}

static void check_two(void)
{
	struct sockaddr_nl one = { .nl_family = AF_NETLINK, .nl_pid = 4711 };
	struct sockaddr_nl two = { .nl_family = AF_NETLINK, .nl_pid = 4712 };
	int a, b, fd_a, fd_b;

	assert_int_equal(seat_open(sock_open, &a, &fd_a, NULL), 0);
	assert_int_equal(seat_open(sock_open, &b, &fd_b, NULL), 0);
	assert_true(a < FD_SETSIZE);
	assert_int_equal(a, b);
	assert_int_equal(bind(fd_a, (struct sockaddr *)(void *)&one, sizeof(one)), 0);
	assert_int_equal(bind(fd_b, (struct sockaddr *)(void *)&two, sizeof(two)), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(seat_take(fd_a, NULL), 0);
		assert_int_equal(port_of(a), 4711);
		seat_leave();
		assert_int_equal(port_of(a), 0);
		assert_int_equal(seat_take(fd_b, NULL), 0);
		assert_int_equal(port_of(b), 4712);
		assert_int_equal(fcntl(b, F_GETFD), FD_CLOEXEC);
		close(b);
		seat_leave();
	}
	close(fd_a);
	close(fd_b);
}

static void test_many(void **state)
{
	(void)state;
	check_two();
	open_many();
	check_two();
}

/* The numbers are somebody else's then, and are left alone. */
static void test_closed_by_range(void **state)
{
	(void)state;
	close_range(3, ~0u, 0);
	int p[2];

	assert_int_equal(pipe(p), 0);
	assert_int_equal(pipe(p), 0);
	check_two();
	assert_int_equal(write(p[1], "x", 1), 1);
	close_range(3, ~0u, 0);
	seat_again();
	open_many();
	check_two();
}

/* Said, and nobody is ended. */
static void test_no_place(void **state)
{
	struct err e;
	int a, fd;

	(void)state;
	close_range(3, ~0u, 0);
	open_many();
	assert_int_equal(seat_open(sock_open, &a, &fd, &e), -EMFILE);
	assert_string_equal(e.msg,
	                    "nftables needs a descriptor below 1024, and all of them are in use");
}

/* The library itself, in a network namespace of its own where it may have one. */
static void test_nftables(void **state)
{
	(void)state;
	close_range(3, ~0u, 0);
	seat_again();
	open_many();
	pid_t pid = fork();

	if (pid == 0) {
		struct nft *nft;
		json_t *list;

		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
			_exit(77);
		if (nft_open(-1, &nft, NULL) < 0 ||
		    nft_run_text(nft, "add table ip here", NULL) < 0 ||
		    nft_list(nft, json_pack("[{s:{s:n}}]", "list", "tables"), &list, NULL) < 0)
			_exit(1);
		_exit(json_array_size(list) == 2 ? 0 : 2);
	}
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_closed_by_range),
		cmocka_unit_test(test_no_place),
		cmocka_unit_test(test_nftables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
