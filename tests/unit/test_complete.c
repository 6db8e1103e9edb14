/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What completes a command line: commands, options, their values, names. */
#include <cmocka.h>

#include "base/str.h"
#include "cmd/complete.h"

static int nothing(const struct cmd_args *a)
{
	(void)a;
	return EX_DONE;
}

COMMAND(probe, { .name = "probe",
                 .group = "Prove",
                 .synopsis = "probe FROM TO",
                 .summary = "sends a packet",
                 .max_args = 2,
                 .kinds = { ARG_NODE, ARG_NODE },
                 .opts = (const struct option_def[]){ { 'p', "protocol", "icmp|tcp|udp",
                                                        "what to send", false },
                                                      { 'w', "write", "FILE", "where to", false },
                                                      { 0, "wait", "DURATION", "how long", false },
                                                      { 0, "near", "NIC", "which", false },
                                                      { 0 } },
                 .run = nothing });
COMMAND(plan, { .name = "plan",
                .group = "Labs",
                .synopsis = "plan [FILE|LAB]",
                .summary = "what up would change",
                .max_args = 1,
                .kinds = { ARG_FILE },
                .run = nothing });
COMMAND(down, { .name = "down",
                .group = "Labs",
                .synopsis = "down [LAB...]",
                .summary = "ends labs",
                .max_args = -1,
                .kinds = { ARG_LAB },
                .run = nothing });
COMMAND(exec, { .name = "exec",
                .group = "Look",
                .synopsis = "exec NODE -- CMD...",
                .summary = "runs a command",
                .max_args = 1,
                .kinds = { ARG_NODE },
                .takes_passthrough = true,
                .run = nothing });

static enum arg_kind fault_arguments(const char *first, size_t position, struct candidates *ret)
{
	if (!position) {
		candidates_add(ret, "stop", NULL);
		candidates_add(ret, "start", NULL);
		candidates_add(ret, "session", NULL);
	}
	return !position ? ARG_WORD : streq(first, "session") ? ARG_SESSION : ARG_NODE;
}

COMMAND(fault, { .name = "fault",
                 .group = "Break",
                 .synopsis = "fault VERB [WORD...]",
                 .summary = "breaks something",
                 .max_args = -1,
                 .complete = fault_arguments,
                 .run = nothing });
COMMAND(learn, { .name = "learned",
                 .group = "Look",
                 .synopsis = "learned RS/PEERING",
                 .summary = "routes",
                 .max_args = 1,
                 .kinds = { ARG_PEERING },
                 .run = nothing });
COMMAND(explain, { .name = "help",
                   .group = "Tool",
                   .synopsis = "help [COMMAND]",
                   .summary = "explains",
                   .max_args = 1,
                   .run = nothing });

static const char *asked_lab, *asked_topology;

static void names(enum arg_kind kind, const char *lab, const char *topology, struct candidates *ret)
{
	asked_lab = lab;
	asked_topology = topology;
	if (kind == ARG_NODE) {
		candidates_add(ret, "NVA_1", "VM");
		candidates_add(ret, "NVA_2", "VM");
		candidates_add(ret, "internet", NULL);
	} else if (kind == ARG_LAB) {
		candidates_add(ret, "lab1", NULL);
	} else if (kind == ARG_NIC) {
		candidates_add(ret, "NVA_1VMNic", NULL);
	} else if (kind == ARG_PEERING) {
		candidates_add(ret, "RS/NVA_1", NULL);
	} else if (kind == ARG_SESSION) {
		candidates_add(ret, "gw/to-dc", NULL);
	}
}

static void completes(void **state)
{
	(void)state;
	static const struct {
		const char *words[7], *expect; /* words, sorted by nobody; then ":files" */
	} cases[] = {
		{ { "" }, "down plan exec learned probe fault help" },
		{ { "p" }, "plan probe" },
		{ { "zzz" }, "" },
		{ { "zzz", "" }, "" },
		{ { "probe", "" }, "NVA_1 NVA_2 internet" },
		{ { "probe", "N" }, "NVA_1 NVA_2" },
		{ { "probe", "NVA_1", "i" }, "internet" },
		{ { "probe", "NVA_1", "NVA_2", "" }, "" },
		{ { "probe", "--w" }, "--write --wait" },
		{ { "probe", "-" },
		  "--protocol --write --wait --near --lab --topology --host --identity "
		  "--remote-path --connect-timeout --quiet --verbose "
		  "--help" },
		{ { "probe", "--protocol", "" }, "icmp tcp udp" },
		{ { "probe", "--protocol", "t" }, "tcp" },
		{ { "probe", "-p", "u" }, "udp" },
		{ { "probe", "--protocol=t" }, "--protocol=tcp" },
		{ { "probe", "--protocol", "=", "t" }, "tcp" },
		{ { "probe", "--protocol", "=" }, "icmp tcp udp" },
		{ { "probe", "--wait", "" }, "" },
		{ { "probe", "--write", "" }, ":files" },
		{ { "probe", "--near", "" }, "NVA_1VMNic" },
		{ { "probe", "--protocol", "tcp", "int" }, "internet" },
		{ { "probe", "--protocol=tcp", "NVA_1", "int" }, "internet" },
		{ { "probe", "--unknown=x", "NVA_1", "int" }, "internet" },
		{ { "probe", "--lab", "" }, "lab1" },
		{ { "plan", "" }, "lab1 :files" },
		{ { "plan", "x.json", "" }, "" },
		{ { "down", "" }, "lab1" },
		{ { "down", "lab1", "l" }, "lab1" },
		{ { "exec", "NVA_1", "--", "" }, ":files" },
		{ { "exec", "NVA_1", "--", "ip", "-" }, ":files" },
		{ { "probe", "--", "" }, "" },
		{ { "fault", "" }, "stop start session" },
		{ { "fault", "st" }, "stop start" },
		{ { "fault", "stop", "NVA_2" }, "NVA_2" },
		{ { "fault", "session", "" }, "gw/to-dc" },
		{ { "learned", "RS/" }, "RS/NVA_1" },
		{ { "help", "pr" }, "probe" },
		{ { "--l" }, "--lab" },
		{ { "-q", "pl" }, "plan" },
		{ { "-o", "" }, "table json" },
		{ { "--output", "=", "j" }, "json" },
		{ { "-H", "plan", "pr" }, "probe" },
		{ { "-q", "-n", "lab1", "fault", "st" }, "stop start" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct candidates found = { 0 };
		_cleanup_str_ struct str got = { 0 };

		complete((char *const *)cases[i].words, names, &found);
		for (size_t k = 0; k < found.n; k++)
			str_printf(&got, "%s%s", k ? " " : "", found.items[k].word);
		if (found.files)
			str_printf(&got, "%s:files", found.n ? " " : "");
		assert_string_equal(str_get(&got), cases[i].expect);
		candidates_free(&found);
	}
}

static void asks_the_lab_of_the_line(void **state)
{
	(void)state;
	static const struct {
		const char *words[7], *lab, *topology;
	} cases[] = {
		{ { "probe", "" }, NULL, NULL },
		{ { "probe", "-n", "a", "" }, "a", NULL },
		{ { "probe", "--lab=a", "" }, "a", NULL },
		{ { "probe", "--lab", "=", "a", "" }, "a", NULL },
		{ { "probe", "-t", "x.json", "--lab", "b", "" }, "b", "x.json" },
		{ { "-n", "a", "-t", "x.json", "probe", "" }, "a", "x.json" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct candidates found = { 0 };

		complete((char *const *)cases[i].words, names, &found);
		assert_int_equal(found.n, 3);
		assert_true(streq(asked_lab, cases[i].lab));
		assert_true(streq(asked_topology, cases[i].topology));
		candidates_free(&found);
	}
}

static void helps_come_along(void **state)
{
	(void)state;
	struct candidates found = { 0 };

	complete((char *const[]){ (char[]){ "pl" }, NULL }, names, &found);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.items[0].help, "what up would change");
	candidates_free(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(completes),
		cmocka_unit_test(asks_the_lab_of_the_line),
		cmocka_unit_test(helps_come_along),
	};

	return cmocka_run_group_tests_name("complete", tests, NULL, NULL);
}
