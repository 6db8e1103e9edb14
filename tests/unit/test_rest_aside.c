/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work in a process of its own: the loop goes on meanwhile. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "rest/aside.h"
#include "unit.h"

enum { LIMIT_MS = 10000, BIG = 300000 };

struct fixture {
	struct loop *loop;
	struct asides asides;
	struct timer others, limit;
	int server, client; /* the network: who answers late */
	bool others_were_answered, done;
	char *got; /* NULL: it died */
};

static json_t *ask_slow_server(void *ctx)
{
	struct fixture *x = ctx;
	struct pollfd p = { .fd = 0, .events = POLLIN };
	char word[8] = "";

	(void)x;
	poll(&p, 1, LIMIT_MS); /* standard input is the connection */
	ssize_t n = read(0, word, sizeof(word) - 1);
	json_t *j = json_object();

	json_object_set_new(j, "word", json_string(n > 0 ? word : ""));
	_cleanup_free_ char *much = xcalloc(1, BIG + 1);

	memset(much, 'x', BIG);
	json_object_set_new(j, "much", json_string(much));
	return j;
}

static json_t *die_at_work(void *ctx)
{
	(void)ctx;
	_exit(1);
}

static void on_done(void *ctx, const json_t *result)
{
	struct fixture *x = ctx;
	const char *word = json_string_value(json_object_get(result, "word"));

	x->done = true;
	x->got = word ? xstrdup(word) : NULL;
	if (word)
		assert_int_equal(json_string_length(json_object_get(result, "much")), BIG);
	loop_quit(x->loop);
}

/* Another request, which is answered while the server is silent; then that speaks. */
static void answer_others(struct timer *t)
{
	struct fixture *x = container_of(t, struct fixture, others);

	assert_false(x->done);
	x->others_were_answered = true;
	assert_int_equal(write(x->server, "late", 4), 4);
}

static void on_limit(struct timer *t)
{
	loop_quit(container_of(t, struct fixture, limit)->loop);
}

static void begin(struct fixture *x)
{
	struct err e;
	int s[2];

	*x = (struct fixture){ .others.fn = answer_others, .limit.fn = on_limit };
	assert_int_equal(loop_new(&x->loop, &e), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	x->server = s[0];
	x->client = s[1];
	assert_int_equal(dup2(x->client, 0), 0);
	loop_timer(x->loop, &x->limit, LIMIT_MS);
}

static void end(struct fixture *x)
{
	loop_timer_stop(x->loop, &x->others);
	loop_timer_stop(x->loop, &x->limit);
	loop_free(x->loop);
	close(x->server);
	close(x->client);
	free(x->got);
}

static void test_the_loop_goes_on_while_one_waits(void **state)
{
	struct fixture x;
	struct err e;

	(void)state;
	begin(&x);
	assert_int_equal(aside_start(&x.asides, x.loop, ask_slow_server, on_done, &x, &e), 0);
	loop_timer(x.loop, &x.others, 10);
	assert_int_equal(loop_run(x.loop, &e), 0);
	assert_true(x.others_were_answered);
	assert_string_equal(x.got, "late");
	assert_null(x.asides.first);
	end(&x);
}

static void test_one_that_dies_is_noticed(void **state)
{
	struct fixture x;
	struct err e;

	(void)state;
	begin(&x);
	assert_int_equal(aside_start(&x.asides, x.loop, die_at_work, on_done, &x, &e), 0);
	assert_int_equal(loop_run(x.loop, &e), 0);
	assert_true(x.done);
	assert_null(x.got);
	end(&x);
}

static void test_those_at_work_end_with_the_endpoint(void **state)
{
	struct fixture x;
	struct err e;

	(void)state;
	begin(&x);
	assert_int_equal(aside_start(&x.asides, x.loop, ask_slow_server, on_done, &x, &e), 0);
	asides_end(&x.asides);
	assert_true(x.done);
	assert_null(x.got);
	assert_null(x.asides.first);
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_loop_goes_on_while_one_waits),
		cmocka_unit_test(test_one_that_dies_is_noticed),
		cmocka_unit_test(test_those_at_work_end_with_the_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
