/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/filter.h"

#include "kernel/nft_gen.h"

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

static int run_step(struct nft *nft, filter_step_fn *step, const struct filter *have,
                    const struct filter *want, size_t *changes, uint32_t *transactions,
                    struct err *e)
{
	struct nft_texts texts = { 0 };
	size_t n = step(have, want, nft_room(nft), &texts);
	int r = 0;

	for (size_t i = 0; i < texts.n && r == 0; i++)
		r = nft_run_text(nft, texts.items[i], e);
	*transactions += (uint32_t)texts.n;
	nft_texts_free(&texts);
	*changes += n;
	return r;
}

int filter_step(struct nft *nft, filter_step_fn *step, const struct filter *have,
                const struct filter *want, size_t *changes, struct err *e)
{
	uint32_t transactions = 0;

	return run_step(nft, step, have, want, changes, &transactions, e);
}

static int run_steps(struct nft *nft, const struct filter *have, const struct filter *want,
                     size_t *changes, uint32_t *transactions, struct err *e)
{
	static filter_step_fn *const steps[] = { filter_prepare, filter_exchange, filter_settle };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps) && r == 0; i++)
		r = run_step(nft, steps[i], have, want, changes, transactions, e);
	return r;
}

int filter_apply(struct nft *nft, const struct filter *have, const struct filter *want,
                 size_t *changes, struct err *e)
{
	uint32_t transactions = 0;

	return run_steps(nft, have, want, changes, &transactions, e);
}

/* --- a filter that is remembered ---------------------------------------------------------------
 */

void filter_memory_forget(struct filter_memory *m)
{
	filter_free(&m->have);
	m->generation = 0;
}

/* Reads the filter if somebody else changed it since; *ret: the generation that m->have is of. */
static int refresh_memory(struct nft *nft, int ns_fd, struct filter_memory *m, uint32_t *ret,
                          struct err *e)
{
	uint32_t now = 0;
	int r = nft_generation(ns_fd, &now, e);

	if (r == 0 && m->generation != now) {
		filter_memory_forget(m);
		r = filter_read(nft, &m->have, e);
	}
	*ret = now;
	return r;
}

int filter_update(struct nft *nft, int ns_fd, struct filter_memory *m, struct filter *want,
                  size_t *changes, struct err *e)
{
	uint32_t before = 0, after = 0, transactions = 0;

	m->have.shape = want->shape;
	int r = refresh_memory(nft, ns_fd, m, &before, e);

	if (r == 0)
		r = run_steps(nft, &m->have, want, changes, &transactions, e);
	filter_memory_forget(m);
	if (r < 0) {
		filter_free(want);
		return r;
	}
	/* Each transaction counts one.  Another number: somebody else changed it meanwhile, and the
	 * next update reads what that was. */
	if (nft_generation(ns_fd, &after, NULL) == 0 && after == before + transactions)
		m->generation = after;
	m->have = *want;
	for (size_t i = 0; i < m->have.n_chains; i++) /* as of one that was read */
		m->have.chains[i].rules = NULL;
	*want = (struct filter){ .shape = m->have.shape };
	return 0;
}
