/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths below a folder whose owner makes links that lead out of it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/tree.h"
#include "scratch.h"
#include "unit.h"

/* top/secret and top/box: what is outside, and the root folder. */
static struct {
	char top[SCRATCH];
	int root;
} t;

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", t.top, name);
}

static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = path_of(name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void put_link(const char *to, const char *name)
{
	_cleanup_free_ char *path = path_of(name);

	assert_int_equal(symlink(to, path), 0);
}

static void put_folder(const char *name)
{
	_cleanup_free_ char *path = path_of(name);

	assert_int_equal(mkdir(path, 0755), 0);
}

static int set_up(void **state)
{
	(void)state;
	scratch_make(t.top);
	put_folder("outside");
	put("outside/file", "secret");
	put_folder("box");
	put_folder("box/run");
	put("box/run/file", "mine");
	put_link("/run/file", "box/absolute");
	put_link("/run", "box/var");
	put_link("../../../../run/file", "box/run/up");
	_cleanup_free_ char *out = path_of("outside"), *box = path_of("box");

	put_link(out, "box/out");
	put_link("../outside", "box/beside");
	put_link("/proc/self/cwd", "box/magic");
	t.root = open(box, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(t.root >= 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(t.root);
	scratch_remove(t.top);
	return 0;
}

typedef int opener(int root, const char *path, int flags);

/* What is read through path; "" when it cannot be opened. */
static char *read_at(opener *open_at, const char *path)
{
	char buf[64] = "";
	_cleanup_close_ int fd = open_at(t.root, path, O_RDONLY);

	if (fd >= 0)
		assert_true(read(fd, buf, sizeof(buf) - 1) >= 0);
	return xstrdup(buf);
}

static void reads(opener *open_at, const char *path, const char *want)
{
	_cleanup_free_ char *got = read_at(open_at, path);

	assert_string_equal(got, want);
}

static void links_end_at_the_root(void **state)
{
	(void)state;
	reads(beneath_open, "run/file", "mine");
	reads(beneath_open, "/run/file", "mine");
	reads(beneath_open, "../../run/file", "mine");
	reads(beneath_open, "absolute", "mine");
	reads(beneath_open, "var/file", "mine");
	reads(beneath_open, "run/up", "mine");
	reads(beneath_open, "out/file", "");
	reads(beneath_open, "beside/file", "");
	reads(beneath_open, "magic/file", "");
}

static void without_openat2_no_link_is_followed(void **state)
{
	(void)state;
	reads(beneath_walk, "run/file", "mine");
	reads(beneath_walk, "/run//file", "mine");
	static const char *const REFUSED[] = { "absolute",   "var/file",        "run/up",
		                               "out/file",   "beside",          "beside/file",
		                               "magic/file", "../box/run/file", "run/.." };

	for (size_t i = 0; i < ARRAY_LEN(REFUSED); i++) {
		reads(beneath_walk, REFUSED[i], "");
		assert_int_equal(beneath_walk(t.root, REFUSED[i], O_PATH), -1);
	}
	for (size_t i = 0; i < 2; i++) {
		opener *open_at = i ? beneath_walk : beneath_open;

		assert_int_equal(open_at(t.root, "run/none", O_RDONLY), -1);
		assert_int_equal(errno, ENOENT);
		_cleanup_close_ int root = open_at(t.root, "/", O_PATH | O_DIRECTORY);

		assert_true(root >= 0);
	}
}

static void outside_is(const char *file, const char *want)
{
	_cleanup_free_ char *path = path_of(file);
	char buf[64] = "";
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		assert_true(read(fd, buf, sizeof(buf) - 1) >= 0);
	assert_string_equal(buf, want);
}

static void writes_nothing_outside(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(beneath_write(t.root, "/etc/new/deep/file", "x", 1, 0600, &e), 0);
	outside_is("box/etc/new/deep/file", "x");
	/* A link of the node's own is as the node sees it. */
	assert_int_equal(beneath_write(t.root, "/var/new/file", "y", 1, 0644, &e), 0);
	outside_is("box/run/new/file", "y");
	/* The link itself is replaced, not what it leads to. */
	_cleanup_free_ char *secret = path_of("outside/file");

	put_link(secret, "box/run/planted");
	assert_int_equal(beneath_write(t.root, "/run/planted", "z", 1, 0644, &e), 0);
	outside_is("box/run/planted", "z");
	assert_true(beneath_write(t.root, "/out/file", "planted", 7, 0644, &e) < 0);
	assert_true(beneath_write(t.root, "/beside/other", "planted", 7, 0644, &e) < 0);
	assert_true(beneath_write(t.root, "/magic/other", "planted", 7, 0644, &e) < 0);
	assert_int_equal(beneath_folder(t.root, "/out/more"), -1);
	outside_is("outside/file", "secret");
	outside_is("outside/other", "");
}

static int listen_at(const char *name)
{
	_cleanup_free_ char *path = path_of(name);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(sa.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void connects_to_nothing_outside(void **state)
{
	_cleanup_free_ char *box = path_of("box"), *secret = path_of("outside/sock");
	_cleanup_close_ int inside = listen_at("box/run/sock"), outside = listen_at("outside/sock");
	char names[][24] = { "/run/sock", "/var/sock", "/run/link",
		             "/out/sock", "/run/file", "/run/none" };
	static const int WANT[] = { 0, 0, ENOENT, ENOENT, ENOTSOCK, ENOENT };

	(void)state;
	put_link(secret, "box/run/link");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (unsigned wait = 0; wait <= 1000; wait += 1000) {
			_cleanup_close_ int fd =
			    beneath_connect(&(struct sock_at){ box, names[i] }, wait);

			if (fd < 0)
				assert_int_equal(errno, WANT[i]);
			assert_int_equal(fd >= 0, !WANT[i]);
		}
	}
	assert_int_equal(fcntl(outside, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(accept(outside, NULL, NULL), -1);
	assert_true(inside >= 0);
	/* As the caller sees it. */
	_cleanup_close_ int fd = beneath_connect(&(struct sock_at){ NULL, secret }, 0);

	assert_true(fd >= 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(links_end_at_the_root),
		TEST(without_openat2_no_link_is_followed),
		TEST(writes_nothing_outside),
		TEST(connects_to_nothing_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
