/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parsers on what a real BIRD 2.0.12 wrote to its control socket (tests/golden/birdctl), and
 * the client against a server that answers with the same. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "lab/watch/birdctl.h"
#include "lab/watch/dial.h"
#include "scratch.h"
#include "unit.h"

static char *slurp(const char *name)
{
	_cleanup_free_ char *path = xasprintf("tests/golden/birdctl/%s.reply", name);
	FILE *f = fopen(path, "r");
	struct str b = { 0 };
	char chunk[4096];

	assert_non_null(f);
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f));)
		str_addn(&b, chunk, n);
	fclose(f);
	return str_take(&b);
}

static char *reply(const char *name, int want_code)
{
	_cleanup_free_ char *raw = slurp(name);
	char *text = NULL;
	int code = -1;

	/* Not before its last line is complete. */
	assert_int_equal(bird_parse_reply(raw, strlen(raw) - 1, &text, &code), 0);
	assert_int_equal(bird_parse_reply(raw, strlen(raw), &text, &code), 1);
	assert_int_equal(code, want_code);
	return text;
}

static void replies(void **state)
{
	(void)state;
	_cleanup_free_ char *conf = reply("configure", 3), *no = reply("refused", 9001);

	assert_string_equal(conf, "Reading configuration from /run/rs0.conf\nReconfigured\n");
	assert_string_equal(no,
	                    "syntax error, unexpected CF_SYM_UNDEFINED, expecting CF_SYM_KNOWN\n");
	char *text = NULL;
	int code;

	assert_int_equal(bird_parse_reply("+news\n1002-a\n  b\n0000 \n", 23, &text, &code), 1);
	assert_string_equal(text, "a\n b\n");
	free(text);
	assert_int_equal(bird_parse_reply("1002-a\n0000 \n+late\n+news", 24, &text, &code), 1);
	assert_string_equal(text, "a\n");
	free(text);
	assert_int_equal(bird_parse_reply("+news\n", 6, &text, &code), 0);
	assert_int_equal(bird_parse_reply("", 0, &text, &code), 0);
	assert_int_equal(bird_parse_reply("12", 2, &text, &code), 0);
}

static void sessions(void **state)
{
	_cleanup_free_ char *text = reply("protocols", 0);
	_cleanup_free_ struct bird_session *s = NULL;
	size_t n;

	(void)state;
	assert_int_equal(bird_parse_sessions(text, &s, &n), 0);
	assert_int_equal(n, 3);
	assert_string_equal(s[0].protocol, "nva_10_10_1_4");
	assert_string_equal(s[0].state, "Established");
	assert_string_equal(s[0].since, "2026-11-23T06:54:38.832");
	assert_string_equal(s[0].last_error, "");
	assert_int_equal(s[0].received, 6);
	assert_int_equal(s[0].accepted, 3);
	assert_int_equal(s[0].advertised, 5);
	assert_int_equal(s[0].updates, 6);
	assert_int_equal(s[0].withdrawals, 0);
	assert_int_equal(s[0].local_ip, A("10.10.0.68"));
	assert_int_equal(s[0].local_asn, 65515);
	assert_true(s[0].can_refresh);
	assert_false(s[1].can_refresh);
	assert_int_equal(s[1].received, 4);
	assert_int_equal(s[1].accepted, 4);
	assert_int_equal(s[1].updates, 4);
	assert_string_equal(s[2].protocol, "nva_10_10_1_6");
	assert_string_equal(s[2].state, "Active");
	assert_string_equal(s[2].last_error, "Socket: Connection reset by peer");
	assert_int_equal(s[2].received + s[2].accepted + s[2].advertised, 0);
	assert_int_equal(s[2].local_ip, 0);
}

static void is_path(const struct bird_path *p, const char *net, const char *nh, const char *path)
{
	assert_string_equal(PREFIX_STR(p->network), net);
	assert_string_equal(IP4_STR(p->next_hop), nh);
	assert_string_equal(p->as_path, path);
}

static void routes(void **state)
{
	static const char *const none = "0.0.0.0";
	struct bird_path *p;
	size_t n;
	char *text = reply("learned", 0);

	(void)state;
	assert_int_equal(bird_parse_routes(text, &p, &n), 0);
	assert_int_equal(n, 3);
	is_path(&p[0], "0.0.0.0/0", "10.10.1.4", "65001");
	is_path(&p[1], "10.0.0.0/8", "10.10.1.4", "65001");
	is_path(&p[2], "192.168.7.0/24", "10.10.1.4", "65001 65010 65020");
	free(p);
	free(text);
	/* Several paths of one network, VNet routes without BGP attributes, a third-party next hop.
	 */
	text = reply("table", 0);
	assert_int_equal(bird_parse_routes(text, &p, &n), 0);
	assert_int_equal(n, 10);
	is_path(&p[0], "0.0.0.0/0", "10.10.1.4", "65001");
	is_path(&p[1], "0.0.0.0/0", "10.10.1.5", "65002");
	is_path(&p[4], "10.10.0.0/16", none, "");
	is_path(&p[9], "192.168.8.0/24", "10.10.1.100", "65002");
	free(p);
	free(text);
}

/* Counts of announcements and withdrawals are of IPv4 alone, and stand in fixed columns. */
static void counts(void **state)
{
	static const char text[] =
	    "p          BGP        ---        up     2026-11-23 06:54:38.832  Established\n"
	    "  BGP state:          Established\n"
	    "  Channel ipv4\n"
	    "    Routes:         7 imported, 2 filtered, 3 exported, 3 preferred\n"
	    "    Route change stats:     received   rejected   filtered    ignored   accepted\n"
	    "      Import updates:           4002          1          2       3995          7\n"
	    "      Import withdraws:           13          0        ---          3         10\n"
	    "  Channel ipv6\n"
	    "      Import updates:              9          0          0          0          9\n"
	    "      Import withdraws:            9\n";
	_cleanup_free_ struct bird_session *s = NULL;
	size_t n;

	(void)state;
	bird_parse_sessions(text, &s, &n);
	assert_int_equal(n, 1);
	assert_int_equal(s[0].received, 9);
	assert_int_equal(s[0].updates, 4002);
	assert_int_equal(s[0].withdrawals, 10);
}

/* What BIRD 2.0.12 prints of a protocol that has just started, and of one that has dialled. */
static void dials(void **state)
{
	static const char text[] =
	    "a          BGP        ---        start  02:25:01.100  Active\n"
	    "  BGP state:          Active\n"
	    "    Neighbor address: 10.0.1.4\n"
	    "    Connect delay:    0.791/1\n"
	    "b          BGP        ---        start  02:25:01.100  Active\n"
	    "  BGP state:          Active\n"
	    "    Connect delay:    0.790/1\n"
	    "c          BGP        ---        start  02:25:01.100  Connect\n"
	    "  BGP state:          Connect\n"
	    "d          BGP        ---        start  02:25:01.100  OpenSent\n"
	    "  BGP state:          OpenSent\n" /* the other side was faster */
	    "    Connect delay:    0.950/1\n";
	static const int left[] = { 791, 790, -1, 950 };
	static const bool late[] = { true, false, false, false };
	_cleanup_free_ struct bird_session *s = NULL;
	size_t n;

	(void)state;
	bird_parse_sessions(text, &s, &n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(s[i].dials_in, left[i]);
		assert_int_equal(dial_is_late(&s[i]), late[i]);
	}
}

/* Version 3 writes attributes in small letters and has more lines; a flapping BIRD has none. */
static void other_versions(void **state)
{
	static const char v3[] =
	    "Table master4:\n"
	    "10.0.0.0/8           unicast [p 2026-11-23 from 10.0.0.4] * (100/?)"
	    " [AS65001i]\n"
	    "\tvia 10.0.0.4 on eth0\n"
	    "\tpreference: 100\n"
	    "\tsource: BGP\n"
	    "\tbgp_origin: IGP\n"
	    "\tbgp_path: 65001 {65002 65003}\n"
	    "\tbgp_next_hop: 10.0.0.4\n"
	    "\tInternal route handling values: 0L 21G 1S id 3\n"
	    "2001:db8::/32        unicast [q 2026-11-23] * (100) [AS65001i]\n"
	    "\tbgp_path: 1 2 3\n";
	struct bird_path *p = NULL;
	struct bird_session *s = NULL;
	size_t n;

	(void)state;
	bird_parse_routes(v3, &p, &n);
	assert_int_equal(n, 1);
	is_path(&p[0], "10.0.0.0/8", "10.0.0.4", "65001 {65002 65003}");
	free(p);
	bird_parse_sessions("Name Proto Table State Since Info\n"
	                    "nva_1 BGP --- up 06:34:30.868 Established\n"
	                    "  BGP state:          Established\n"
	                    "  Channel ipv6\n"
	                    "    Routes:         9 imported, 9 exported\n"
	                    "  Channel ipv4\n"
	                    "    Routes:         1 imported, 2 exported, 1 preferred\n",
	                    &s, &n);
	assert_int_equal(n, 1);
	assert_string_equal(s[0].since, "06:34:30.868");
	assert_int_equal(s[0].received, 1);
	assert_int_equal(s[0].advertised, 2);
	free(s);
	bird_parse_sessions("", &s, &n);
	assert_int_equal(n, 0);
	assert_null(s);
}

static void moments(void **state)
{
	static const char at[] = "2026-11-23T06:54:38.832";

	(void)state;
	assert_true(bird_since_same(at, at));
	assert_true(bird_since_same(at, "2026-11-23T06:54:38.834"));
	assert_true(bird_since_same("2026-11-23T23:59:59.999", "2026-11-24T00:00:00.001"));
	assert_false(bird_since_same(at, "2026-11-23T06:54:39.832"));
	assert_false(bird_since_same(at, "2026-12-23T06:54:38.832"));
	assert_false(bird_since_same(at, ""));
	assert_true(bird_since_same("06:34:30", "06:34:30"));
	assert_false(bird_since_same("06:34:30", "06:34:31"));
}

/* Overlong values are cut, never overrun. */
static void long_values(void **state)
{
	struct str b = { 0 };
	struct bird_path *p;
	struct bird_session *s;
	size_t n;

	(void)state;
	str_add(&b, "10.0.0.0/8 unicast [x 1] * (100)\n\tBGP.as_path: ");
	for (int i = 0; i < 200; i++)
		str_add(&b, "4200000000 ");
	bird_parse_routes(str_get(&b), &p, &n);
	assert_int_equal(n, 1);
	assert_int_equal(strlen(p->as_path), sizeof(p->as_path) - 1);
	free(p);
	str_free_p(&b);
	for (int i = 0; i < 500; i++)
		str_addc(&b, 'n');
	str_add(&b, " BGP --- up 1\np BGP --- up 1\n  BGP state: ");
	for (int i = 0; i < 500; i++)
		str_addc(&b, 's');
	str_add(&b, "\n  Last error: ");
	for (int i = 0; i < 500; i++)
		str_addc(&b, 'e');
	bird_parse_sessions(str_get(&b), &s, &n);
	assert_true(n >= 1);
	for (size_t i = 0; i < n; i++)
		assert_true(strlen(s[i].state) < sizeof(s[i].state) &&
		            strlen(s[i].last_error) < sizeof(s[i].last_error));
	free(s);
	str_free_p(&b);
}

/* --- the client ------------------------------------------------------------------------------ */

static struct {
	char dir[SCRATCH], path[SCRATCH + 140];
	pid_t pid;
	bool starting; /* its sessions wait for their first dial */
} srv;
static const struct sock_at at = { NULL, srv.path },
                            nowhere = { NULL, (char[]){ "/nonexistent/bird.ctl" } };

/* A BIRD that answers every question with the file of that name; "hang" says nothing, "bye" hangs
 * up. */
static void serve(int fd)
{
	/* Of a session "slow", what it has drawn, and draws when it is restarted. */
	static const char *const draws[] = { "0.990", "0.850", "0.760", "0.999" };
	unsigned drawn = 0;

	for (;;) {
		int c = accept(fd, NULL, NULL);
		char cmd[256] = "";

		if (c < 0 || write(c, "0001 BIRD 2.0.12 ready.\n", 24) != 24)
			_exit(1);
		ssize_t n = read(c, cmd, sizeof(cmd) - 1);

		cmd[n > 0 ? n : 0] = 0;
		cmd[strcspn(cmd, "\n")] = 0;
		if (streq(cmd, "hang")) {
			pause();
		} else if (srv.starting &&
		           (streq(cmd, "show protocols all") || streq(cmd, "restart slow"))) {
			drawn += streq(cmd, "restart slow");
			dprintf(c,
			        "1002-soon BGP --- start 1 Active\n"
			        "1006-  BGP state: Active\n"
			        "     Connect delay:    0.751/1\n"
			        "1002-slow BGP --- start 1 Active\n"
			        "1006-  BGP state: Active\n"
			        "     Connect delay:    %s/1\n0000 \n",
			        draws[drawn]);
		} else if (!streq(cmd, "bye")) {
			const char *name = streq(cmd, "show protocols all")         ? "protocols"
			                   : str_starts(cmd, "show protocols all ") ? "protocols"
			                   : str_starts(cmd, "show route all protocol nva_")
			                       ? "learned"
			                   : str_starts(cmd, "show route all filtered") ? "filtered"
			                   : str_starts(cmd, "show route all export")   ? "export"
			                   : streq(cmd, "configure") ? "configure"
			                                             : "refused";
			_cleanup_free_ char *text = slurp(name);

			/* In small pieces, as a slow reader sees them. */
			for (size_t i = 0, len = strlen(text); i < len; i += 700)
				if (write(c, text + i, len - i < 700 ? len - i : 700) < 0)
					break;
		}
		close(c);
	}
}

/* deep: a path too long for a socket address. */
static void start(bool deep)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	scratch_make(srv.dir);
	int n =
	    snprintf(srv.path, sizeof(srv.path), "%s/%s", srv.dir,
	             deep ? "a-folder-with-quite-a-long-name-as-they-come-in-run-directories-of-"
	                    "people-who-like-long-names-and-have-many"
	                  : "d");

	assert_int_equal(mkdir(srv.path, 0700), 0);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/s", srv.dir);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 4), 0);
	snprintf(srv.path + n, sizeof(srv.path) - (size_t)n, "/s");
	assert_int_equal(rename(sa.sun_path, srv.path), 0);
	srv.pid = fork();
	if (!srv.pid) {
		alarm(30);
		serve(fd);
	}
	close(fd);
}

static int stop(void **state)
{
	(void)state;
	if (srv.pid) {
		kill(srv.pid, SIGKILL);
		waitpid(srv.pid, NULL, 0);
		scratch_remove(srv.dir);
	}
	srv.pid = 0;
	return 0;
}

static void client(void **state)
{
	struct err e = { 0 };
	struct bird_session *s;
	struct bird_path *p;
	size_t n;

	(void)state;
	start(false);
	assert_int_equal(bird_sessions(&at, &s, &n, &e), 0);
	assert_int_equal(n, 3);
	free(s);
	/* Both lists in one, by prefix; what was refused says so. */
	assert_int_equal(bird_learned(&at, "nva_10_10_1_4", &p, &n, &e), 0);
	assert_int_equal(n, 6);
	static const struct {
		const char *net;
		bool filtered;
	} want[] = {
		{ "0.0.0.0/0", false },   { "10.0.0.0/8", false },  { "10.10.0.0/16", true },
		{ "10.10.1.0/24", true }, { "10.11.0.0/24", true }, { "192.168.7.0/24", false }
	};
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(PREFIX_STR(p[i].network), want[i].net);
		assert_int_equal(p[i].filtered, want[i].filtered);
	}
	free(p);
	assert_int_equal(bird_advertised(&at, "nva_10_10_1_4", &p, &n, &e), 0);
	assert_int_equal(n, 4);
	is_path(&p[0], "0.0.0.0/0", "10.10.0.68", "65515 65001");
	is_path(&p[1], "10.10.0.0/16", "10.10.0.68", "65515");
	free(p);
	assert_int_equal(bird_configure(&at, &e), 0);
}

static void client_errors(void **state)
{
	struct err e = { 0 };
	char *text = NULL;

	(void)state;
	start(false);
	assert_int_equal(bird_command(&at, "nonsense", 1000, &text, &e), -EPROTO);
	assert_string_equal(e.msg, "BIRD refuses \"nonsense\": syntax error, unexpected "
	                           "CF_SYM_UNDEFINED, expecting CF_SYM_KNOWN");
	assert_int_equal(bird_refresh(&at, NULL, &e), -EPROTO);
	assert_non_null(strstr(e.msg, "\"reload in nva_10_10_1_4\""));
	/* Without the capability: a hard reset. */
	assert_int_equal(bird_refresh(&at, "nva_10_10_1_5", &e), -EPROTO);
	assert_non_null(strstr(e.msg, "\"restart nva_10_10_1_5\""));
	/* Not established: nothing to reset. */
	assert_int_equal(bird_refresh(&at, "nva_10_10_1_6", &e), 0);
	assert_int_equal(bird_refresh(&at, "nix", &e), -ENOENT);
	assert_string_equal(e.msg, "BIRD has no BGP session \"nix\"");
	assert_int_equal(bird_enable(&at, "nva_x", false, &e), -EPROTO);
	assert_non_null(strstr(e.msg, "\"disable nva_x\""));
	assert_int_equal(bird_command(&at, "bye", 1000, &text, &e), -ECONNRESET);
	assert_string_equal(e.msg, "BIRD hung up on \"bye\"");
	assert_int_equal(bird_command(&at, "hang", 50, &text, &e), -ETIMEDOUT);
	assert_string_equal(e.msg, "BIRD did not answer \"hang\" in time");
	assert_null(text);
	assert_int_equal(bird_command(&nowhere, "show", 50, &text, &e), -ENOENT);
	assert_string_equal(e.msg, "BIRD's control socket /nonexistent/bird.ctl: "
	                           "No such file or directory");
}

static void long_path(void **state)
{
	struct err e = { 0 };
	struct bird_session *s;
	size_t n;

	(void)state;
	start(true);
	assert_true(strlen(srv.path) >= sizeof(((struct sockaddr_un *)0)->sun_path));
	assert_int_equal(bird_sessions(&at, &s, &n, &e), 0);
	assert_int_equal(n, 3);
	free(s);
}

/* Sessions that have drawn long draw anew, until each has drawn short; the others are left alone.
 */
static void dials_soon(void **state)
{
	_cleanup_free_ struct bird_session *s = NULL;
	size_t n;

	(void)state;
	assert_false(dial_soon(&nowhere));
	srv.starting = true;
	start(false);
	srv.starting = false;
	assert_true(dial_soon(&at));
	assert_int_equal(bird_sessions(&at, &s, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_string_equal(s[0].protocol, "slow");
	assert_int_equal(s[0].dials_in, 760);
	assert_int_equal(s[1].dials_in, 751);
}

static void what_went_to_the_kernel(void **state)
{
	_cleanup_free_ char *text = reply("protocols", 0);
	struct bird_export x;

	(void)state;
	assert_true(bird_parse_export(text, "kernel1", &x));
	assert_int_equal(x.routes, 4);
	assert_int_equal(x.updates, 6);
	assert_int_equal(x.withdrawals, 0);
	assert_false(bird_parse_export(text, "kernel", &x));
	assert_false(bird_parse_export("", "kernel1", &x));
	assert_int_equal(x.routes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies),
		cmocka_unit_test(sessions),
		cmocka_unit_test(counts),
		cmocka_unit_test(dials),
		cmocka_unit_test(routes),
		cmocka_unit_test(other_versions),
		cmocka_unit_test(moments),
		cmocka_unit_test(long_values),
		cmocka_unit_test(what_went_to_the_kernel),
		cmocka_unit_test_teardown(client, stop),
		cmocka_unit_test_teardown(client_errors, stop),
		cmocka_unit_test_teardown(long_path, stop),
		cmocka_unit_test_teardown(dials_soon, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
