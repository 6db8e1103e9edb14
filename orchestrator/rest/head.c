/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest/head.h"

#include "base/str.h"

static void set_store(struct store **to, const struct store *from)
{
	struct store *s = store_copy(from);

	store_free(*to);
	*to = s;
}

void head_init(struct head *h, const struct rest_options *o, const struct store *s)
{
	*h = (struct head){ .o = o, .taken = store_copy(s), .store = store_copy(s) };
	changes_init(&h->asked);
}

void head_done(struct head *h)
{
	store_free(h->taken);
	store_free(h->store);
	designed_done(&h->will);
}

void head_reset(struct head *h, const struct store *s, const struct designed *is)
{
	set_store(&h->taken, s);
	set_store(&h->store, s);
	designed_done(&h->will);
	h->will = designed_copy(is);
}

int head_ask(struct head *h, struct change *c)
{
	struct store *s = store_copy(h->store);

	rest_failure_done(&c->refused);
	if (store_edit(s, c->edits, &c->refused) < 0) {
		store_free(s);
		return -1;
	}
	store_free(h->store);
	h->store = s;
	changes_push(&h->asked, c);
	return 0;
}

/* The store's design becomes that which will be: the store is taken. */
static int take_store(struct head *h, struct rest_failure *f)
{
	struct designed d;

	h->n_designs++;
	if (design_build(h->o, h->store, &h->will, &d, f) < 0)
		return -1;
	set_store(&h->taken, h->store);
	designed_done(&h->will);
	h->will = d;
	return 0;
}

static void take_one(struct head *h, struct change *c, struct changes *taken,
                     struct changes *refused)
{
	if (head_ask(h, c) < 0) {
		changes_push(refused, c);
		return;
	}
	changes_pop(&h->asked);
	if (take_store(h, &c->refused) < 0) {
		set_store(&h->store, h->taken);
		changes_push(refused, c);
	} else {
		changes_push(taken, c);
	}
}

void head_take(struct head *h, struct changes *taken, struct changes *refused)
{
	_cleanup_failure_ struct rest_failure f = { 0 };
	struct changes asked;
	struct change *c;

	changes_init(&asked);
	changes_move(&asked, &h->asked);
	if (!asked.first)
		return;
	if (take_store(h, &f) == 0) {
		changes_move(taken, &asked);
		return;
	}
	set_store(&h->store, h->taken);
	if (!asked.first->next) { /* nobody else can be to blame */
		asked.first->refused = rest_failure_copy(&f);
		changes_move(refused, &asked);
		return;
	}
	while ((c = changes_pop(&asked)))
		take_one(h, c, taken, refused);
}
