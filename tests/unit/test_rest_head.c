/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of a round become one design; when that is refused, one each. */

#include "base/str.h"
#include "input/resources.h"
#include "rest/edit.h"
#include "rest/head.h"
#include "rest/rest.h"
#include "unit.h"

#define G "/subscriptions/s/resourceGroups/rs"
#define HUB G "/providers/Microsoft.Network/virtualNetworks/Hub"

static struct rest_options options = { .lab = "lab" };
static size_t n_told, n_ended;

static void on_taken(void *ctx, const struct rest_failure *f)
{
	(void)ctx;
	if (!f)
		n_told++;
}

static void on_done(void *ctx, const struct rest_failure *f)
{
	(void)ctx;
	(void)f;
	n_ended++;
}

static struct change *put(const char *path, const char *body)
{
	struct rest_id id;
	json_t *b = json_loads(body, 0, NULL), *edits = json_array();

	assert_non_null(b);
	assert_int_equal(rest_id_parse(path, false, &id, NULL), 0);
	json_array_append_new(edits, edit_put(&id, b));
	json_decref(b);
	rest_id_done(&id);
	return change_new(edits, on_taken, on_done, NULL);
}

static struct change *subnet(const char *name, const char *prefix)
{
	_cleanup_free_ char *path = xasprintf(HUB "/subnets/%s", name);
	_cleanup_free_ char *body =
	    xasprintf("{\"properties\":{\"addressPrefix\":\"%s\"}}", prefix);

	return put(path, body);
}

static size_t end_all(struct changes *c)
{
	struct change *x;
	size_t n = 0;

	for (; (x = changes_pop(c)); n++)
		change_end(x, x->refused.status ? &x->refused : NULL);
	return n;
}

/* A head with a network. */
static void begin(struct head *h)
{
	struct store *s = store_new();
	struct changes taken, refused;

	changes_init(&taken);
	changes_init(&refused);
	head_init(h, &options, s);
	store_free(s);
	assert_int_equal(head_ask(h, put(G, "{\"location\":\"westeurope\"}")), 0);
	assert_int_equal(
	    head_ask(h, put(HUB, "{\"properties\":{\"addressSpace\":{\"addressPrefixes\":"
	                         "[\"10.0.0.0/16\"]}}}")),
	    0);
	head_take(h, &taken, &refused);
	assert_int_equal(end_all(&taken), 2);
	assert_int_equal(end_all(&refused), 0);
	assert_int_equal(h->n_designs, 1);
	h->n_designs = n_told = n_ended = 0;
}

static bool has(const struct store *s, const char *path)
{
	_cleanup_free_ char *key = resource_key(path);

	return store_find(s, key);
}

static void test_changes_of_a_round_become_one_design(void **state)
{
	struct changes taken, refused;
	struct head h;

	(void)state;
	begin(&h);
	changes_init(&taken);
	changes_init(&refused);
	assert_int_equal(head_ask(&h, subnet("a", "10.0.1.0/24")), 0);
	assert_int_equal(head_ask(&h, subnet("b", "10.0.2.0/24")), 0);
	assert_true(changes_touch(&h.asked, "/subscriptions/s/resourcegroups/rs/providers/"
	                                    "microsoft.network/virtualnetworks/hub/subnets/b"));
	assert_true(has(h.store, HUB "/subnets/b"));
	assert_false(has(h.taken, HUB "/subnets/b"));
	head_take(&h, &taken, &refused);
	assert_int_equal(h.n_designs, 1);
	assert_null(refused.first);
	assert_true(has(h.taken, HUB "/subnets/a") && has(h.taken, HUB "/subnets/b"));
	head_take(&h, &taken, &refused); /* nothing was asked for: nothing is built */
	assert_int_equal(h.n_designs, 1);
	change_tell_taken(taken.first);
	change_tell_taken(taken.first);
	assert_int_equal(n_told, 1);
	assert_int_equal(end_all(&taken), 2);
	head_done(&h);
}

static void test_the_one_to_blame_is_refused_alone(void **state)
{
	struct changes taken, refused;
	struct head h;

	(void)state;
	begin(&h);
	changes_init(&taken);
	changes_init(&refused);
	assert_int_equal(head_ask(&h, subnet("a", "10.0.1.0/24")), 0);
	assert_int_equal(head_ask(&h, subnet("bad", "192.168.0.0/24")), 0);
	assert_int_equal(head_ask(&h, subnet("b", "10.0.2.0/24")), 0);
	head_take(&h, &taken, &refused);
	assert_int_equal(h.n_designs, 4);
	assert_non_null(refused.first);
	assert_string_equal(refused.first->refused.code, "NetcfgSubnetRangeOutsideVnet");
	assert_true(has(h.store, HUB "/subnets/a") && has(h.taken, HUB "/subnets/b"));
	assert_false(has(h.store, HUB "/subnets/bad"));
	assert_int_equal(end_all(&refused), 1);
	assert_int_equal(n_ended, 0); /* it was never taken */
	assert_int_equal(end_all(&taken), 2);
	head_done(&h);
}

static void test_a_round_of_one_needs_one_design_to_be_refused(void **state)
{
	struct changes taken, refused;
	struct head h;

	(void)state;
	begin(&h);
	changes_init(&taken);
	changes_init(&refused);
	assert_int_equal(head_ask(&h, subnet("bad", "192.168.0.0/24")), 0);
	head_take(&h, &taken, &refused);
	assert_int_equal(h.n_designs, 1);
	assert_int_equal(end_all(&refused), 1);
	assert_false(has(h.store, HUB "/subnets/bad"));
	head_done(&h);
}

static void test_what_stands_on_one_that_is_refused_goes_with_it(void **state)
{
	struct changes taken, refused;
	struct change *early;
	struct head h;

	(void)state;
	begin(&h);
	changes_init(&taken);
	changes_init(&refused);
	early = put(HUB "2/subnets/a", "{}"); /* its network comes later */
	assert_int_equal(head_ask(&h, early), -1);
	assert_string_equal(early->refused.code, "ParentResourceNotFound");
	change_end(early, &early->refused);
	assert_int_equal(
	    head_ask(&h, put(HUB "2", "{\"properties\":{\"addressSpace\":{\"addressPrefixes\":"
	                              "[\"10.1.0.0/16\"]},\"subnets\":[{\"name\":\"bad\","
	                              "\"properties\":{\"addressPrefix\":\"9.0.0.0/24\"}}]}}")),
	    0);
	assert_int_equal(head_ask(&h, put(HUB "2/subnets/a", "{\"properties\":{\"addressPrefix\":"
	                                                     "\"10.1.1.0/24\"}}")),
	                 0);
	head_take(&h, &taken, &refused);
	assert_string_equal(refused.first->next->refused.code, "ParentResourceNotFound");
	assert_int_equal(end_all(&refused), 2);
	assert_int_equal(end_all(&taken), 0);
	head_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_of_a_round_become_one_design),
		cmocka_unit_test(test_the_one_to_blame_is_refused_alone),
		cmocka_unit_test(test_a_round_of_one_needs_one_design_to_be_refused),
		cmocka_unit_test(test_what_stands_on_one_that_is_refused_goes_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
