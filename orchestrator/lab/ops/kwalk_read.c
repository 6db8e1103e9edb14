/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packet filters as the kernel has them, for the walk. */
#include "kernel/filter.h"
#include "kernel/nft_gen.h"
#include "lab/ops/kwalk_priv.h"
#include "plan/filter/fabric.h"

bool kwalk_read_filter(int ns_fd, const struct filter_shape *shape, struct filter *ret)
{
	struct nft *nft = NULL;

	*ret = (struct filter){ .shape = shape };
	bool ok = nft_open(ns_fd, &nft, NULL) == 0 && filter_read(nft, ret, NULL) == 0;

	nft_close(nft);
	return ok;
}

const struct filter *kwalk_fabric_filter(struct kwalk *k)
{
	if (!k->filter_read)
		k->filter_read =
		    kwalk_read_filter(k->fabric->node->netns, &fabric_filter_shape, &k->filter);
	return k->filter_read ? &k->filter : NULL;
}

/* Neither has the design anything there, nor is anything left. */
static bool is_filter_empty(const struct node *vm, int ns_fd)
{
	struct nft *nft = NULL;
	json_t *items = NULL, *item;
	size_t i;
	bool none = !vm->guest.n_filters && !vm->guest.source_nat;

	none = none && nft_open(ns_fd, &nft, NULL) == 0 &&
	       nft_list(nft, json_pack("[{s:{s:n}}]", "list", "tables"), &items, NULL) == 0;
	json_array_foreach (items, i, item)
		none = none && !json_object_get(item, "table");
	json_decref(items);
	nft_close(nft);
	return none;
}

/* A daemon that writes rules of its own counts, too: whose a transaction was, nobody can tell. */
static bool is_filter_changed(void *ctx, const struct node *vm)
{
	struct kwalk *k = ctx;
	const struct kwalk_ns *kn = k->by_vm[vm->idx];
	uint32_t now = 0;

	return kn && kn->node->filter && !k->stopped[vm->idx] &&
	       nft_generation(kn->node->netns, &now, NULL) == 0 && now != kn->node->filter &&
	       !is_filter_empty(vm, kn->node->netns);
}

void kwalk_heed_hands(struct kwalk *k)
{
	k->model.filter_changed = is_filter_changed;
	k->kernel.filter_changed = is_filter_changed;
}
