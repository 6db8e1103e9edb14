/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The endpoint's parts that need neither a lab nor a client. */
#include <errno.h>
#include <sys/stat.h>

#include "base/str.h"
#include "base/tree.h"
#include "rest/body.h"
#include "rest/id.h"
#include "rest/odata.h"
#include "rest/token.h"
#include "scratch.h"
#include "unit.h"

#define S "/subscriptions/s"
#define G S "/resourceGroups/rs"
#define NETWORK G "/providers/Microsoft.Network"

/* --- ids ----------------------------------------------------------------------------------------
 */

static struct rest_id parse(const char *path, bool post)
{
	struct rest_id id;

	assert_int_equal(rest_id_parse(path, post, &id, NULL), 0);
	return id;
}

static void test_ids_keep_their_spelling_and_compare_without_case(void **state)
{
	struct rest_id a = parse("/subscriptions/S/resourcegroups/rs/providers/Microsoft.Network//"
	                         "virtualNetworks/Hub/",
	                         false);

	(void)state;
	assert_string_equal(a.path, "/subscriptions/S/resourceGroups/rs/providers/"
	                            "Microsoft.Network/virtualNetworks/Hub");
	assert_string_equal(a.key, "/subscriptions/s/resourcegroups/rs/providers/"
	                           "microsoft.network/virtualnetworks/hub");
	assert_int_equal(a.kind, ID_RESOURCE);
	assert_string_equal(a.type, "Microsoft.Network/virtualNetworks");
	assert_string_equal(a.name, "Hub");
	assert_string_equal(a.group, "rs");
	assert_null(a.parent);
	rest_id_done(&a);
}

static void test_children_lists_and_actions_are_told_apart(void **state)
{
	struct rest_id child = parse(NETWORK "/virtualNetworks/Hub/subnets/NVA", false);
	struct rest_id list = parse(NETWORK "/virtualNetworks/Hub/subnets", false);
	struct rest_id action = parse(NETWORK "/networkInterfaces/n/effectiveRouteTable", true);
	struct rest_id group = parse(G "/resources", false);
	struct rest_id above = parse(S "/providers/Microsoft.Network/virtualNetworks", false);

	(void)state;
	assert_string_equal(child.name, "NVA");
	assert_string_equal(child.parent, NETWORK "/virtualNetworks/Hub");
	assert_null(list.name);
	assert_string_equal(list.parent, NETWORK "/virtualNetworks/Hub");
	assert_string_equal(action.name, "n");
	assert_string_equal(action.tail, "effectiveRouteTable");
	assert_string_equal(action.path, NETWORK "/networkInterfaces/n");
	assert_int_equal(group.kind, ID_GROUP);
	assert_string_equal(group.tail, "/resources");
	assert_int_equal(above.kind, ID_RESOURCE);
	assert_null(above.group);
	assert_null(above.name);
	rest_id_done(&child);
	rest_id_done(&list);
	rest_id_done(&action);
	rest_id_done(&group);
	rest_id_done(&above);
}

static void test_what_no_id_can_be_is_refused(void **state)
{
	static const char *const wrong[] = { "/subscriptions/s/%2fresourceGroups/x",
		                             "/subscriptions/../x",
		                             "/subscriptions/%2e%2e/x",
		                             "/subscriptions/a%00b",
		                             "/subscriptions/a%0ab",
		                             "/subscriptions/%ff",
		                             "/subscriptions/%4",
		                             "/subscriptions/%zz" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct rest_id id;
		struct err e = { 0 };

		assert_int_equal(rest_id_parse(wrong[i], false, &id, &e), -EINVAL);
		assert_true(*e.msg);
	}
	json_t *q =
	    rest_query_parse("api-version=2022-07-01&%24Filter=name%20eq+%27a%2fb%27", NULL);

	assert_string_equal(json_string_value(json_object_get(q, "$filter")), "name eq 'a/b'");
	json_decref(q);
}

/* --- $filter ------------------------------------------------------------------------------------
 */

static bool matches(const char *text)
{
	json_t *r = json_pack("{s:s,s:s,s:s,s:s,s:{s:s}}", "id", NETWORK "/virtualNetworks/Hub",
	                      "name", "Hub", "type", "Microsoft.Network/virtualNetworks",
	                      "location", "westeurope", "tags", "role", "it's");
	struct odata *f = NULL;
	struct err e;

	assert_int_equal(odata_parse(text, &f, &e), 0);
	bool is = odata_match(f, r);

	odata_free(f);
	json_decref(r);
	return is;
}

static void test_filters_are_obeyed(void **state)
{
	(void)state;
	assert_true(matches("resourceType eq 'microsoft.network/virtualnetworks'"));
	assert_false(matches("resourceType eq 'Microsoft.Network/publicIPAddresses'"));
	assert_true(matches("resourceGroup eq 'RS' and name eq 'hub'"));
	assert_false(matches("resourceGroup eq 'RS' and name eq 'spoke'"));
	assert_true(matches("tagName eq 'role' and tagValue eq 'it''s'"));
	assert_false(matches("tagName eq 'role' and tagValue eq 'x'"));
	assert_true(matches("substringof('u', name) and (location eq 'westeurope')"));
	assert_true(matches("startswith(name, 'H')"));
}

static void test_filters_that_are_not_understood_are_refused(void **state)
{
	static const char *const wrong[] = { "",
		                             "name",
		                             "name ne 'a'",
		                             "name eq a",
		                             "name eq 'a",
		                             "x eq 'a'",
		                             "name eq 'a' or name eq 'b'",
		                             "(name eq 'a'" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct odata *f = NULL;
		struct err e = { 0 };

		assert_int_equal(odata_parse(wrong[i], &f, &e), -EINVAL);
		assert_true(*e.msg);
	}
}

/* --- tokens --------------------------------------------------------------------------------------
 */

static void test_a_bearer_is_of_one_lab_and_of_one_day(void **state)
{
	struct tokens ours = { .key = { 1 } }, others = { .key = { 2 } };
	_cleanup_free_ char *t = token_make(&ours, "i", "a", 1000);
	_cleanup_free_ char *bearer = xasprintf("Bearer %s", t);
	_cleanup_free_ char *changed = xstrdup(bearer);

	(void)state;
	assert_true(token_good(&ours, bearer, 1001));
	assert_false(token_good(&others, bearer, 1001));
	assert_false(token_good(&ours, bearer, 1000 + TOKEN_LIFE_S));
	assert_false(token_good(&ours, NULL, 1001));
	assert_false(token_good(&ours, "Bearer", 1001));
	assert_false(token_good(&ours, "Bearer a.b.c", 1001));
	assert_false(token_good(&ours, t, 1001));
	changed[strlen("Bearer ") + 50] ^= 1; /* in the claims */
	assert_false(token_good(&ours, changed, 1001));
}

static void test_five_wrong_secrets_in_a_minute_are_enough(void **state)
{
	struct tokens t = { .secret = "0123456789abcdef0123456789abcdef"
		                      "0123456789abcdef0123456789abcdef" };

	(void)state;
	assert_int_equal(token_secret(&t, t.secret, 1), SECRET_RIGHT);
	for (int i = 0; i < TOKEN_WRONG_MAX; i++)
		assert_int_equal(token_secret(&t, i ? "x" : NULL, 1000 + i), SECRET_WRONG);
	assert_int_equal(token_secret(&t, t.secret, 2000), SECRET_TOO_MANY);
	assert_int_equal(token_secret(&t, t.secret, 1000 + TOKEN_WRONG_MS), SECRET_RIGHT);
}

static void test_secrets_are_made_once_and_nobody_else_reads_them(void **state)
{
	char folder[SCRATCH];
	struct tokens a, b;
	struct stat st;

	(void)state;
	scratch_make(folder);
	_cleanup_free_ char *file = xasprintf("%s/secret", folder);

	assert_int_equal(tokens_load(folder, &a, NULL), 0);
	assert_int_equal(tokens_load(folder, &b, NULL), 0);
	assert_string_equal(a.secret, b.secret);
	assert_memory_equal(a.key, b.key, sizeof(a.key));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	scratch_remove(folder);
}

/* --- bodies -------------------------------------------------------------------------------------
 */

static void test_bodies_that_may_mean_two_things_are_refused(void **state)
{
	static const char *const wrong[] = { "{\"a\":1,\"a\":2}", "{\"a\":NaN}", "{\"a\\u0000\":1}",
		                             "{\"a\":\"\xff\"}",  "{",           "[1]x" };
	_cleanup_str_ struct str deep = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		_cleanup_failure_ struct rest_failure f = { 0 };

		assert_null(body_parse(wrong[i], strlen(wrong[i]), &f));
		assert_int_equal(f.status, 400);
	}
	for (int i = 0; i <= BODY_DEPTH_MAX; i++)
		str_add(&deep, "[");
	_cleanup_failure_ struct rest_failure f = { 0 };

	assert_null(body_parse(str_get(&deep), deep.n, &f));
	assert_non_null(strstr(f.message, "100 levels"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_keep_their_spelling_and_compare_without_case),
		cmocka_unit_test(test_children_lists_and_actions_are_told_apart),
		cmocka_unit_test(test_what_no_id_can_be_is_refused),
		cmocka_unit_test(test_filters_are_obeyed),
		cmocka_unit_test(test_filters_that_are_not_understood_are_refused),
		cmocka_unit_test(test_a_bearer_is_of_one_lab_and_of_one_day),
		cmocka_unit_test(test_five_wrong_secrets_in_a_minute_are_enough),
		cmocka_unit_test(test_secrets_are_made_once_and_nobody_else_reads_them),
		cmocka_unit_test(test_bodies_that_may_mean_two_things_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
