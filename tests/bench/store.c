/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store [-r REPEATS] MACHINES: what the endpoint (rest/) computes for a lab of so many machines,
 * each with a NIC, in 20 subnets; medians of processor time in ms: a line "WHAT MS" for each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "rest/edit.h"
#include "rest/import.h"
#include "rest/priv.h"

#define G "/subscriptions/s/resourceGroups/g"
#define NET G "/providers/Microsoft.Network/"
#define COMPUTE G "/providers/Microsoft.Compute/"

enum { SUBNETS = 20, REPEATS_MAX = 100 };

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static json_t *make_network(void)
{
	json_t *subnets = json_array();

	for (int i = 0; i < SUBNETS; i++)
		json_array_append_new(subnets,
		                      json_pack("{s:o,s:{s:o}}", "name", json_sprintf("s%d", i),
		                                "properties", "addressPrefix",
		                                json_sprintf("10.%d.0.0/16", i)));
	return json_pack("{s:s,s:s,s:{s:{s:[s]},s:o}}", "id", NET "virtualNetworks/net", "type",
	                 "Microsoft.Network/virtualNetworks", "properties", "addressSpace",
	                 "addressPrefixes", "10.0.0.0/8", "subnets", subnets);
}

static json_t *make_nic(int i)
{
	return json_pack("{s:o,s:s,s:{s:[{s:s,s:{s:{s:o}}}]}}", "id",
	                 json_sprintf(NET "networkInterfaces/vm%dNic", i), "type",
	                 "Microsoft.Network/networkInterfaces", "properties", "ipConfigurations",
	                 "name", "ip", "properties", "subnet", "id",
	                 json_sprintf(NET "virtualNetworks/net/subnets/s%d", i % SUBNETS));
}

static json_t *make_machine(int i)
{
	return json_pack(
	    "{s:o,s:s,s:{s:{s:[{s:o}]}}}", "id", json_sprintf(COMPUTE "virtualMachines/vm%d", i),
	    "type", "Microsoft.Compute/virtualMachines", "properties", "networkProfile",
	    "networkInterfaces", "id", json_sprintf(NET "networkInterfaces/vm%dNic", i));
}

struct bench {
	struct rest r;
	struct store *s;
	struct designed d;
	json_t *list; /* what the store is made of */
};

static void fill_store(struct bench *b)
{
	struct err e;

	store_free(b->s);
	b->s = store_new();
	if (import_into(b->s, b->list, &e) < 0) {
		fprintf(stderr, "store: %s\n", e.msg);
		exit(1);
	}
}

static void put_nic(struct bench *b)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct store *s = store_copy(b->s);
	struct rest_id id = { 0 };
	json_t *body = make_nic(0), *edits = json_array();

	json_object_del(body, "id");
	rest_id_parse(NET "networkInterfaces/new", false, &id, NULL);
	json_array_append_new(edits, edit_put(&id, body));
	if (store_edit(s, edits, &f) < 0)
		exit(1);
	json_decref(edits);
	json_decref(body);
	rest_id_done(&id);
	store_free(s);
}

static void build_design(struct bench *b)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct designed d;

	if (design_build(&b->r.o, b->s, &b->d, &d, &f) < 0) {
		fprintf(stderr, "store: %s: %s\n", f.code, f.message);
		exit(1);
	}
	designed_done(&b->d);
	b->d = d;
}

static void list_nics(struct bench *b)
{
	_cleanup_free_ char *text =
	    list_text(&b->r, "/subscriptions/s/", "Microsoft.Network/networkInterfaces", false);
}

/* As after a change of all of them. */
static void list_new_nics(struct bench *b)
{
	json_decref(b->r.listed);
	b->r.listed = NULL;
	list_nics(b);
}

static void write_store(struct bench *b)
{
	json_t *j = store_json(b->s);
	_cleanup_free_ char *text = json_compact(j);

	json_decref(j);
}

static void measure(struct bench *b, const char *what, void (*f)(struct bench *b), int repeats)
{
	double ms[REPEATS_MAX];

	for (int i = 0; i < repeats; i++) {
		ms[i] = now_ms();
		f(b);
		ms[i] = now_ms() - ms[i];
	}
	qsort(ms, (size_t)repeats, sizeof(*ms), by_value);
	printf("%s %.2f\n", what, ms[repeats / 2]);
}

int main(int argc, char **argv)
{
	struct bench b = { .r.o.lab = "bench", .list = json_array() };
	int c, repeats = 1, n;

	while ((c = getopt(argc, argv, "r:")) != -1)
		repeats = (int)strtol(optarg, NULL, 10);
	n = optind < argc ? (int)strtol(argv[optind], NULL, 10) : 0;
	if (c == '?' || n < 1 || repeats < 1 || repeats > REPEATS_MAX) {
		fputs("usage: store [-r REPEATS] MACHINES\n", stderr);
		return 2;
	}
	json_array_append_new(b.list, make_network());
	for (int i = 0; i < n; i++) {
		json_array_append_new(b.list, make_nic(i));
		json_array_append_new(b.list, make_machine(i));
	}
	measure(&b, "fill", fill_store, 1);
	measure(&b, "put", put_nic, repeats);
	measure(&b, "design", build_design, repeats);
	b.r.queue = queue_new(&b.r, store_copy(b.s));
	measure(&b, "list-anew", list_new_nics, repeats);
	measure(&b, "list", list_nics, repeats);
	measure(&b, "write", write_store, repeats);
	queue_free(b.r.queue);
	json_decref(b.r.listed);
	store_free(b.s);
	designed_done(&b.d);
	json_decref(b.list);
	return 0;
}
