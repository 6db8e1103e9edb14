/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports with the nastiest names, read by the readers that they are for: prove, xmllint, jq. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "report/markdown.h"
#include "report/markup.h"
#include "report/report.h"
#include "scratch.h"
#include "unit.h"

static void add(struct report_run *r, const char *name, bool ok, const char *detail)
{
	struct report_check *k = report_add(r);

	k->name = xstrdup(name);
	k->ok = ok;
	k->seconds = 0.1234;
	k->detail = detail ? xstrdup(detail) : NULL;
}

/* Two runs: of a lab with one check of each kind, and of one that did not come up. */
static void fill(struct report_run runs[2])
{
	struct report_run *r = &runs[0];

	*r = (struct report_run){ .lab = xstrdup("seed"),
		                  .file = xstrdup("seed.vnetlab.json"),
		                  .phase_ms = { 1, 2.5, 3, 4, 5 } };
	add(r, "plain", true, "2 routes");
	add(r, "a # TODO that is none \\ and <&\"'> ]]> --> \x01\xff\xc3\xa4\xed\xa0\x80", false,
	    "seen: <nothing> & \"more\"\nsecond line \x1b[31mred\n# SKIP\n...\n---\nBail out!");
	r->checks[r->n - 1].hint = xstrdup("look <there>");
	add(r, "only a warning", false, "slow");
	r->checks[r->n - 1].warning = true;
	add(r, "left out", false, NULL);
	r->checks[r->n - 1].skipped = true;
	add(r, "NVA_1 dies", true, "3 of 80 packets lost");
	r->checks[r->n - 1].action = true;
	runs[1] = (struct report_run){ .lab = xstrdup("broken"),
		                       .repeat = 2,
		                       .repeats = 3,
		                       .error = xstrdup("frr.conf line 3: <unknown> command") };
}

static char *text(enum report_format fmt, const struct report_run *runs, size_t n)
{
	char *s = NULL;
	size_t len;
	FILE *f = open_memstream(&s, &len);

	report_write(f, fmt, runs, n, false);
	if (fmt == REPORT_HUMAN)
		report_summary(f, runs, n, false);
	fclose(f);
	return s;
}

/* Runs a reader on the text; its output in *ret; -1: it is not installed. */
static int reader(const char *input, const char *suffix, const char *const *argv, char **ret)
{
	char folder[SCRATCH], buf[65536];
	_cleanup_str_ struct str out = { 0 };
	int p[2], status;
	const char *args[12] = { 0 };

	scratch_make(folder);
	_cleanup_free_ char *file = xasprintf("%s/report%s", folder, suffix);
	FILE *f = fopen(file, "w");

	assert_true(f && pipe(p) == 0);
	fputs(input, f);
	fclose(f);
	for (size_t i = 0; argv[i]; i++)
		args[i] = streq(argv[i], "FILE") ? file : argv[i];
	pid_t pid = fork();

	if (!pid) {
		dup2(p[1], 1);
		dup2(p[1], 2);
		close(p[0]);
		execvp(args[0], (char **)args);
		_exit(127);
	}
	close(p[1]);
	for (ssize_t n; (n = read(p[0], buf, sizeof(buf))) > 0;)
		str_addn(&out, buf, (size_t)n);
	close(p[0]);
	waitpid(pid, &status, 0);
	scratch_remove(folder);
	*ret = str_take(&out);
	return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -1 : WEXITSTATUS(status);
}

static void counts(void **state)
{
	(void)state;
	struct report_run runs[2];

	fill(runs);
	struct report_count n = report_count(&runs[0]);

	assert_int_equal(n.passed, 2);
	assert_int_equal(n.failed, 1);
	assert_int_equal(n.warnings, 1);
	assert_int_equal(n.skipped, 1);
	assert_false(report_ok(&runs[0]));
	assert_false(report_ok(&runs[1])); /* nothing failed, but the lab never ran */
	runs[0].checks[1].ok = true;
	assert_true(report_ok(&runs[0])); /* a warning does not count */
	report_run_free(&runs[0]);
	report_run_free(&runs[1]);
}

static void tap_is_read_by_prove(void **state)
{
	(void)state;
	struct report_run runs[2];
	_cleanup_free_ char *out = NULL;

	fill(runs);
	_cleanup_free_ char *tap = text(REPORT_TAP, runs, 2);
	int rc = reader(tap, ".tap",
	                (const char *[]){ "prove", "-v", "--exec", "cat", "FILE", NULL }, &out);

	assert_true(str_starts(tap, "TAP version 13\nok 1 - seed: plain\n"));
	assert_non_null(strstr(tap, "not ok 2 - seed: a \\# TODO that is none \\\\ and"));
	assert_non_null(strstr(tap, "not ok 3 - seed: only a warning # TODO level is warning\n"));
	assert_non_null(strstr(tap, "ok 4 - seed: left out # SKIP"));
	assert_non_null(strstr(tap, "not ok 6 - broken (2 of 3): the lab runs\n"));
	assert_non_null(strstr(tap, "\n1..6\n"));
	if (rc >= 0) {
		assert_int_equal(rc, 1);
		if (!strstr(out, "Failed 2/6 subtests") || strstr(out, "Parse errors"))
			fail_msg("%s", out);
		assert_non_null(strstr(out, "Failed tests:  2, 6"));
	}
	report_run_free(&runs[0]);
	report_run_free(&runs[1]);
}

static void tap_without_checks_is_a_skip(void **state)
{
	(void)state;
	char lab[] = "empty";
	struct report_run r = { .lab = lab };
	_cleanup_free_ char *tap = text(REPORT_TAP, &r, 1), *out = NULL;
	int rc =
	    reader(tap, ".tap", (const char *[]){ "prove", "--exec", "cat", "FILE", NULL }, &out);

	assert_string_equal(tap, "TAP version 13\n1..0 # SKIP no checks\n");
	if (rc >= 0 && rc != 0)
		fail_msg("%s", out);
}

static void junit_is_valid(void **state)
{
	(void)state;
	struct report_run runs[2];
	_cleanup_free_ char *out = NULL;

	fill(runs);
	_cleanup_free_ char *xml = text(REPORT_JUNIT, runs, 2);

	assert_non_null(strstr(xml,
	                       "<testsuite name=\"seed\" tests=\"5\" failures=\"1\" errors=\"0\" "
	                       "skipped=\"1\" time=\"0.015\">"));
	assert_non_null(strstr(xml, "&lt;&amp;&quot;'&gt; ]]&gt;"));
	assert_non_null(strstr(xml, "\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd")); /* replaced */
	assert_non_null(strstr(xml, "<failure message=\"seen: &lt;nothing&gt; &amp; "));
	assert_non_null(strstr(xml, "hint: look &lt;there&gt;"));
	assert_non_null(strstr(xml, "warning: slow"));
	assert_null(strchr(xml, '\x1b'));
	assert_non_null(strstr(xml,
	                       "<testsuite name=\"broken (2 of 3)\" tests=\"1\" failures=\"0\" "
	                       "errors=\"1\""));
	int rc = reader(xml, ".xml",
	                (const char *[]){ "xmllint", "--noout", "--schema", "tests/lib/junit.xsd",
	                                  "FILE", NULL },
	                &out);
	if (rc > 0)
		fail_msg("%s\n%s", out, xml);
	report_run_free(&runs[0]);
	report_run_free(&runs[1]);
}

static void json_has_the_published_shape(void **state)
{
	(void)state;
	struct report_run runs[2];
	_cleanup_free_ char *out = NULL;

	fill(runs);
	/* jansson refuses text that is not UTF-8, so the name that is not is left to the others */
	free(runs[0].checks[1].name);
	runs[0].checks[1].name = xstrdup("quotes \" and \\ and \x01");
	_cleanup_free_ char *json = text(REPORT_JSON, runs, 2);
	int rc =
	    reader(json, ".json",
	           (const char *[]){
	               "jq", "-es",
	               "(length == 2) and (.[0] | .lab == \"seed\" and .passed == 2 and "
	               ".failed == 1 and .skipped == 1 and .warnings == 1 and "
	               ".phases == {parseMs: 1, buildMs: 2.5, convergeMs: 3, checksMs: 4, "
	               "downMs: 5} and (.checks | length) == 5 and .checks[0] == {name: "
	               "\"plain\", ok: true, level: \"error\", seconds: 0.1234, detail: "
	               "\"2 routes\"} and .checks[2].level == \"warning\" and "
	               ".checks[3].skipped) and (.[1] | .error == \"frr.conf line 3: <unknown> "
	               "command\" and .repeat == 2 and .checks == [])",
	               "FILE", NULL },
	           &out);

	if (rc > 0)
		fail_msg("%s\n%s", out, json);
	report_run_free(&runs[0]);
	report_run_free(&runs[1]);
}

static void people_see_what_failed(void **state)
{
	(void)state;
	struct report_run runs[2];

	setenv("LC_ALL", "C", 1);
	fill(runs);
	_cleanup_free_ char *plain = text(REPORT_HUMAN, runs, 2);

	assert_true(str_starts(plain, "seed\n  ok   plain  (0.12 s)\n  FAIL a # TODO"));
	assert_non_null(
	    strstr(plain, "\n      seen: <nothing> & \"more\"\n      second line \\x1b[31mred\n"));
	assert_non_null(strstr(plain, "\n      hint: look <there>\n"));
	assert_non_null(strstr(plain, "\n  warn only a warning"));
	assert_non_null(strstr(plain, "\n  skip left out\n"));
	assert_non_null(
	    strstr(plain, "\n  do   NVA_1 dies  (0.12 s)\n      3 of 80 packets lost\n"));
	assert_non_null(
	    strstr(plain, "  2 held, 1 failed, 1 warnings, 1 skipped; parse 1 ms, build 2 ms"));
	assert_non_null(strstr(plain, "broken (2 of 3)\n"));
	assert_non_null(strstr(plain, "frr.conf line 3: <unknown> command\n"));
	assert_non_null(strstr(plain, "0 of 2 runs held\n"));
	assert_non_null(strstr(plain, "  broken run 2:\n"));
	assert_null(strchr(plain, '\x1b'));
	setenv("LC_ALL", "C.UTF-8", 1);
	_cleanup_free_ char *nice = text(REPORT_HUMAN, runs, 1);

	assert_non_null(strstr(nice, "  \u2713 plain"));
	assert_non_null(strstr(nice, "  \u2717 a # TODO"));
	report_run_free(&runs[0]);
	report_run_free(&runs[1]);
}

/* What others wrote cannot become markup. */
static void html_has_failures_first(void **state)
{
	struct report_run runs[2];

	(void)state;
	fill(runs);
	_cleanup_free_ char *page = text(REPORT_HTML, runs, 2);

	assert_non_null(strstr(page, "frr.conf line 3: &lt;unknown&gt; command"));
	assert_null(strstr(page, "<unknown>"));
	assert_non_null(strstr(page, " of 2 runs held</h2>"));
	report_run_free(&runs[0]);
	report_run_free(&runs[1]);
}

static void markup_has_no_markup_in_it(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain \xc3\xa4", "plain \xc3\xa4" },
		{ "<b a=\"1\">&'", "&lt;b a=&quot;1&quot;&gt;&amp;'" },
		{ "a\nb\tc\r", "a&#10;b&#9;c&#13;" },
		{ "\x01\xff", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xef\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* U+FFFE */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_cleanup_str_ struct str b = { 0 };

		markup_escape(&b, rows[i].in);
		assert_string_equal(str_get(&b), rows[i].out);
	}
}

/* Of what a stranger wrote nothing is markup, a mention, a link or the end of a cell. */
static void markdown_has_no_markup_in_it(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain \xc3\xa4 (1-2)", "plain \xc3\xa4 (1-2)" },
		{ "<img src=x>&lt;", "&lt;img src=x&gt;&amp;lt;" },
		{ "a|b\n| c |\n# d", "a\\|b \\| c \\| # d" },
		{ "*a* _b_ `c` [d](e) ~f~ $g$ \\",
		  "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\~f\\~ \\$g\\$ \\\\" },
		{ "@admin #12 a@ b", "@&#8203;admin #&#8203;12 a@ b" },
		{ "https://a.b www.a.b", "https:&#8203;//a.b www.&#8203;a.b" },
		{ "\x1b[31m\xff", "\\\\x1b\\[31m\\\\xff" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_cleanup_str_ struct str b = { 0 };

		markdown_escape(&b, rows[i].in);
		assert_string_equal(str_get(&b), rows[i].out);
	}
}

static void runs_are_findings_and_markdown(void **state)
{
	struct report_run runs[2];

	(void)state;
	fill(runs);
	runs[0].checks[1].line = 7;
	_cleanup_free_ char *github = text(REPORT_GITHUB, runs, 2),
	                    *sarif = text(REPORT_SARIF, runs, 2),
	                    *markdown = text(REPORT_MARKDOWN, runs, 2);
	json_t *j = json_loads(sarif, 0, NULL);
	const json_t *run = json_array_get(json_object_get(j, "runs"), 0);

	assert_true(
	    str_starts(github, "::error file=seed.vnetlab.json,line=7,title=CHECK-FAILED::"));
	assert_non_null(strstr(github, "\n::warning file=seed.vnetlab.json,title=CHECK-FAILED::"));
	assert_non_null(strstr(github, "\n::error file=broken,title=LAB-FAILED::frr.conf line 3"));
	assert_int_equal(json_array_size(json_object_get(run, "results")), 3);
	assert_true(str_starts(markdown, "### vnetlab test: 0 of 2 runs held\n"));
	assert_non_null(
	    strstr(markdown, "| failed | seed | seed.vnetlab.json | 2 | 1 | 1 | 1 |\n"));
	assert_non_null(strstr(
	    markdown,
	    "| broken (2 of 3) | the lab runs | frr.conf line 3: &lt;unknown&gt; command |\n"));
	assert_non_null(strstr(markdown, "<br>hint: look &lt;there&gt; |\n"));
	json_decref(j);
	report_run_free(&runs[0]);
	report_run_free(&runs[1]);
}

/* What test --failures measured: a firewall above its budget, an appliance past which packets go,
 * a link that nobody misses. */
static void fill_failures(struct report_run *r)
{
	static const char measured[] =
	    "{\"checks\": [\"web <1>\", \"db\"], \"failures\": ["
	    "{\"failure\": \"fw\", \"kind\": \"Azure Firewall\", \"lostMs\": 900, \"back\": false,"
	    " \"otherWay\": false, \"returnMs\": 20, \"returnLostMs\": 0, \"budgetMs\": 500,"
	    " \"budgetKey\": \"f*\", \"held\": false, \"singlePointOfFailure\": true, \"packets\": "
	    "["
	    "  {\"check\": \"web <1>\", \"lost\": 9, \"lostMs\": 900, \"back\": false, "
	    "\"otherWay\": false,"
	    "   \"way\": \"a -> fw -> b\", \"reason\": \"the way there: dropped: no route\"}]},"
	    "{\"failure\": \"nva\", \"kind\": \"appliance\", \"lostMs\": 30, \"back\": true,"
	    " \"otherWay\": true, \"returnMs\": 20, \"returnLostMs\": 0, \"budgetMs\": null,"
	    " \"held\": true, \"singlePointOfFailure\": false, \"packets\": ["
	    "  {\"check\": \"web <1>\", \"lost\": 3, \"lostMs\": 30, \"back\": true, \"otherWay\": "
	    "true,"
	    "   \"seen\": \"the packet does not go via nva, its way is a -> b\"},"
	    "  {\"check\": \"db\", \"lost\": 0, \"lostMs\": 0, \"back\": true, \"otherWay\": "
	    "false}]},"
	    "{\"failure\": \"er/0/x\", \"kind\": \"link\", \"lostMs\": 0, \"back\": true,"
	    " \"otherWay\": false, \"returnMs\": 20, \"returnLostMs\": 0, \"budgetMs\": null,"
	    " \"held\": true, \"singlePointOfFailure\": false, \"packets\": []}]}";

	*r = (struct report_run){ .lab = xstrdup("hub"), .file = xstrdup("hub.vnetlab.json") };
	r->failures = json_loads(measured, 0, NULL);
	assert_non_null(r->failures);
	add(r, "web <1>", true, NULL);
	add(r, "when fw fails, packets are lost for at most 500 ms", false, "\"web <1>\": broken");
	add(r, "when nva fails", true, "\"web <1>\": arrives, but another way");
	add(r, "when er/0/x fails", true, "no packet lost");
	for (size_t i = 1; i < r->n; i++)
		r->checks[i].failure = true;
	r->checks[1].line = 12;
}

static void failures_are_findings_and_tables(void **state)
{
	struct report_run r;

	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	fill_failures(&r);
	_cleanup_free_ char *github = text(REPORT_GITHUB, &r, 1),
	                    *sarif = text(REPORT_SARIF, &r, 1),
	                    *markdown = text(REPORT_MARKDOWN, &r, 1),
	                    *page = text(REPORT_HTML, &r, 1), *people = text(REPORT_HUMAN, &r, 1);

	assert_string_equal(
	    github, "::error file=hub.vnetlab.json,line=12,title=FAILURE-BUDGET::/whenFails/f*: "
	            "when fw fails, "
	            "packets are lost for at most 500 ms: \"web <1>\": broken\n"
	            "::warning file=hub.vnetlab.json,title=FAILURE-OTHER-WAY::when nva fails: "
	            "\"web <1>\": arrives, but another way\n");
	assert_non_null(strstr(sarif, "\"/whenFails/f*\""));
	assert_non_null(strstr(sarif, "\"FAILURE-OTHER-WAY\""));
	assert_non_null(strstr(
	    markdown, "\n\n|  | Lab | Without | Lost, ms | Broken | Arrives, but another way | "
	              "Budget, ms |\n"));
	assert_non_null(strstr(markdown,
	                       "\n| exceeded | hub | fw | not back | web &lt;1&gt; |  | 500 |\n"
	                       "|  | hub | nva | 30 |  | web &lt;1&gt; |  |\n"
	                       "|  | hub | er/0/x | 0 |  |  |  |\n"));
	assert_non_null(strstr(page, ">arrives, but another way<"));
	assert_non_null(strstr(people,
	                       "\nPackets that arrive, but another way than their check says:\n"
	                       "  nva: \"web <1>\": the packet does not go via nva, its way "
	                       "is a -> b\n"));
	report_run_free(&r);
}

static void names(void **state)
{
	(void)state;
	for (int i = 0; i < REPORT_MAX; i++) {
		assert_int_equal(report_format_parse(report_format_names[i]), i);
		assert_true(report_file_names[i][0]);
	}
	assert_int_equal(report_format_parse("xml"), -EINVAL);
}

/* A run that comes from another process makes the same reports. */
static void comes_back_from_json(void **state)
{
	struct report_run runs[2], back[2];

	(void)state;
	fill(runs);
	for (size_t i = 0; i < 2; i++) {
		json_t *j = report_json(&runs[i]);

		report_from_json(j, &back[i]);
		back[i].repeat = runs[i].repeat;
		back[i].repeats = runs[i].repeats;
		json_decref(j);
		/* What is no character has been replaced on the way. */
		for (size_t k = 0; k < runs[i].n; k++) {
			json_t *name = text_json_of(runs[i].checks[k].name);

			free(runs[i].checks[k].name);
			runs[i].checks[k].name = xstrdup(json_string_value(name));
			json_decref(name);
		}
	}
	for (int f = 0; f < REPORT_MAX; f++) {
		_cleanup_free_ char *want = text((enum report_format)f, runs, 2);
		_cleanup_free_ char *got = text((enum report_format)f, back, 2);

		assert_string_equal(got, want);
	}
	for (size_t i = 0; i < 2; i++) {
		report_run_free(&runs[i]);
		report_run_free(&back[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_findings_and_tables),
		cmocka_unit_test(comes_back_from_json),
		cmocka_unit_test(counts),
		cmocka_unit_test(tap_is_read_by_prove),
		cmocka_unit_test(tap_without_checks_is_a_skip),
		cmocka_unit_test(junit_is_valid),
		cmocka_unit_test(json_has_the_published_shape),
		cmocka_unit_test(people_see_what_failed),
		cmocka_unit_test(html_has_failures_first),
		cmocka_unit_test(markup_has_no_markup_in_it),
		cmocka_unit_test(markdown_has_no_markup_in_it),
		cmocka_unit_test(runs_are_findings_and_markdown),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
