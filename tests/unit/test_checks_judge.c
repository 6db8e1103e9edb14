/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks against what a lab might answer: JSON in, verdict and words out. */
#include "base/str.h"
#include "checks/check.h"
#include "unit.h"

static json_t *js(const char *text)
{
	json_error_t je;
	json_t *j = json_loads(text, 0, &je);

	if (!j)
		fail_msg("%s: %s", text, je.text);
	return j;
}

/* One check, as the loader reads it; *ret_m owns it. */
static struct check one(const char *spec, struct model **ret_m)
{
	_cleanup_free_ char *doc = xasprintf("{\"c\":%s}", spec);
	_cleanup_findings_ struct findings ignored = { 0 };
	json_t *checks = js(doc);

	*ret_m = model_new();
	checks_read(checks, *ret_m, &ignored);
	json_decref(checks);
	assert_int_equal((*ret_m)->n_checks, 1);
	return (*ret_m)->checks[0];
}

static struct judgement judge(const struct check *c, const json_t *a, const json_t *b, void *memory)
{
	_cleanup_free_ void *own = xcalloc(1, c->sort->memory_size + 1);
	const struct check_answers answers = { { a, b } };

	return c->sort->judge(c, &answers, memory ? memory : own);
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
		{ "{\"bgp\":\"rs/a\",\"expect\":\"Established\"}",
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
		struct model *m;
		json_t *status = js(t[i].status);
		struct check c = one(t[i].spec, &m);

		expect(t[i].spec, judge(&c, status, NULL, NULL), t[i].holds, t[i].text);
		model_free(m);
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
	struct model *m;
	struct check c = one("{\"bgp\":\"RS/A\",\"expect\":\"flapping\"}", &m);
	_cleanup_free_ void *memory = xcalloc(1, c.sort->memory_size);
	const char *last = "left Established 2 times";

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		json_t *status =
		    json_pack("{s:[{s:s,s:s,s:i,s:s,s:s}]}", "bgp", "routeServer", "RS", "peering",
		              "A", "instance", 0, "state", t[i].state, "since", t[i].since);
		struct judgement j = judge(&c, status, NULL, memory);

		assert_int_equal(j.holds, t[i].flaps);
		if (i == ARRAY_LEN(t) - 1)
			assert_non_null(strstr(j.text, last));
		judgement_free(&j);
		json_decref(status);
	}
	model_free(m);
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
		struct model *m;
		json_t *probe = js(t[i].probe), *path = t[i].path ? js(t[i].path) : NULL;
		struct check c = one(spec, &m);

		expect(t[i].spec, judge(&c, probe, path, NULL), t[i].holds, t[i].text);
		model_free(m);
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
		struct check_question q[CHECK_QUESTIONS];
		struct model *m;
		struct check c = one(spec, &m);
		size_t n = c.sort->ask(&c, q);

		assert_int_equal(n, t[i].needs ? 2 : 1);
		for (size_t k = 0; k < n; k++)
			json_decref(q[k].request);
		model_free(m);
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
	struct model *m;
	struct check p = one("{\"from\":\"B\",\"to\":\"C\",\"expect\":\"reach\"}", &m);

	p.sort->explain(&p, path, &a);
	assert_string_equal(a.s, "the way there: dropped: N1 forwards to nobody\n"
	                         "  B -> 10.0.0.9: because\n  N1 -> 10.0.0.9: because\n"
	                         "model and kernel disagree: the model says delivered\n"
	                         "hop by hop, in the running lab: vnetlab path B C");
	p.sort->explain(&p, back, &b);
	assert_non_null(strstr(b.s, "the way back: dropped: no way back\n  C -> 10.0.0.9"));
	p.sort->explain(&p, NULL, &c); /* nothing to say, nothing broken */
	json_decref(path);
	json_decref(back);
	model_free(m);
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
		struct model *m;
		json_t *value = json_loads(rows, 0, &je);
		struct check c = one(spec, &m);

		expect(t[i].spec, judge(&c, value, NULL, NULL), t[i].holds, t[i].text);
		model_free(m);
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
		struct model *m;
		json_t *value = js(routes);
		struct check c = one(spec, &m);

		expect(t[i].spec, judge(&c, value, NULL, NULL), t[i].holds, t[i].text);
		model_free(m);
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
		struct model *m;
		struct check c = one(t[i].spec, &m);

		expect(t[i].spec, c.sort->judge_outage(&c, &t[i].o), t[i].holds, t[i].text);
		model_free(m);
	}
}

static void audits(void **state)
{
	(void)state;
	static const char found[] = "{\"loops\":[{\"from\":\"A\",\"to\":\"B\",\"detail\":\"A hands "
	                            "it to A\"}],\"oracles\":[],"
	                            "\"asymmetry\":[{\"detail\":\"1\"},{\"detail\":\"2\"},{"
	                            "\"detail\":\"3\"},{\"detail\":\"4\"},"
	                            "{\"detail\":\"5\"},{\"detail\":\"6\"},{\"detail\":\"7\"}]}";
	static const char changes[] =
	    "[{\"routeServer\":\"RS\",\"peering\":\"A\",\"instance\":1,\"from\":\"Established\","
	    "\"to\":\"Idle\",\"time\":\"t1\"},"
	    "{\"session\":\"gw/c\",\"from\":\"Idle\",\"to\":\"Established\",\"time\":\"t2\"}]";
	static const struct {
		const char *spec;
		bool holds;
		const char *text;
	} t[] = {
		{ "{\"audit\":[\"loops\"]}", false, "loops: A to B: A hands it to A" },
		{ "{\"audit\":[\"oracles\",\"blackholes\"]}", true, "nothing found" },
		{ "{\"audit\":[\"oracles\",\"flaps\"]}", false,
		  "flaps: RS/A instance 1 left Established at t1 (Idle)" },
		{ "{\"audit\":[\"asymmetry\"]}", false, "asymmetry: and 2 more" },
	};
	json_t *log = js(changes);

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct model *m;
		json_t *a = js(found);
		struct check c = one(t[i].spec, &m);
		bool flaps = strstr(t[i].spec, "flaps");

		expect(t[i].spec, judge(&c, a, flaps ? log : NULL, NULL), t[i].holds, t[i].text);
		model_free(m);
		json_decref(a);
	}
	json_decref(log);
}

static void parsed_fields(void **state)
{
	(void)state;
	struct model *m;
	struct check c =
	    one("{\"from\":\"A\",\"to\":\"B\",\"protocol\":\"http\",\"expect\":\"drop\","
	        "\"within\":\"2s\",\"stableFor\":\"100ms\",\"not\":true,"
	        "\"level\":\"warning\",\"hint\":\"look\"}",
	        &m);

	assert_int_equal(check_port(&c), 80);
	assert_int_equal(c.within_ms, 2000);
	assert_int_equal(c.stable_ms, 100);
	assert_true(c.inverted && c.warning);
	assert_string_equal(c.hint, "look");
	assert_int_equal(c.instance, CHECK_BOTH_INSTANCES);
	model_free(m);
	c = one("{\"do\":\"fault stop A\",\"from\":\"A\",\"to\":\"B\",\"recoverWithin\":\"3s\"}",
	        &m);
	assert_null(c.sort->ask);
	assert_string_equal(c.subject, "fault stop A");
	assert_int_equal(c.recover_ms, 3000);
	model_free(m);
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
		struct model *m;
		struct check c = one(spec, &m);

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
		model_free(m);
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
		cmocka_unit_test(parsed_fields),
		cmocka_unit_test(when_is_a_check_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
