/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts, cloud-config, vendors' configurations and rules of packet filters out of a stranger's
 * template. */
#include <assert.h>
#include <stdint.h>

#include "azure/guest_filter.h"
#include "base/mem.h"
#include "input/appliance/appliance.h"
#include "input/appliance/outside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct outside_use *u, void *ctx)
{
	(void)ctx;
	assert(u->line && *u->path && *u->statement);
}

static void pass_packets(const char *rules,
                         void (*read)(struct guest_filter *f, const struct config_file *c))
{
	const struct config_file file = { .name = "rules", .path = "rules", .content = rules };
	struct arena *a = arena_new();
	struct guest_filter f = { .arena = a };
	const struct node vm = { 0 };

	read(&f, &file);
	for (int hook = 0; hook < GF_HOOKS; hook++)
		for (int proto = 0; proto < 3; proto++) {
			static const uint8_t protos[] = { 1, 6, 17 };
			const struct gf_packet p = { .p = { .src = 0x0a000001,
				                            .dst = 0x0a000102,
				                            .ip_proto = protos[proto],
				                            .sport = 40000,
				                            .dport = 80 },
				                     .vm = &vm,
				                     .in = "eth0",
				                     .out = "eth0",
				                     .state = GF_NEW };
			struct gf_result r;

			guest_filter_pass(&f, hook, &p, &r);
			assert(*gf_where(a, &r));
		}
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size);

	json_decref(appliance_from_text(text, "fuzz"));
	pass_packets(text, guest_filter_read_iptables);
	pass_packets(text, guest_filter_read_nft);
	for (int by_lines = 0; by_lines < 2; by_lines++) {
		json_t *table = json_pack(
		    "{s:b, s:b, s:[s, s], s:s, s:[{s:[s, s], s:b, s:s}, {s:[s], s:b, s:s}, "
		    "{s:[s], s:s}]}",
		    "byLines", by_lines, "abbreviated", by_lines, "comments", "#", "/*", "folder",
		    "/etc/x", "words", "words", "log", "file", "next", 1, "does", "a", "words",
		    "run", "program", 1, "does", "b", "words", "include", "does", "c");

		outside_scan(text, table, use, NULL);
		json_decref(table);
	}
	return 0;
}
