/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file in nft's language as words, each with its line. */
#include <stdio.h>

#include "azure/guest_filter_nft.h"
#include "base/str.h"

static void add_nft_word(struct gf_words *r, const char *s, size_t n, unsigned line)
{
	VEC_PUSH(r->words, r->n, r->cap) =
	    (struct gf_word){ arena_printf(r->f->arena, "%.*s", (int)n, s), line };
}

void gf_words_split(struct gf_words *r)
{
	unsigned line = 1;

	for (const char *at = r->file->content; *at;) {
		size_t n = strcspn(at, " \t\r\n#;{},\"");

		if (n) {
			add_nft_word(r, at, n, line);
		} else if (*at == '#') {
			n = strcspn(at, "\n");
		} else if (*at == '"') {
			n = strcspn(at + 1, "\"\n");
			add_nft_word(r, at + 1, n, line);
			n += 1 + (at[n + 1] == '"');
		} else if (at[0] == '\\' && at[1] == '\n') {
			n = 2;
		} else {
			n = 1;
			if (!strchr(" \t\r", *at))
				add_nft_word(r, at, 1, line);
		}
		for (size_t i = 0; i < n; i++)
			line += at[i] == '\n';
		at += n;
	}
	for (const char *at = r->file->content; *at;) {
		size_t n = strcspn(at, "\n"), gap = strspn(at, " \t");

		VEC_PUSH(r->lines, r->n_lines, r->cap_lines) =
		    gap < n ? arena_printf(r->f->arena, "%.*s", (int)(n - gap), at + gap) : "";
		at += n + (at[n] == '\n');
	}
}

const char *gf_words_at(const struct gf_words *r)
{
	return r->at < r->n ? r->words[r->at].s : "";
}

bool gf_words_take(struct gf_words *r, const char *w)
{
	bool is = streq(gf_words_at(r), w);

	r->at += is;
	return is;
}

bool gf_words_ends(const struct gf_words *r)
{
	const char *w = gf_words_at(r);

	return r->at >= r->n || streq(w, "\n") || streq(w, ";") || streq(w, "}");
}

const char *gf_words_next(struct gf_words *r)
{
	const char *w = gf_words_at(r);

	r->at += r->at < r->n;
	return w;
}

void gf_words_skip_braces(struct gf_words *r)
{
	unsigned depth = 0;

	do {
		const char *w = gf_words_next(r);

		depth += streq(w, "{");
		depth -= streq(w, "}") && depth;
	} while (depth && r->at < r->n);
}

void gf_words_skip(struct gf_words *r)
{
	while (!gf_words_ends(r))
		if (streq(gf_words_at(r), "{"))
			gf_words_skip_braces(r);
		else
			r->at++;
}

void gf_words_place(const struct gf_words *r, struct gf_rule *rule)
{
	rule->file = r->file;
	rule->line = r->at < r->n ? r->words[r->at].line : 1;
	rule->text = rule->line <= r->n_lines ? r->lines[rule->line - 1] : "";
}

void gf_words_give_up(struct gf_words *r)
{
	if (!r->f->unread) {
		r->f->unread = arena_alloc(r->f->arena, sizeof(*r->f->unread));
		gf_words_place(r, r->f->unread);
	}
	gf_words_skip(r);
}

void gf_words_free(struct gf_words *r)
{
	free(r->words);
	free((void *)r->lines);
}
