/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "plan/template.h"
#include "unit.h"

static const char data[] = "{\"name\":\"NVA_1\",\"asn\":65000,\"none\":null,\"no\":false,"
                           "\"empty\":[],\"blank\":\"\",\"yes\":true,\"list\":[\"a\",\"b\"],"
                           "\"peers\":[{\"ip\":\"10.0.0.4\",\"asn\":65515,\"tags\":[1,2]},"
                           "{\"ip\":\"10.0.0.5\",\"asn\":65516,\"tags\":[]}],"
                           "\"one\":{\"deep\":\"x\"}}";

static int render(const char *text, char **ret, struct err *e)
{
	json_t *d = json_loads(data, 0, NULL);
	int rc = template_render(text, "x/y.template", d, ret, e);

	json_decref(d);
	return rc;
}

static void renders(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "plain { } text\n", "plain { } text\n" },
		{ "router bgp {{asn}}", "router bgp 65000" },
		{ "{{ name }}/{{yes}}/{{no}}/", "NVA_1/true/false/" },
		{ "{{#list}}<{{.}}>{{/list}}", "<a><b>" },
		{ "{{#empty}}x{{/empty}}{{^empty}}none{{/empty}}", "none" },
		{ "{{#blank}}x{{/blank}}{{#no}}x{{/no}}{{#none}}x{{/none}}", "" },
		{ "{{#yes}}y{{/yes}}{{#asn}}{{.}}{{/asn}}{{#one}}{{deep}}{{name}}{{/one}}",
		  "y65000xNVA_1" },
		/* Inner names hide outer ones; lines of sections disappear. */
		{ "a\n{{#peers}}\n neighbor {{ip}} as {{asn}} of {{name}}\n{{/peers}}\nz\n",
		  "a\n neighbor 10.0.0.4 as 65515 of NVA_1\n neighbor 10.0.0.5 as 65516 of NVA_1\n"
		  "z\n" },
		{ "{{#peers}}\n  {{#tags}}\n  {{.}}\n  {{/tags}}\n  {{^tags}}\n  -\n  {{/tags}}\n"
		  "{{/peers}}",
		  "  1\n  2\n  -\n" },
		{ "{{! all of this\nis a comment }}\nx", "x" },
		{ "x {{! in a line }}y\n", "x y\n" },
		{ "{{#list}}\n{{.}}\n{{/list}}\n\nend", "a\nb\n\nend" },
		{ "{{#yes}}\n{{#no}}\n{{/no}}\n{{/yes}}\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_free_ char *got = NULL;
		struct err e = { 0 };

		if (render(cases[i].text, &got, &e))
			fail_msg("%s: %s", cases[i].text, e.msg);
		assert_string_equal(got, cases[i].want);
	}
}

static void errors(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "a\n{{asnn}}",
		  "x/y.template:2: there is no value \"asnn\"; did you mean \"asn\"?" },
		{ "{{#zzzzzz}}{{/zzzzzz}}", "x/y.template:1: there is no value \"zzzzzz\"" },
		{ "\n\n{{name", "x/y.template:3: \"{{\" without \"}}\"" },
		{ "{{}}",
		  "x/y.template:1: a name of 1 to 63 characters must stand between the braces" },
		{ "{{#list}}", "x/y.template:1: \"{{#list}}\" is never closed" },
		{ "{{#list}}\n{{/peers}}",
		  "x/y.template:2: \"{{/peers}}\" closes \"{{#list}}\" of line 1" },
		{ "{{/list}}", "x/y.template:1: \"{{/list}}\" closes nothing" },
		{ "{{peers}}", "x/y.template:1: \"peers\" is not a text or a number here" },
		{ "{{#peers}}{{ipp}}{{/peers}}",
		  "x/y.template:1: there is no value \"ipp\"; did you mean \"ip\"?" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got = NULL;
		struct err e = { 0 };

		assert_int_equal(render(cases[i].text, &got, &e), -EINVAL);
		assert_string_equal(e.msg, cases[i].want);
		assert_null(got);
	}
}

static void too_deep(void **state)
{
	char text[2000] = "";
	char *got = NULL;
	struct err e = { 0 };

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(text, "{{#yes}}");
	for (int i = 0; i < 40; i++)
		strcat(text, "{{/yes}}");
	assert_int_equal(render(text, &got, &e), -EINVAL);
	assert_string_equal(e.msg, "x/y.template:1: sections are nested over 16 deep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders),
		cmocka_unit_test(errors),
		cmocka_unit_test(too_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
