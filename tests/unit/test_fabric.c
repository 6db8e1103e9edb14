/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compiled fabric: whole dumps as cases (port names replaced by what they belong to), texts
 * and comparison. */
#include "base/str.h"
#include "cases.h"
#include "plan/fabric.h"
#include "plan/names.h"

/* "n0123456789ab" -> "<vmVMNic>" */
static char *readable(const struct model *m, const char *text)
{
	struct str s = { 0 };

	while (*text) {
		char name[IFNAMSIZ] = "";
		const char *found = NULL;
		size_t i = 0;
		unsigned k = 0;

		for (i = 0; i < m->n_nics && !found; i++)
			if (str_starts(text, port_name_nic(&m->nics[i], name)))
				found = m->nics[i].name;
		for (i = 0; i < m->n_vnets && !found; i++)
			if (str_starts(text, port_name_edge(&m->vnets[i], name)))
				found = m->vnets[i].name;
		if (found)
			str_printf(&s, "<%s%s>", *name == 'i' ? "edge " : "", found);
		for (i = 0; i < m->n_route_servers && !found; i++)
			for (k = 0; k < 2 && !found; k++)
				if (str_starts(text, port_name_rs(&m->route_servers[i], k, name))) {
					found = name;
					str_printf(&s, "<%s/%u>", m->route_servers[i].name, k);
				}
		if (found)
			text += strlen(name);
		else
			str_addc(&s, *text++);
	}
	return str_take(&s);
}

static int line_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Ports and neighbours are sorted by hashed names: compare as sorted lines. */
static void check_state(const struct cases_state *s)
{
	_cleanup_(fabric_free_p) struct fabric *f = fabric_compile(s->m, s->rib, &s->rt);
	_cleanup_free_ char *raw = fabric_text(f), *text = readable(s->m, raw);
	json_t *want = json_object_get(s->j, "fabric"), *line;
	char *lines[512], *save = NULL;
	size_t n = 0, i;
	bool same;

	for (char *l = strtok_r(text, "\n", &save); l && n < ARRAY_LEN(lines);
	     l = strtok_r(NULL, "\n", &save))
		if (!str_starts(l, "neigh ")) /* MACs are hashes too: test_names */
			lines[n++] = l;
	qsort(lines, n, sizeof(*lines), line_cmp);
	same = n == json_array_size(want);
	json_array_foreach (want, i, line)
		same &= i < n && streq(lines[i], json_string_value(line));
	if (same)
		return;
	for (i = 0; i < n || i < json_array_size(want); i++)
		print_message("%-70s | %s\n", i < n ? lines[i] : "",
		              i < json_array_size(want) ? json_string_value(json_array_get(want, i))
		                                        : "");
	fail_msg("%s: got left, want right", s->title);
}

static void cases(void **state)
{
	(void)state;
	cases_run("fabric", check_state);
}

static void neighbours(void **state)
{
	struct fab_neigh n = { .port = "n1", .ip = 0x0A000004, .mac = { 0, 0xd, 0x3a, 1, 2, 3 } };
	struct fabric f = { .neighs = &n, .n_neighs = 1 };
	_cleanup_free_ char *text = fabric_text(&f);

	(void)state;
	assert_string_equal(text, "neigh n1 10.0.0.4 00:0d:3a:01:02:03\n");
}

static void compares(void **state)
{
	struct fab_hop h1[] = { { 1, "a" }, { 2, "b" } }, h2[] = { { 1, "a" }, { 2, "c" } };
	struct fab_route r = { 10, { 0, 0 }, FAB_MULTIPATH, 2, h1 }, q = r;
	struct fab_neigh n = { "a", 1, { 1 } }, o = n;
	struct fab_port p = { .name = "a", .mark = 1, .ip = 2 }, t = p;
	_cleanup_free_ char *text = fab_route_text(&r);

	(void)state;
	assert_string_equal(text,
	                    "route 10 0.0.0.0/0 multipath via 0.0.0.1 dev a via 0.0.0.2 dev b");
	assert_true(fab_route_eq(&r, &q));
	q.hops = h2;
	assert_false(fab_route_eq(&r, &q));
	assert_int_equal(fab_route_cmp(&r, &q), 0);
	q.table = 9;
	assert_true(fab_route_cmp(&r, &q) > 0);
	q = r;
	q.kind = FAB_BLACKHOLE;
	assert_false(fab_route_eq(&r, &q));
	assert_true(fab_neigh_eq(&n, &o));
	o.mac[5] = 9;
	assert_false(fab_neigh_eq(&n, &o));
	assert_int_equal(fab_neigh_cmp(&n, &o), 0);
	t.forwarding = true;
	assert_false(fab_port_eq(&p, &t));
	assert_int_equal(fab_port_cmp(&p, &t), 0);
	fabric_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
