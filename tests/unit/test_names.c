/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "mini.h"
#include "plan/names.h"

static bool is_port(const char *s, char letter)
{
	return strlen(s) == 13 && s[0] == letter && strspn(s + 1, "0123456789abcdef") == 12;
}

static void fit_and_differ(void **state)
{
	_cleanup_(model_free_p) struct model *m = mini_new();
	struct vnet *v = mini_vnet(m, "A", "10.0.0.0/16"), *w = mini_vnet(m, "B", "10.1.0.0/16");
	struct subnet *s = mini_subnet(m, v, "s", "10.0.0.0/24");
	struct nic *a = mini_vm(m, s, "vm", "10.0.0.4", false);
	struct nic *b = mini_nic(m, a->vm, s, "10.0.0.5", false);
	struct nic *c = mini_vm(m, s, "vm2", "10.0.0.6", false);
	struct route_server *rs =
	    mini_rs(m, mini_subnet(m, v, "RouteServerSubnet", "10.0.1.0/26"), "vm");
	char names[7][IFNAMSIZ];

	(void)state;
	assert_ptr_equal(port_name_nic(a, names[0]), names[0]);
	port_name_nic(b, names[1]);
	port_name_nic(c, names[2]);
	port_name_rs(rs, 0, names[3]);
	port_name_rs(rs, 1, names[4]);
	port_name_edge(v, names[5]);
	port_name_edge(w, names[6]);
	for (int i = 0; i < 7; i++) {
		assert_true(is_port(names[i], i < 5 ? 'n' : 'i'));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(names[i], names[k]);
	}
	assert_true(vnet_has_edge(v));
	assert_false(vnet_has_edge(w));
}

/* The same design parsed again, or with other objects added, gives the same names. */
static void depend_on_names_only(void **state)
{
	struct node vm = { .name = "NVA_1", .idx = 3 }, again = { .name = "nva_1", .idx = 9 };
	struct nic n = { .name = "NVA_1VMNic", .vm = &vm, .idx = 7, .ip = 1 };
	struct nic m = { .name = "nva_1vmnic", .vm = &again, .idx = 1, .ip = 2 };
	char a[IFNAMSIZ], b[IFNAMSIZ];
	uint8_t x[6], y[6];

	(void)state;
	assert_string_equal(port_name_nic(&n, a), port_name_nic(&m, b));
	/* fixed: processes of two builds must agree, and a running lab survives an upgrade */
	assert_string_equal(a, "ncf01800c1b86");
	mac_nic(&n, x);
	mac_nic(&m, y);
	assert_memory_equal(x, y, 6);
	assert_memory_equal(x, ((uint8_t[]){ 0x00, 0x0d, 0x3a }), 3);
}

static void macs_differ(void **state)
{
	struct route_server rs = { .name = "RS" };
	struct vnet v = { .name = "RS" };
	uint8_t a[6], b[6], c[6];

	(void)state;
	mac_rs(&rs, 0, a);
	mac_rs(&rs, 1, b);
	mac_edge(&v, c);
	assert_memory_not_equal(a, b, 6);
	assert_memory_not_equal(a, c, 6);
	assert_memory_equal(FABRIC_MAC, ((uint8_t[]){ 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc }), 6);
}

/* 100,000 machines named alike: no two ports of one name. */
static int cmp(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void no_collisions_among_many(void **state)
{
	enum { N = 100000 };
	char(*names)[IFNAMSIZ] = xcalloc(N, sizeof(*names));

	(void)state;
	for (int i = 0; i < N; i++) {
		char vm_name[16], nic_name[24];
		struct node vm = { .name = vm_name };
		struct nic n = { .name = nic_name, .vm = &vm };

		snprintf(vm_name, sizeof(vm_name), "vm%d", i);
		snprintf(nic_name, sizeof(nic_name), "%sVMNic", vm_name);
		port_name_nic(&n, names[i]);
	}
	qsort(names, N, sizeof(*names), cmp);
	for (int i = 1; i < N; i++)
		assert_string_not_equal(names[i - 1], names[i]);
	free(names);
}

static void node_names(void **state)
{
	struct route_server rs = { .name = "RouteServer" };
	_cleanup_free_ char *s = node_name_rs(&rs, 1);

	(void)state;
	assert_string_equal(s, "RouteServer/1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fit_and_differ), cmocka_unit_test(depend_on_names_only),
		cmocka_unit_test(macs_differ),    cmocka_unit_test(no_collisions_among_many),
		cmocka_unit_test(node_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
