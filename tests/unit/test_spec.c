/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every property of the topology file shows in a running lab where its row of the schema says: each
 * is changed in a design that has every kind of object, and all that a lab compares is compared. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "input/topology.h"
#include "input/topology_def.h"
#include "lab/build/spec.h"
#include "mini.h"
#include "plan/fabric.h"
#include "plan/filter/edge.h"
#include "schema/rows.h"

#define DESIGN "tests/unit/spec/every-kind.vnetlab.json"
#define CHANGES "tests/unit/spec/changes.json"

static json_t *load(const char *path)
{
	json_error_t je;
	json_t *j = json_load_file(path, 0, &je);

	if (!j)
		fail_msg("%s:%d: %s", path, je.line, je.text);
	return j;
}

/* --- what a lab compares --------------------------------------------------------------------- */

struct lab_state {
	json_t *design;
	struct model *m;
	struct want *w;
	size_t n;
	char *fabric;
	struct filter edge;
};

static void state_free(struct lab_state *s)
{
	wants_free(s->w, s->n);
	free(s->fabric);
	filter_free(&s->edge);
	model_free(s->m);
	json_decref(s->design);
	*s = (struct lab_state){ 0 };
}

/* What appliances and gateways have announced: to every table something of its own. */
static struct rib *some_rib(const struct model *m)
{
	size_t n = m->n_route_servers + m->n_gateways;
	struct rib *r = rib_new(n);

	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < 2; k++) {
			const ip4 hop = i < m->n_route_servers ? A("10.0.1.4") : A("10.0.0.4");

			rib_set(&r->tables[i][k], (struct prefix){ 0x0a4d0000 + ((ip4)i << 8), 24 },
			        &hop, 1);
		}
	return r;
}

static bool tell; /* why a design is not valid */

static bool state_of(json_t *doc, struct lab_state *s)
{
	_cleanup_findings_ struct findings f = { 0 };
	struct err e = { 0 };

	*s = (struct lab_state){ 0 };
	s->design =
	    json_pack("{s:O,s:{s:s,s:s,s:s,s:s},s:s}", "topology", doc, "files", "nva2/frr.conf",
	              "router bgp 65002\n", "other/frr.conf", "router bgp 65003\n", "dc4/bird.conf",
	              "router id 192.168.40.1;\n", "other/bird.conf", "router id 192.168.40.2;\n",
	              "path", "/t.vnetlab.json");
	s->m = design_checked(s->design, &f);
	if (!s->m) {
		for (size_t i = 0; tell && i < f.n; i++)
			if (f.items[i].severity == SEV_ERROR)
				print_error("%s %s %s\n", f.items[i].rule, f.items[i].pointer,
				            f.items[i].message);
		state_free(s);
		return false;
	}
	if (wants_of(s->m, s->design, &s->w, &s->n, &e) < 0)
		fail_msg("%s", e.msg);
	_cleanup_(rib_free_p) struct rib *rib = some_rib(s->m);
	struct fabric *fab = fabric_compile(s->m, rib, NULL);

	s->fabric = fabric_text(fab);
	fabric_free(fab);
	_cleanup_free_ uint32_t *number = xcalloc(s->m->n_vnets + 1, sizeof(*number));

	for (uint32_t i = 0; i < s->m->n_vnets; i++)
		number[i] = i + 1;
	edge_filter(s->m, number, &s->edge);
	return true;
}

static const struct want *want_named(const struct lab_state *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strieq(s->w[i].name, name))
			return &s->w[i];
	return NULL;
}

static bool internet_differs(const struct model *a, const struct model *b)
{
	if (a->n_internet != b->n_internet)
		return true;
	for (size_t i = 0; i < a->n_internet; i++)
		if (a->internet[i].ip != b->internet[i].ip)
			return true;
	return false;
}

enum { NODE = 32 }; /* beside enum field_shows: the node is compared by the row itself */

static unsigned differs(const struct lab_state *a, const struct lab_state *b)
{
	unsigned shown = streq(a->fabric, b->fabric) ? 0 : SHOWS_IN_FABRIC;

	if (filter_hash(&a->edge) != filter_hash(&b->edge) || internet_differs(a->m, b->m))
		shown |= SHOWS_IN_FABRIC;
	for (size_t i = 0; i < b->n; i++) {
		const struct want *was = want_named(a, b->w[i].name);
		const struct spec *now = &b->w[i].spec;

		if (!was) {
			shown |= SHOWS_IN_GUEST;
			continue;
		}
		if (was->spec.guest != now->guest || was->spec.routes != now->routes ||
		    was->forwarding != b->w[i].forwarding)
			shown |= SHOWS_IN_GUEST;
		if (was->spec.files != now->files)
			shown |= SHOWS_IN_FILES;
		if (was->spec.rows != now->rows)
			shown |= NODE;
	}
	for (size_t i = 0; i < a->n; i++)
		if (!want_named(b, a->w[i].name))
			shown |= SHOWS_IN_GUEST;
	return shown;
}

/* --- every row ------------------------------------------------------------------------------- */

struct row {
	const struct object_def *def;
	const struct field *f;
	unsigned shown;
	unsigned changes;
};
static struct row rows[512];
static size_t n_rows;
static json_t *topology;
static struct lab_state before;
static size_t wrong;

static bool is_object(const struct field *f)
{
	return f->object && (f->type == T_OBJECT || f->item == T_OBJECT);
}

static void collect(const struct object_def *def)
{
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].def == def)
			return;
	for (const struct field *f = def->fields; f->name; f++) {
		if (f->type == T_UNSUPPORTED)
			continue;
		assert_true(n_rows < ARRAY_LEN(rows));
		rows[n_rows++] = (struct row){ def, f, 0, 0 };
	}
	for (const struct field *f = def->fields; f->name; f++)
		if (is_object(f))
			collect(f->object);
}

static struct row *row_of(const struct object_def *def, const struct field *f)
{
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].def == def && rows[i].f == f)
			return &rows[i];
	return NULL;
}

/* A design with obj[key] = v, which is put back; one that is none does not count. */
static void try_value(struct row *r, json_t *obj, const char *key, json_t *v /* stolen */)
{
	json_t *was = json_incref(json_object_get(obj, key));
	struct lab_state after;

	json_object_set_new(obj, key, v);
	if (state_of(topology, &after)) {
		r->shown |= differs(&before, &after);
		r->changes++;
		state_free(&after);
	}
	if (was)
		json_object_set_new(obj, key, was);
	else
		json_object_del(obj, key);
}

/* Other values of a property whose type says what they are. */
static void change_by_type(struct row *r, json_t *obj)
{
	const struct field *f = r->f;
	json_t *v = json_object_get(obj, f->name);
	const char *now = json_is_string(v) ? json_string_value(v) : f->dflt ? f->dflt : "";

	if (f->type == T_BOOL) {
		bool is = v ? json_is_true(v) : streq(f->dflt, "true");

		try_value(r, obj, f->name, json_boolean(!is));
	} else if (f->type == T_UINT) {
		uint32_t is = v ? (uint32_t)json_integer_value(v)
		                : (uint32_t)strtoul(f->dflt ? f->dflt : "0", NULL, 10);

		try_value(r, obj, f->name, json_integer(is + 1));
		if (is > 1)
			try_value(r, obj, f->name, json_integer(is - 1));
	} else if (f->type == T_DURATION) {
		try_value(r, obj, f->name, json_string("7s"));
	} else if (f->type == T_ENUM) {
		for (const struct enum_value *e = f->values; e->name; e++)
			if (!e->refused && !strieq(e->name, now))
				try_value(r, obj, f->name, json_string(e->name));
	}
}

static void walk(const struct object_def *def, json_t *obj)
{
	for (const struct field *f = def->fields; f->name; f++) {
		struct row *r = row_of(def, f);
		json_t *v = json_object_get(obj, f->name), *x;
		const char *key;
		size_t i;

		if (!r)
			continue;
		if (!is_object(f)) {
			change_by_type(r, obj);
		} else if (f->type == T_MAP) {
			json_object_foreach (v, key, x)
				walk(f->object, x);
		} else if (f->type == T_LIST) {
			json_array_foreach (v, i, x)
				walk(f->object, x);
		} else if (v) {
			walk(f->object, v);
		}
	}
}

/* "/virtualNetworks/Hub/addressPrefixes": the object, the key in it, and the row. */
static struct row *find(const char *pointer, json_t **ret_obj, char *ret_key)
{
	const struct object_def *def = topology_def();
	struct row *r = NULL;
	json_t *at = topology;
	char *copy = xstrdup(pointer), *save = NULL;
	bool in_map = false;

	for (char *t = strtok_r(copy, "/", &save); t; t = strtok_r(NULL, "/", &save)) {
		json_t *next = json_is_array(at) ? json_array_get(at, strtoul(t, NULL, 10))
		                                 : json_object_get(at, t);

		if (!in_map && json_is_object(at)) {
			const struct field *f = schema_field(def, t);

			if (!f)
				fail_msg("%s: no property %s", pointer, t);
			r = row_of(def, f);
			in_map = f->type == T_MAP || f->type == T_LIST;
			if (is_object(f))
				def = f->object;
		} else {
			in_map = false;
		}
		*ret_obj = at;
		strcpy(ret_key, t);
		at = next;
	}
	free(copy);
	return r;
}

/* All of {POINTER: value, ...} at once, in a copy: what goes and comes would be in another order.
 */
static bool try_changes(struct row *r, json_t *set)
{
	json_t *whole = topology, *v, *obj = NULL;
	const char *pointer;
	struct lab_state after;
	char key[256];

	topology = json_deep_copy(whole);
	json_object_foreach (set, pointer, v) {
		find(pointer, &obj, key);
		if (json_is_null(v))
			json_object_del(obj, key);
		else if (json_is_array(obj))
			json_array_set(obj, strtoul(key, NULL, 10), v);
		else
			json_object_set(obj, key, v);
	}
	bool ok = state_of(topology, &after);

	if (ok) {
		r->shown |= differs(&before, &after);
		r->changes++;
		state_free(&after);
	}
	json_decref(topology);
	topology = whole;
	return ok;
}

static void change_by_hand(void)
{
	json_t *all = load(CHANGES), *v;
	const char *pointer;

	json_object_foreach (all, pointer, v) {
		json_t *obj = NULL, *x;
		char key[256];
		size_t i;
		struct row *r = find(pointer, &obj, key);

		assert_non_null(r);
		json_array_foreach (v, i, x) {
			json_t *set = json_incref(json_object_get(x, "$set"));

			if (!set)
				set = json_pack("{s:O}", pointer, x);
			bool ok = try_changes(r, set);

			json_decref(set);
			if (!ok) {
				print_error("%s: change %zu gives no valid design\n", pointer, i);
				wrong++;
			}
		}
	}
	json_decref(all);
}

/* A word that cannot be another one. */
static bool is_fixed(const struct field *f)
{
	size_t n = 0;

	if (f->type != T_ENUM)
		return false;
	for (const struct enum_value *v = f->values; v->name; v++)
		n += !v->refused;
	return n == 1;
}

static void words(unsigned shows, char *buf)
{
	static const char *const names[] = { "guest ", "files ", "fabric ", "as-it-runs ",
		                             "node " };

	*buf = '\0';
	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		if (shows & 1u << i)
			strcat(buf, names[i]);
}

static void each_property(void **state)
{
	(void)state;
	setenv("VNETLAB_IMAGES", "images", 1);
	topology = load(DESIGN);
	tell = true;
	assert_true(state_of(topology, &before));
	tell = false; /* not every value of a word makes a design */
	collect(topology_def());
	walk(topology_def(), topology);
	tell = true;
	change_by_hand();
	for (size_t i = 0; i < n_rows; i++) {
		const struct row *r = &rows[i];
		unsigned says = r->f->shows & ~(unsigned)SHOWS_AS_IT_RUNS;
		char want[64], got[64];

		if (is_fixed(r->f) || r->f->shows == SHOWS_INSIDE)
			continue;
		if (!r->f->shows)
			says = NODE;
		words(r->f->shows ? r->f->shows : NODE, want);
		words(r->shown, got);
		if (!r->changes)
			print_error("%s.%s (says: %s): no change of it was tried; give one in %s\n",
			            r->def->id, r->f->name, want, CHANGES);
		else if (r->shown != says)
			print_error("%s.%s says: %s, shows: %s\n", r->def->id, r->f->name, want,
			            got);
		wrong += !r->changes || r->shown != says;
	}
	state_free(&before);
	json_decref(topology);
	assert_int_equal(wrong, 0);
}

static const struct object_def inner = {
	"inner", "", "",
	(const struct field[]){ { .name = "said", .type = T_UINT, .shows = SHOWS_IN_FILES },
	                        { .name = "silent", .type = T_UINT, .dflt = "7" },
	                        { .name = NULL } }
};
static const struct object_def outer = {
	"outer", "", "",
	(const struct field[]){ { .name = "said", .type = T_BOOL, .shows = SHOWS_AS_IT_RUNS },
	                        { .name = "map",
	                          .type = T_MAP,
	                          .item = T_OBJECT,
	                          .object = &inner,
	                          .shows = SHOWS_INSIDE },
	                        { .name = NULL } }
};
static const struct object_def all_said = {
	"said", "", "",
	(const struct field[]){ { .name = "said", .type = T_BOOL, .shows = SHOWS_IN_GUEST },
	                        { .name = NULL } }
};

/* A row that says nothing is compared as it is written; one that says where is not. */
static void silent_rows(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "{}", "{\"said\":true}", true },
		{ "{\"map\":{\"x\":{\"said\":1}}}", "{\"map\":{\"x\":{\"said\":2}}}", true },
		{ "{\"map\":{\"x\":{}}}", "{\"map\":{\"x\":{\"silent\":7}}}", true },
		{ "{\"map\":{\"x\":{}}}", "{\"map\":{\"x\":{\"silent\":8}}}", false },
		{ "{\"map\":{\"x\":{\"silent\":null}}}", "{\"map\":{\"y\":{}}}", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *a = json_loads(cases[i].a, 0, NULL), *b = json_loads(cases[i].b, 0, NULL);

		assert_non_null(a);
		assert_non_null(b);
		if ((schema_rows(&outer, a) == schema_rows(&outer, b)) != cases[i].same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
		assert_true(schema_rows(&all_said, a) == schema_rows(&all_said, b));
		json_decref(a);
		json_decref(b);
	}
}

/* Nodes are found by the pointer of whatever is theirs. */
static void rows_of_nodes(void **state)
{
	json_t *t = load(DESIGN);
	static const char *const pointers[] = { "/virtualMachines/nva1", "/sites/dc1/hosts/srv",
		                                "/nothing/x", "" };

	(void)state;
	/* As long as every row says where it shows, there is nothing to compare. */
	for (size_t i = 0; i < ARRAY_LEN(pointers); i++)
		assert_true(schema_rows_of_node(topology_def(), t, pointers[i]) == BYTES_HASH_SEED);
	assert_true(schema_rows_of_rest(topology_def(), t) == BYTES_HASH_SEED);
	json_decref(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_property),
		cmocka_unit_test(silent_rows),
		cmocka_unit_test(rows_of_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
