/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linked templates: where they are looked for, and what is said when they are not there. */
#include <sys/stat.h>
#include <unistd.h>

#include "arm_case.h"
#include "remote/fetch.h"
#include "scratch.h"

#define RAW "https://raw.githubusercontent.com/owner/repo/main/"
#define LINK(name, uri) \
	"{`type`: `Microsoft.Resources/deployments`, `name`: `" name \
	"`, `properties`: {`templateLink`: {" uri "}}}"

static char dir[SCRATCH];

static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name), *s = unquoted(text);
	FILE *fp = fopen(path, "w");

	assert_non_null(fp);
	fputs(s, fp);
	fclose(fp);
}

static void folder(const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
	(void)state;
	scratch_make(dir);
	folder("main");
	folder("main/linked");
	folder("copy");
	folder("copy/deep");
	put("main/linked/leaf.json",
	    "{`parameters`: {`n`: {`type`: `string`, `defaultValue`: `none`}}, `resources`: ["
	    "{`type`: `a.b/c`, `name`: `[concat('leaf-', parameters('n'))]`}],"
	    "`outputs`: {`o`: {`type`: `string`, `value`: "
	    "`[deployment().properties.templateLink.uri]`}}}");
	put("main/linked/branch.json",
	    "{`resources`: [" LINK("leaf", "`relativePath`: `leaf.json`") "]}");
	put("main/linked/broken.json", "{`resources`: [}");
	put("main/linked/list.json", "[]");
	put("main/linked/p.json", "{`parameters`: {`n`: {`value`: `from-file`}}}");
	put("copy/deep/far.json", "{`resources`: [{`type`: `a.b/c`, `name`: `far`}]}");
	put("copy/secret.json", "{`resources`: [{`type`: `a.b/c`, `name`: `secret`}]}");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(dir);
	return 0;
}

static struct made evaluate(const char *text, const char *const *links)
{
	_cleanup_free_ char *path = xasprintf("%s/main/main.json", dir);
	const struct arm_options o = { .file = path, .links = links };
	struct made m = { 0 };
	struct err e = { 0 };

	put("main/main.json", text);
	m.r = arm_read(&o, &m.resources, &m.outputs, &m.f, &e);
	if (*e.msg)
		print_message("# %s\n", e.msg);
	return m;
}

/* Relative to the main file; the tail of a raw GitHub address; a link in a linked one. */
static void beside_the_main_file(void **state)
{
	_cleanup_made_ struct made m = evaluate(
	    "{`resources`: ["
	    "{`type`: `Microsoft.Resources/deployments`, `name`: `a`, `properties`: "
	    "{`templateLink`: {`uri`:"
	    " `[uri(deployment().properties.templateLink.uri, 'linked/leaf.json')]`}, "
	    "`parameters`: {`n`: {`value`: `1`}}}},"
	    "{`type`: `Microsoft.Resources/deployments`, `name`: `b`, `properties`: "
	    "{`templateLink`: {`uri`:"
	    " `[concat('" RAW
	    "labs/x/', 'link%65d/leaf.json', '?token=z')]`}, `parameters`: {`n`: {`value`: `2`}}}},"
	    "{`type`: `Microsoft.Resources/deployments`, `name`: `p`, `properties`: "
	    "{`templateLink`: {`relativePath`: `linked/leaf.json`},"
	    " `parametersLink`: {`uri`: `" RAW "linked/p.json`}}}," LINK(
	        "c", "`uri`: `" RAW
	             "linked/branch.json`") "],"
	                                    "`outputs`: {`o`: {`type`: `string`, `value`: "
	                                    "`[reference('b').outputs.o.value]`}}}",
	    NULL);

	(void)state;
	no_findings(&m);
	has(&m, "/c/leaf-1", "source", "`linked/leaf.json#/resources/0`");
	assert_non_null(resource(&m, "/c/leaf-2"));
	assert_non_null(resource(&m, "/c/leaf-none"));
	assert_non_null(resource(&m, "/c/leaf-from-file"));
	output_is(&m, "o", "`" RAW "labs/x/link%65d/leaf.json?token=z`");
}

/* Another "main.json" than the one that the link stands in, which would never end. */
static void not_its_own_file(void **state)
{
	/* clang-format off */
	_cleanup_made_ struct made m = evaluate(
	    "{`resources`: [{`type`: `a.b/c`, `name`: `x`}," LINK("a", "`uri`: `" RAW "other/main.json`") "]}", NULL);
	/* clang-format on */

	(void)state;
	says(&m, "ARM-LINK-01", "/resources/1/properties/templateLink", "--link " RAW "other/=DIR");
	assert_int_equal(m.f.errors, 1);
}

static void by_prefix(void **state)
{
	_cleanup_free_ char *wide = xasprintf("https://raw.githubusercontent.com/=%s", dir);
	_cleanup_free_ char *narrow = xasprintf(RAW "=%s/copy", dir);
	const char *const links[] = { narrow, wide, NULL };
	_cleanup_made_ struct made m =
	    evaluate("{`resources`: [" LINK("a", "`uri`: `" RAW "deep/far.json`") "]}", links);

	(void)state;
	no_findings(&m);
	assert_non_null(resource(&m, "/c/far"));
}

static void not_there(void **state)
{
	_cleanup_free_ char *narrow = xasprintf(RAW "=%s/copy/deep", dir);
	_cleanup_free_ char *way_out = xasprintf("%s/main/linked/way-out.json", dir);
	const char *const links[] = { narrow, NULL };

	(void)state;
	assert_int_equal(symlink("../../copy/secret.json", way_out), 0);
	_cleanup_made_ struct made m = evaluate(
	    "{`resources`: [" LINK("a", "`uri`: `https://h/x/nowhere.json`") "," LINK(
	        "b",
	        "`re"
	        "lat"
	        "ive"
	        "Pat"
	        "h`:"
	        " `"
	        "now"
	        "her"
	        "e."
	        "jso"
	        "n`") "," LINK("c",
	                       "`id`: `/subscriptions/spec`") "," LINK("d",
	                                                               "`uri`: "
	                                                               "`https://h/linked/"
	                                                               "broken.json`") "," LINK("e",
	                                                                                        "`u"
	                                                                                        "ri"
	                                                                                        "`:"
	                                                                                        " "
	                                                                                        "`h"
	                                                                                        "tt"
	                                                                                        "ps"
	                                                                                        ":/"
	                                                                                        "/h"
	                                                                                        "/l"
	                                                                                        "in"
	                                                                                        "ke"
	                                                                                        "d/"
	                                                                                        "li"
	                                                                                        "st"
	                                                                                        ".j"
	                                                                                        "so"
	                                                                                        "n"
	                                                                                        "`") "," LINK("f",
	                                                                                                      "`uri`"
	                                                                                                      ": "
	                                                                                                      "`http"
	                                                                                                      "s://"
	                                                                                                      "h/"
	                                                                                                      "linke"
	                                                                                                      "d/"
	                                                                                                      "way-"
	                                                                                                      "out."
	                                                                                                      "json"
	                                                                                                      "`") "," LINK("g",
	                                                                                                                    "`uri`: `" RAW
	                                                                                                                    "../secret.json`") ","
	                                                                                                                                       "{`type`: `Microsoft.Resources/deployments`, `name`: `h`, `properties`: {}}]}",
	    links);

	says(&m, "ARM-LINK-01", "/resources/0/properties/templateLink", "--link https://h/x/=DIR");
	says(&m, "ARM-LINK-01", "/resources/1/properties/templateLink",
	     "put it below the template's folder");
	says(&m, "ARM-LINK-02", "/resources/2/properties/templateLink",
	     "template specs are not here");
	says(&m, "ARM-JSON-01", "", "line 1");
	says(&m, "ARM-JSON-02", "", "a template is an object");
	says(&m, "ARM-LINK-03", "/resources/5/properties/templateLink",
	     "is not below the template's folder");
	says(&m, "ARM-LINK-03", "/resources/6/properties/templateLink", "is not below");
	says(&m, "ARM-LINK-02", "/resources/7", "neither");
	assert_int_equal(m.f.errors, 8);
	assert_null(resource(&m, "/c/secret"));
}

/* Over the network only when it is allowed, and then over HTTPS only. */
static void fetched(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/main/main.json", dir);
	const struct arm_options o = { .file = path, .fetch = true };
	_cleanup_made_ struct made m = { 0 };
	struct str text = { 0 };
	struct err e = { 0 };

	(void)state;
	put("main/main.json",
	    "{`resources`: [" LINK("a", "`uri`: `https://127.0.0.1:1/x.json`") "," LINK(
	        "b", "`uri`: `http://127.0.0.1:1/x.json`") "," LINK("c", "`uri`: "
	                                                                 "`https://127.0.0.1:1/"
	                                                                 "x.json`") "]}");
	m.r = arm_read(&o, &m.resources, &m.outputs, &m.f, &e);
	says(&m, "ARM-LINK-03", "/resources/0/properties/templateLink", "cannot be fetched");
	says(&m, "ARM-LINK-01", "/resources/1/properties/templateLink", "is not here");
	assert_int_equal(m.f.errors, 2); /* what failed is not tried again, nor said */
	assert_true(fetch("http://127.0.0.1:1/x", 10, 1000, &text, &e) < 0);
	assert_true(fetch("file:///etc/passwd", 10, 1000, &text, &e) < 0);
	assert_int_equal(text.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beside_the_main_file),
		cmocka_unit_test(not_its_own_file),
		cmocka_unit_test(by_prefix),
		cmocka_unit_test(not_there),
		cmocka_unit_test(fetched),
	};

	return cmocka_run_group_tests_name("arm_links", tests, set_up, tear_down);
}
