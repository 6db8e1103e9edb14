/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packet filters as the kernel has them, for the walk. */
#include "kernel/filter.h"
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
