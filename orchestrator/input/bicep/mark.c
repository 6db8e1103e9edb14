/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks where in the source the parts of an expression stand, for findings of the evaluator about
 * it.
 *
 * Texts are put together of texts, so that no offset in one lasts.  A mark in the text itself does:
 * "\1NUMBER\1" before a part, "\2" behind it.  In quotes both are characters of a string. */
#include "input/bicep/lower.h"

bool bicep_mark(struct blow *l, const struct hcl_place *at, struct str *out)
{
	if (l->unmarked || at->file != &l->main->text || at->end <= at->at)
		return false;
	str_printf(out, "%c%zu%c", BICEP_MARK, l->n_marks, BICEP_MARK);
	VEC_PUSH(l->marks, l->n_marks, l->cap_marks) =
	    (struct inner_place){ 0, (unsigned)at->at, (unsigned)at->end };
	return true;
}

void bicep_mark_end(struct str *out)
{
	str_addc(out, BICEP_MARK_END);
}

struct marked { /* an expression without its marks, and what they say */
	struct str text;
	struct inner_place *places;
	size_t n, cap;
	size_t *open; /* marks that begin before, and end behind */
	size_t n_open, cap_open;
};

/* From here on the innermost mark counts that is open; the last one at a byte does. */
static void tell_innermost(struct marked *m, const struct inner_place *marks)
{
	struct inner_place x;

	if (!m->n_open)
		return;
	x = marks[m->open[m->n_open - 1]];
	x.part = (unsigned)m->text.n;
	if (m->n && m->places[m->n - 1].part == x.part)
		m->n--;
	VEC_PUSH(m->places, m->n, m->cap) = x;
}

static void take_marks(struct marked *m, const struct inner_place *marks, const char *text)
{
	bool quoted = false;

	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			quoted = !quoted;
		if (quoted || (*p != BICEP_MARK && *p != BICEP_MARK_END)) {
			str_addc(&m->text, *p);
		} else if (*p == BICEP_MARK) {
			char *end;

			VEC_PUSH(m->open, m->n_open, m->cap_open) = strtoul(p + 1, &end, 10);
			p = end;
			tell_innermost(m, marks);
		} else {
			m->n_open -= m->n_open > 0;
			tell_innermost(m, marks);
		}
	}
}

json_t *bicep_expression(struct blow *l, const char *key, const char *text)
{
	struct marked m = { 0 };
	size_t n = l->pointer.n;
	json_t *v;

	str_addc(&m.text, '[');
	take_marks(&m, l->marks, text);
	str_addc(&m.text, ']');
	v = json_stringn(str_get(&m.text), m.text.n);
	if (n) {
		if (key)
			bicep_enter(l, key);
		places_add_inner(findings_places(l->b->findings), l->main->name,
		                 str_get(&l->pointer), m.places, m.n);
		bicep_leave(l, n);
	}
	str_free_p(&m.text);
	free(m.places);
	free(m.open);
	return v ? v : json_string("");
}
