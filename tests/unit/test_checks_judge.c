/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks against what a lab might answer: JSON in, verdict and words out. */
#include <errno.h>

#include "base/str.h"
#include "proof/check.h"
#include "unit.h"

static json_t *js(const char *text)
{
	json_error_t je;
	json_t *j = json_loads(text, 0, &je);

	if (!j)
		fail_msg("%s: %s", text, je.text);
	return j;
}

/* One check, parsed; *ret_doc owns its strings. */
static struct check one(const char *spec, json_t **ret_doc)
{
	_cleanup_free_ char *doc = xasprintf("{\"c\":%s}", spec);
	_cleanup_(check_list_free) struct check_list l = { 0 };
	struct err e = { 0 };

	*ret_doc = js(doc);
	if (checks_parse(*ret_doc, &l, &e) < 0)
		fail_msg("%s: %s", spec, e.msg);
	assert_int_equal(l.n, 1);
	return l.items[0];
}

static void expect(const char *what, struct judgement j, bool holds, const char *text)
{
	if (j.holds != holds || !strstr(j.text, text))
		fail_msg("%s: %s \"%s\", expected %s with \"%s\"", what,
		         j.holds ? "holds" : "fails", j.text, holds ? "holds" : "fails", text);
	judgement_free(&j);
}

#define SESSION(i, state) \
	"{\"routeServer\":\"RS\",\"peering\":\"A\",\"instance\":" #i \
	",\"address\":\"10.0.3.4\",\"state\":\"" state "\",\"since\":\"t0\"}"

static void sessions(void **state)
{
	(void)state;
	static const struct {
		const char *spec, *status;
		bool holds;
		const char *text;
	} t[] = {
		{ "{\"bgp\":\"RS/A\",\"expect\":\"Established\"}",
		  "{\"bgp\":[" SESSION(0, "Established") "," SESSION(1, "Established") "]}", true,
		  "instance 1 (10.0.3.4): Established since t0" },
		{ "{\"bgp\":\"rs/a\",\"expect\":\"established\"}",
		  "{\"bgp\":[" SESSION(0, "Established") "," SESSION(1, "Active") "]}", false,
		  "instance 1 (10.0.3.4): Active" },
		{ "{\"bgp\":\"RS/A\",\"expect\":\"Established\",\"instance\":0}",
		  "{\"bgp\":[" SESSION(0, "Established") "," SESSION(1, "Active") "]}", true, "" },
		{ "{\"bgp\":\"RS/A\",\"expect\":\"Established\",\"instance\":1}",
		  "{\"bgp\":[" SESSION(0, "Established") "," SESSION(1, "Active") "]}", false,
		  "vnetlab logs A" },
		{ "{\"bgp\":\"RS/A\",\"expect\":\"Down\"}",
		  "{\"bgp\":[" SESSION(0, "Connect") "," SESSION(1, "Active") "]}", true, "" },
		{ "{\"bgp\":\"RS/A\",\"expect\":\"Down\"}",
		  "{\"bgp\":[" SESSION(0, "Established") "," SESSION(1, "Active") "]}", false, "" },
		{ "{\"bgp\":\"RS/B\",\"expect\":\"Down\"}", "{\"bgp\":[" SESSION(0, "Active") "]}",
		  false, "no session RS/B" },
		{ "{\"bgp\":\"RS/A\",\"expect\":\"flapping\"}",
		  "{\"bgp\":[" SESSION(0, "Established") "," SESSION(1, "Established") "]}", false,
		  "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct bgp_watch w = { 0 };
		json_t *doc, *status = js(t[i].status);
		struct check c = one(t[i].spec, &doc);

		expect(t[i].spec, judge_bgp(&c, status, &w), t[i].holds, t[i].text);
		json_decref(doc);
		json_decref(status);
	}
}

static void flapping_is_leaving_established(void **state)
{
	(void)state;
	/* state and since of instance 0, look by look; does it flap by then? */
	static const struct {
		const char *state, *since;
		bool flaps;
	} t[] = {
		{ "Active", "1", false },      { "Established", "2", false },
		{ "Established", "2", false }, { "Established", "9", true }, /* between two looks */
		{ "Idle", "10", true },        { "Established", "11", true }
	};
	struct bgp_watch w = { 0 };
	json_t *doc;
	struct check c = one("{\"bgp\":\"RS/A\",\"expect\":\"flapping\"}", &doc);

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		json_t *status =
		    json_pack("{s:[{s:s,s:s,s:i,s:s,s:s}]}", "bgp", "routeServer", "RS", "peering",
		              "A", "instance", 0, "state", t[i].state, "since", t[i].since);
		struct judgement j = judge_bgp(&c, status, &w);

		assert_int_equal(j.holds, t[i].flaps);
		judgement_free(&j);
		json_decref(status);
	}
	assert_int_equal(w.left[0], 2);
	assert_int_equal(w.left[1], 0);
	json_decref(doc);
}

#define HOPS(...) "\"hops\":[" __VA_ARGS__ "]"
#define HOP(n) "{\"node\":\"" n "\",\"nextHop\":\"10.0.0.9\",\"reason\":\"because\"}"

static void packets(void **state)
{
	(void)state;
	static const char yes[] = "{\"sent\":1,\"received\":1,\"ok\":true,\"detail\":\"answered\"}";
	static const char no[] =
	    "{\"sent\":2,\"received\":0,\"ok\":false,\"detail\":\"no answer\"}";
	static const char way[] = "{\"verdict\":\"delivered\"," HOPS(
	    HOP("B")) ",\"kernel\":{\"verdict\":"
	              "\"delivered\"," HOPS(HOP("B") "," HOP("N1") "," HOP("N2") "," HOP("C")) "}}";
	static const char loop[] = "{\"verdict\":\"loop\",\"kernel\":{\"verdict\":\"loop\"}}";
	static const char half[] = "{\"verdict\":\"loop\",\"kernel\":{\"verdict\":\"dropped\"}}";
	static const struct {
		const char *spec, *probe, *path;
		bool holds;
		const char *text;
	} t[] = {
		{ "\"expect\":\"reach\"", yes, NULL, true, "1 of 1 answered (answered)" },
		{ "\"expect\":\"reach\"", no, NULL, false, "0 of 2 answered (no answer)" },
		{ "\"expect\":\"drop\"", no, NULL, true, "no answer" },
		{ "\"expect\":\"drop\"", yes, NULL, false, "1 of 1 answered" },
		{ "\"expect\":\"loop\"", no, loop, true, "" },
		{ "\"expect\":\"loop\"", yes, loop, false, "" },
		{ "\"expect\":\"loop\"", no, half, false, "does not loop" },
		{ "\"expect\":\"loop\"", no, way, false, "does not loop" },
		{ "\"expect\":\"loop\"", no, NULL, false, "does not loop" },
		{ "\"expect\":\"reach\",\"via\":[\"N1\"]", yes, way, true, "" },
		{ "\"expect\":\"reach\",\"via\":[\"n1\",\"N2\"]", yes, way, true, "" },
		{ "\"expect\":\"reach\",\"via\":[\"N1/eth0\"]", yes, way, true, "" },
		{ "\"expect\":\"reach\",\"via\":[\"N2\",\"N1\"]", yes, way, false,
		  "does not go via N1 behind the ones before it, its way is B -> N1 -> N2 -> C" },
		{ "\"expect\":\"reach\",\"via\":[\"N3\"]", yes, way, false,
		  "does not go via N3, its" },
		{ "\"expect\":\"reach\",\"via\":[\"N\"]", yes, way, false, "does not go via N," },
		{ "\"expect\":\"reach\",\"via\":[\"B\"]", yes, way, false, "does not go via B" },
		{ "\"expect\":\"reach\",\"via\":[\"N1\"]", no, way, false, "no answer" },
		{ "\"expect\":\"reach\",\"notVia\":[\"N3\"]", yes, way, true, "" },
		{ "\"expect\":\"reach\",\"notVia\":[\"N3\",\"N2\"]", yes, way, false,
		  "goes via N2" },
		{ "\"expect\":\"drop\"", "{\"error\":\"no such node\",\"ok\":false}", NULL, false,
		  "no such node" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *spec =
		    xasprintf("{\"from\":\"B\",\"to\":\"C\",%s}", t[i].spec);
		json_t *doc, *probe = js(t[i].probe), *path = t[i].path ? js(t[i].path) : NULL;
		struct check c = one(spec, &doc);

		expect(t[i].spec, judge_packet(&c, probe, path), t[i].holds, t[i].text);
		json_decref(doc);
		json_decref(probe);
		json_decref(path);
	}
}

static void paths_are_asked_only_when_needed(void **state)
{
	(void)state;
	static const struct {
		const char *more;
		bool needs;
	} t[] = { { "\"expect\":\"reach\"", false },
		  { "\"expect\":\"drop\"", false },
		  { "\"expect\":\"loop\"", true },
		  { "\"expect\":\"reach\",\"via\":[\"X\"]", true },
		  { "\"expect\":\"reach\",\"notVia\":[\"X\"]", true } };

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *spec =
		    xasprintf("{\"from\":\"B\",\"to\":\"C\",%s}", t[i].more);
		json_t *doc;
		struct check c = one(spec, &doc);

		assert_int_equal(check_needs_path(&c), t[i].needs);
		json_decref(doc);
	}
}

static void explanations_show_the_way(void **state)
{
	(void)state;
	json_t *path = js("{\"verdict\":\"delivered\",\"agree\":false," HOPS(
	    HOP("B")) ",\"kernel\":{\"verdict\":\"dropped\",\"reason\":\"N1 forwards to "
	              "nobody\"," HOPS(HOP("B") "," HOP("N1")) "},\"return\":{\"verdict\":"
	                                                       "\"delivered\"}}");
	json_t *back = js("{\"verdict\":\"delivered\"," HOPS(
	    HOP("B")) ",\"return\":{\"verdict\":\"dropped\","
	              "\"reason\":\"no way back\"," HOPS(HOP("C")) "}}");
	_cleanup_str_ struct str a = { 0 }, b = { 0 }, c = { 0 };

	explain_path(path, &a);
	assert_string_equal(a.s, "the way there: dropped: N1 forwards to nobody\n"
	                         "  B -> 10.0.0.9: because\n  N1 -> 10.0.0.9: because\n"
	                         "model and kernel disagree: the model says delivered");
	explain_path(back, &b);
	assert_non_null(strstr(b.s, "the way back: dropped: no way back\n  C -> 10.0.0.9"));
	explain_path(NULL, &c); /* nothing to say, nothing broken */
	json_decref(path);
	json_decref(back);
}

static void tables(void **state)
{
	(void)state;
	static const char rows[] =
	    "[{\"addressPrefix\":[\"0.0.0.0/0\"],\"source\":\"User\",\"state\":\"Active\","
	    "\"nextHopIpAddress\":[\"10.0.0.4\",\"10.0.0.5\"]}]";
	static const struct {
		const char *spec;
		bool holds;
		const char *text;
	} t[] = {
		{ "\"contains\":[{\"addressPrefix\":\"0.0.0.0/"
		  "0\",\"nextHopIpAddress\":[\"10.0.0.5\",\"10.0.0.4\"]}]",
		  true, "1 effective routes" },
		{ "\"contains\":[{\"addressPrefix\":\"0.0.0.0/"
		  "0\",\"nextHopIpAddress\":[\"10.0.0.4\"]}]",
		  false,
		  "nextHopIpAddress is 10.0.0.4, 10.0.0.5, not 10.0.0.4 (in the row: addressPrefix "
		  "0.0.0.0/0" },
		{ "\"contains\":[{\"addressPrefix\":\"10.0.0.0/8\"}]", false,
		  "none of 1 rows has addressPrefix 10.0.0.0/8" },
		{ "\"lacks\":[{\"addressPrefix\":\"10.0.0.0/8\"}]", true, "" },
		{ "\"lacks\":[{\"source\":\"user\"}]", false,
		  "must not be there: addressPrefix 0.0.0.0/0" },
		{ "\"contains\":[{\"state\":\"Active\"}],\"lacks\":[{\"state\":\"Active\"}]", false,
		  "must not be there" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *spec = xasprintf("{\"effectiveRoutes\":\"N\",%s}", t[i].spec);
		json_error_t je;
		json_t *doc, *value = json_loads(rows, 0, &je);
		struct check c = one(spec, &doc);

		expect(t[i].spec, judge_routes(&c, value), t[i].holds, t[i].text);
		json_decref(doc);
		json_decref(value);
	}
}

static void learned_from_both_instances(void **state)
{
	(void)state;
	static const char routes[] =
	    "{\"RouteServiceRole_IN_0\":[{\"network\":\"10.1.0.0/16\",\"asPath\":\"65001-65002\"}],"
	    "\"RouteServiceRole_IN_1\":[]}";
	static const struct {
		const char *spec;
		bool holds;
		const char *text;
	} t[] = {
		{ "\"contains\":[{\"network\":\"10.1.0.0/16\"}]", false,
		  "instance 1: none of 0 rows" },
		{ "\"instance\":0,\"contains\":[{\"network\":\"10.1.0.0/16\",\"asPath\":\"65001 "
		  "65002\"}]",
		  true, "1 routes" },
		{ "\"instance\":1,\"contains\":[{\"network\":\"10.1.0.0/16\"}]", false,
		  "instance 1: " },
		{ "\"lacks\":[{\"network\":\"10.1.0.0/16\"}]", false,
		  "instance 0: there is a row" },
		{ "\"instance\":1,\"lacks\":[{\"network\":\"10.1.0.0/16\"}]", true, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *spec = xasprintf("{\"learned\":\"RS/A\",%s}", t[i].spec);
		json_t *doc, *value = js(routes);
		struct check c = one(spec, &doc);

		expect(t[i].spec, judge_learned(&c, value), t[i].holds, t[i].text);
		json_decref(doc);
		json_decref(value);
	}
}

static void outages(void **state)
{
	(void)state;
	static const struct {
		const char *spec;
		struct outage o;
		bool holds;
		const char *text;
	} t[] = {
		{ "{\"do\":\"fault clear\"}", { 0 }, true, "done" },
		{ "{\"do\":\"fault clear\",\"from\":\"A\",\"to\":\"B\"}",
		  { 100, 50, 900, false },
		  true,
		  "50 of 100 packets lost, not recovered after 900 ms" },
		{ "{\"do\":\"fault clear\",\"from\":\"A\",\"to\":\"B\",\"recoverWithin\":\"1s\"}",
		  { 100, 0, 0, true },
		  true,
		  "0 of 100 packets lost" },
		{ "{\"do\":\"fault clear\",\"from\":\"A\",\"to\":\"B\",\"recoverWithin\":\"1s\"}",
		  { 100, 5, 999, true },
		  true,
		  "recovered after 999 ms" },
		{ "{\"do\":\"fault clear\",\"from\":\"A\",\"to\":\"B\",\"recoverWithin\":\"1s\"}",
		  { 100, 5, 1001, true },
		  false,
		  "at most 1000 ms" },
		{ "{\"do\":\"fault clear\",\"from\":\"A\",\"to\":\"B\",\"recoverWithin\":\"1s\"}",
		  { 100, 5, 500, false },
		  false,
		  "not recovered" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		json_t *doc;
		struct check c = one(t[i].spec, &doc);

		expect(t[i].spec, judge_outage(&c, &t[i].o), t[i].holds, t[i].text);
		json_decref(doc);
	}
}

static void audits(void **state)
{
	(void)state;
	static const char found[] = "{\"loops\":[{\"from\":\"A\",\"to\":\"B\",\"detail\":\"A hands "
	                            "it to A\"}],\"oracles\":[],"
	                            "\"asymmetry\":[{\"detail\":\"1\"},{\"detail\":\"2\"},{"
	                            "\"detail\":\"3\"},{\"detail\":\"4\"},"
	                            "{\"detail\":\"5\"},{\"detail\":\"6\"},{\"detail\":\"7\"}],"
	                            "\"flaps\":[{\"detail\":\"RS/A left Established\"}]}";
	static const struct {
		const char *spec;
		bool holds;
		const char *text;
	} t[] = {
		{ "{\"audit\":[\"loops\"]}", false, "loops: A to B: A hands it to A" },
		{ "{\"audit\":[\"oracles\",\"blackholes\"]}", true, "nothing found" },
		{ "{\"audit\":[\"oracles\",\"flaps\"]}", false, "flaps: RS/A left Established" },
		{ "{\"audit\":[\"asymmetry\"]}", false, "asymmetry: and 2 more" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		json_t *doc, *a = js(found);
		struct check c = one(t[i].spec, &doc);

		expect(t[i].spec, judge_audit(&c, a), t[i].holds, t[i].text);
		json_decref(doc);
		json_decref(a);
	}
}

static void what_is_not_understood_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *spec, *text;
	} t[] = {
		{ "{\"c\":{\"bgp\":\"RS/A\",\"expect\":\"Up\"}}",
		  "check \"c\": \"expect\" is none of" },
		{ "{\"c\":{\"bgp\":\"RS/A\"}}", "\"expect\"" },
		{ "{\"c\":{\"latency\":\"5ms\"}}", "kind that this version does not know" },
		{ "{\"c\":{\"audit\":[\"speed\"]}}", "unknown audit \"speed\"" },
		{ "{\"c\":{\"from\":\"A\",\"to\":\"B\",\"protocol\":\"sctp\",\"expect\":\"reach\"}"
		  "}",
		  "unknown protocol \"sctp\"" },
		{ "{\"c\":{\"from\":\"A\",\"expect\":\"reach\"}}", "\"to\" is missing" },
		{ "{\"c\":[]}", "kind" },
		{ "{\"c\":3}", "kind" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_(check_list_free) struct check_list l = { 0 };
		struct err e = { 0 };
		json_t *doc = js(t[i].spec);

		assert_int_equal(checks_parse(doc, &l, &e), -EINVAL);
		if (!strstr(e.msg, t[i].text))
			fail_msg("%s: %s", t[i].spec, e.msg);
		json_decref(doc);
	}
}

static void parsed_fields(void **state)
{
	(void)state;
	json_t *doc;
	struct check c =
	    one("{\"from\":\"A\",\"to\":\"B\",\"protocol\":\"http\",\"expect\":\"drop\","
	        "\"within\":\"2s\",\"stableFor\":\"100ms\",\"not\":true,"
	        "\"level\":\"warning\",\"hint\":\"look\"}",
	        &doc);

	assert_int_equal(c.port, 80);
	assert_int_equal(c.within_ms, 2000);
	assert_int_equal(c.stable_ms, 100);
	assert_true(c.inverted && c.warning);
	assert_string_equal(c.hint, "look");
	assert_int_equal(c.instance, -1);
	json_decref(doc);
	c = one("{\"do\":\"fault stop A\",\"from\":\"A\",\"to\":\"B\",\"recoverWithin\":\"3s\"}",
	        &doc);
	assert_int_equal(c.kind, CHECK_DO);
	assert_string_equal(c.subject, "fault stop A");
	assert_int_equal(c.recover_ms, 3000);
	assert_int_equal(c.within_ms, CHECK_WITHIN_MS);
	json_decref(doc);
}

/* ---- time: looks at given moments ---- */

static void when_is_a_check_over(void **state)
{
	(void)state;
	/* looks: "100+ 200-" = at 100 ms it holds, at 200 it does not; verdict: + held, - failed,
	 * ? still open */
	static const struct {
		const char *spec, *looks;
		char verdict;
		long held_ms;
	} t[] = {
		{ "", "0+", '+', 0 },
		{ "", "0- 500- 900+", '+', 900 },
		{ "", "0- 500-", '?', 500 },
		{ "", "0- 999- 1000-", '-', 1000 },
		{ "", "0- 1200+", '+', 1200 }, /* under way at the deadline */
		{ "", "0- 1200- 1300+", '-', 1200 },
		{ "", "1200+", '+', 1200 }, /* the first look counts */
		{ "", "1200-", '-', 1200 },
		{ ",\"stableFor\":\"300ms\"", "0+", '?', 0 },
		{ ",\"stableFor\":\"300ms\"", "0+ 299+", '?', 299 },
		{ ",\"stableFor\":\"300ms\"", "0+ 300+", '+', 0 },
		{ ",\"stableFor\":\"300ms\"", "0+ 200- 400+ 700+", '+', 400 },
		{ ",\"stableFor\":\"300ms\"", "0- 950+ 1100+ 1250+", '+',
		  950 }, /* in time, and stays */
		{ ",\"stableFor\":\"300ms\"", "0- 950+ 1100-", '-', 1100 },
		{ ",\"not\":true", "0-", '?', 0 },
		{ ",\"not\":true", "0- 500+", '-', 500 },
		{ ",\"not\":true", "0- 1000-", '+', 1000 },
		{ ",\"not\":true", "0- 1200+", '-', 1200 },
		{ ",\"not\":true", "0+", '-', 0 },
		{ ",\"not\":true,\"stableFor\":\"300ms\"", "0- 500+ 600- 1000-", '+', 1000 },
		{ ",\"not\":true,\"stableFor\":\"300ms\"", "0- 500+ 800+", '-', 500 },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		_cleanup_free_ char *spec = xasprintf(
		    "{\"from\":\"A\",\"to\":\"B\",\"expect\":\"reach\",\"within\":\"1s\"%s}",
		    t[i].spec);
		struct check_state s;
		json_t *doc;
		struct check c = one(spec, &doc);

		check_start(&s, 10000);
		for (const char *p = t[i].looks; *p;) {
			char *end;
			long at = strtol(p, &end, 10);

			check_step(&c, &s, *end == '+', 10000 + at);
			p = end + 1 + (end[1] == ' ');
		}
		char got = !s.over ? '?' : s.ok ? '+' : '-';

		if (got != t[i].verdict || s.held_ms != t[i].held_ms)
			fail_msg("%s %s: %c at %ld, not %c at %ld", t[i].spec, t[i].looks, got,
			         s.held_ms, t[i].verdict, t[i].held_ms);
		/* a check that is over stays so */
		if (s.over) {
			bool ok = s.ok;

			check_step(&c, &s, !ok, 99999);
			assert_int_equal(s.ok, ok);
		} else {
			assert_true(check_deadline(&c, &s) > 10000);
		}
		json_decref(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions),
		cmocka_unit_test(flapping_is_leaving_established),
		cmocka_unit_test(packets),
		cmocka_unit_test(paths_are_asked_only_when_needed),
		cmocka_unit_test(explanations_show_the_way),
		cmocka_unit_test(tables),
		cmocka_unit_test(learned_from_both_instances),
		cmocka_unit_test(outages),
		cmocka_unit_test(audits),
		cmocka_unit_test(what_is_not_understood_is_refused),
		cmocka_unit_test(parsed_fields),
		cmocka_unit_test(when_is_a_check_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
