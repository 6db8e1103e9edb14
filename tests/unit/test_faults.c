/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of fault commands: which are understood, and what the others are told. */
#include <errno.h>

#include "checks/faults.h"
#include "unit.h"

/* A word that has the form of its kind. */
static const char *fitting_word(enum fault_word w)
{
	const char *const *choices = fault_word_choices(w);

	return choices ? choices[0] : w == FAULT_WORD_TIME ? "30s" : "name";
}

static void every_form_is_understood(void **state)
{
	(void)state;
	for (const struct fault_form *f = fault_forms; f->name; f++) {
		const char *words[1 + FAULT_MAX_ARGS] = { f->name };
		_cleanup_free_ char *begin = xasprintf("fault %s", f->name);

		assert_true(str_starts(f->usage, begin));
		for (size_t n = 0; n <= FAULT_MAX_ARGS; n++) {
			struct fault_command c = { 0 };
			struct err e = { 0 };
			bool fits = n >= f->required && (!n || f->args[n - 1]);

			if (n)
				words[n] = fitting_word(f->args[n - 1]);
			int r = fault_parse(words, 1 + n, &c, &e);

			if (!fits && c.form != f)
				continue;
			if (r < 0 || c.form != f || !fits)
				fail_msg("%s with %zu words: %d (%s)", f->usage, n, r, e.msg);
			for (size_t i = 0; i <= n; i++)
				assert_string_equal(c.words[i], words[i]);
			assert_null(c.words[n + 1]);
		}
	}
}

static void others_are_refused(void **state)
{
	static const struct {
		const char *words[8], *text;
	} t[] = {
		{ { NULL }, "there are: stop, start, kill" },
		{ { "brake", "a" }, "no fault is called \"brake\"; there are: stop, start" },
		{ { "stop" }, "write \"fault stop VM\"" },
		{ { "stop", "a", "b" }, "write \"fault stop VM\"" },
		{ { "stop", "a", "--hold" }, "write \"fault stop VM\"" },
		{ { "kill", "a", "hold" }, "write \"fault kill NODE [--hold]\"" },
		{ { "kill", "a", "--hold", "--hold" }, "write" },
		{ { "link", "a", "sideways" }, "down|up" },
		{ { "impair", "a", "rate" }, "loss 1%\", or \"fault impair NIC none\"" },
		{ { "impair", "a", "rate", "1", "2", "3", "4" }, "write" },
		{ { "impair", "a", "none", "1" }, "write" },
		{ { "impair", "a", "rate", "1", "--hold" }, "write" },
		{ { "maintenance", "a", "soon" }, "\"soon\" is no duration" },
		{ { "clear", "a" }, "write \"fault clear\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct fault_command c;
		struct err e = { 0 };
		size_t n = 0;

		while (t[i].words[n])
			n++;
		if (fault_parse(t[i].words, n, &c, &e) != -EINVAL || !strstr(e.msg, t[i].text))
			fail_msg("%s: \"%s\", not \"%s\"", t[i].words[0], e.msg, t[i].text);
	}
}

static void an_option_may_stand_anywhere(void **state)
{
	const char *const words[] = { "kill", "--hold", "a" };
	struct fault_command c;

	(void)state;
	assert_int_equal(fault_parse(words, 3, &c, NULL), 0);
	assert_string_equal(c.words[1], "a");
	assert_string_equal(c.words[2], "--hold");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_understood),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(an_option_may_stand_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
