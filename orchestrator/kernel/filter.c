/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/filter.h"

int filter_make(struct nft *nft, const struct filter_shape *shape, struct err *e)
{
	_cleanup_str_ struct str text = { 0 };

	str_add(&text, "add table ip " NFT_TABLE "\ndelete table ip " NFT_TABLE "\n");
	filter_make_text(shape, &text);
	return nft_run_text(nft, str_get(&text), e);
}

/* "list table" would read every rule, too: with thousands of them that takes seconds. */
int filter_read(struct nft *nft, struct filter *ret, struct err *e)
{
	static const char *const kinds[] = { "chains", "maps", "sets" };
	json_t *all = json_array();
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds) && r == 0; i++) {
		json_t *listed = NULL;

		r = nft_list(nft, json_pack("[{s:{s:{s:s}}}]", "list", kinds[i], "family", "ip"),
		             &listed, e);
		json_array_extend(all, listed);
		json_decref(listed);
	}
	if (r == 0)
		r = filter_parse(all, ret, e);
	json_decref(all);
	return r < 0 ? err_wrap(e, "reading the packet filter") : 0;
}

int filter_step(struct nft *nft, filter_step_fn *step, const struct filter *have,
                const struct filter *want, size_t *changes, struct err *e)
{
	struct nft_texts texts = { 0 };
	size_t n = step(have, want, nft_room(nft), &texts);
	int r = 0;

	for (size_t i = 0; i < texts.n && r == 0; i++)
		r = nft_run_text(nft, texts.items[i], e);
	nft_texts_free(&texts);
	*changes += n;
	return r;
}

int filter_apply(struct nft *nft, const struct filter *have, const struct filter *want,
                 size_t *changes, struct err *e)
{
	int r = filter_step(nft, filter_prepare, have, want, changes, e);

	if (r == 0)
		r = filter_step(nft, filter_exchange, have, want, changes, e);
	if (r == 0)
		r = filter_step(nft, filter_settle, have, want, changes, e);
	return r;
}
