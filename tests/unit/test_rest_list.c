/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of the endpoint, whose texts are kept. */
#include "base/str.h"
#include "rest/edit.h"
#include "rest/priv.h"
#include "unit.h"

#define G "/subscriptions/s/resourceGroups/rs"
#define NIC G "/providers/Microsoft.Network/networkInterfaces/nic"
#define VM G "/providers/Microsoft.Compute/virtualMachines/vm"

static void put_one(struct store *s, const char *path, const char *body)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct rest_id id = { 0 };
	json_t *b = json_loads(body, 0, NULL), *edits = json_array();

	assert_int_equal(rest_id_parse(path, false, &id, NULL), 0);
	json_array_append_new(edits, edit_put(&id, b));
	assert_int_equal(store_edit(s, edits, &f), 0);
	json_decref(edits);
	json_decref(b);
	rest_id_done(&id);
}

/* As an endpoint with this store lists its NICs; r keeps what it has listed. */
static char *list_nics(struct rest *r, const struct store *s)
{
	r->queue = queue_new(r, store_copy(s));
	char *text =
	    list_text(r, "/subscriptions/s/", "Microsoft.Network/networkInterfaces", false);

	r->queue = queue_free(r->queue);
	return text;
}

static void test_a_list_is_as_one_that_nothing_was_kept_for(void **state)
{
	static const struct {
		const char *path, *body, *word;
	} puts[] = {
		{ NIC, "{\"properties\":{},\"tags\":{\"a\":\"b\"}}", "\"b\"" },
		/* Not the NIC has changed, but who refers to it. */
		{ VM,
		  "{\"properties\":{\"networkProfile\":{\"networkInterfaces\":[{\"id\":\"" NIC
		  "\"}]}}}",
		  "virtualMachine" },
		{ NIC "2", "{\"properties\":{}}", "nic2" },
		{ VM, "{\"properties\":{}}", "\"primary\":false" },
	};
	_cleanup_store_ struct store *s = store_new();
	struct rest r = { .o.lab = "list" };

	(void)state;
	put_one(s, G, "{\"location\":\"westeurope\"}");
	put_one(s, NIC, "{\"properties\":{}}");
	for (size_t i = 0; i < ARRAY_LEN(puts); i++) {
		struct rest anew = { .o.lab = "list" };
		_cleanup_free_ char *before = list_nics(&r, s);
		struct store *next = store_copy(s);

		put_one(next, puts[i].path, puts[i].body);
		_cleanup_free_ char *after = list_nics(&r, next);
		_cleanup_free_ char *again = list_nics(&r, next);
		_cleanup_free_ char *fresh = list_nics(&anew, next);

		assert_string_not_equal(before, after);
		assert_string_equal(after, fresh);
		assert_string_equal(again, fresh);
		assert_non_null(strstr(after, puts[i].word));
		store_free(s);
		s = next;
		json_decref(anew.listed);
	}
	json_decref(r.listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_is_as_one_that_nothing_was_kept_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
