/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/fault/freeze.h"

#include <errno.h>

#include "kernel/nft.h"

/* A table of our own with hooks before everything: daemons that are stopped leave the kernel's part
 * of a machine alive, which would still forward, and answer pings. */
#define TABLE "vnetlab_frozen"

static json_t *chain_json(const char *name, const char *hook)
{
	return json_pack("{s:{s:{s:s,s:s,s:s,s:s,s:s,s:i,s:s}}}", "add", "chain", "family", "ip",
	                 "table", TABLE, "name", name, "type", "filter", "hook", hook, "prio", -500,
	                 "policy", "drop");
}

static json_t *table_json(const char *verb)
{
	return json_pack("{s:{s:{s:s,s:s}}}", verb, "table", "family", "ip", "name", TABLE);
}

int node_freeze(int ns_fd, bool freeze, struct err *e)
{
	struct nft *nft = NULL;
	int r = nft_open(ns_fd, &nft, e);

	if (r < 0)
		return r;
	json_t *cmds = json_array();

	/* Somebody inside may have emptied the filter: what is added can be deleted. */
	json_array_append_new(cmds, table_json("add"));
	if (!freeze)
		json_array_append_new(cmds, table_json("delete"));
	if (freeze) {
		json_array_append_new(cmds, chain_json("in", "prerouting"));
		json_array_append_new(cmds, chain_json("out", "output"));
	}
	r = nft_run(nft, cmds, e);
	nft_close(nft);
	return r;
}
