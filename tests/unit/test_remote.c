/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine is called, whether its key is known, and what is sent to it: no network. */
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/str.h"
#include "remote/fetch.h"
#include "remote/known_hosts.h"
#include "remote/public_address.h"
#include "remote/request.h"
#include "remote/target.h"

/* --- ssh://user@host:port --- */

static void targets(void **state)
{
	static const struct {
		const char *text, *user, *host;
		unsigned port;
		const char *canonical, *known, *ssh;
	} good[] = {
		{ "ssh://me@lab.example", "me", "lab.example", 22, "ssh://me@lab.example",
		  "lab.example", "ssh me@lab.example" },
		{ "ssh://Lab.Example:2222/", NULL, "lab.example", 2222, "ssh://lab.example:2222",
		  "[lab.example]:2222", "ssh -p 2222 lab.example" },
		{ "ssh://a.b@corp@10.0.0.1:22", "a.b@corp", "10.0.0.1", 22,
		  "ssh://a.b@corp@10.0.0.1", "10.0.0.1", "ssh a.b@corp@10.0.0.1" },
		{ "ssh://me@[fe80::1%eth0]:65535", "me", "fe80::1%eth0", 65535,
		  "ssh://me@[fe80::1%eth0]:65535", "[fe80::1%eth0]:65535",
		  "ssh -p 65535 me@fe80::1%eth0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		_cleanup_target_ struct target t = { 0 }, again = { 0 };
		struct err e = { 0 };

		if (target_parse(good[i].text, &t, &e) < 0)
			fail_msg("%s: %s", good[i].text, e.msg);
		assert_true(streq(t.user, good[i].user));
		assert_string_equal(t.host, good[i].host);
		assert_int_equal(t.port, good[i].port);
		assert_string_equal(t.text, good[i].canonical);
		_cleanup_free_ char *known = target_known_name(&t), *ssh = target_ssh_command(&t);

		assert_string_equal(known, good[i].known);
		assert_string_equal(ssh, good[i].ssh);
		assert_int_equal(target_parse(t.text, &again, NULL), 0);
		assert_string_equal(again.text, t.text);
	}
}

static void targets_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "not of the form" },
		{ "me@host", "did you mean ssh://me@host?" },
		{ "https://host", "only ssh is spoken" },
		{ "ssh://", "'' is not the name" },
		{ "ssh://me@", "'' is not the name" },
		{ "ssh://@host", "'' is not a user" },
		{ "ssh://-oProxyCommand=x@host", "is not a user" },
		{ "ssh://-host", "'-host' is not the name" },
		{ "ssh://me:secret@host", "a password does not belong there" },
		{ "ssh://host/path", "a path has no meaning" },
		{ "ssh://host:0", "'0' is not a port" },
		{ "ssh://host:65536", "'65536' is not a port" },
		{ "ssh://host:", "'' is not a port" },
		{ "ssh://host:22x", "'22x' is not a port" },
		{ "ssh://host:99999999999999999999", "is not a port" },
		{ "ssh://2001:db8::1", "ssh://user@[2001:db8::1]" },
		{ "ssh://ze@[%01]:2222/", "'[%01]' is no IPv6 address" },
		{ "ssh://[::1", "stands in brackets" },
		{ "ssh://[::1]22", "stands in brackets" },
		{ "ssh://ho st", "blanks and control" },
		{ "ssh://h\x1b[31m", "blanks and control" },
		{ "ssh://h;reboot", "is not the name" },
		{ "ssh://$(id)@h", "is not a user" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct target t = { 0 };
		struct err e = { 0 };

		assert_int_equal(target_parse(bad[i].text, &t, &e), -EINVAL);
		if (!strstr(e.msg, bad[i].says))
			fail_msg("%s: %s", bad[i].text, e.msg);
		assert_null(t.host);
	}
}

/* --- known_hosts --- */

#define ED "AAAAC3NzaC1lZDI1NTE5AAAAIDEy7L5UFlDEgArYiVtLt2wMU16qJ69cU0yTu6jlWBXk"
#define OTHER "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define EC "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLtAxl3HFhHogsaHfNYq"

/* What `ssh-keygen -H` made of "lab.example" and "[lab.example]:2222". */
#define HASHED "|1|sy2oVi2355Ichdp3eFfKab3+E7E=|dBELKEJLTRXxnSTjcFCXFcrIcc0= ssh-ed25519 " ED "\n"
#define HASHED_PORT \
	"|1|mwfemTZ7BUEZSVwbpsCdbtrPvqg=|cNAi0qU4xj7ylO5i2YT7wW8WZDQ= ssh-ed25519 " ED "\n"

static const struct {
	const char *what, *text, *host, *port_name;
	enum known known;
	size_t line;
} judged[] = {
	{ "nothing", "", "lab.example", NULL, KNOWN_NEW, 0 },
	{ "plain", "# hello\n\nlab.example ssh-ed25519 " ED " comment\n", "lab.example", NULL,
	  KNOWN_OK, 3 },
	{ "CRLF, no newline at the end", "a ssh-rsa x\r\nlab.example ssh-ed25519 " ED "\r",
	  "lab.example", NULL, KNOWN_OK, 2 },
	{ "one of several names", "10.0.0.1,lab.example ssh-ed25519 " ED "\n", "lab.example", NULL,
	  KNOWN_OK, 1 },
	{ "another name", "labs.example ssh-ed25519 " ED "\n", "lab.example", NULL, KNOWN_NEW, 0 },
	{ "a pattern", "*.example ssh-ed25519 " ED "\n", "lab.example", NULL, KNOWN_OK, 1 },
	{ "a pattern and what it is not for", "!lab.example,*.example ssh-ed25519 " ED "\n",
	  "lab.example", NULL, KNOWN_NEW, 0 },
	{ "hashed", HASHED, "lab.example", NULL, KNOWN_OK, 1 },
	{ "hashed, another", HASHED, "lab2.example", NULL, KNOWN_NEW, 0 },
	{ "hashed, with a port", HASHED_PORT, "lab.example", "[lab.example]:2222", KNOWN_OK, 1 },
	{ "hashed, with another port", HASHED_PORT, "lab.example", "[lab.example]:2223", KNOWN_NEW,
	  0 },
	{ "hashed, broken", "|1|x|y ssh-ed25519 " ED "\n|1| ssh-ed25519 " ED "\n", "lab.example",
	  NULL, KNOWN_NEW, 0 },
	{ "hashed, with a salt that OpenSSH would not take",
	  "|1|AAAA|Z+wxNGsPZjb1RVzULOKNftoGD6o= ssh-ed25519 " ED "\n", "lab.example", NULL,
	  KNOWN_NEW, 0 },
	{ "a port", "[lab.example]:2222 ssh-ed25519 " ED "\n", "lab.example", "[lab.example]:2222",
	  KNOWN_OK, 1 },
	{ "a port does not speak of the usual one", "[lab.example]:2222 ssh-ed25519 " ED "\n",
	  "lab.example", NULL, KNOWN_NEW, 0 },
	{ "the bare name's key at another port", "lab.example ssh-ed25519 " ED "\n", "lab.example",
	  "[lab.example]:2222", KNOWN_OK, 1 },
	{ "the bare name's other key does not contradict", "lab.example ssh-ed25519 " OTHER "\n",
	  "lab.example", "[lab.example]:2222", KNOWN_NEW, 0 },
	{ "changed", "lab.example ssh-ed25519 " OTHER "\n", "lab.example", NULL, KNOWN_CHANGED, 1 },
	{ "changed, at a port",
	  "lab.example ssh-ed25519 x\n[lab.example]:2222 ssh-ed25519 " OTHER "\n", "lab.example",
	  "[lab.example]:2222", KNOWN_CHANGED, 2 },
	{ "two keys, one is it",
	  "lab.example ssh-ed25519 " OTHER "\nlab.example ssh-ed25519 " ED "\n", "lab.example",
	  NULL, KNOWN_OK, 2 },
	{ "only another kind", "lab.example ecdsa-sha2-nistp256 " EC "\n", "lab.example", NULL,
	  KNOWN_OTHER_TYPE, 1 },
	{ "revoked", "@revoked * ssh-ed25519 " ED "\nlab.example ssh-ed25519 " ED "\n",
	  "lab.example", NULL, KNOWN_REVOKED, 1 },
	{ "revoked below",
	  "lab.example ssh-ed25519 " ED "\n@revoked lab.example ssh-ed25519 " ED "\n",
	  "lab.example", NULL, KNOWN_REVOKED, 2 },
	{ "another key is revoked",
	  "@revoked * ssh-ed25519 " OTHER "\nlab.example ssh-ed25519 " ED "\n", "lab.example", NULL,
	  KNOWN_OK, 2 },
	{ "revoked for another host",
	  "@revoked b ssh-ed25519 " ED "\nlab.example ssh-ed25519 " ED "\n", "lab.example", NULL,
	  KNOWN_OK, 2 },
	{ "an authority is no key", "@cert-authority *.example ssh-ed25519 " ED "\n", "lab.example",
	  NULL, KNOWN_NEW, 0 },
	{ "a marker of the future", "@new lab.example ssh-ed25519 " ED "\n", "lab.example", NULL,
	  KNOWN_NEW, 0 },
	{ "broken lines",
	  "lab.example\nlab.example ssh-ed25519\n@revoked\n,, ssh-ed25519 " ED "\n!\n",
	  "lab.example", NULL, KNOWN_NEW, 0 },
	{ "version 1 of the protocol", "lab.example 1024 35 1234567\n", "lab.example", NULL,
	  KNOWN_NEW, 0 },
};

static void known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(judged); i++) {
		_cleanup_known_hosts_ struct known_hosts k = { 0 };
		const struct known_entry *why = NULL;

		known_hosts_read(&k, judged[i].text, "kh", judged[i].host, judged[i].port_name);
		enum known got = known_hosts_judge(&k, "ssh-ed25519", ED, &why);

		if (got != judged[i].known || (why ? why->line : 0) != judged[i].line)
			fail_msg("%s: %d, line %zu", judged[i].what, (int)got, why ? why->line : 0);
	}
}

static void several_files(void **state)
{
	_cleanup_known_hosts_ struct known_hosts k = { 0 };
	const struct known_entry *why;

	(void)state;
	known_hosts_read(&k, "h ssh-ed25519 " OTHER "\n", "mine", "h", NULL);
	assert_int_equal(known_hosts_judge(&k, "ssh-ed25519", ED, &why), KNOWN_CHANGED);
	assert_string_equal(why->file, "mine");
	known_hosts_read(&k, "\nh ssh-ed25519 " ED "\n@cert-authority h ssh-ed25519 " ED "\n",
	                 "all", "h", NULL);
	assert_int_equal(known_hosts_judge(&k, "ssh-ed25519", ED, &why), KNOWN_OK);
	assert_string_equal(why->file, "all");
	assert_int_equal(k.authorities, 1);
}

static void order(void **state)
{
	static const char all[] = "ssh-ed25519,ecdsa-sha2-nistp256,ssh-rsa";
	_cleanup_known_hosts_ struct known_hosts k = { 0 };

	(void)state;
	_cleanup_free_ char *unknown = known_hosts_order(&k, all);

	assert_string_equal(unknown, all);
	known_hosts_read(&k, "h ssh-rsa x\n[h]:9 ecdsa-sha2-nistp256 y\n@revoked h ssh-ed25519 z\n",
	                 "f", "h", "[h]:9");
	_cleanup_free_ char *first = known_hosts_order(&k, all);

	assert_string_equal(first, "ecdsa-sha2-nistp256,ssh-rsa,ssh-ed25519");
}

static void base64(void **state)
{
	static const char *const pairs[][2] = { { "", "" },
		                                { "f", "Zg==" },
		                                { "fo", "Zm8=" },
		                                { "foo", "Zm9v" },
		                                { "\xff\xfe\xfd", "//79" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		_cleanup_str_ struct str s = { 0 }, back = { 0 };

		base64_encode(pairs[i][0], strlen(pairs[i][0]), &s);
		assert_string_equal(str_get(&s), pairs[i][1]);
		assert_true(base64_decode(str_get(&s), s.n, &back));
		assert_string_equal(str_get(&back), pairs[i][0]);
	}
}

/* --- requests --- */

static void requests(void **state)
{
	json_t *req = json_pack("{s:[s,s,s]}", "argv", "exec", "'; rm -rf $(HOME) `id` \\ \" ! %s",
	                        "two\nlines\t\xc3\xa9\x01"),
	       *back = NULL;
	_cleanup_free_ char *word = NULL;

	(void)state;
	assert_int_equal(request_encode(req, &word, NULL), 0);
	assert_int_equal(strspn(word, "0123456789abcdef"), strlen(word));
	assert_int_equal(request_decode(word, &back, NULL), 0);
	assert_true(json_equal(req, back));
	json_decref(req);
	json_decref(back);
}

static void requests_refused(void **state)
{
	static const char *const bad[] = {
		"",       "7",    "7b7", "7B7D",     "zz",
		"7b7d00", "5b5d", "22",  "6e756c6c", "7b2261223a312c2261223a327d"
	};
	struct err e = { 0 };
	json_t *j = NULL;
	char *word = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(request_decode(bad[i], &j, &e), -EINVAL);
		assert_null(j);
	}
	char *big = xcalloc(REQUEST_MAX, 1);

	memset(big, 'x', REQUEST_MAX - 1);
	j = json_pack("{s:s}", "argv", big);
	assert_int_equal(request_encode(j, &word, &e), -E2BIG);
	assert_non_null(strstr(e.msg, "more than another machine takes"));
	json_decref(j);
	free(big);
}

static void quotes(void **state)
{
	static const char *const good[][2] = {
		{ "vnetlab", "vnetlab" },
		{ "/usr/local/bin/vnetlab", "/usr/local/bin/vnetlab" },
		{ "/a b/vnetlab", "'/a b/vnetlab'" },
		{ "it's", "'it'\\''s'" },
		{ "a\\b!c", "'a'\\\\'b'\\!'c'" },
		{ "$(id);`id`&|<>*?", "'$(id);`id`&|<>*?'" },
		{ "~/bin/vnetlab", "~/'bin/vnetlab'" },
		{ "~user/x", "'~user/x'" },
		{ "\\", "\\\\" },
	};
	static const char *const bad[] = { "", "-rf", "a\nb", "\x1b[31m" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		_cleanup_free_ char *s = NULL;

		assert_int_equal(shell_quote(good[i][0], &s, &e), 0);
		assert_string_equal(s, good[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char *s = NULL;

		assert_int_equal(shell_quote(bad[i], &s, &e), -EINVAL);
		assert_null(s);
	}
}

/* --- addresses --- */

static void addresses(void **state)
{
	static const char *const below[][3] = {
		{ "https://h/a/x.json", "nva/frr.conf", "https://h/a/nva/frr.conf" },
		{ "https://h/x.json?token=/a/b#/c", "y", "https://h/y" },
		{ "https://h/a/x.json", "a b?c#d%e/\xc3\xa9",
		  "https://h/a/a%20b%3Fc%23d%25e/%C3%A9" },
	};
	static const char *const names[][2] = { { "https://h/a/x.vnetlab.json?y=/z",
		                                  "x.vnetlab.json" },
		                                { "https://h/a/x%20y.json", "design.json" },
		                                { "https://h/.profile", "design.json" },
		                                { "https://h/..", "design.json" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		_cleanup_free_ char *s = fetch_below(below[i][0], below[i][1]);

		assert_int_equal(fetch_check(below[i][0], NULL), 0);
		assert_string_equal(s, below[i][2]);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		_cleanup_free_ char *s = fetch_name(names[i][0]);

		assert_string_equal(s, names[i][1]);
	}
	assert_true(fetch_is_address("https://h/x"));
	assert_true(fetch_is_address("ftp://h/x"));
	assert_false(fetch_is_address("a.json"));
	assert_false(fetch_is_address("./a://b"));
	assert_false(fetch_is_address("c:/x"));
}

static void addresses_refused(void **state)
{
	static const char *const bad[] = { "http://h/x",      "HTTPS://h/x",   "https://",
		                           "https://h",       "https://h/",    "https://h/a/?x",
		                           "https://u@h/x",   "https://h/a b", "https://u:p@h/x",
		                           "https:///x.json", "https://h?/x",  "https://h/x\n" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (fetch_check(bad[i], &e) != -EINVAL)
			fail_msg("%s", bad[i]);
}

static bool is_public(const char *text)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, text, &a4.sin_addr) == 1)
		return address_is_public((struct sockaddr *)&a4);
	assert_int_equal(inet_pton(AF_INET6, text, &a6.sin6_addr), 1);
	return address_is_public((struct sockaddr *)&a6);
}

static void public_addresses(void **state)
{
	static const char *const public[] = { "9.255.255.255",  "11.0.0.0",        "100.63.255.255",
		                              "126.1.1.1",      "172.15.1.1",      "172.32.0.0",
		                              "192.167.1.1",    "223.1.1.1",       "2606:50c0::1",
		                              "::ffff:9.9.9.9", "64:ff9b::9.9.9.9" };
	static const char *const closed[] = { "0.0.0.0",
		                              "10.0.0.1",
		                              "100.64.0.1",
		                              "127.0.0.1",
		                              "169.254.169.254",
		                              "172.16.0.1",
		                              "172.31.1.1",
		                              "192.168.1.1",
		                              "198.18.0.1",
		                              "224.0.0.1",
		                              "255.255.255.255",
		                              "::",
		                              "::1",
		                              "fe80::1",
		                              "fd00::1",
		                              "ff02::1",
		                              "::ffff:10.0.0.1",
		                              "::127.0.0.1",
		                              "64:ff9b::10.0.0.1" };
	_cleanup_str_ struct str got = { 0 };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(public); i++)
		if (!is_public(public[i]))
			fail_msg("%s is public", public[i]);
	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (is_public(closed[i]))
			fail_msg("%s is not public", closed[i]);
	assert_int_equal(fetch_public("https://127.0.0.1:9/x.json", 1 << 20, 1000, &got, &e),
	                 -EACCES);
	assert_non_null(strstr(e.msg, "it leads to an address that is not public"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets),
		cmocka_unit_test(targets_refused),
		cmocka_unit_test(known),
		cmocka_unit_test(several_files),
		cmocka_unit_test(order),
		cmocka_unit_test(base64),
		cmocka_unit_test(requests),
		cmocka_unit_test(requests_refused),
		cmocka_unit_test(quotes),
		cmocka_unit_test(addresses),
		cmocka_unit_test(addresses_refused),
		cmocka_unit_test(public_addresses),
	};

	return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
