/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the parts of the reader of nft's language. */
#pragma once

#include "azure/guest_filter.h"

struct gf_word {
	const char *s; /* "\n" and ";" end a rule */
	unsigned line;
};

struct gf_words {
	struct guest_filter *f;
	const struct config_file *file;
	struct gf_word *words;
	size_t n, cap, at;
	const char **lines; /* their text, from line 1 on */
	size_t n_lines, cap_lines;
};

/* Fills in r->words and r->lines from r->file; gf_words_free() gives back what it allocates. */
void gf_words_split(struct gf_words *r);
void gf_words_free(struct gf_words *r);
/* The word at r->at; "" behind the last. */
const char *gf_words_at(const struct gf_words *r);
/* The same, and goes to the word behind it. */
const char *gf_words_next(struct gf_words *r);
/* True, and goes to the next word, if the word at r->at is w. */
bool gf_words_take(struct gf_words *r, const char *w);
/* True if r->at is at the end of a statement. */
bool gf_words_ends(const struct gf_words *r);
/* Goes past what stands in braces, the opening one of which is at r->at. */
void gf_words_skip_braces(struct gf_words *r);
void gf_words_skip(struct gf_words *r); /* to the end of the statement */
/* Notes in a rule where r->at is. */
void gf_words_place(const struct gf_words *r, struct gf_rule *rule);
/* Skips a statement that cannot be read, and notes it as f->unread. */
void gf_words_give_up(struct gf_words *r);

/* Reads the rule at r->at into chain c.  A word that is not known makes it one that is not read. */
void gf_nft_rule_read(struct gf_words *r, struct gf_chain *c);
